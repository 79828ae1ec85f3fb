//! Reloads, with checks of the script.

use std::future::IntoFuture;

use super::{count, open, sales, settle};
use futures_util::TryStreamExt;
use qix_client::{Error, prelude::*};
use qix_client::{Progress, reload::Reloaded};
use qix_test_engine::{App, Fault};
use serde_json::json;

const SCRIPT: &str =
    "///$tab Main\r\nSET DecimalSep='.';\r\n///$tab Data\r\nT:\r\nLOAD RecNo() AS N\r\nAUTOGENERATE 10;\r\n";

fn script_error(error: &Error) -> ScriptError {
    error.downcast_ref::<ScriptError>().unwrap_or_else(|| panic!("no error of a script: {error}")).clone()
}

#[tokio::test]
async fn a_reload_is_one_call_and_saves_if_asked() {
    let (engine, _session, doc) = open(App::new("app")).await;
    let reloaded = doc.reload().with_script(SCRIPT).await.unwrap();
    assert_eq!((doc.evaluate("Sum(N)").await.unwrap().as_str(), count(&engine, "DoSave")), ("55", 0));
    assert!(reloaded.log.contains("10 Lines fetched"), "{}", reloaded.log);
    assert!(reloaded.faults.is_empty());
    doc.reload().with_save(true).await.unwrap();
    assert_eq!((count(&engine, "DoSave"), count(&engine, "SetScript")), (1, 1));
    let methods: Vec<_> = engine.requests().into_iter().map(|request| request.method).collect();
    let order = ["SetScript", "CheckScriptSyntax", "ConfigureReload", "DoReloadEx"];
    let at: Vec<_> = order.iter().map(|name| methods.iter().position(|method| method == name).unwrap()).collect();
    assert!(at.is_sorted(), "{methods:?}");
}

#[tokio::test]
async fn a_syntax_error_is_shown_with_its_line_and_nothing_runs() {
    let (engine, _session, doc) = open(App::new("app").script("T: LOAD 7 AS N AUTOGENERATE 1;")).await;
    let error = doc.reload().with_script(SCRIPT.replace("AS N", "AZ N")).await.unwrap_err();
    let expected = "the script does not parse and has not run; correct it, or reload with `with_check(false)`
tab `Data`, line 2, column 14: this does not parse
 2 | LOAD RecNo() AZ N
   |              ^^";
    assert_eq!(error.to_string(), expected);
    assert_eq!((count(&engine, "DoReloadEx"), doc.evaluate("Sum(N)").await.unwrap().as_str()), (0, "7"));

    // The app has the script now, so it can still be run.
    let error = doc.reload().with_check(false).await.unwrap_err();
    assert!(matches!(script_error(&error), ScriptError::Failed { .. }), "{error}");
    assert_eq!(count(&engine, "CheckScriptSyntax"), 1);
}

#[tokio::test]
async fn an_error_while_the_script_runs_points_to_its_statement() {
    let (engine, _session, doc) = open(App::new("app").script("T: LOAD 7 AS N AUTOGENERATE 1;")).await;
    let script = SCRIPT.replace("AUTOGENERATE 10", "RESIDENT Gone");
    let error = doc.reload().with_script(&script).with_save(true).await.unwrap_err();
    let ScriptError::Failed { faults, log, .. } = script_error(&error) else { panic!("{error}") };
    assert_eq!(faults.len(), 1, "{faults:?}");
    let place = faults[0].place.as_ref().unwrap();
    assert_eq!((&*place.tab, place.line), ("Data", 1));
    assert!(faults[0].message.contains("Gone") && log.contains("Gone"), "{faults:?}");
    assert!(error.to_string().contains(" 1 | T:\n   | ^^"), "{error}");
    assert_eq!((count(&engine, "DoSave"), doc.evaluate("Sum(N)").await.unwrap().as_str()), (0, "7"));

    // If a statement occurs twice, the engine's line tells which one failed.
    let twice = "///$tab Main\nT: LOAD 1 AS N AUTOGENERATE 1;\nDROP TABLE T;\nDROP TABLE T;";
    let error = doc.reload().with_script(twice).await.unwrap_err();
    assert_eq!(script_error(&error).faults().len(), 1, "{error}");
    assert_eq!(script_error(&error).faults()[0].place.as_ref().unwrap().line, 3);
    // Without a line there is no position, and the statement identifies the error.
    engine.fault(Fault::set("/qResult", json!({})).on("DoReloadEx"));
    let error = doc.reload().await.unwrap_err();
    assert_eq!(script_error(&error).faults()[0].place, None);
    assert!(error.to_string().contains("DROP TABLE T"), "{error}");
}

#[tokio::test]
async fn script_errors_of_engines_are_read_in_all_forms() {
    let (engine, _session, doc) = sales().await;
    let failure = json!({ "qErrors": [{ "qDescription": "No such field", "qLine": "DateFormat='YYYY-MM-DD'", "qLineNumber": 4 }] });
    engine.fault(
        Fault::set("/qResult", json!({ "qFailureData": failure, "qScriptLogFile": "/logs/x.log" })).on("DoReloadEx"),
    );
    let error = doc.reload().await.unwrap_err();
    let faults = script_error(&error).faults().to_vec();
    assert_eq!((faults[0].message.as_str(), faults[0].place.as_ref().unwrap().column), ("No such field", 5));
    assert!(error.to_string().contains("/logs/x.log"), "{error}");

    // Lines are counted from 0, in the whole script.
    doc.set_script("///$tab Main\nDROP TABLE T;\n///$tab More\nDROP TABLE T;\nDROP TABLE T;").await.unwrap();
    let failure =
        json!({ "qErrors": [{ "qDescription": "No such table", "qLine": "DROP TABLE T;", "qLineNumber": 4 }] });
    engine.fault(Fault::set("/qResult", json!({ "qFailureData": failure })).on("DoReloadEx"));
    let error = doc.reload().with_check(false).await.unwrap_err();
    let places: Vec<_> = script_error(&error).faults().iter().filter_map(|fault| fault.place.clone()).collect();
    assert_eq!((places.len(), &*places[0].tab, places[0].line), (1, "More", 2), "{error}");

    engine.fault(Fault::set("/qResult", json!({ "qEndedWithMemoryConstraint": true })).on("DoReloadEx"));
    let error = doc.reload().await.unwrap_err();
    assert!(error.to_string().contains("memory"), "{error}");

    // A position outside of the script is ignored.
    engine.fault(Fault::set("/qErrors", json!([{ "qTextPos": 99999, "qTabIx": 9 }])).on("CheckScriptSyntax"));
    let error = doc.reload().await.unwrap_err();
    assert!(error.to_string().ends_with("\nthis does not parse"), "{error}");

    // The marker for consequential errors is not an error.
    let two = json!([{ "qErrLen": 3 }, { "qErrLen": 5, "qTextPos": 4, "qSecondaryFailure": true }]);
    engine.fault(Fault::set("/qErrors", two).on("CheckScriptSyntax"));
    assert_eq!(script_error(&doc.reload().await.unwrap_err()).faults().len(), 1);
}

#[tokio::test]
async fn a_reload_can_be_followed() {
    let (_engine, _session, doc) = open(App::new("app")).await;
    let mut steps = doc.reload().with_script(SCRIPT).progress();
    let (mut text, mut done) = (String::new(), None::<Reloaded>);
    while let Some(step) = steps.try_next().await.unwrap() {
        match step {
            Progress::Update(update) => text.push_str(&update.persistent_progress),
            Progress::Finished(reloaded) => done = Some(reloaded),
            other => panic!("{other:?}"),
        }
    }
    let done = done.unwrap();
    assert_eq!((done.log, done.loaded_rows, done.stored_rows), (text.clone(), 10, 0));
    assert!(text.contains("10 Lines fetched"), "{text}");

    let mut steps = doc.reload().with_script("LOAD 1 AS;").progress();
    assert!(matches!(script_error(&steps.try_next().await.unwrap_err()), ScriptError::Syntax { .. }));
    assert!(steps.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_reload_that_continues_reports_its_errors() {
    let (engine, _session, doc) = sales().await;
    doc.reload().with_params(DoReloadExParams::default().with_mode(2)).await.unwrap();
    let configured = engine.requests().into_iter().find(|request| request.method == "ConfigureReload").unwrap();
    assert_eq!(configured.params["qCancelOnScriptError"], false);
    assert_eq!(configured.params["qUseErrorData"], true);
}

#[tokio::test]
async fn a_script_is_checked_without_running_it() {
    let (engine, _session, doc) = open(App::new("app").script(SCRIPT)).await;
    doc.check_script().await.unwrap();
    doc.check_script().with_script("LET x = 1;").await.unwrap();
    let error = doc.check_script().with_script("T:\nLOAD 1 AZ A;").await.unwrap_err();
    let ScriptError::Syntax { faults } = script_error(&error) else { panic!("{error}") };
    let place = faults[0].place.as_ref().unwrap();
    assert_eq!((place.line, &*place.text), (2, "LOAD 1 AZ A;"));
    assert_eq!((doc.get_script().await.unwrap().as_str(), count(&engine, "DoReloadEx")), (SCRIPT, 0));
}

#[tokio::test]
async fn a_failed_reload_can_restore_the_script() {
    let (engine, _session, doc) = open(App::new("app").script(SCRIPT)).await;
    let script = async || doc.get_script().await.unwrap();
    for broken in ["LOAD 1 AZ A;", "LOAD * RESIDENT Gone;"] {
        let error = doc.reload().with_script(broken).with_rollback(true).await.unwrap_err();
        assert!(!script_error(&error).faults().is_empty(), "{error}");
        assert_eq!(script().await, SCRIPT, "{broken}");
    }
    engine.fault(Fault::error(11_000, "Reload in progress").on("DoReloadEx").times(1));
    doc.reload().with_script("LET x = 1;").with_rollback(true).await.unwrap_err();
    assert_eq!(script().await, SCRIPT);

    // A reload that is dropped while it runs cannot restore the script: the engine refuses to change it.
    engine.fault(Fault::never_answer().on("CheckScriptSyntax").times(1));
    let checks = count(&engine, "CheckScriptSyntax");
    let reload = doc.reload().with_script("LET x = 1;").with_rollback(true);
    tokio::select! {
        biased;
        _ = reload.into_future() => panic!("the answer is lost"),
        () = async { while count(&engine, "CheckScriptSyntax") == checks { settle(&doc).await } } => {}
    }
    assert_eq!(script().await, SCRIPT, "it is restored if the reload is dropped");

    doc.reload().with_script("LET x = 1;").with_rollback(true).await.unwrap();
    assert_eq!(script().await, "LET x = 1;");
    doc.reload().with_script("LOAD 1 AZ A;").await.unwrap_err();
    assert_eq!(script().await, "LOAD 1 AZ A;");
}

#[tokio::test]
async fn a_script_that_cannot_be_restored_is_reported() {
    let (engine, _session, doc) = open(App::new("app").script(SCRIPT)).await;
    engine.fault(Fault::error(5, "Access denied").on("SetScript").after(1).times(1));
    let error = doc.reload().with_script("LOAD 1 AZ A;").with_rollback(true).await.unwrap_err();
    let ScriptError::NotRestored { failure, reason } = script_error(&error) else { panic!("{error}") };
    assert!(failure.contains("does not parse") && reason.contains("Access denied"), "{error}");
}
