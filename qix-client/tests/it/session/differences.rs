//! Deltas: responses that contain only the changes.

use crate::support::{Engine, object, session};
use qix_client::prelude::*;
use serde_json::{Value, json};

async fn cube() -> (Session, Engine, GenericObject) {
    let (session, mut engine) = session().await;
    let script = async {
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async { session.get_active_doc().await.unwrap().get_object("a").await.unwrap() };
    let (cube, ()) = tokio::join!(user, script);
    (session, engine, cube)
}

/// Answers a request for a layout with patches. Returns whether a delta was requested.
async fn answer(engine: &mut Engine, patches: Value) -> bool {
    let request = engine.request().await;
    assert_eq!(request["method"], "GetLayout");
    let result = json!({ "qLayout": patches });
    engine.push(json!({ "id": request["id"], "delta": true, "result": result })).await;
    request["delta"] == true
}

fn whole(id: &str) -> Value {
    json!([{ "op": "add", "path": "/", "value": { "qInfo": { "qId": id, "qType": "table" } } }])
}

#[tokio::test]
async fn a_delta_becomes_a_complete_layout() {
    let (_session, mut engine, cube) = cube().await;
    for (patches, id) in [
        (whole("one"), "one"),
        (json!([]), "one"),
        (json!([{ "op": "replace", "path": "/qInfo/qId", "value": "two" }]), "two"),
    ] {
        let (layout, asked) = tokio::join!(async { cube.get_layout().await.unwrap() }, answer(&mut engine, patches));
        assert!(asked);
        assert_eq!((&*layout.info.id, &*layout.info.type_), (id, "table"));
    }
    // A delta that is turned off, and a method that never requests one.
    let script = async {
        let request = engine.request().await;
        assert_eq!(request.get("delta"), None);
        engine.push(json!({ "id": request["id"], "result": { "qLayout": {} } })).await;
        let request = engine.request().await;
        assert_eq!((&request["method"], request.get("delta")), (&json!("GetProperties"), None));
        engine.push(json!({ "id": request["id"], "result": { "qProp": {} } })).await;
    };
    let user = async {
        cube.get_layout().with_delta(false).await.unwrap();
        cube.get_properties().with_delta(true).await.unwrap();
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_delta_whose_caller_is_gone_is_applied() {
    let (_session, mut engine, cube) = cube().await;
    {
        let mut call = std::pin::pin!(cube.get_layout().into_future());
        let script = async {
            let request = engine.request().await;
            (request["id"].clone(), engine)
        };
        let (id, same) = tokio::select! {
            _ = &mut call => panic!("not answered yet"),
            got = script => got,
        };
        engine = same;
        engine.push(json!({ "id": id, "delta": true, "result": { "qLayout": whole("one") } })).await;
    }
    let script = async {
        engine.expect("CancelRequest").await;
        answer(&mut engine, json!([{ "op": "replace", "path": "/qInfo/qType", "value": "map" }])).await
    };
    let (layout, _) = tokio::join!(async { cube.get_layout().await.unwrap() }, script);
    assert_eq!((&*layout.info.id, &*layout.info.type_), ("one", "map"));
}

#[tokio::test]
async fn an_invalid_patch_is_followed_by_a_complete_request() {
    let (_session, mut engine, cube) = cube().await;
    let script = async {
        answer(&mut engine, whole("one")).await;
        answer(&mut engine, json!([{ "op": "remove", "path": "/nothing/there" }])).await;
        for id in ["two", "three"] {
            let request = engine.request().await;
            assert_eq!(request.get("delta"), None);
            let layout = json!({ "qInfo": { "qId": id } });
            engine.push(json!({ "id": request["id"], "result": { "qLayout": layout } })).await;
        }
    };
    let user = async {
        for id in ["one", "two", "three"] {
            assert_eq!(cube.get_layout().await.unwrap().info.id, id);
        }
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_closed_handle_starts_over() {
    let (session, mut engine, old) = cube().await;
    let script = answer(&mut engine, whole("old"));
    tokio::join!(async { old.get_layout().await.unwrap() }, script);
    let script = async {
        engine.push(json!({ "close": [2] })).await;
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
        assert!(answer(&mut engine, json!([{ "op": "add", "path": "/qInfo", "value": { "qId": "new" } }])).await);
    };
    let user = async {
        let new = session.get_active_doc().await.unwrap().get_object("b").await.unwrap();
        let layout = new.get_layout().await.unwrap();
        assert_eq!((&*layout.info.id, &*layout.info.type_), ("new", ""), "nothing of the old object");
    };
    tokio::join!(user, script);
}
