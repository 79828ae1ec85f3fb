//! What an app returns about itself and its data, and what it stores for tools.

mod common;

use common::Client;
use qix_test_engine::{App, TestEngine};
use serde_json::{Value, json};

#[tokio::test]
async fn the_list_of_apps_has_thumbnails_and_times() {
    let engine = TestEngine::builder().with_app(App::new("a").title("A")).start().await.unwrap();
    let mut client = Client::open(&engine, "a").await;
    client.result(1, "SetAppProperties", json!([{ "qThumbnail": { "qUrl": "/x.png" }, "qTitle": "A" }])).await;
    client.result(1, "DoSave", json!([])).await;
    let list = client.result(-1, "GetDocList", json!([])).await["qDocList"].take();
    let entry = list.as_array().unwrap().iter().find(|entry| entry["qDocId"] == "a").unwrap();
    assert!(entry.to_string().ends_with(r#""qTitle":"A","qThumbnail":{"qUrl":"/x.png"}}"#), "{entry}");
    let days = entry["qFileTime"].as_f64().unwrap();
    assert!(days > 45_292.0, "days since December 30, 1899: {days}");
}

#[tokio::test]
async fn a_new_app_has_a_locale_and_a_script_with_all_settings() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/SessionApp_1").await;
    let app = client.object(-1, "GetActiveDoc", json!([])).await;
    let locale = client.result(app, "GetLocaleInfo", json!([])).await["qReturn"].take();
    assert_eq!((&locale["qFirstWeekDay"], &locale["qBrokenWeeks"]), (&json!(6), &json!(true)));
    assert_eq!(locale["qCalendarStrings"]["qDayNames"][0], "Mon");
    assert_eq!(locale["qCalendarStrings"]["qLongMonthNames"].as_array().unwrap().len(), 12);
    let script = client.result(app, "GetScript", json!([])).await["qScript"].as_str().unwrap().to_owned();
    for name in ["CreateSearchIndexOnReload", "LongMonthNames", "LongDayNames", "NumericalAbbreviation"] {
        assert!(script.contains(&format!("SET {name}=")), "{name}");
    }
    client.result(app, "SetScript", json!(["SET FirstWeekDay=0;\nSET DecimalSep=',';"])).await;
    client.result(app, "DoReload", json!([])).await;
    let locale = client.result(app, "GetLocaleInfo", json!([])).await["qReturn"].take();
    assert_eq!((&locale["qFirstWeekDay"], &locale["qDecimalSep"]), (&json!(0), &json!(",")));
}

#[tokio::test]
async fn lineage_and_fields_are_returned() {
    let script = "A: LOAD * INLINE [x, y\n1, a\n2, b];\nB: LOAD x, x * 2 AS z RESIDENT A;";
    let engine = TestEngine::builder().with_app(App::new("a").script(script)).start().await.unwrap();
    let mut client = Client::open(&engine, "a").await;
    let lineage = client.result(1, "GetLineage", json!([])).await["qLineage"].take();
    assert_eq!(
        lineage,
        json!([
            { "qDiscriminator": "INLINE;", "qStatement": "" }, { "qDiscriminator": "RESIDENT A;", "qStatement": "" },
        ])
    );
    let expression = "=Sum({<y={'a'}>} TOTAL <x> z) + $Rows + nowhere";
    let fields = client.result(1, "GetFieldsFromExpression", json!([expression])).await["qFieldNames"].take();
    let mut fields: Vec<String> = serde_json::from_value(fields).unwrap();
    fields.sort();
    assert_eq!(fields, ["$Rows", "x", "y", "z"]);
    assert_eq!(client.result(1, "GetLibraryContent", json!(["x"])).await["qList"], json!({ "qItems": [] }));
    assert_eq!(client.result(1, "GetFieldOnTheFlyByName", json!(["x"])).await["qName"], "");
    let matching = client.result(1, "FindMatchingFields", json!(["x", ["$integer"]])).await["qFieldNames"].take();
    assert_eq!(matching[0]["qName"], "z");
    assert_eq!(client.error(1, "FindMatchingFields", json!(["nowhere", []])).await, 2);
    let scores = client.result(1, "GetAssociationScores", json!(["A", "B"])).await["qScore"].take();
    assert_eq!(scores[0]["qFieldPairName"], "x-x");
    assert_eq!((&scores[0]["qScoreSummary"], &scores[0]["qField1Scores"]["qRowScore"]), (&json!(100), &json!(1.0)));
    let samples = client.result(1, "GetFieldAndColumnSamples", json!([[{ "qFieldName": "*" }], 1])).await;
    let first = json!({ "qFieldOrColumn": { "qFieldName": "x" }, "qValues": [{ "qText": "1", "qIsNumeric": true, "qNumber": 1 }] });
    assert_eq!(samples["qResult"][0], first);
    assert_eq!(samples["qResult"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_draft_replaces_its_object_or_is_destroyed() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let sheet = client.object(1, "CreateObject", json!([{ "qInfo": { "qId": "s", "qType": "sheet" }, "n": 1 }])).await;
    let draft = client.result(1, "CreateDraft", json!(["s"])).await["qDraftId"].as_str().unwrap().to_owned();
    let handle = client.object(1, "GetObject", json!([draft])).await;
    client.result(handle, "SetProperties", json!([{ "qInfo": { "qType": "sheet" }, "n": 2 }])).await;
    let number =
        async |client: &mut Client| client.result(sheet, "GetProperties", json!([])).await["qProp"]["n"].clone();
    assert_eq!(number(&mut client).await, 1);
    let committed = client.call(1, "CommitDraft", json!([draft])).await;
    assert_eq!(committed["close"], json!([handle]));
    assert_eq!(number(&mut client).await, 2);
    let draft = client.result(1, "CreateDraft", json!(["s"])).await["qDraftId"].take();
    assert_eq!(client.result(1, "DestroyDraft", json!([draft, "other"])).await["qSuccess"], false);
    assert_eq!(client.result(1, "DestroyDraft", json!([draft, "s"])).await["qSuccess"], true);
    assert_eq!(client.error(1, "CommitDraft", json!([draft])).await, 2);
    assert_eq!(client.error(1, "CreateDraft", json!(["nowhere"])).await, 2);
}

#[tokio::test]
async fn files_of_a_connection_are_previewed() {
    let folder = std::env::temp_dir().join(format!("qix-test-engine-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("d.csv"), "a;b\n1;x\n2;y\n").unwrap();
    let engine = TestEngine::builder().folder(&folder).start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let connection = json!([{ "qName": "data", "qType": "folder", "qConnectionString": "/data" }]);
    let id = client.result(1, "CreateConnection", connection).await["qConnectionId"].take();
    let named = |name: &str| json!([{ "qName": name, "qType": "folder", "qConnectionString": "/data" }]);
    assert_eq!(client.error(1, "CreateConnection", named("data")).await, 2000, "it exists");
    assert_eq!(client.error(1, "CreateConnection", named("")).await, 2004, "it has no name");
    assert_eq!(client.error(1, "GetConnection", json!(["nosuch"])).await, 2001, "it does not exist");
    let other = client.result(1, "CreateConnection", named("other")).await["qConnectionId"].take();
    let renamed = json!([other, { "qName": "data", "qType": "folder", "qConnectionString": "/data" }, true]);
    assert_eq!(client.error(1, "ModifyConnection", renamed).await, 2000, "the name is taken");
    let retyped = json!([other, { "qName": "other", "qType": "internet", "qConnectionString": "/data" }, true]);
    assert_eq!(client.error(1, "ModifyConnection", retyped).await, -32602, "the type cannot change");
    client.result(1, "DeleteConnection", json!([other])).await;
    let items = client.result(1, "GetFolderItemsForConnection", json!([id])).await["qFolderItems"].take();
    assert_eq!(items, json!([{ "qName": "d.csv", "qType": "FILE" }]));
    let format = client.result(1, "GuessFileType", json!([id, "d.csv"])).await["qDataFormat"].take();
    assert_eq!((&format["qType"], &format["qDelimiter"]["qScriptCode"]), (&json!("CSV"), &json!("';'")));
    let fields = client.result(1, "GetFileTableFields", json!([id, "d.csv", format, "d"])).await;
    assert_eq!(fields["qFields"][1]["qName"], "b");
    assert_eq!(fields["qFormatSpec"], "(txt, utf8, embedded labels, delimiter is ';', msq)");
    let preview = client.result(1, "GetFileTablePreview", json!([id, "d.csv", format, "d"])).await["qPreview"].take();
    assert_eq!(preview, json!([{ "qValues": ["1", "x"] }, { "qValues": ["2", "y"] }]));
    assert_eq!(client.error(1, "GuessFileType", json!([id, "../d.csv"])).await, 5);
    assert_eq!(client.error(1, "GuessFileType", json!([id, "nowhere.csv"])).await, 2);
    let content = client.result(1, "GetIncludeFileContent", json!(["lib://data/d.csv"])).await["qContent"].take();
    assert_eq!(content, "a;b\n1;x\n2;y\n");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn files_of_other_connections_are_refused() {
    let folder = std::env::temp_dir().join(format!("qix-test-engine-web-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("d.csv"), "a\n1\n").unwrap();
    let engine = TestEngine::builder().folder(&folder).start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let web = json!([{ "qName": "web", "qType": "internet", "qConnectionString": "https://example.com/d.csv" }]);
    let id = client.result(1, "CreateConnection", web).await["qConnectionId"].take();
    assert_eq!(client.error(1, "GuessFileType", json!([id, "d.csv"])).await, 20);
    assert_eq!(client.error(1, "GetIncludeFileContent", json!(["lib://nosuch/d.csv"])).await, 2001);
    for (source, error) in [
        ("lib://nosuch/d.csv", "Connection 'nosuch' not found"),
        ("lib://web", "Files of the connection 'web' of type 'internet': not implemented by the test engine"),
    ] {
        client.result(1, "SetScript", json!([format!("LET x = 1;\nLOAD * FROM [{source}] (txt);")])).await;
        let error_of = client.result(1, "DoReloadEx", json!([])).await["qResult"]["qFailureData"]["qErrors"][0].take();
        assert_eq!(error_of["qLineNumber"], 1, "{error_of}");
        assert!(error_of.to_string().contains(error), "{error_of}");
    }
    client.result(1, "SetScript", json!(["LOAD * FROM [lib://DataFiles/d.csv] (txt);"])).await;
    assert_eq!(client.result(1, "DoReload", json!([])).await["qReturn"], true);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_bookmark_returns_its_values_and_missing_ones() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let year = client.object(1, "GetField", json!(["Year"])).await;
    client.result(year, "Select", json!(["(2021|2022)"])).await;
    let bookmark = client.object(1, "CreateBookmark", json!([{ "qInfo": { "qId": "b", "qType": "bookmark" } }])).await;
    let values = json!(["Year", false, { "qStartIndex": 1, "qEndIndex": 5 }]);
    let values = client.result(bookmark, "GetFieldValues", values).await["qFieldValues"].take();
    assert_eq!(values, json!([{ "qText": "2022", "qIsNumeric": true, "qNumber": 2022 }]));
    let verified = client.result(bookmark, "ApplyAndVerify", json!([])).await["qResult"].take();
    assert_eq!(verified, json!({ "qApplySuccess": true, "qWarnings": [] }));
    client.result(1, "SetScript", json!(["T: LOAD * INLINE [Year\n2021];"])).await;
    client.result(1, "DoReload", json!([])).await;
    let verified: Value = client.result(1, "ApplyAndVerifyBookmark", json!(["b"])).await["qResult"].take();
    let warning = json!({
        "qState": "$", "qField": "Year", "qVerifyResult": "FIELD_VALUE_MISSING", "qMissingValues": ["2022"],
    });
    assert_eq!(verified["qWarnings"], json!([warning]));
}

#[tokio::test]
async fn a_table_is_profiled() {
    let script = "T: LOAD * INLINE [n, t\n1, a\n2, a\n3, \n-2, bcd];";
    let engine = TestEngine::builder().with_app(App::new("a").script(script)).start().await.unwrap();
    let mut client = Client::open(&engine, "a").await;
    let profile = client.result(1, "GetTableProfileData", json!(["T"])).await["qProfiling"].take();
    assert_eq!(profile["qNoOfRows"], 4);
    let numbers = &profile["qFieldProfiling"][0];
    let told = ["qSum", "qSum2", "qAverage", "qMedian", "qMin", "qMax"].map(|name| numbers[name].as_f64().unwrap());
    assert_eq!(told, [4.0, 18.0, 1.0, 1.5, -2.0, 3.0]);
    assert_eq!((&numbers["qNegValues"], &numbers["qPosValues"]), (&json!(1), &json!(3)));
    let texts = &profile["qFieldProfiling"][1];
    assert_eq!(
        (&texts["qTextValues"], &texts["qEmptyStrings"], &texts["qMaxStringLen"]),
        (&json!(4), &json!(1), &json!(3))
    );
    assert_eq!(texts["qMostFrequent"][0], json!({ "qSymbol": { "qText": "a", "qNumber": "NaN" }, "qFrequency": 2 }));
    assert_eq!(client.error(1, "GetTableProfileData", json!(["nowhere"])).await, 2);
}
