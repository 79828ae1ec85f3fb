//! Deltas: responses that contain only the changes.

use futures_util::FutureExt;
use qix_client::prelude::*;
use serde_json::{Value, json};

use crate::support::{Engine, object, session};

async fn objects() -> (Session, Engine, Doc, GenericObject) {
    let (session, mut engine) = session().await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async {
        let doc = session.open_doc("sales").await.unwrap();
        let cube = doc.get_object("a").await.unwrap();
        (doc, cube)
    };
    let ((doc, cube), ()) = tokio::join!(user, script);
    (session, engine, doc, cube)
}

/// Answers the next request with patches of its only value.
async fn patch(engine: &mut Engine, name: &str, patches: Value) {
    let request = engine.request().await;
    assert_eq!(request["delta"], true, "{request}");
    engine.push(json!({ "id": request["id"], "delta": true, "result": { name: patches } })).await;
}

#[tokio::test]
async fn two_pages_share_the_delta_base() {
    let (_session, mut engine, _doc, cube) = objects().await;
    let page = |top| vec![NxPage::of_size(1, 1).with_top(top)];
    let matrix = |text: &str| json!([{ "qMatrix": [[{ "qText": text }]], "qArea": { "qWidth": 1, "qHeight": 1 } }]);
    let script = async {
        patch(&mut engine, "qDataPages", json!([{ "op": "add", "path": "/", "value": matrix("one") }])).await;
        let change = json!({ "op": "replace", "path": "/0/qMatrix/0/0/qText", "value": "two" });
        patch(&mut engine, "qDataPages", json!([change, { "op": "add", "path": "/0/qArea/qTop", "value": 1 }])).await;
    };
    let user = async {
        for (top, text) in [(0, "one"), (1, "two")] {
            let pages = cube.get_hyper_cube_data("/qHyperCubeDef", page(top)).with_delta(true).await.unwrap();
            assert_eq!((&*pages[0].matrix[0][0].text, pages[0].area.top), (text, top));
        }
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn null_and_empty_values_are_values() {
    let (_session, mut engine, doc, _cube) = objects().await;
    let script = async {
        for value in [json!("LOAD"), json!(""), json!("x"), json!(null)] {
            patch(&mut engine, "qScript", json!([{ "op": "replace", "path": "/", "value": value }])).await;
        }
        patch(&mut engine, "qScript", json!([])).await;
        for value in [1, 0] {
            patch(&mut engine, "qReturn", json!([{ "op": "add", "path": "/", "value": value }])).await;
        }
    };
    let user = async {
        for expected in ["LOAD", "", "x", "", ""] {
            assert_eq!(doc.get_script().with_delta(true).await.unwrap(), expected);
        }
        for expected in [1, 0] {
            assert_eq!(doc.back_count().with_delta(true).await.unwrap(), expected);
        }
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn long_lists_are_patched() {
    const MANY: usize = 100_000;
    let (_session, mut engine, doc, _cube) = objects().await;
    let infos: Vec<_> = (0..MANY).map(|id| json!({ "qId": id.to_string() })).collect();
    let script = async {
        patch(&mut engine, "qInfos", json!([{ "op": "add", "path": "/", "value": infos }])).await;
        let patches = json!([
            { "op": "remove", "path": "/0" },
            { "op": "add", "path": "/-", "value": { "qId": "last" } },
            { "op": "move", "from": "/0", "path": "/2" },
        ]);
        patch(&mut engine, "qInfos", patches).await;
    };
    let user = async {
        doc.get_all_infos().with_delta(true).await.unwrap();
        let infos = doc.get_all_infos().with_delta(true).await.unwrap();
        assert_eq!(infos.len(), MANY);
        let ids = [0, 1, 2, 3, MANY - 1].map(|at| &*infos[at].id);
        assert_eq!(ids, ["2", "3", "1", "4", "last"]);
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn special_names_are_ordinary_names() {
    let (_session, mut engine, _doc, cube) = objects().await;
    let script = async {
        let whole = json!({ "__proto__": { "a": 1 }, "constructor": 1 });
        patch(&mut engine, "qLayout", json!([{ "op": "add", "path": "/", "value": whole }])).await;
        let patches = json!([
            { "op": "add", "path": "/__proto__/b", "value": 2 },
            { "op": "replace", "path": "/constructor", "value": 3 },
            { "op": "add", "path": "/prototype/a/~1", "value": 4 },
        ]);
        patch(&mut engine, "qLayout", patches).await;
    };
    let user = async {
        cube.get_layout().await.unwrap();
        let layout = cube.get_layout().await.unwrap();
        let member = |name: &str| layout.extra.get::<Value>(name).unwrap().unwrap();
        assert_eq!(member("__proto__"), json!({ "a": 1, "b": 2 }));
        assert_eq!(member("constructor"), 3);
        assert_eq!(member("prototype"), json!({ "a": { "~1": 4 } }));
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_complete_response_to_a_delta_request_is_accepted() {
    let (_session, mut engine, _doc, cube) = objects().await;
    let script = async {
        let request = engine.request().await;
        assert_eq!(request["delta"], true);
        engine.push(json!({ "id": request["id"], "result": { "qLayout": { "qInfo": { "qId": "whole" } } } })).await;
    };
    let (layout, ()) = tokio::join!(async { cube.get_layout().await.unwrap() }, script);
    assert_eq!(layout.info.id, "whole");
}

#[tokio::test]
async fn deltas_are_applied_in_order_even_without_callers() {
    let (session, mut engine, _doc, cube) = objects().await;
    let set = |title: &str| json!([{ "op": "replace", "path": "/title", "value": title }]);
    let script = patch(&mut engine, "qLayout", json!([{ "op": "add", "path": "/", "value": { "n": 0 } }]));
    tokio::join!(async { cube.get_layout().await.unwrap() }, script);
    // Three calls are pending, and two of their callers go away.
    let mut calls: Vec<_> = (0..3).map(|_| Box::pin(cube.get_layout().into_future())).collect();
    for call in &mut calls {
        assert!(call.as_mut().now_or_never().is_none());
    }
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(engine.request().await["id"].clone());
    }
    let last = calls.pop().unwrap();
    drop(calls);
    assert_eq!(session.calls_in_flight(), 1);
    let patches = [set("one"), json!([{ "op": "replace", "path": "/n", "value": 2 }]), set("three")];
    for (id, patches) in ids.iter().zip(patches) {
        engine.push(json!({ "id": id, "delta": true, "result": { "qLayout": patches } })).await;
    }
    let layout = last.await.unwrap();
    assert_eq!(layout.extra.get::<i64>("n").unwrap(), Some(2));
    assert_eq!(layout.extra.get::<String>("title").unwrap().unwrap(), "three");
}
