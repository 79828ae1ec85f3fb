//! Objects: custom members are kept, and definitions become layouts.

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::{Value, json};

fn thing(id: &str, members: &Value) -> Value {
    let mut properties = json!({ "qInfo": { "qId": id, "qType": "thing" } });
    for (name, value) in members.as_object().into_iter().flatten() {
        properties[name] = value.clone();
    }
    json!([properties])
}

#[tokio::test]
async fn custom_members_of_objects_are_kept() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let own = json!({
        "rank": 0.30000000000000004, "big": 9007199254740993_i64, "cells": [{ "name": null, "row": -1 }],
        "qLayoutExclude": { "parked": { "columns": {} } },
        "qMetaDef": { "title": "T", "own": 1 },
    });
    let handle = client.object(1, "CreateObject", thing("a", &own)).await;
    let properties = client.result(handle, "GetProperties", json!([])).await;
    assert_eq!(json!([properties["qProp"]]), thing("a", &own));
    let layout = client.result(handle, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!(layout["qInfo"], json!({ "qId": "a", "qType": "thing" }));
    let privileges = ["read", "update", "delete", "exportdata"];
    assert_eq!(layout["qMeta"], json!({ "privileges": privileges, "title": "T", "own": 1 }));
    assert_eq!((&layout["rank"], &layout["cells"]), (&own["rank"], &own["cells"]));
    assert!(layout["qLayoutExclude"].is_null() && layout["qMetaDef"].is_null());
}

#[tokio::test]
async fn patches_change_the_named_members() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let handle = client.object(1, "CreateObject", thing("a", &json!({ "size": 1 }))).await;
    client.result(handle, "GetLayout", json!([])).await;
    let patch = json!([[{ "qOp": "replace", "qPath": "/size", "qValue": "2" }]]);
    assert_eq!(client.call(handle, "ApplyPatches", patch).await["change"], json!([handle]));
    assert_eq!(client.result(handle, "GetLayout", json!([])).await["qLayout"]["size"], 2);
    let nowhere = json!([[{ "qOp": "remove", "qPath": "/nowhere" }]]);
    assert_eq!(client.error(handle, "ApplyPatches", nowhere).await, 4);
}

#[tokio::test]
async fn soft_patches_belong_to_the_session() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let handle = client.object(1, "CreateObject", thing("a", &json!({ "size": 1 }))).await;
    let patch = json!([[{ "qOp": "replace", "qPath": "/size", "qValue": "2" }], true]);
    client.result(handle, "ApplyPatches", patch).await;
    let layout = client.result(handle, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!((&layout["size"], &layout["qHasSoftPatches"]), (&json!(2), &json!(true)));
    assert_eq!(client.result(handle, "GetProperties", json!([])).await["qProp"]["size"], 1);
    assert_eq!(client.result(handle, "GetEffectiveProperties", json!([])).await["qProp"]["size"], 2);

    let mut other = Client::connect(&engine, "/app/sales/identity/2").await;
    other.result(-1, "OpenDoc", json!(["sales"])).await;
    let theirs = other.object(1, "GetObject", json!(["a"])).await;
    assert_eq!(other.result(theirs, "GetLayout", json!([])).await["qLayout"]["size"], 1);

    assert_eq!(client.call(handle, "ClearSoftPatches", json!([])).await["change"], json!([handle]));
    assert!(client.result(handle, "GetLayout", json!([])).await["qLayout"]["qHasSoftPatches"].is_null());
}

#[tokio::test]
async fn a_linked_object_inherits_missing_properties() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let base = client.object(1, "CreateObject", thing("base", &json!({ "a": 1, "deep": { "x": 1, "y": 1 } }))).await;
    let own = json!({ "qExtendsId": "base", "deep": { "y": 2 } });
    let linked = client.object(1, "CreateObject", thing("linked", &own)).await;
    let layout = client.result(linked, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!((&layout["a"], &layout["deep"]), (&json!(1), &json!({ "x": 1, "y": 2 })));
    assert_eq!(layout["qExtendsId"], "base");
    let changed = client.call(base, "SetProperties", thing("base", &json!({ "a": 5 }))).await;
    assert_eq!(changed["change"], json!([linked]), "the base itself was never fetched");
    assert_eq!(client.result(linked, "GetLayout", json!([])).await["qLayout"]["a"], 5);
    let linked = client.result(base, "GetLinkedObjects", json!([])).await;
    assert_eq!(linked["qItems"][0]["qInfo"]["qId"], "linked");
    let lost = thing("lost", &json!({ "qExtendsId": "missing" }));
    assert_eq!(client.error(1, "CreateObject", lost).await, 8000);
    client.object(1, "CreateSessionObject", thing("passing", &json!({}))).await;
    let linked = thing("linked", &json!({ "qExtendsId": "passing" }));
    for method in ["CreateObject", "CreateSessionObject"] {
        assert_eq!(
            client.error(1, method, linked.clone()).await,
            8000,
            "{method}: session objects cannot be linked to"
        );
    }
}

#[tokio::test]
async fn an_object_is_got_or_created_unless_the_id_belongs_to_something_else() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let made = client.result(1, "GetOrCreateObject", thing("a", &json!({ "size": 1 }))).await;
    let got = client.result(1, "GetOrCreateObject", thing("a", &json!({ "size": 2 }))).await;
    assert_eq!((&made["qNewObject"], &got["qNewObject"]), (&json!(true), &json!(false)));
    let handle = got["qReturn"]["qHandle"].as_i64().unwrap();
    assert_eq!(client.result(handle, "GetProperties", json!([])).await["qProp"]["size"], 1);
    let other = json!([{ "qInfo": { "qId": "a", "qType": "other" } }]);
    assert_eq!(client.error(1, "GetOrCreateObject", other).await, 3, "it is an object of another type");
    let dimension = json!([{ "qInfo": { "qId": "d", "qType": "thing" }, "qDim": { "qFieldDefs": ["Year"] } }]);
    client.object(1, "CreateDimension", dimension).await;
    assert_eq!(client.error(1, "GetOrCreateObject", thing("d", &json!({}))).await, 3, "it is a dimension");
}

#[tokio::test]
async fn children_are_listed_ordered_and_moved_as_a_tree() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let list = json!({ "qChildListDef": { "qData": { "title": "/title", "id": "/qInfo/qId" } } });
    let sheet = client.object(1, "CreateObject", thing("sheet", &list)).await;
    for id in ["one", "two"] {
        client.result(sheet, "CreateChild", thing(id, &json!({ "title": id.to_uppercase() }))).await;
    }
    let layout = client.result(sheet, "GetLayout", json!([])).await;
    let items = &layout["qLayout"]["qChildList"]["qItems"];
    assert_eq!(items[1]["qData"], json!({ "title": "TWO", "id": "two" }));
    client.result(sheet, "SetChildArrayOrder", json!([["two", "one"]])).await;
    let infos = client.result(sheet, "GetChildInfos", json!([])).await;
    assert_eq!(infos["qInfos"][0]["qId"], "two");
    assert_eq!(client.error(sheet, "SetChildArrayOrder", json!([["two"]])).await, 8);

    let tree = client.result(sheet, "GetFullPropertyTree", json!([])).await["qPropEntry"].take();
    assert_eq!(tree["qChildren"][0]["qProperty"]["title"], "TWO");
    let copy = client.object(1, "CreateObject", thing("copy", &json!({}))).await;
    client.result(copy, "SetFullPropertyTree", json!([tree])).await;
    let copied = client.result(copy, "GetFullPropertyTree", json!([])).await["qPropEntry"].take();
    assert_eq!(copied["qProperty"]["qInfo"]["qId"], "copy");
    assert_eq!(copied["qChildren"][0]["qProperty"]["title"], "TWO");
    assert_ne!(copied["qChildren"][0]["qProperty"]["qInfo"]["qId"], "two", "that id is taken");

    let clone = client.result(1, "CloneObject", json!(["sheet"])).await["qCloneId"].take();
    let clone = client.object(1, "GetObject", json!([clone])).await;
    assert_eq!(client.result(clone, "GetChildInfos", json!([])).await["qInfos"].as_array().unwrap().len(), 2);
    let parent = client.object(sheet, "GetChild", json!(["one"])).await;
    assert_eq!(client.object(parent, "GetParent", json!([])).await, sheet);
    client.result(sheet, "DestroyAllChildren", json!([])).await;
    assert_eq!(client.result(sheet, "GetChildInfos", json!([])).await["qInfos"], json!([]));
}

#[tokio::test]
async fn master_items_have_layouts() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let dimension = json!([{
        "qInfo": { "qType": "dimension" }, "qDim": { "qFieldDefs": ["Year"], "qFieldLabels": ["The year"] },
        "qMetaDef": { "title": "Y" }, "coloring": { "own": true },
    }]);
    let dimension = client.object(1, "CreateDimension", dimension).await;
    let layout = client.result(dimension, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!(layout["qDim"]["qGrouping"], "N");
    assert_eq!(layout["qDimInfos"][0]["qCardinal"], 3);
    assert_eq!((&layout["qMeta"]["title"], &layout["coloring"]), (&json!("Y"), &json!({ "own": true })));
    let measure = client.object(1, "GetMeasure", json!(["total-sales"])).await;
    let definition = client.result(measure, "GetMeasure", json!([])).await;
    assert_eq!(definition["qMeasure"]["qDef"], "Sum(Sales)");
    assert_eq!(client.object(1, "GetMeasureWithLabel", json!(["Total sales"])).await, measure);
}

#[tokio::test]
async fn variable_names_are_unique() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let variable = |name: &str| json!([{ "qInfo": { "qType": "variable" }, "qName": name, "qDefinition": "5" }]);
    let created = client.result(1, "CreateVariableEx", variable("vLimit")).await;
    assert_eq!(created["qReturn"]["qType"], "GenericVariable");
    assert_eq!(client.error(1, "CreateVariableEx", variable("vLimit")).await, 18001);
    assert_eq!(client.error(1, "CreateVariableEx", variable("")).await, 18000);
    let handle = client.object(1, "GetVariableByName", json!(["vLimit"])).await;
    let layout = client.result(handle, "GetLayout", json!([])).await;
    assert_eq!((&layout["qLayout"]["qText"], &layout["qLayout"]["qNum"]), (&json!("5"), &json!(5)));
    client.result(handle, "SetDualValue", json!(["five", 5.5])).await;
    let layout = client.result(handle, "GetLayout", json!([])).await;
    assert_eq!((&layout["qLayout"]["qText"], &layout["qLayout"]["qNum"]), (&json!("five"), &json!(5.5)));
    client.result(handle, "SetStringValue", json!(["text"])).await;
    assert_eq!(client.result(handle, "GetLayout", json!([])).await["qLayout"]["qNum"], "NaN");
    assert_eq!(client.result(handle, "GetRawContent", json!([])).await["qReturn"], "text");
    let from_script = client.object(1, "GetVariableByName", json!(["DateFormat"])).await;
    let layout = client.result(from_script, "GetLayout", json!([])).await;
    assert_eq!(layout["qLayout"]["qIsScriptCreated"], true);
    assert_eq!(client.result(1, "DestroyVariableByName", json!(["vLimit"])).await["qSuccess"], true);
    assert!(client.result(1, "GetVariableByName", json!(["vLimit"])).await["qReturn"]["qHandle"].is_null());
}

#[tokio::test]
async fn a_bookmark_does_not_lose_soft_patches() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let bookmark = json!([{ "qInfo": { "qId": "b", "qType": "bookmark" } }]);
    client.object(1, "CreateBookmark", bookmark).await;
    let object = client.object(1, "CreateObject", json!([{ "qInfo": { "qId": "o", "qType": "x" } }])).await;
    client.result(1, "ReplaceBookmark", json!(["b"])).await;
    let patch = json!([[{ "qOp": "add", "qPath": "/title", "qValue": "\"t\"" }], true]);
    client.result(object, "ApplyPatches", patch).await;
    assert_eq!(client.error(1, "ReplaceBookmark", json!(["b"])).await, 20);
    client.result(1, "ReplaceBookmark", json!(["b", true])).await;
}

#[tokio::test]
async fn invalid_properties_are_refused_when_they_are_set_or_patched() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    for method in [
        "CreateObject",
        "CreateSessionObject",
        "CreateDimension",
        "CreateMeasure",
        "CreateBookmark",
        "CreateVariableEx",
        "CreateSessionVariable",
    ] {
        for info in [json!({}), json!({ "qId": "x" }), json!({ "qType": "" })] {
            let properties = json!([{ "qInfo": info, "qName": "v" }]);
            assert_eq!(client.error(1, method, properties).await, -32602, "{method}");
        }
    }
    let cube = json!([{ "qInfo": { "qId": "o", "qType": "x" }, "qHyperCubeDef": {} }]);
    let object = client.object(1, "CreateObject", cube).await;
    assert_eq!(client.error(object, "CreateChild", json!([{ "qInfo": {} }])).await, -32602);
    for (path, value) in [("/qHyperCubeDef/qDimensions", "\"x\""), ("/qHyperCubeDef/qMode", "\"pivot\"")] {
        for soft in [false, true] {
            let patch = json!([[{ "qOp": "add", "qPath": path, "qValue": value }], soft]);
            assert_eq!(client.error(object, "ApplyPatches", patch).await, -32602, "{path} {soft}");
        }
    }
    assert_eq!(client.result(1, "DestroySessionObject", json!(["o"])).await["qSuccess"], false);
    assert_eq!(client.result(1, "DestroyObject", json!(["o"])).await["qSuccess"], true);
}
