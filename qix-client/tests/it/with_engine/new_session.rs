//! A program with state in its session, and an engine that has lost the session.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use qix_client::notification::SessionState;
use qix_client::prelude::*;
use qix_client::resumption::{RestorationOutcome, Resumption, StateLost};
use qix_client::select::AlternateState;
use qix_client::{Backoff, Event, WhenStateLost};
use qix_test_engine::TestEngine;

async fn opened(engine: &TestEngine, policy: WhenStateLost) -> (Session, Doc) {
    let backoff = Backoff::default().initial_delay(Duration::from_millis(1));
    let builder = Session::builder().url(engine.url()).reconnect(backoff).when_state_lost(policy);
    let session = builder.connect().await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    (session, doc)
}

async fn restarted(engine: &TestEngine, session: &Session) -> Arc<Resumption> {
    let mut events = session.events();
    engine.restart();
    loop {
        match events.next().await.expect("the session resumes") {
            Event::Resumed(resumption) => return resumption,
            Event::Closed(closed) => panic!("{closed}"),
            _ => {}
        }
    }
}

async fn sum(doc: &Doc) -> String {
    doc.evaluate("Sum(Sales)").await.unwrap()
}

/// Checks that a value is the same before and after a restart.
macro_rules! survives {
    ($name:ident, $doc:ident, $expected:expr, $set:block) => {
        #[tokio::test]
        async fn $name() {
            let engine = TestEngine::start().await.unwrap();
            let (session, $doc) = opened(&engine, WhenStateLost::default()).await;
            let _held = $set;
            assert_eq!(sum(&$doc).await, $expected);
            for _ in 0..2 {
                let resumption = restarted(&engine, &session).await;
                assert_eq!(resumption.lost_state, []);
                assert_eq!(sum(&$doc).await, $expected);
            }
        }
    };
}

survives!(a_selection_is_made_again, doc, "550", {
    doc.select("Year", [2021]).await.unwrap();
});

survives!(several_selections_are_made_again_in_their_order, doc, "150", {
    doc.select("Product", ["Ham"]).await.ok();
    doc.clear_all().await.unwrap();
    doc.select("Year", [2021, 2022]).await.unwrap();
    doc.select("Region", ["North"]).await.unwrap();
    doc.select_matching("Product", "P*").await.unwrap();
});

survives!(a_selection_that_was_replaced_or_cleared_is_not_made_again, doc, "550", {
    let year = doc.get_field("Year").await.unwrap();
    for search in ["2023", "2022", "2021"] {
        year.select(search).await.unwrap();
    }
    let region = doc.get_field("Region").await.unwrap();
    region.select("North").await.unwrap();
    region.clear().await.unwrap();
});

survives!(values_that_were_toggled_are_toggled_again, doc, "550", {
    let year = doc.get_field("Year").await.unwrap();
    for search in ["2022", "2021", "2022"] {
        year.toggle_select(search).await.unwrap();
    }
});

survives!(a_bookmark_is_applied_again, doc, "550", {
    doc.select("Year", [2021]).await.unwrap();
    let info = NxInfo::default().with_type("bookmark");
    let bookmark = doc.create_bookmark(GenericBookmarkProperties::default().with_info(info)).await.unwrap().bookmark;
    doc.do_save().await.unwrap();
    doc.clear_all().await.unwrap();
    bookmark.apply().await.unwrap();
    bookmark
});

survives!(a_bookmark_can_be_applied_through_the_app, doc, "550", {
    doc.select("Year", [2021]).await.unwrap();
    let info = NxInfo::default().with_type("bookmark");
    let bookmark = doc.create_bookmark(GenericBookmarkProperties::default().with_info(info)).await.unwrap().bookmark;
    let id = bookmark.handle().id.clone().unwrap();
    doc.do_save().await.unwrap();
    doc.clear_all().await.unwrap();
    doc.apply_bookmark(&id).await.unwrap();
});

survives!(a_selection_through_a_list_that_is_still_held, doc, "1125", {
    doc.select("Year", [2021]).await.unwrap();
    let list = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();
    list.select_list_object_excluded("/qListObjectDef").await.unwrap();
    list
});

#[tokio::test]
async fn a_pending_call_is_answered_with_the_selections() {
    let engine = TestEngine::start().await.unwrap();
    let (_session, doc) = opened(&engine, WhenStateLost::default()).await;
    doc.select("Year", [2021]).await.unwrap();
    engine.fault(qix_test_engine::Fault::never_answer().on("Evaluate").times(1));
    let asking = tokio::spawn({
        let doc = doc.clone();
        async move { doc.evaluate("Sum(Sales)").await }
    });
    while !engine.requests().iter().any(|request| request.method == "Evaluate") {
        tokio::task::yield_now().await;
    }
    engine.restart();
    assert_eq!(asking.await.unwrap().unwrap(), "550");
}

#[tokio::test]
async fn a_lock_is_restored() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    doc.select("Year", [2021]).await.unwrap();
    let year = doc.get_field("Year").await.unwrap();
    assert!(year.lock().await.unwrap());
    restarted(&engine, &session).await;
    assert!(!year.select("2022").await.unwrap(), "the field is locked");
    doc.clear_all().await.unwrap();
    assert_eq!(sum(&doc).await, "550");
    assert!(year.unlock().await.unwrap());
    restarted(&engine, &session).await;
    assert!(year.select("2022").await.unwrap(), "the field is not locked");
}

#[tokio::test]
async fn alternate_states_are_restored_with_their_selections_and_objects() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    doc.select("Year", [2021]).await.unwrap();
    let other = doc.alternate_state("Other").await.unwrap();
    doc.select("Year", [2022]).state_name(&other).await.unwrap();
    let copy = doc.alternate_state("Copy").source_state_name(&other).await.unwrap();
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Year")]);
    let cube = cube.with_measures([NxMeasure::expression("Sum(Sales)")]);
    let cube = cube.with_state_name(&other);
    let table = GenericObjectProperties::of_type("table").with_hyper_cube_def(cube);
    let table = doc.create_session_object(table).await.unwrap();
    let rows = || table.rows::<(i64, f64)>().try_collect::<Vec<_>>();
    let expected = rows().await.unwrap();
    assert_eq!(expected.len(), 1);
    let resumption = restarted(&engine, &session).await;
    assert_eq!(resumption.lost_state, []);
    assert_eq!(rows().await.unwrap(), expected);
    assert_eq!(sum(&doc).await, "550");
    let of = async |state: &AlternateState| doc.evaluate(&format!("Sum({{{state}}} Sales)")).await.unwrap();
    assert_eq!(of(&copy).await, of(&other).await);
    // A state that was removed is not restored.
    copy.end().await.unwrap();
    restarted(&engine, &session).await;
    let states = doc.get_app_layout().await.unwrap().state_names;
    assert_eq!(states, ["Other"]);
    drop((table, other));
    restarted(&engine, &session).await;
    assert!(doc.get_app_layout().await.unwrap().state_names.is_empty());
}

#[tokio::test]
async fn session_variables_and_values_of_variables_are_restored() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    let variable = |name: &str| {
        let properties = GenericVariableProperties::default().with_info(NxInfo::default().with_type("variable"));
        properties.with_name(name).with_definition("1")
    };
    let own = doc.create_session_variable(variable("vOwn")).await.unwrap();
    let of_app = doc.create_variable_ex(variable("vApp")).await.unwrap().variable;
    doc.do_save().await.unwrap();
    own.set_num_value(7.0).await.unwrap();
    for value in [3.0, 5.0] {
        of_app.set_num_value(value).await.unwrap();
    }
    let value = || doc.evaluate("$(vOwn) * 10 + $(vApp)");
    assert_eq!(value().await.unwrap(), "75");
    let resumption = restarted(&engine, &session).await;
    assert_eq!((resumption.lost_state.len(), resumption.lost().count()), (0, 0), "{resumption:?}");
    assert_eq!(value().await.unwrap(), "75");
    own.set_num_value(8.0).await.unwrap();
    assert_eq!(value().await.unwrap(), "85", "it is the program's variable");
    doc.destroy_session_variable_by_name("vOwn").await.unwrap();
    let resumption = restarted(&engine, &session).await;
    assert_eq!(resumption.lost_state, []);
    assert_eq!(doc.evaluate("$(vApp)").await.unwrap(), "5");
}

#[tokio::test]
async fn a_soft_patch_of_an_object_of_the_app_is_restored() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    let chart = doc.create_object(GenericObjectProperties::of_type("chart")).await.unwrap().object;
    doc.do_save().await.unwrap();
    let patch =
        |value: &str| vec![NxPatch::default().with_op(NxPatchOperationType::Add).with_path("/note").with_value(value)];
    chart.apply_patches(patch("\"soft\"")).soft_patch(true).await.unwrap();
    let note = || async { chart.get_layout().await.unwrap().extra.get::<String>("note").unwrap() };
    assert_eq!(note().await.as_deref(), Some("soft"));
    let resumption = restarted(&engine, &session).await;
    let outcomes: Vec<_> = resumption.objects.iter().map(|object| &object.outcome).collect();
    assert_eq!(outcomes, [&RestorationOutcome::Restored, &RestorationOutcome::Restored]);
    assert_eq!(note().await.as_deref(), Some("soft"));
    doc.clear_all_soft_patches().await.unwrap();
    restarted(&engine, &session).await;
    assert_eq!(note().await, None);
}

#[tokio::test]
async fn selection_mode_is_restored() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    let list = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();
    list.begin_selections(["/qListObjectDef"].map(str::to_owned).to_vec()).await.unwrap();
    list.search_list_object_for("/qListObjectDef", "2021").await.unwrap();
    list.accept_list_object_search("/qListObjectDef", false).await.unwrap();
    list.begin_selections(["/qListObjectDef"].map(str::to_owned).to_vec()).await.ok();
    assert_eq!(sum(&doc).await, "550");
    let resumption = restarted(&engine, &session).await;
    if resumption.lost_state.is_empty() {
        assert_eq!(sum(&doc).await, "550");
        list.end_selections(false).await.unwrap();
        assert_eq!(sum(&doc).await, "1675", "the mode was open");
        assert_eq!(restarted(&engine, &session).await.lost_state, []);
        assert_eq!(sum(&doc).await, "1675");
    } else {
        panic!("{:?}", resumption.lost_state);
    }
}

/// State that cannot be restored, and the error about it.
macro_rules! is_missed {
    ($name:ident, $doc:ident, $method:expr, $set:block) => {
        #[tokio::test]
        async fn $name() {
            let engine = TestEngine::start().await.unwrap();
            let (session, $doc) = opened(&engine, WhenStateLost::default()).await;
            let _held = $set;
            let before = sum(&$doc).await;
            let resumption = restarted(&engine, &session).await;
            let missing: Vec<_> = resumption.lost_state.iter().map(|lost| lost.what.clone()).collect();
            assert!(missing.iter().any(|what| what.contains($method)), "{missing:?}");
            let error = $doc.evaluate("Sum(Sales)").await.unwrap_err();
            assert_eq!(error.downcast_ref::<StateLost>().unwrap().missing, resumption.lost_state);
            assert!(error.to_string().contains($method), "{error}");
            let error = $doc.get_field("Year").await.unwrap_err();
            assert!(error.downcast_ref::<StateLost>().is_some(), "{error}");
            // It is still missing in a third session.
            restarted(&engine, &session).await;
            assert!($doc.evaluate("Sum(Sales)").await.is_err());
            // The program can handle the loss.
            let missing = session.accept_lost_state().unwrap().missing;
            assert!(!missing.is_empty());
            assert_eq!(session.accept_lost_state(), None);
            $doc.select("Year", [2021]).await.unwrap();
            assert_eq!(sum(&$doc).await, "550");
            restarted(&engine, &session).await;
            assert_eq!(sum(&$doc).await, "550");
            let _ = before;
        }
    };
}

is_missed!(a_selection_by_element_numbers, doc, "Field.LowLevelSelect", {
    let year = doc.get_field("Year").await.unwrap();
    year.low_level_select(vec![0], false).await.unwrap();
});

is_missed!(a_selection_in_a_list, doc, "GenericObject.SelectListObjectValues", {
    let list = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();
    list.select_list_object_values("/qListObjectDef", vec![0], false).await.unwrap();
    list
});

is_missed!(a_step_back, doc, "Doc.Back", {
    doc.select("Year", [2022]).await.unwrap();
    doc.select("Year", [2021]).await.unwrap();
    doc.back().await.unwrap();
});

is_missed!(a_bookmark_that_is_gone, doc, "GenericBookmark.Apply", {
    doc.select("Year", [2021]).await.unwrap();
    let info = NxInfo::default().with_type("bookmark");
    let bookmark = doc.create_bookmark(GenericBookmarkProperties::default().with_info(info)).await.unwrap().bookmark;
    doc.clear_all().await.unwrap();
    bookmark.apply().await.unwrap();
    bookmark
});

is_missed!(a_reload_that_was_not_saved, doc, "Doc.DoReload", {
    assert!(doc.do_reload().await.unwrap());
});

is_missed!(a_selection_through_an_object_that_is_gone, doc, "GenericObject.SelectListObjectExcluded", {
    doc.select("Year", [2021]).await.unwrap();
    let list = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();
    list.select_list_object_excluded("/qListObjectDef").await.unwrap();
});

#[tokio::test]
async fn cleared_state_is_not_reported_missing() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    let year = doc.get_field("Year").await.unwrap();
    year.low_level_select(vec![0], false).await.unwrap();
    doc.clear_all().await.unwrap();
    let list = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();
    list.begin_selections(vec!["/qListObjectDef".to_owned()]).await.unwrap();
    list.select_list_object_values("/qListObjectDef", vec![0], false).await.unwrap();
    list.end_selections(false).await.unwrap();
    assert_eq!(restarted(&engine, &session).await.lost_state, []);
    assert_eq!(sum(&doc).await, "1675");
}

#[tokio::test]
async fn the_program_can_disable_restoring_or_accept_the_loss() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::Fail).await;
    restarted(&engine, &session).await;
    assert_eq!(sum(&doc).await, "1675", "nothing had been set");
    doc.select("Year", [2021]).await.unwrap();
    restarted(&engine, &session).await;
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.to_string().contains("Field.SelectValues of `Year`"), "{error}");

    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::GoOn).await;
    doc.select("Region", ["North"]).await.unwrap();
    let expected = sum(&doc).await;
    let year = doc.get_field("Year").await.unwrap();
    year.low_level_select(vec![0], false).await.unwrap();
    let resumption = restarted(&engine, &session).await;
    assert_eq!(resumption.lost_state.len(), 1);
    assert_eq!(sum(&doc).await, expected);
}

#[tokio::test]
async fn thousands_of_selections_are_remembered_or_missed() {
    let engine = TestEngine::start().await.unwrap();
    let (session, doc) = opened(&engine, WhenStateLost::default()).await;
    let (year, region) = (doc.get_field("Year").await.unwrap(), doc.get_field("Region").await.unwrap());
    for _ in 0..1500 {
        year.select("2021").await.unwrap();
    }
    assert_eq!(restarted(&engine, &session).await.lost_state, []);
    assert_eq!(sum(&doc).await, "550");
    for _ in 0..700 {
        year.select("2021").await.unwrap();
        region.select("North").await.unwrap();
    }
    let resumption = restarted(&engine, &session).await;
    assert!(resumption.lost_state[0].reason.contains("too many"), "{resumption:?}");
    assert!(doc.evaluate("Sum(Sales)").await.is_err());
}

#[tokio::test]
async fn another_program_in_a_new_session_is_not_mistaken_for_the_old_session() {
    let engine = TestEngine::builder().session_ttl(Duration::from_secs(600)).start().await.unwrap();
    let connect = async || Session::builder().url(engine.url()).connect().await.unwrap();
    let session = connect().await;
    let doc = session.open_doc("sales").await.unwrap();
    doc.select("Year", [2021]).await.unwrap();
    assert_eq!(sum(&doc).await, "550");
    // The engine keeps the session, which another program of the user shares for a while.
    session.suspend().await;
    let other = connect().await;
    let others = other.open_doc("sales").await.unwrap();
    assert_eq!(sum(&others).await, "550");
    assert_eq!(session.resume().await.unwrap().lost_state, []);
    assert_eq!(sum(&doc).await, "550");
    // The session ends, and the other program is the first to return.
    session.suspend().await;
    other.close().await;
    engine.restart();
    let other = connect().await;
    let others = other.open_doc("sales").await.unwrap();
    assert_eq!(sum(&others).await, "1675");
    let resumption = session.resume().await.unwrap();
    assert_eq!(resumption.state, SessionState::Attached);
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.to_string().contains("Field.SelectValues of `Year`, because the session is another one"), "{error}");
    // The other program does not notice anything.
    assert_eq!(sum(&others).await, "1675");
    // In the common session, both can set state again.
    session.accept_lost_state().unwrap();
    doc.select("Year", [2021]).await.unwrap();
    session.suspend().await;
    assert_eq!(session.resume().await.unwrap().lost_state, []);
    assert_eq!((sum(&doc).await, sum(&others).await), ("550".to_owned(), "550".to_owned()));
}
