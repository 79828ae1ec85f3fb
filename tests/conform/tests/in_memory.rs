//! The facts on the in-memory engine.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use qix_client::Session;
use qix_conform::{Limits, Report, TOPICS, Target, Verdict, page, run};
use qix_test_engine::{Fault, TestEngine};
use serde_json::json;

async fn facts(engine: &TestEngine, named_apps: bool) -> Report {
    let target = Target::new(Session::builder().url(engine.url()), named_apps);
    run(&target, Limits::default(), |_| ()).await.unwrap()
}

fn named(report: &Report, verdict: Verdict) -> Vec<&'static str> {
    report.with_verdict(verdict).map(|fact| fact.id).collect()
}

#[tokio::test]
async fn all_facts_hold_in_apps_that_are_created() {
    let engine = TestEngine::start().await.unwrap();
    let report = facts(&engine, false).await;
    assert!(report.all_hold(), "{:#?}", report.with_verdict(Verdict::Fails).collect::<Vec<_>>());
    let unchecked =
        ["proxy-cookies", "tickets", "downloads", "close-codes", "aborted", "section-access", "interaction"];
    assert_eq!(named(&report, Verdict::NotChecked), unchecked);
    let saved = engine.requests().into_iter().filter(|request| request.method == "DoSave").count();
    assert_eq!((saved, engine.connections()), (0, 0));
}

#[tokio::test]
async fn all_facts_hold_in_apps_that_the_address_names() {
    let engine = TestEngine::start().await.unwrap();
    let report = facts(&engine, true).await;
    assert!(report.all_hold(), "{:#?}", report.with_verdict(Verdict::Fails).collect::<Vec<_>>());
}

#[tokio::test]
async fn facts_that_fail_are_reported_with_what_was_seen() {
    let engine = TestEngine::builder()
        .fault(Fault::set("/qLayout/qHyperCube/qSize/qcy", json!(7)).on("GetLayout"))
        .fault(Fault::error(15, "aborted").on("CheckScriptSyntax").after(1))
        .start()
        .await
        .unwrap();
    let report = facts(&engine, false).await;
    assert!(!report.all_hold());
    let json = serde_json::to_value(&report).unwrap();
    let fact = |id: &str| json["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == id).cloned().unwrap();
    assert_eq!(fact("size")["verdict"], "fails");
    assert_eq!(fact("size")["seen"], "(2, 7) instead of (2, 3)");
    assert_eq!(fact("columns")["verdict"], "holds");
    let syntax = fact("script-syntax");
    assert!(syntax["verdict"] == "fails" && syntax["seen"].as_str().unwrap().contains("15"), "{syntax}");
}

#[tokio::test]
async fn after_the_time_limit_the_remaining_facts_are_not_checked() {
    let engine = TestEngine::start().await.unwrap();
    let target = Target::new(Session::builder().url(engine.url()), false);
    let report = run(&target, Limits::default().with_all(std::time::Duration::ZERO), |_| ()).await.unwrap();
    assert_eq!(report.with_verdict(Verdict::NotChecked).count(), report.facts.len());
    assert!(report.facts[0].seen.contains("time limit"), "{}", report.facts[0].seen);
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = TOPICS.iter().flat_map(|topic| topic.facts).map(|fact| fact.id).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_page_of_the_guide_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../qix-client/src/guide/facts.md");
    let current = std::fs::read_to_string(&path).unwrap();
    assert!(current == page(), "run `cargo xtask conform --page > qix-client/src/guide/facts.md`");
}
