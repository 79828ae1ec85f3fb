//! Lists of the content of an app.

use super::{count, open, sales, settle};
use futures_util::TryStreamExt;
use qix_client::{Json, prelude::*};
use qix_test_engine::App;
use serde_json::json;

fn app() -> App {
    App::new("app")
        .script("SET DateFormat='YYYY'; SET vRate = 1.5; T: LOAD * INLINE [Year, User\n2021, a\n2022, b\n2022, c];")
        .dimension(json!({
            "qInfo": { "qId": "d", "qType": "dimension" },
            "qDim": { "qGrouping": "H", "qFieldDefs": ["Year", "User"], "qFieldLabels": ["When", "User"] },
            "qMetaDef": { "title": "Time", "description": "Years first", "tags": ["t1"] },
            "color": { "index": 7 },
        }))
        .measure(json!({
            "qInfo": { "qId": "m", "qType": "measure" },
            "qMeasure": { "qLabel": "Rows", "qDef": "Count(User)", "qNumFormat": { "qType": "I", "qFmt": "#" } },
            "qMetaDef": { "title": "Number of rows" },
        }))
        .object(json!({ "qInfo": { "qId": "s", "qType": "sheet" }, "qMetaDef": { "title": "One" }, "rank": 1.5 }))
        .object(json!({ "qInfo": { "qId": "x", "qType": "story" } }))
        .variable(json!({ "qInfo": { "qId": "v", "qType": "variable" }, "qName": "vName", "qDefinition": "=1+1" }))
}

#[tokio::test]
async fn each_list_has_typed_items() {
    let (_engine, session, doc) = open(app()).await;
    let handles = session.open_handles();

    let fields = doc.fields().await.unwrap();
    let names: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.cardinal)).collect();
    assert_eq!(names, [("Year", 2), ("User", 3)]);
    assert!(fields[0].tags.iter().any(|tag| tag == "$numeric"));

    let dimension = doc.dimensions().await.unwrap().remove(0);
    assert_eq!((&*dimension.id, &*dimension.title, &*dimension.description), ("d", "Time", "Years first"));
    assert_eq!((dimension.grouping, dimension.fields.len()), (NxGrpType::Hierarchy, 2));
    assert_eq!((dimension.labels[0].as_str(), dimension.tags), ("When", vec!["t1".to_owned()]));

    let measure = doc.measures().await.unwrap().remove(0);
    assert_eq!((&*measure.title, &*measure.expression, &*measure.label), ("Number of rows", "Count(User)", "Rows"));
    assert_eq!(measure.format.type_, FieldAttrType::Integer);

    let objects = doc.objects().await.unwrap();
    let kinds: Vec<_> = objects.iter().map(|object| (&*object.id, &*object.kind)).collect();
    assert_eq!(kinds, [("s", "sheet"), ("x", "story")]);
    let sheets = doc.sheets().await.unwrap();
    assert_eq!((sheets.len(), &*sheets[0].title), (1, "One"));

    let variables = doc.variables().await.unwrap();
    let named = |name: &str| variables.iter().find(|variable| variable.name == name).unwrap();
    assert_eq!(named("vName").definition, "=1+1");
    assert!(named("vRate").is_script_created);

    doc.select("Year", [2022]).await.unwrap();
    let title = Json::new(&json!({ "title": "This year" })).unwrap();
    let info = NxInfo::default().with_type("bookmark");
    doc.create_bookmark(GenericBookmarkProperties::default().with_info(info).with_meta_def(title)).await.unwrap();
    let bookmarks = doc.bookmarks().await.unwrap();
    assert_eq!((bookmarks.len(), &*bookmarks[0].title), (1, "This year"));

    let selections = doc.current_selections().await.unwrap();
    assert_eq!((selections.len(), &*selections[0].field, &*selections[0].selected), (1, "Year", "2022"));

    // The session objects for the lists are destroyed.
    assert_eq!(session.open_handles(), handles);
}

#[tokio::test]
async fn additional_data_of_items_is_read_by_path() {
    let (_engine, _session, doc) = open(app()).await;
    let dimension = doc.dimensions().with_data("color", "/color/index").with_data("none", "/none").await.unwrap();
    assert_eq!(dimension[0].data.get::<u8>("color").unwrap(), Some(7));
    assert_eq!(dimension[0].data.get::<String>("none").unwrap().as_deref(), Some(""), "as the engine returns it");
    assert_eq!(dimension[0].title, "Time", "the existing data is still there");

    // A definition's own data paths are kept; a name that we use is read from the definition's path.
    let definition = AppObjectListDef::default()
        .with_type("sheet")
        .with_data(Json::new(&json!({ "rank": "/rank", "description": "/qInfo/qType" })).unwrap());
    let sheet = doc.list(definition).await.unwrap().remove(0);
    assert_eq!((sheet.data.get::<f64>("rank").unwrap(), &*sheet.description), (Some(1.5), "sheet"));

    let reserved = doc.list(VariableListDef::default().with_show_reserved(true)).with_data("text", "/qDefinition");
    let reserved = reserved.await.unwrap();
    assert!(reserved.iter().any(|variable| variable.is_reserved));
    let name = reserved.iter().find(|variable| variable.name == "vName").unwrap();
    assert_eq!(name.data.to::<serde_json::Value>().unwrap(), json!({ "text": "=1+1" }));
}

#[tokio::test]
async fn a_live_list_follows_the_app_and_leaves_nothing_behind() {
    let (engine, session, doc) = open(app()).await;
    let handles = session.open_handles();
    {
        let mut measures = doc.measures().live();
        assert_eq!(measures.try_next().await.unwrap().unwrap().len(), 1);
        let second = GenericMeasureProperties::default()
            .with_info(NxInfo::default().with_id("m2").with_type("measure"))
            .with_measure(NxLibraryMeasureDef::default().with_def("Sum(Year)"));
        doc.create_measure(second).await.unwrap();
        let now = measures.try_next().await.unwrap().unwrap();
        assert_eq!(now[1].expression, "Sum(Year)");
    }
    assert_eq!(session.open_handles(), handles);
    settle(&doc).await;
    assert_eq!(count(&engine, "DestroySessionObject"), 1);
}

#[tokio::test]
async fn a_list_is_destroyed_even_if_session_objects_are_kept() {
    let (engine, _session, _) = sales().await;
    let session = Session::builder().url(engine.url() + "/app/x").keep_session_objects(true).connect().await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    drop(doc.create_session_object(HyperCubeDef::default().into()).await.unwrap());
    doc.fields().await.unwrap();
    settle(&doc).await;
    let destroyed: Vec<_> = engine.requests().into_iter().filter(|r| r.method == "DestroySessionObject").collect();
    assert_eq!(destroyed.len(), 1);
    let id = destroyed[0].params["qId"].as_str().unwrap().to_owned();
    assert!(doc.get_object(&id).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_list_that_fails_returns_one_error() {
    let (_engine, session, doc) = sales().await;
    session.close().await;
    assert!(doc.fields().await.unwrap_err().closed().is_some());
    let mut live = doc.fields().live();
    assert!(live.try_next().await.is_err());
    assert!(live.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_live_list_continues_after_a_lost_connection() {
    let (engine, _, _) = open(app()).await;
    let session = Session::connect(engine.url() + "/app/x").await.unwrap();
    let doc = session.open_doc("app").await.unwrap();
    let mut fields = doc.fields().live();
    assert_eq!(fields.try_next().await.unwrap().unwrap().len(), 2);
    session.suspend().await;
    session.resume().await.unwrap();
    assert_eq!(fields.try_next().await.unwrap().unwrap().len(), 2, "after a reconnection, the list is read again");
    doc.reload().with_script("T: LOAD 1 AS A, 2 AS B, 3 AS C AUTOGENERATE 1;").await.unwrap();
    assert_eq!(fields.try_next().await.unwrap().unwrap().len(), 3);
}
