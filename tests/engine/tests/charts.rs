//! Draws the vendor's charts, which are not made for this engine, with its data in a headless browser.
//!
//! Needs Node.js, `npm ci` in `tests/charts`, and Chromium in `PATH` or `QIX_BROWSER`. If one of them is
//! missing, the test prints a message and passes, unless `QIX_REQUIRE_CHARTS` is set.

use qix_test_engine::TestEngine;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs to look for in `PATH` if `QIX_BROWSER` is not set.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn browser() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("QIX_BROWSER") {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    BROWSERS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// The browser, or why the scripts cannot run here.
fn prepared(scripts: &Path) -> Result<PathBuf, String> {
    match Command::new("node").arg("--version").output() {
        Ok(output) if output.status.success() => {}
        _ => return Err("Node.js is not installed".into()),
    }
    if !scripts.join("node_modules/@nebula.js/stardust").exists() {
        return Err(format!("the charts are not installed: run `npm ci` in {}", scripts.display()));
    }
    browser().ok_or_else(|| "there is no Chromium in PATH or in QIX_BROWSER".into())
}

#[tokio::test]
async fn the_vendors_charts_show_the_data() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts");
    let browser = match prepared(&scripts) {
        Ok(browser) => browser,
        Err(obstacle) => {
            assert!(std::env::var_os("QIX_REQUIRE_CHARTS").is_none(), "{obstacle}");
            // Not with `eprintln!`: its output is hidden for tests that pass.
            writeln!(std::io::stderr(), "the charts were not tested: {obstacle}").unwrap();
            return;
        }
    };
    let engine = TestEngine::start().await.unwrap();
    let url = engine.url();
    let run = move || {
        let mut node = Command::new("node");
        node.args(["--test", "--test-force-exit"]).current_dir(scripts);
        node.env("QIX_ENGINE_URL", url).env("QIX_BROWSER", browser).output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!report.contains("# tests 0\n"), "no script has run:\n{report}");
}
