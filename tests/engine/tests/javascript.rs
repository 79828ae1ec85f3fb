//! Clients that know nothing of this engine against it: enigma.js, @qlik/api, enigma-mixin, halyard.js.
//!
//! Needs Node.js and `npm ci` in `tests/javascript`. Where they are missing the test says so and does nothing,
//! unless `QIX_REQUIRE_JAVASCRIPT` is set, as it is where the test has to run.

use qix_test_engine::TestEngine;
use std::io::Write;
use std::path::Path;
use std::process::Command;

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
        // Not by a macro: what those print is not shown for a test that passes.
        writeln!(std::io::stderr(), "JavaScript clients were not tried: {obstacle}").unwrap();
        return;
    }
    let engine = TestEngine::start().await.unwrap();
    let url = engine.url();
    let run = move || {
        let mut node = Command::new("node");
        node.args(["--test", "--test-force-exit"]).current_dir(scripts).env("QIX_ENGINE_URL", url);
        node.output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!report.contains("# tests 0\n"), "no script was found:\n{report}");
}
