//! Finding, creating, and copying what an app stores.

use super::sales;
use qix_client::{OptionalExt, prelude::*};
use qix_test_engine::{App, Fault, TestEngine};
use serde_json::json;

#[tokio::test]
async fn a_missing_object_is_not_an_error_and_other_errors_stay() {
    let (engine, session, doc) = sales().await;
    assert!(doc.measure("total-sales").await.unwrap().is_some());
    assert!(doc.measure("nothing").await.unwrap().is_none());
    assert!(doc.dimension("nothing").await.unwrap().is_none());
    assert!(doc.object("nothing").await.unwrap().is_none());
    assert!(doc.variable("nothing").await.unwrap().is_none());
    assert!(doc.bookmark("nothing").await.unwrap().is_none());
    assert!(doc.get_field("nothing").await.optional().unwrap().is_none());
    engine.fault(Fault::error(5, "Access denied").on("GetMeasure"));
    assert_eq!(doc.measure("nothing").await.unwrap_err().engine().map(|error| error.code.0), Some(5));
    assert!(!session.is_closed());
    session.close().await;
    assert!(session.is_closed());
}

#[tokio::test]
async fn an_item_of_any_class_is_created_in_one_call() {
    let (_engine, _session, doc) = sales().await;
    let sheet = doc.create(GenericObjectProperties::of_type("sheet")).await.unwrap();
    assert_eq!(sheet.get_info().await.unwrap().type_, "sheet");
    let info = |kind: &str| NxInfo::default().with_type(kind);
    let variable = GenericVariableProperties::default().with_info(info("variable")).with_name("vRate");
    let variable = doc.create(variable.with_definition("2")).await;
    assert_eq!(variable.unwrap().get_layout().await.unwrap().text, "2");
    doc.select("Year", [2022]).await.unwrap();
    let bookmark = doc.create(GenericBookmarkProperties::default().with_info(info("bookmark"))).await.unwrap();
    let id = bookmark.get_info().await.unwrap().id;
    assert!(doc.bookmark(id).await.unwrap().is_some());
}

#[tokio::test]
async fn copies_have_the_same_id_and_replace_what_is_there() {
    let from = App::new("from")
        .dimension(json!({ "qInfo": { "qId": "d" }, "qDim": { "qFieldDefs": ["Year"] }, "own": { "kept": [1.50] } }))
        .measure(json!({ "qInfo": { "qId": "m" }, "qMeasure": { "qDef": "Sum(Sales)" } }))
        .variable(json!({ "qInfo": { "qId": "v" }, "qName": "vRate", "qDefinition": "7" }))
        .object(json!({
            "qProperty": { "qInfo": { "qId": "s", "qType": "sheet" }, "qMetaDef": { "title": "New" } },
            "qChildren": [{ "qProperty": { "qInfo": { "qId": "chart", "qType": "table" } } }],
        }));
    let to = App::new("to")
        .measure(json!({ "qInfo": { "qId": "m" }, "qMeasure": { "qDef": "old" } }))
        .variable(json!({ "qInfo": { "qId": "other" }, "qName": "vRate", "qDefinition": "1" }))
        .object(json!({ "qInfo": { "qId": "s", "qType": "sheet" }, "qMetaDef": { "title": "Old" } }));
    let engine = TestEngine::builder().with_app(from).with_app(to).start().await.unwrap();
    let open = async |app: &str| {
        let session = Session::builder().url(engine.url()).app(app).connect().await.unwrap();
        session.open_doc(app).await.unwrap()
    };
    let (from, to) = (open("from").await, open("to").await);

    from.get_dimension("d").await.unwrap().copy_to(&to).await.unwrap();
    let properties = to.get_dimension("d").await.unwrap().get_properties().await.unwrap();
    assert_eq!(properties.dim.field_defs, ["Year"]);
    let own: Option<serde_json::Value> = properties.extra.get("own").unwrap();
    assert_eq!(own, Some(json!({ "kept": [1.5] })));

    from.get_measure("m").await.unwrap().copy_to(&to).await.unwrap();
    let measures = to.measures().await.unwrap();
    assert_eq!((measures.len(), &*measures[0].expression), (1, "Sum(Sales)"));

    from.get_variable_by_name("vRate").await.unwrap().copy_to(&to).await.unwrap();
    assert_eq!(to.get_variable_by_name("vRate").await.unwrap().get_layout().await.unwrap().text, "7");

    let sheet = from.get_object("s").await.unwrap().copy_to(&to).await.unwrap();
    assert_eq!(sheet.get_child_infos().await.unwrap()[0].id, "chart");
    let sheets = to.sheets().await.unwrap();
    assert_eq!((sheets.len(), &*sheets[0].title), (1, "New"));
}
