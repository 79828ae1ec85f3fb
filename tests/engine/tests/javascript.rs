//! JavaScript clients that are not made for this engine: enigma.js, @qlik/api, enigma-mixin, halyard.js.
//!
//! Needs Node.js and `npm ci` in `tests/javascript`. If they are missing, the test prints a message and passes,
//! unless `QIX_REQUIRE_JAVASCRIPT` is set.

use qix_test_engine::{Fault, TestEngine};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Why the scripts cannot run here.
fn obstacle(scripts: &Path) -> Option<String> {
    match Command::new("node").arg("--version").output() {
        Ok(output) if output.status.success() => {}
        _ => return Some("Node.js is not installed".into()),
    }
    let modules = scripts.join("node_modules/@qlik/api");
    (!modules.exists()).then(|| format!("the clients are not installed: run `npm ci` in {}", scripts.display()))
}

#[tokio::test]
async fn javascript_clients_work_with_the_engine() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/javascript");
    if let Some(obstacle) = obstacle(&scripts) {
        assert!(std::env::var_os("QIX_REQUIRE_JAVASCRIPT").is_none(), "{obstacle}");
        // Not with `eprintln!`: its output is hidden for tests that pass.
        writeln!(std::io::stderr(), "JavaScript clients were not tested: {obstacle}").unwrap();
        return;
    }
    // @qlik/api misses the end of a reload that finishes during its first request for progress.
    let slow = Fault::slow(Duration::from_millis(350)).on("DoReloadEx");
    let engine = TestEngine::builder().fault(slow).start().await.unwrap();
    let url = engine.url();
    let run = move || {
        let mut node = Command::new("node");
        node.args(["--test", "--test-force-exit"]).current_dir(scripts).env("QIX_ENGINE_URL", url);
        node.output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!report.contains("# tests 0\n"), "no script has run:\n{report}");
}
