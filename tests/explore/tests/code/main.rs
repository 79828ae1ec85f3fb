//! The code that the page writes compiles, and makes the calls that it was written for.
//!
//! `generated.rs` and `program.rs` are that code. They are compiled with this test, which compares them with what is
//! written now. To update them: `UPDATE=1 cargo test -p qix-explore --test code`.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod cases;
#[rustfmt::skip]
#[allow(unused_variables, clippy::all, reason = "a program of a user would go on with the values")]
mod generated;
#[rustfmt::skip]
#[allow(dead_code, clippy::all, clippy::print_stdout, reason = "compiled only, as the address does not exist")]
mod program;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cases::CASES;
use qix_client::Session;
use qix_client::record::Recorder;
use qix_codegen::companion::Companion;
use qix_codegen::model::Model;
use qix_codegen::snippet::{SnippetError, Snippets, Step};
use qix_test_engine::TestEngine;
use serde_json::{Value, json};

fn schema() -> (Model, Companion) {
    let mut model = qix_codegen::snapshot::read(qix_client::SNAPSHOT).unwrap();
    let companion = Companion::read(qix_client::COMPANION).unwrap();
    companion.complete(&mut model).unwrap();
    (model, companion)
}

/// The calls of a case, each on the object that the one before it has returned.
fn calls(case: &str) -> Vec<(String, Value)> {
    let mut calls = Vec::new();
    for line in case.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (method, params) = line.split_once(' ').unwrap_or((line, "{}"));
        calls.push((method.to_owned(), serde_json::from_str(params).unwrap_or_else(|error| panic!("{line}: {error}"))));
    }
    calls
}

fn steps(calls: &[(String, Value)]) -> Vec<Step<'_>> {
    let steps = calls.iter().enumerate();
    steps.map(|(index, (method, params))| Step { on: index.checked_sub(1), method, params }).collect()
}

/// All cases as functions, and a function that calls one by its number.
fn code(snippets: Snippets<'_>) -> String {
    let mut code = String::from(
        "//! Written by `UPDATE=1 cargo test -p qix-explore --test code`.\n\nuse std::pin::Pin;\n\nuse qix_client::prelude::*;\nuse qix_client::Json;\n\n\
         type Outcome = Result<(), Box<dyn std::error::Error>>;\n\n",
    );
    let mut table = String::new();
    for (index, case) in CASES.iter().enumerate() {
        let calls = calls(case);
        let body = snippets.body(&steps(&calls)).unwrap_or_else(|error| panic!("{case}: {error}"));
        let body: String = body.lines().fold(String::new(), |text, line| text + "    " + line + "\n");
        write!(code, "async fn call_{index}(global: Global) -> Outcome {{\n{body}    Ok(())\n}}\n\n").unwrap();
        writeln!(table, "        {index} => Box::pin(call_{index}(global)),").unwrap();
    }
    write!(
        code,
        "pub(crate) fn call(index: usize, global: Global) -> Pin<Box<dyn Future<Output = Outcome>>> {{\n    match index {{\n{table}        \
         _ => unreachable!(),\n    }}\n}}\n"
    )
    .unwrap();
    code
}

#[test]
fn the_code_is_the_code_that_is_compiled() {
    let (model, companion) = schema();
    let snippets = Snippets::new(&model, &companion);
    let selected = calls(CASES[0]);
    let program = snippets.program("ws://localhost:4848/app/", &steps(&selected)).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/code");
    for (name, text) in [("generated.rs", code(snippets)), ("program.rs", program)] {
        let path = folder.join(name);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let known = fs::read_to_string(&path).unwrap_or_default();
        assert!(known == text, "{name} differs; compare after UPDATE=1 cargo test -p qix-explore --test code");
    }
}

/// What was sent, as recorded.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<u8>>>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_code_makes_the_calls_that_it_was_written_for() {
    let (mut methods, mut failed) = (BTreeSet::new(), Vec::new());
    for (index, case) in CASES.iter().enumerate() {
        // A new engine, because some calls change the app.
        let engine = TestEngine::start().await.unwrap();
        let sent = Sent::default();
        let recorder = Recorder::new(sent.clone());
        let builder = Session::builder().url(format!("{}/app/", engine.url())).record(&recorder);
        let session = builder.connect().await.unwrap();
        if let Err(error) = generated::call(index, session.global()).await {
            failed.push(format!("{case}: {error}"));
        }
        session.close().await;
        drop((session, recorder));
        let recording = String::from_utf8(sent.0.lock().unwrap().clone()).unwrap();
        let lines = recording.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        // The client itself marks the session.
        let is_mark = |message: &Value| message["params"]["qProp"]["qInfo"]["qType"] == "qix-session-mark";
        let requests = lines.filter(|line| line["dir"] == ">").map(|line| line["msg"].clone());
        let requests = requests.filter(|message| !is_mark(message));
        let requests: Vec<_> = requests.map(|message| (message["method"].clone(), message["params"].clone())).collect();
        let calls = calls(case);
        for ((method, params), (sent_method, sent_params)) in calls.into_iter().zip(requests) {
            if sent_method != method.split_once('.').unwrap().1 || sent_params != params {
                failed.push(format!("{case}: sent {sent_method} {sent_params}"));
            }
            methods.insert(method);
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let classes: BTreeSet<&str> = methods.iter().filter_map(|method| method.split('.').next()).collect();
    assert!(methods.len() >= 40 && classes.len() >= 7, "{} methods of {classes:?}", methods.len());
}

#[test]
fn a_value_that_does_not_fit_is_an_error_with_its_place() {
    let (model, companion) = schema();
    let snippets = Snippets::new(&model, &companion);
    let error = |method: &str, params: Value| {
        snippets.body(&[Step { on: None, method, params: &params }]).unwrap_err().to_string()
    };
    assert_eq!(error("Global.Nothing", json!({})), "the schema has no method `Global.Nothing`");
    assert_eq!(error("Global.OpenDoc", json!({})), "`qDocName` is required");
    assert_eq!(error("Global.OpenDoc", json!(["a"])), "`params` must be a JSON object with the parameters by name");
    assert_eq!(error("Global.OpenDoc", json!({ "qDocName": 1 })), "`qDocName` must be a string");
    let unknown = json!({ "qDocName": "a", "qApp": "b" });
    assert_eq!(error("Global.OpenDoc", unknown), "`qApp` is not a parameter of `Global.OpenDoc`");
    let pages = |page: Value| json!({ "qPath": "/qHyperCubeDef", "qPages": [{}, page] });
    let place = |page: Value| error("GenericObject.GetHyperCubeData", pages(page));
    assert_eq!(place(json!({ "qTop": "x" })), "`qPages[1].qTop` must be an integer of the type `i32`");
    assert_eq!(place(json!({ "qTop": 5_000_000_000_i64 })), "`qPages[1].qTop` must be an integer of the type `i32`");
    assert_eq!(place(json!({ "top": 1 })), "`qPages[1].top` is not a member of `NxPage`");
    assert_eq!(place(json!(7)), "`qPages[1]` must be a JSON object, as its type is `NxPage`");
    let steps = [Step { on: Some(0), method: "Doc.GetField", params: &json!({ "qFieldName": "a" }) }];
    assert_eq!(snippets.body(&steps), Err(SnippetError::Object(0)));
}
