//! The engine as a program.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_qix-test-engine"))
}

#[tokio::test]
async fn it_says_where_it_listens_and_serves() {
    let mut engine = program().args(["--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(engine.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
    assert!(url.starts_with("ws://127.0.0.1:"), "{url}");
    tokio_tungstenite::connect_async(url).await.unwrap();
    engine.kill().unwrap();
    engine.wait().unwrap();
}

#[test]
fn it_lists_its_methods() {
    let output = program().arg("--methods").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line == "in  Global.OpenDoc"), "{text}");
    assert!(text.lines().any(|line| line == "out Doc.Publish"), "{text}");
    assert!(text.trim_end().ends_with(" methods are in"), "{text}");
}

#[test]
fn a_fault_that_it_does_not_know_is_refused() {
    let output = program().args(["--fault", "explode"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no such fault"));
}
