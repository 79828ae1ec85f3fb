//! Tests the program, from its arguments to its output.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::process::Command;

#[test]
fn a_har_file_is_a_traffic_log() {
    let path = std::env::temp_dir().join(format!("qix-verify-{}.har", std::process::id()));
    let archive = r#"{"log": {"entries": [{"_webSocketMessages": [
        {"type": "send", "time": 1.5, "opcode": 1, "data": "{\"id\":1,\"handle\":-1,\"method\":\"EngineVersion\",\"params\":[]}"},
        {"type": "receive", "time": 2, "opcode": 1, "data": "{\"id\":1,\"result\":{\"qVersion\":{\"qComponentVersion\":\"12.1\"}}}"}
    ]}]}}"#;
    fs::write(&path, archive).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_qix-verify")).arg(&path).output().unwrap();
    fs::remove_file(&path).unwrap();
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && answer.contains("same meaning, 1 values checked"), "{answer}");
}
