//! Everything that a program can hold, after a lost connection and in a new session.

use std::time::Duration;

use futures_util::StreamExt;
use qix_client::{
    Backoff, Event,
    notification::SessionState,
    resumption::{RestorationOutcome, Resumption},
};
use qix_client::{ErrorKind, prelude::*};
use qix_test_engine::TestEngine;
use std::sync::Arc;

use super::objects::{rows, table};

/// One object of each kind.
struct Held {
    doc: Doc,
    field: Field,
    sheet: GenericObject,
    child: GenericObject,
    dimension: GenericDimension,
    measure: GenericMeasure,
    bookmark: GenericBookmark,
    by_name: GenericVariable,
    by_creation: GenericVariable,
    made: GenericObject,
}

async fn hold(session: &Session) -> Held {
    let doc = session.open_doc("sales").await.unwrap();
    let info = |kind: &str| NxInfo::default().with_type(kind);
    let dimension = GenericDimensionProperties::default().with_info(info("dimension"));
    let dimension = dimension.with_dim(NxLibraryDimensionDef::default().with_field_defs(["Year".to_owned()]));
    let measure = GenericMeasureProperties::default().with_info(info("measure"));
    let measure = measure.with_measure(NxLibraryMeasureDef::default().with_label("Sold").with_def("Sum(Sales)"));
    let variable = |name: &str| {
        let properties = GenericVariableProperties::default().with_info(info("variable"));
        properties.with_name(name).with_definition("42")
    };
    let bookmark = GenericBookmarkProperties::default().with_info(info("bookmark"));
    let sheet = doc.create_object(GenericObjectProperties::of_type("sheet")).await.unwrap().object;
    doc.create_variable_ex(variable("vOne")).await.unwrap();
    let held = Held {
        field: doc.get_field("Year").await.unwrap(),
        child: sheet.create_child(GenericObjectProperties::of_type("chart")).await.unwrap().object,
        dimension: doc.create_dimension(dimension).await.unwrap().dimension,
        measure: doc.create_measure(measure).await.unwrap().measure,
        bookmark: doc.create_bookmark(bookmark).await.unwrap().bookmark,
        by_name: doc.get_variable_by_name("vOne").await.unwrap(),
        by_creation: doc.create_variable_ex(variable("vTwo")).await.unwrap().variable,
        made: doc.create_session_object(table()).await.unwrap(),
        sheet,
        doc,
    };
    let patch = |path: &str, value: &str| {
        vec![NxPatch::default().with_op(NxPatchOperationType::Add).with_path(path).with_value(value)]
    };
    held.made.apply_patches(patch("/title", "\"later\"")).await.unwrap();
    held.made.apply_patches(patch("/note", "\"soft\"")).soft_patch(true).await.unwrap();
    held
}

/// Checks that each object works and is the original one.
async fn check(held: &Held) {
    assert!(!held.doc.get_app_layout().await.unwrap().title.is_empty());
    assert_eq!(held.field.get_cardinal().await.unwrap(), 3);
    for (object, kind) in [(&held.sheet, "sheet"), (&held.child, "chart"), (&held.made, "table")] {
        assert_eq!(object.get_info().await.unwrap().type_, kind);
        assert_eq!(object.get_info().await.unwrap().id, *object.handle().id.as_ref().unwrap());
    }
    assert_eq!(held.dimension.get_properties().await.unwrap().dim.field_defs, ["Year"]);
    assert_eq!(held.measure.get_properties().await.unwrap().measure.label, "Sold");
    assert_eq!(held.bookmark.get_info().await.unwrap().type_, "bookmark");
    assert_eq!(held.by_name.get_properties().await.unwrap().name, "vOne");
    assert_eq!(held.by_creation.get_properties().await.unwrap().name, "vTwo");
    let layout = held.made.get_layout().await.unwrap();
    assert!(rows(&layout) > 1);
    let extra = |name: &str| layout.extra.get::<String>(name).unwrap().unwrap();
    assert_eq!((extra("title"), extra("note")), ("later".to_owned(), "soft".to_owned()));
    assert_eq!(held.made.get_properties().await.unwrap().extra.json("note"), None, "a soft patch is not a property");
}

async fn resumed(session: &Session, cut: impl FnOnce()) -> Arc<Resumption> {
    let mut events = session.events();
    cut();
    loop {
        match events.next().await.expect("the session resumes") {
            Event::Resumed(resumption) => return resumption,
            Event::Closed(closed) => panic!("{closed}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn everything_that_a_program_holds_is_restored() {
    let engine = TestEngine::builder().session_ttl(Duration::from_secs(600)).start().await.unwrap();
    let backoff = Backoff::default().initial_delay(Duration::from_millis(1));
    let session = Session::builder().url(engine.url()).reconnect(backoff).connect().await.unwrap();
    let held = hold(&session).await;
    check(&held).await;
    let open = session.open_handles();

    // The engine has kept the session.
    let resumption = resumed(&session, || engine.drop_sockets()).await;
    assert_eq!(resumption.state, SessionState::Attached);
    assert_eq!(resumption.objects.len(), 10);
    assert!(resumption.objects.iter().all(|object| object.outcome == RestorationOutcome::Restored), "{resumption:?}");
    check(&held).await;

    // The engine has lost the session; saved objects are found, and the session object is created again.
    held.doc.do_save().await.unwrap();
    let resumption = resumed(&session, || engine.restart()).await;
    assert_eq!(resumption.state, SessionState::Created);
    for object in &resumption.objects {
        let made = object.object.id == held.made.handle().id;
        let expected = if made { RestorationOutcome::Recreated } else { RestorationOutcome::Restored };
        assert_eq!(object.outcome, expected, "{object:?}");
    }
    check(&held).await;
    assert_eq!(session.open_handles(), open);

    // Only unsaved objects are lost.
    let unsaved = held.doc.create_object(GenericObjectProperties::of_type("sheet")).await.unwrap().object;
    let resumption = resumed(&session, || engine.restart()).await;
    let lost: Vec<_> = resumption.lost().map(|lost| lost.object.id.clone()).collect();
    assert_eq!(lost, [unsaved.handle().id.clone()]);
    let error = unsaved.get_layout().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Lost { .. }), "{error}");
    check(&held).await;
}
