//! Properties and layouts as an engine writes them, whatever was sent. The expected documents have the shape of those
//! that engine 12.1050 returned to corectl; they are compared as text because the order of members matters.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::{Value, json};

/// The value as text, with members in their original order.
fn text(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

#[tokio::test]
async fn properties_are_written_in_full_in_the_schemas_order() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let sent = json!([{
        "rank": null, "qHyperCubeDef": {
            "own": false, "qMode": "DATA_MODE_STRAIGHT", "qSuppressZero": false, "qSuppressMissing": true, "qCalcCond": "=1",
            "qInitialDataFetch": [{ "qHeight": 5 }], "qReductionMode": 1,
            "qDimensions": [{ "qDef": {
                "z": 1, "a": 2, "qFieldDefs": ["Year"],
                "qSortCriterias": [{ "qSortByAscii": 0, "qSortByNumeric": -1 }],
            } }],
        },
        "qInfo": { "qType": "table", "qId": "t" }, "qExtendsId": "",
    }]);
    let handle = client.object(1, "CreateObject", sent).await;
    let expected = concat!(
        r#"{"qInfo":{"qId":"t","qType":"table"},"qMetaDef":{},"rank":null,"qHyperCubeDef":{"#,
        r#""qDimensions":[{"qDef":{"qGrouping":"N","qFieldDefs":["Year"],"qFieldLabels":[],"#,
        r#""qSortCriterias":[{"qSortByNumeric":-1,"qExpression":{}}],"qNumberPresentations":[],"qActiveField":0,"z":1,"a":2},"#,
        r#""qOtherTotalSpec":{"qOtherMode":"OTHER_OFF","qOtherCounted":{},"qOtherLimit":{},"qOtherLimitMode":"OTHER_GT_LIMIT","#,
        r#""qForceBadValueKeeping":true,"qApplyEvenWhenPossiblyWrongResult":true,"qOtherSortMode":"OTHER_SORT_DESCENDING","#,
        r#""qTotalMode":"TOTAL_OFF","qReferencedExpression":{}},"qOtherLabel":{},"qTotalLabel":{},"qCalcCond":{},"#,
        r#""qAttributeExpressions":[],"qAttributeDimensions":[],"qCalcCondition":{"qCond":{},"qMsg":{}}}],"qMeasures":[],"#,
        r#""qInterColumnSortOrder":[],"qSuppressMissing":true,"qInitialDataFetch":[{"qLeft":0,"qTop":0,"qWidth":0,"qHeight":5}],"#,
        r#""qReductionMode":"D1","qMode":"S","qPseudoDimPos":-1,"qNoOfLeftDims":-1,"qMaxStackedCells":5000,"#,
        r#""qCalcCond":{"qv":"=1"},"qTitle":{},"qCalcCondition":{"qCond":{},"qMsg":{}},"qColumnOrder":[],"qExpansionState":[],"#,
        r#""qDynamicScript":[],"own":false}}"#,
    );
    for method in ["GetProperties", "GetEffectiveProperties"] {
        assert_eq!(text(&client.result(handle, method, json!([])).await["qProp"]), expected, "{method}");
    }
    let tree = client.result(handle, "GetFullPropertyTree", json!([])).await;
    assert_eq!(text(&tree["qPropEntry"]["qProperty"]), expected);
    // Members that were not sent can be patched too.
    let patch = json!([[{ "qOp": "replace", "qPath": "/qHyperCubeDef/qTitle/qv", "qValue": "\"'T'\"" }], true]);
    client.result(handle, "ApplyPatches", patch).await;
    let effective = client.result(handle, "GetEffectiveProperties", json!([])).await["qProp"].take();
    assert_eq!(effective["qHyperCubeDef"]["qTitle"], json!({ "qv": "'T'" }));
}

#[tokio::test]
async fn definitions_inside_a_clients_own_members_are_written_in_full_too() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let sent =
        json!([{ "qInfo": { "qType": "x" }, "kept": [{ "qListObjectDef": { "qDef": {} } }], "qChildListDef": {} }]);
    let handle = client.object(1, "CreateObject", sent).await;
    let written = client.result(handle, "GetProperties", json!([])).await["qProp"].take();
    let list = concat!(
        r#"{"qDef":{"qGrouping":"N","qFieldDefs":[],"qFieldLabels":[],"qSortCriterias":[],"qNumberPresentations":[],"#,
        r#""qActiveField":0},"qAutoSortByState":{"qDisplayNumberOfRows":0},"qFrequencyMode":"N","qInitialDataFetch":[],"qExpressions":[]}"#,
    );
    assert_eq!(text(&written["kept"][0]["qListObjectDef"]), list);
}

#[tokio::test]
async fn items_are_written_like_an_engine_does() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let info = |id: &str| json!({ "qId": id, "qType": id });
    let meta = r#"{"privileges":["read","update","delete","exportdata"]}"#;

    let sent = json!([{ "qDim": { "qFieldDefs": ["Region"] }, "qInfo": info("d") }]);
    let dimension = client.object(1, "CreateDimension", sent).await;
    let properties = r#"{"qInfo":{"qId":"d","qType":"d"},"qDim":{"qGrouping":"N","qFieldDefs":["Region"],"qFieldLabels":[]},"qMetaDef":{}}"#;
    assert_eq!(text(&client.result(dimension, "GetProperties", json!([])).await["qProp"]), properties);
    let layout = client.result(dimension, "GetLayout", json!([])).await["qLayout"].take();
    let names: Vec<_> = layout.as_object().unwrap().keys().collect();
    assert_eq!(names, ["qInfo", "qMeta", "qDim", "qDimInfos"]);
    assert_eq!(text(&layout["qMeta"]), meta);
    assert_eq!(layout["qDimInfos"][0]["qTags"], json!(["$ascii", "$text"]));

    let sent = json!([{ "qMeasure": { "title": "own", "qDef": "Sum(Sales)", "qLabel": "" }, "qInfo": info("m") }]);
    let measure = client.object(1, "CreateMeasure", sent).await;
    let body = concat!(
        r#""qMeasure":{"qDef":"Sum(Sales)","qGrouping":"N","qExpressions":[],"qActiveExpression":0,"#,
        r#""qNumFormat":{"qType":"U","qnDec":10,"qUseThou":0},"title":"own"}"#,
    );
    let properties = format!(r#"{{"qInfo":{{"qId":"m","qType":"m"}},{body},"qMetaDef":{{}}}}"#);
    assert_eq!(text(&client.result(measure, "GetProperties", json!([])).await["qProp"]), properties);
    let layout = format!(r#"{{"qInfo":{{"qId":"m","qType":"m"}},{body},"qMeta":{meta}}}"#);
    assert_eq!(text(&client.result(measure, "GetLayout", json!([])).await["qLayout"]), layout);

    let sent =
        json!([{ "tags": [], "qDefinition": "1", "qName": "v", "qInfo": info("v"), "qIncludeInBookmark": false }]);
    let variable = client.object(1, "CreateVariableEx", sent).await;
    let properties = concat!(
        r#"{"qInfo":{"qId":"v","qType":"v"},"qMetaDef":{},"qName":"v","#,
        r#""qNumberPresentation":{"qType":"U","qnDec":10,"qUseThou":0},"qDefinition":"1","tags":[]}"#,
    );
    assert_eq!(text(&client.result(variable, "GetProperties", json!([])).await["qProp"]), properties);
    let layout = format!(r#"{{"qInfo":{{"qId":"v","qType":"v"}},"qMeta":{meta},"qText":"1","qNum":1,"tags":[]}}"#);
    assert_eq!(text(&client.result(variable, "GetLayout", json!([])).await["qLayout"]), layout);
}

#[tokio::test]
async fn missing_members_of_lists_are_empty_strings() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "CreateObject", json!([{ "qInfo": { "qId": "s", "qType": "sheet" }, "rank": 1 }])).await;
    let list = json!([{
        "qInfo": { "qType": "list" },
        "qAppObjectListDef": { "qType": "sheet", "qData": { "rank": "/rank", "condition": "/showCondition" } },
    }]);
    let list = client.object(1, "CreateSessionObject", list).await;
    let layout = client.result(list, "GetLayout", json!([])).await["qLayout"].take();
    let expected = json!({ "rank": 1, "condition": "" });
    assert_eq!(layout["qAppObjectList"]["qItems"][0]["qData"], expected);
}
