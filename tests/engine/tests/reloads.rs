//! Reloads: data, progress, errors, cancellation.

mod common;

use common::Client;
use qix_test_engine::{App, Fault, TestEngine};
use serde_json::{Value, json};
use std::time::Duration;

async fn progress(client: &mut Client, request: i64) -> Value {
    client.result(-1, "GetProgress", json!([request])).await["qProgressData"].take()
}

async fn session_app(engine: &TestEngine, script: &str) -> Client {
    let mut client = Client::connect(engine, "/app/engineData").await;
    client.result(-1, "CreateSessionApp", json!([])).await;
    client.result(1, "SetScript", json!([script])).await;
    client
}

const NUMBERS: &str = "Numbers:\nLOAD RecNo() AS ID AUTOGENERATE 5;";

#[tokio::test]
async fn a_reload_loads_data_and_announces_changes() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, NUMBERS).await;
    client.result(1, "GetAppLayout", json!([])).await;
    assert!(client.result(1, "GetField", json!(["ID"])).await["qReturn"]["qHandle"].is_null());
    let done = client.call(1, "DoReload", json!([])).await;
    assert_eq!((&done["result"], &done["change"]), (&json!({ "qReturn": true }), &json!([1])));
    let field = client.object(1, "GetField", json!(["ID"])).await;
    assert_eq!(client.result(field, "GetCardinal", json!([])).await["qReturn"], 5);
    assert_eq!(client.result(1, "GetAppLayout", json!([])).await["qLayout"]["qHasData"], true);
    let rows = client.result(1, "GetTableData", json!([3, 5, false, "Numbers"])).await;
    assert_eq!(rows["qData"].as_array().unwrap().len(), 2);
    let rows = client.result(1, "GetTableData", json!([-1, 3, true, "Numbers"])).await;
    let texts: Vec<_> = rows["qData"].as_array().unwrap().iter().map(|row| &row["qValue"][0]["qText"]).collect();
    assert_eq!(texts, ["ID", "1", "2"], "row -1 has the names");
    let tables = json!([{ "qcx": 0, "qcy": 0 }, { "qcx": 0, "qcy": 0 }, 0, false, false]);
    assert_eq!(client.result(1, "GetTablesAndKeys", tables).await["qtr"][0]["qName"], "Numbers");
}

#[tokio::test]
async fn keys_come_first_and_are_examined_in_the_internal_tables_only() {
    let engine = TestEngine::start().await.unwrap();
    let script = "A: LOAD * INLINE [abc, number\na, 1\nb, 2\nb, 3];\nB: LOAD * INLINE [xyz, number\nx, 3\ny, 2\ny, 1];";
    let mut client = session_app(&engine, script).await;
    client.result(1, "DoReload", json!([])).await;
    for (internal, key) in [(false, "ANY_KEY"), (true, "PERFECT_KEY")] {
        let tables = client.result(1, "GetTablesAndKeys", json!([{}, {}, 0, internal, false])).await;
        let fields = &tables["qtr"][0]["qFields"];
        assert_eq!((&fields[0]["qName"], &fields[1]["qName"]), (&json!("number"), &json!("abc")), "{tables}");
        let rows = client.result(1, "GetTableData", json!([-1, 2, internal, "A"])).await;
        let texts: Vec<_> = rows["qData"].as_array().unwrap().iter().map(|row| &row["qValue"][0]["qText"]).collect();
        assert_eq!(texts, ["number", "1"], "the columns of the rows have the same order");
        assert_eq!((&fields[0]["qKeyType"], &fields[1]["qKeyType"]), (&json!(key), &json!("NOT_KEY")), "{tables}");
    }
    let mut sizes = Vec::new();
    for field in ["number", "abc"] {
        let description = client.result(1, "GetFieldDescription", json!([field])).await["qReturn"].take();
        sizes.push((
            description["qCardinal"].as_i64(),
            description["qTotalCount"].as_i64(),
            description["qByteSize"].as_i64(),
        ));
    }
    assert_eq!(sizes, [(Some(3), Some(3), Some(33)), (Some(2), Some(3), Some(14))], "values, rows, bytes");
}

#[tokio::test]
async fn progress_is_returned_once_and_unread_messages_wait() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, NUMBERS).await;
    let id = client.send(1, "DoReload", json!([])).await;
    client.answer(id).await;
    let first = progress(&mut client, id).await;
    assert_eq!(first["qFinished"], true);
    assert!(first["qPersistentProgress"].as_str().unwrap().contains("5 Lines fetched"), "{first}");
    let codes: Vec<_> = first["qPersistentProgressMessages"].as_array().unwrap().iter().collect();
    assert!(codes.iter().any(|m| m["qMessageCode"] == 21 && m["qMessageParameters"] == json!(["5"])), "{first}");
    assert_eq!(progress(&mut client, id).await["qPersistentProgressMessages"], json!([]), "it was returned before");

    let unread = client.send(1, "DoReload", json!([])).await;
    client.answer(unread).await;
    let unknown = progress(&mut client, 4711).await;
    assert_eq!((&unknown["qFinished"], &unknown["qPersistentProgressMessages"]), (&json!(true), &json!([])));
    let zero = progress(&mut client, 0).await;
    assert!(zero["qPersistentProgress"].as_str().unwrap().contains("5 Lines fetched"), "{zero}");
}

#[tokio::test]
async fn a_running_reload_is_reported_and_excludes_another() {
    let engine =
        TestEngine::builder().fault(Fault::slow(Duration::from_secs(60)).on("DoReload")).start().await.unwrap();
    let mut client = session_app(&engine, NUMBERS).await;
    let reload = client.send(1, "DoReload", json!([])).await;
    assert_eq!(client.error(1, "DoReload", json!([])).await, 11000);
    assert_eq!(client.error(1, "SetScript", json!([""])).await, 11000);
    let running = progress(&mut client, reload).await;
    assert_eq!((&running["qStarted"], &running["qFinished"]), (&json!(true), &Value::Null));
    client.result(-1, "CancelRequest", json!([reload])).await;
    assert_eq!(client.answer(reload).await["error"]["code"], 15);
    engine.clear_faults();
    assert_eq!(client.result(1, "DoReload", json!([])).await["qReturn"], true);
}

#[tokio::test]
async fn errors_are_in_the_progress_data_if_requested() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, "LOAD Nothing RESIDENT Nowhere;").await;
    for wanted in [false, true] {
        client.result(-1, "ConfigureReload", json!([true, wanted, false])).await;
        let id = client.send(1, "DoReload", json!([])).await;
        assert_eq!(client.answer(id).await["result"], json!({ "qReturn": false }));
        let errors = progress(&mut client, id).await["qErrorData"].take();
        assert_eq!(errors.as_array().unwrap().len(), usize::from(wanted));
    }
}

#[tokio::test]
async fn a_reload_counts_the_rows_that_it_reads() {
    let engine = TestEngine::start().await.unwrap();
    let script =
        format!("{NUMBERS}\nCONCATENATE LOAD 9 AS ID AUTOGENERATE 2;\nMore:\nLOAD ID AS Copy RESIDENT Numbers;");
    let mut client = session_app(&engine, &script).await;
    let done = client.result(1, "DoReloadEx", json!([])).await["qResult"].take();
    assert_eq!(done, json!({ "qSuccess": true, "qNbrOfLoadedRows": 14, "qNbrOfStoredRows": 0 }));
}

#[tokio::test]
async fn a_failed_reload_names_its_line_counted_from_zero() {
    let engine = TestEngine::start().await.unwrap();
    let mut client =
        session_app(&engine, &format!("///$tab Main\n{NUMBERS}\n\nLOAD Nothing RESIDENT Nowhere;\n")).await;
    let done = client.result(1, "DoReloadEx", json!([])).await["qResult"].take();
    assert!(!done["qSuccess"].as_bool().unwrap_or(false));
    assert_eq!(done["qNbrOfLoadedRows"], 5);
    let error = &done["qFailureData"]["qErrors"][0];
    assert_eq!(
        (&error["qLineNumber"], &error["qTitle"]),
        (&json!(4), &json!("LOCERR_RELOAD_TABLE_X_NOT_FOUND")),
        "{done}"
    );
    client.result(1, "SetScript", json!(["LOAD Nothing RESIDENT Nowhere;"])).await;
    let done = client.result(1, "DoReloadEx", json!([])).await["qResult"].take();
    assert_eq!(done["qFailureData"]["qErrors"][0]["qLineNumber"], 0);
}

#[tokio::test]
async fn unsupported_statements_fail_the_reload_by_name() {
    let engine = TestEngine::start().await.unwrap();
    let script = "///$tab Main\nSET a = 1;\n///$tab Data\nLIB CONNECT TO 'warehouse';\nT:\nSQL SELECT x FROM y;";
    let mut client = session_app(&engine, script).await;
    assert_eq!(
        client.result(1, "CheckScriptSyntax", json!([])).await["qErrors"],
        json!([]),
        "it is not a syntax error"
    );
    client.result(-1, "ConfigureReload", json!([true, true, false])).await;
    let id = client.send(1, "DoReloadEx", json!([])).await;
    let mut result = client.answer(id).await["result"]["qResult"].take();
    let error = result["qFailureData"]["qErrors"][0].take();
    assert_eq!(error["qDescription"], "LIB CONNECT: not implemented by the test engine");
    assert_eq!(error["qLine"], "LIB CONNECT TO 'warehouse'");
    assert_eq!(error["qLineNumber"], 3, "lines count from 0, over all tabs");
    assert!(result["qSuccess"].is_null());
    let progress = progress(&mut client, id).await;
    assert_eq!(progress["qErrorData"][0]["qErrorString"], error["qDescription"]);
    let messages = progress["qPersistentProgressMessages"].as_array().unwrap();
    let codes: Vec<_> = messages.iter().map(|message| message["qMessageCode"].as_i64().unwrap()).collect();
    assert_eq!(codes, [6, 7, 10], "connecting, failed, the error");
    assert_eq!(messages[0]["qMessageParameters"], json!(["warehouse"]));

    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, "LOAD x RESIDENT nowhere;").await;
    let mut result = client.result(1, "DoReloadEx", json!([])).await;
    let error = result["qResult"]["qFailureData"]["qErrors"][0].take();
    assert_eq!((&error["qCode"], &error["qTitle"]), (&json!(11001), &json!("LOCERR_RELOAD_TABLE_X_NOT_FOUND")));
}

#[tokio::test]
async fn the_fetch_limit_applies_in_debug_mode_which_waits_for_interact_done() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, NUMBERS).await;
    client.result(1, "SetFetchLimit", json!([3])).await;
    let rows = async |client: &mut Client| {
        client.result(1, "GetTableData", json!([0, 9, false, "Numbers"])).await["qData"].as_array().unwrap().len()
    };
    client.result(1, "DoReload", json!([])).await;
    assert_eq!(rows(&mut client).await, 5);
    let id = client.send(1, "DoReload", json!([0, false, true])).await;
    while progress(&mut client, id).await["qUserInteractionWanted"] != true {}
    client.result(-1, "InteractDone", json!([id, {}])).await;
    assert_eq!(client.answer(id).await["result"]["qReturn"], true);
    assert_eq!(rows(&mut client).await, 3);
    client.result(1, "DoReloadEx", json!([{ "qRowLimit": 2 }])).await;
    assert_eq!(rows(&mut client).await, 2);
    assert_eq!(client.error(1, "DoReloadEx", json!([{ "qSkipStore": true }])).await, 20);
    // @qlik/api sends this for every member that its caller omits.
    client.result(1, "DoReloadEx", json!([{ "qRowLimit": 0 }])).await;
    assert_eq!(rows(&mut client).await, 5);
}

#[tokio::test]
async fn script_variables_are_returned_and_session_variables_are_separate() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, "SET a = 1; LET b = own;").await;
    let own = json!([{ "qInfo": { "qType": "variable" }, "qName": "own", "qDefinition": "5" }]);
    client.result(1, "CreateSessionVariable", own).await;
    client.result(1, "DoReload", json!([])).await;
    let names = async |client: &mut Client| -> Vec<String> {
        let list = json!([{ "qInfo": { "qType": "l" }, "qVariableListDef": { "qType": "variable" } }]);
        let list = client.object(1, "CreateSessionObject", list).await;
        let layout = client.result(list, "GetLayout", json!([])).await;
        let items = layout["qLayout"]["qVariableList"]["qItems"].as_array().unwrap().clone();
        items.iter().map(|item| item["qName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&mut client).await, ["a"], "the script does not see session variables");
    assert_eq!(client.result(1, "DestroyVariableByName", json!(["a"])).await["qSuccess"], false);
    assert_eq!(client.result(1, "DestroySessionVariableByName", json!(["a"])).await["qSuccess"], false);
    assert_eq!(names(&mut client).await, ["a"], "only the script can remove its variables");
    let script_variable = client.object(1, "GetVariableByName", json!(["a"])).await;
    let id = client.result(script_variable, "GetInfo", json!([])).await["qInfo"]["qId"].take();
    assert_eq!(client.result(1, "DestroyVariableById", json!([id])).await["qSuccess"], false);
    let properties = client.result(script_variable, "GetProperties", json!([])).await["qProp"].take();
    assert_eq!(client.error(script_variable, "SetProperties", json!([properties])).await, 5);
    client.result(script_variable, "SetStringValue", json!(["7"])).await;
    assert_eq!(client.result(1, "RemoveVariable", json!(["a"])).await["qReturn"], true);
    assert!(names(&mut client).await.is_empty());
    client.result(1, "DoReload", json!([])).await;
    assert_eq!(names(&mut client).await, ["a"]);
}

#[tokio::test]
async fn a_new_app_starts_with_every_variable_that_an_engine_sets() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/engineData").await;
    client.result(-1, "CreateSessionApp", json!([])).await;
    let script = client.result(1, "GetScript", json!([])).await["qScript"].as_str().unwrap().to_owned();
    for name in ["CreateSearchIndexOnReload", "LongMonthNames", "LongDayNames", "NumericalAbbreviation"] {
        assert!(script.contains(&format!("SET {name}=")), "{name}");
    }
    let id = client.send(1, "DoReload", json!([])).await;
    client.answer(id).await;
    let messages = progress(&mut client, id).await["qPersistentProgressMessages"].take();
    let codes: Vec<_> = messages.as_array().unwrap().iter().map(|m| m["qMessageCode"].clone()).collect();
    assert_eq!(codes, [22, 24], "the search index is created");
}

#[tokio::test]
async fn a_reload_waits_for_interact_done_on_an_error() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = session_app(&engine, "LOAD Nothing RESIDENT Nowhere;").await;
    client.result(-1, "ConfigureReload", json!([false, true, true])).await;
    let id = client.send(1, "DoReload", json!([])).await;
    while progress(&mut client, id).await["qUserInteractionWanted"] != true {}
    assert_eq!(client.result(-1, "GetInteract", json!([id])).await["qReturn"], true);
    client.result(-1, "InteractDone", json!([id, {}])).await;
    assert_eq!(client.answer(id).await["result"]["qReturn"], false);
}

#[tokio::test]
async fn the_last_transient_message_stays_after_the_end() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "SetScript", json!(["T: LOAD * INLINE [A\n1\n2\n3];"])).await;
    let reload = client.send(1, "DoReloadEx", json!([{ "qRowLimit": 0, "qMode": 0 }])).await;
    assert_eq!(client.answer(reload).await["result"]["qResult"]["qSuccess"], true);
    for request in [reload, 0, -1] {
        let data = progress(&mut client, request).await;
        assert_eq!(data["qFinished"], true);
        assert_eq!(data["qTransientProgressMessage"], json!({ "qMessageCode": 0, "qMessageParameters": ["3"] }));
    }
    client.result(1, "DoSave", json!([])).await;
    let empty = progress(&mut client, -1).await["qTransientProgressMessage"].take();
    assert_eq!(empty, json!({ "qMessageCode": 0, "qMessageParameters": [""] }));
    let unknown = progress(&mut client, 999).await["qTransientProgressMessage"].take();
    assert_eq!(unknown, empty);
}

#[tokio::test]
async fn every_app_has_system_fields() {
    let engine = TestEngine::builder().with_app(App::new("empty")).start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let value = client.result(1, "Evaluate", json!(["Count({<$Field={'Year'}>} $Table) & '/' & Max($FieldNo)"])).await;
    let tables = client.result(1, "GetTablesAndKeys", json!([{}, {}, 0, true, false])).await;
    let with_year = tables["qtr"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|table| table["qFields"].as_array().unwrap().iter().any(|field| field["qName"] == "Year"));
    let most = tables["qtr"].as_array().unwrap().iter().map(|table| table["qFields"].as_array().unwrap().len()).max();
    assert_eq!(value["qReturn"], format!("{}/{}", with_year.count(), most.unwrap()));
    assert!(client.object(1, "GetField", json!(["$Info"])).await > 0);

    let list = json!([{ "qInfo": { "qType": "f" }, "qFieldListDef": { "qShowSystem": true, "qShowHidden": true } }]);
    let list = client.object(1, "CreateSessionObject", list).await;
    let layout = client.result(list, "GetLayout", json!([])).await["qLayout"].take();
    let items = layout["qFieldList"]["qItems"].as_array().unwrap();
    let system = items.iter().filter(|field| field["qIsSystem"] == true && field["qIsHidden"] == true);
    assert_eq!(system.count(), 6);

    let mut empty = Client::open(&engine, "empty").await;
    assert_eq!(empty.result(1, "Evaluate", json!(["Count($Field)"])).await["qReturn"], "0");
}

#[tokio::test]
async fn a_reload_continues_after_errors_if_its_mode_says_so() {
    let engine = TestEngine::start().await.unwrap();
    let script = format!("LOAD Nothing RESIDENT Nowhere;\n{NUMBERS}");
    let mut client = session_app(&engine, &script).await;
    for mode in [0, 1] {
        assert_eq!(client.result(1, "DoReload", json!([mode])).await["qReturn"], false);
    }
    assert_eq!(client.error(1, "DoReload", json!([3])).await, 8);
    for stops in [false, true] {
        client.result(-1, "ConfigureReload", json!([stops, false, false])).await;
        assert_eq!(client.result(1, "DoReload", json!([])).await["qReturn"], !stops);
    }
    let done = client.result(1, "DoReloadEx", json!([{ "qMode": 2 }])).await["qResult"].take();
    assert_eq!((&done["qSuccess"], &done["qNbrOfLoadedRows"]), (&json!(true), &json!(5)), "{done}");
}
