//! Tests the program, from its arguments to its output.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use common::Sample;

fn program(log: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qix-traffic")).arg(log).args(arguments).output().unwrap()
}

/// The output of the program for a log.
fn answer(log: &str, arguments: &[&str]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(log.as_bytes()).unwrap();
    let output = program(file.path(), arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(!answer.contains("s3cret"), "{answer}");
    answer
}

/// The output line that starts with these words.
fn line<'a>(answer: &'a str, words: &[&str]) -> Vec<&'a str> {
    let mut lines = answer.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.find(|line| line.starts_with(words)).unwrap_or_else(|| panic!("no line starts with {words:?}:\n{answer}"))
}

#[test]
fn the_overview_counts_messages_and_objects() {
    let sample = Sample::of(1_000);
    let overview = answer(sample.log(), &[]);
    assert!(overview.starts_with("messages     1009 (504 sent, 505 received)"), "{overview}");
    assert!(overview.contains("calls        504: 501 answered, 3 failed, 0 found nothing, 0 without a reply"));
    assert!(overview.contains("open objects 21: 1 Doc, 20 GenericObject"));
    assert_eq!(line(&overview, &["SelectListObjectValues"])[1], "20");
}

#[test]
fn bad_lines_are_listed_by_number() {
    let log = "{\"dir\": \"<\", \"msg\": {\"method\": \"OnConnected\"}}\nPassword=s3cret\n";
    assert!(answer(log, &[]).contains("bad lines    1 (1 omitted)\n  line 2: not JSON from column 1; omitted"));
}

#[test]
fn each_option_prints_its_answer() {
    let sample = Sample::of(1_000);
    let pair = answer(sample.log(), &["--id", "42"]);
    assert!(
        pair.contains("request 42: SelectListObjectValues to handle 4, GenericObject listbox \"chart-2\" (line 84")
    );
    assert!(pair.contains("reply after 6.92 ms: ok (line 85") && pair.contains("made stale: 1 Doc \"sales.qvf\""));

    let sent = answer(sample.log(), &["--handle", "4", "--method", "select"]);
    assert!(
        sent.starts_with("handle 4: GenericObject listbox \"chart-2\", open, opened in line 9, made stale 21 times")
    );
    assert_eq!(sent.matches("SelectListObjectValues").count(), 4);

    let causes = answer(sample.log(), &["--invalidated", "13"]);
    assert_eq!(line(&causes, &["85"])[3..8], ["42", "84", "4", "GenericObject", "listbox"]);

    let objects = answer(sample.log(), &["--objects", "--limit", "0"]);
    let row = line(&objects, &["3", "GenericObject", "table", "chart-1", "open"]);
    assert_eq!(row[5..8], ["21", "21", "21"]);
    assert_eq!(line(&objects, &["100", "GenericObject", "search"])[4], "closed");
    assert!(objects.ends_with("21 of 41 open at the end\n"));

    let slowest = answer(sample.log(), &["--slowest", "3", "--method", "GetLayout"]);
    assert_eq!(slowest.lines().count(), 4);
    assert_eq!(answer(sample.log(), &["--errors"]).matches("error 2: Resource not found").count(), 3);
    assert_eq!(answer(sample.log(), &["--text", "NEEDLE-10 <B>"]).matches("GetObject").count(), 1);
    assert!(answer(sample.log(), &["--method", "GetLayout", "--limit", "5"]).contains("415 more; --limit 0 shows all"));
}

#[test]
fn a_page_is_written_to_the_given_file() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    answer(Sample::of(100).log(), &["--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("s3cret"));
}

#[test]
fn a_missing_log_is_named() {
    let output = program(Path::new("no/such/log.jsonl"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot open the log no/such/log.jsonl"));
}

#[test]
fn the_logs_of_other_programs_are_read() {
    let text = "> corectl\n--> {\"id\":1,\"handle\":-1,\"method\":\"OpenDoc\",\"params\":[\"sales\",\"\",\"s3cret\"]}\n\
                <-- {\"id\":1,\"result\":{\"qReturn\":{\"qType\":\"Doc\",\"qHandle\":1}}}\n";
    let overview = answer(text, &[]);
    assert!(overview.contains("calls        1: 1 answered"), "{overview}");
}
