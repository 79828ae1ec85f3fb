//! Apps, objects, selections and reloads.

use futures_util::TryStreamExt;
use qix_client::prelude::*;
use qix_client::{Progress, notification::SessionState};
use qix_test_engine::TestEngine;

pub(crate) fn table() -> GenericObjectProperties {
    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Year")])
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_initial_data_fetch([NxPage::of_size(2, 100)]);
    GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)
}

pub(crate) fn rows(layout: &GenericObjectLayout) -> usize {
    layout.hyper_cube.as_ref().unwrap().data_pages.iter().map(|page| page.matrix.len()).sum()
}

#[tokio::test]
async fn layouts_follow_selections() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    assert_eq!(session.state(), SessionState::Created);
    let doc = session.open_doc("sales").await.unwrap();
    let cube = doc.create_session_object(table()).await.unwrap();
    let mut layouts = cube.layouts();
    let before = rows(&layouts.try_next().await.unwrap().unwrap());
    assert!(before > 1);
    let year = doc.get_field("Year").await.unwrap();
    let first = cube.get_layout().await.unwrap().hyper_cube.unwrap().data_pages[0].matrix[0][0].text.clone();
    assert!(year.select(&first).await.unwrap());
    assert_eq!(rows(&layouts.try_next().await.unwrap().unwrap()), 1);
    doc.clear_all().await.unwrap();
    assert_eq!(rows(&layouts.try_next().await.unwrap().unwrap()), before);
    assert!(engine.requests().iter().any(|request| request.delta), "layouts are requested as deltas");
}

#[tokio::test]
async fn layouts_from_deltas_equal_complete_ones() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let cube = doc.create_session_object(table()).await.unwrap();
    let year = doc.get_field("Year").await.unwrap();
    for text in ["2020", "2021", "2020", "nothing", "2022"] {
        year.select(text).await.unwrap();
        let merged = cube.get_layout().await.unwrap();
        assert_eq!(merged, cube.get_layout().with_delta(false).await.unwrap());
        let page = [NxPage::of_size(2, 100)];
        let merged = cube.get_hyper_cube_data("/qHyperCubeDef", page.to_vec()).with_delta(true).await.unwrap();
        let whole = cube.get_hyper_cube_data("/qHyperCubeDef", page.to_vec()).await.unwrap();
        assert_eq!(merged, whole);
    }
}

#[tokio::test]
async fn a_second_connection_joins_the_session() {
    let engine = TestEngine::start().await.unwrap();
    let connect = || async { Session::connect(engine.url()).await.unwrap() };
    let (one, two) = (connect().await, connect().await);
    assert_eq!(two.state(), SessionState::Attached);
    let first = one.open_doc("sales").await.unwrap();
    let second = two.open_doc("sales").await.unwrap();
    assert_eq!(first.handle().id, second.handle().id);
    one.open_doc("sales").await.unwrap();
}

#[tokio::test]
async fn session_objects_are_destroyed_with_their_last_handle() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let cube = doc.create_session_object(table()).await.unwrap();
    let id = cube.handle().id.clone().unwrap();
    let open = session.open_handles();
    drop(cube);
    assert_eq!(session.open_handles(), open - 1);
    assert!(doc.get_object(&id).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_reload_is_followed_to_its_end() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let steps: Vec<_> = doc.do_reload().progress().try_collect().await.unwrap();
    assert_eq!(*steps.last().unwrap(), Progress::Finished(true));
    assert!(
        steps.iter().any(|step| matches!(step, Progress::Update(update) if !update.persistent_progress.is_empty()))
    );
}

#[tokio::test]
async fn errors_of_a_reload_have_positions() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let steps: Vec<_> = session.open_doc("sales").progress().try_collect().await.unwrap();
    let Some(Progress::Finished(doc)) = steps.last() else { panic!("{steps:?}") };
    doc.set_script("LOAD 1 AS One AUTOGENERATE 1;\nLOAD * FROM [nothing.csv] (txt);").await.unwrap();
    session.configure_reload(true, true, false).await.unwrap();
    let steps: Vec<_> = doc.do_reload().progress().try_collect().await.unwrap();
    assert_eq!(*steps.last().unwrap(), Progress::Finished(false));
    let updates = steps.iter().filter_map(|step| if let Progress::Update(update) = step { Some(update) } else { None });
    let errors: Vec<_> = updates.flat_map(|update| &update.error_data).collect();
    let [error] = &*errors else { panic!("{errors:?}") };
    assert!(error.line.contains("nothing.csv"), "{error:?}");
    assert!(!error.error_string.is_empty() && error.message.message_code != 0, "{error:?}");
}
