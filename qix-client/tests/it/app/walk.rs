//! All objects of an app.

use super::open;
use futures_util::{StreamExt, TryStreamExt};
use qix_client::{Privilege, prelude::*};
use qix_test_engine::App;
use serde_json::{Value, json};

fn node(id: &str, kind: &str, more: Value, children: Vec<Value>) -> Value {
    let mut properties = json!({ "qInfo": { "qId": id, "qType": kind } });
    for (name, value) in more.as_object().into_iter().flatten() {
        properties[name] = value.clone();
    }
    json!({ "qProperty": properties, "qChildren": children })
}

/// Two sheets: with a container in a container, and with master visualizations, one of which shows itself.
fn app() -> App {
    let inner = node("inner", "container", json!({}), vec![node("deep", "table", json!({}), vec![])]);
    let tabs = node("tabs", "container", json!({}), vec![node("bar", "barchart", json!({}), vec![]), inner]);
    let shows = |id: &str, master: &str| node(id, "linechart", json!({ "qExtendsId": master }), vec![]);
    App::new("app")
        .script("T: LOAD 1 AS N AUTOGENERATE 1;")
        .object(node("one", "sheet", json!({}), vec![tabs, shows("shown", "master")]))
        .object(node("two", "sheet", json!({}), vec![shows("again", "master"), shows("missing", "nothing")]))
        .object(node("master", "masterobject", json!({}), vec![shows("self", "master")]))
        .object(node("story", "story", json!({}), vec![node("slide", "slide", json!({}), vec![])]))
        .bookmark(json!({ "qInfo": { "qId": "shot", "qType": "snapshot" } }), [("N", vec![json!(1)])])
}

async fn paths(objects: qix_client::walk::DescendantStream) -> Vec<String> {
    let found = objects.map(|found| match found {
        Ok(found) => {
            let mark = if found.is_master { "*" } else { "" };
            [&found.path[..], &[format!("{}{mark}", found.id())]].concat().join("/")
        }
        Err(error) if error.is_not_found() => "not found".to_owned(),
        Err(error) => panic!("{error}"),
    });
    found.collect().await
}

#[tokio::test]
async fn every_object_has_its_path_at_any_depth() {
    let (_engine, session, doc) = open(app()).await;
    let before = session.open_handles();
    let expected = [
        "one",
        "two",
        "master",
        "story",
        "one/tabs",
        "one/shown",
        "two/again",
        "two/missing",
        "master/self",
        "story/slide",
        "one/tabs/bar",
        "one/tabs/inner",
        "one/shown/master*",
        "two/again/master*",
        "not found",
        "one/tabs/inner/deep",
        "one/shown/master/self",
        "two/again/master/self",
    ];
    assert_eq!(paths(doc.all_objects()).await, expected);
    assert_eq!(paths(doc.all_objects().with_concurrency(1)).await, expected);
    assert_eq!(session.open_handles(), before);
}

#[tokio::test]
async fn a_sheet_lists_what_is_below_it() {
    let (_engine, _session, doc) = open(app()).await;
    let sheet = doc.object("one").await.unwrap().unwrap();
    let found = paths(sheet.descendants()).await;
    assert_eq!(
        found,
        [
            "one/tabs",
            "one/shown",
            "one/tabs/bar",
            "one/tabs/inner",
            "one/shown/master*",
            "one/tabs/inner/deep",
            "one/shown/master/self"
        ]
    );
    let first = sheet.descendants().try_next().await.unwrap().unwrap();
    assert_eq!((first.kind(), first.properties.info.id.as_str()), ("container", "tabs"));
}

#[tokio::test]
async fn stories_masters_and_snapshots_are_listed() {
    let (_engine, _session, doc) = open(app()).await;
    let ids = |items: Vec<qix_client::lists::ObjectItem>| items.into_iter().map(|item| item.id).collect::<Vec<_>>();
    assert_eq!(ids(doc.stories().await.unwrap()), ["story"]);
    assert_eq!(ids(doc.master_objects().await.unwrap()), ["master"]);
    assert_eq!(doc.snapshots().await.unwrap()[0].id, "shot");
    assert!(doc.bookmarks().await.unwrap().is_empty());
    let sheet = doc.sheets().await.unwrap().remove(0);
    assert!(sheet.meta.privilege_set().contains(&Privilege::Update), "{:?}", sheet.meta.privileges);
    assert_eq!(doc.fields().with_derived_fields(true).await.unwrap()[0].derived_fields().count(), 0);
}
