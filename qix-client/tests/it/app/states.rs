//! Temporary state: alternate states and modal selections.

use std::future::IntoFuture;
use std::pin::pin;
use std::time::Duration;

use super::{count, sales, selected, settle};
use qix_client::notification::SessionState;
use qix_client::prelude::*;
use qix_test_engine::{Fault, TestEngine};

async fn states(doc: &Doc) -> Vec<String> {
    settle(doc).await;
    doc.get_app_layout().await.unwrap().state_names
}

#[tokio::test]
async fn an_alternate_state_ends_with_its_guard() {
    let (engine, _session, doc) = sales().await;
    let usual = states(&doc).await;
    doc.select("Year", [2022]).await.unwrap();

    let state = doc.alternate_state("A").await.unwrap();
    doc.select("Year", [2021]).state_name(&state).await.unwrap();
    assert_eq!(doc.select_next("Year").state_name(&state).await.unwrap().text, "2022");
    assert_eq!(doc.evaluate("Sum({A} Sales) - Sum(Sales)").await.unwrap(), "0");
    assert!(doc.alternate_state("A").await.unwrap_err().engine().is_some(), "the name is taken");
    assert!(states(&doc).await.contains(&"A".to_owned()), "the error does not remove it");
    state.end().await.unwrap();
    assert_eq!(states(&doc).await, usual);
    assert_eq!(count(&engine, "RemoveSessionAlternateState"), 1);

    let like = doc.alternate_state("B").source_state_name("$").await.unwrap();
    assert_eq!((like.name(), &*doc.evaluate("Sum({B} Sales)").await.unwrap()), ("B", "550"));
    drop(like);
    assert_eq!(states(&doc).await, usual);

    let gone = doc.alternate_state("C").await.unwrap();
    doc.remove_session_alternate_state("C").await.unwrap();
    let error = gone.end().await.unwrap_err();
    assert_eq!(error.downcast_ref::<SelectError>(), Some(&SelectError::NoState { state: "C".to_owned() }));
}

#[tokio::test]
async fn unique_states_of_programs_that_share_a_session_do_not_clash() {
    let (engine, _session, doc) = sales().await;
    let other = Session::connect(engine.url()).await.unwrap();
    let other = other.open_doc("sales").await.unwrap();
    let (one, two) = (doc.unique_state().await.unwrap(), other.unique_state().await.unwrap());
    assert_ne!(one.name(), two.name());
    doc.select("Year", [2021]).state_name(&one).await.unwrap();
    other.select("Year", [2023]).state_name(&two).await.unwrap();
    let sum = doc.value::<String>(format!("Sum({{{one}}} Sales) & ' ' & Sum({{{two}}} Sales)")).await.unwrap();
    assert_eq!(sum, "550 575");
}

#[tokio::test]
async fn a_state_whose_caller_is_gone_is_removed() {
    let (engine, _session, doc) = sales().await;
    let usual = states(&doc).await;
    engine.fault(Fault::never_answer().on("AddSessionAlternateState"));
    {
        let mut making = pin!(doc.alternate_state("A").into_future());
        // Sent, but never answered.
        tokio::select! {
            biased;
            _ = &mut making => panic!("the answer is lost"),
            () = settle(&doc) => {}
        }
    }
    assert_eq!(states(&doc).await, usual);
    assert_eq!(count(&engine, "RemoveSessionAlternateState"), 1);
}

#[tokio::test]
async fn modal_selections_are_accepted_aborted_or_dropped() {
    let (engine, _session, doc) = sales().await;
    let list = doc.create_session_object(ListObjectDef::field("Region").into()).await.unwrap();
    let other = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();

    let modal = list.begin_modal(["/qListObjectDef"]).await.unwrap();
    modal.select(["North"]).await.unwrap();
    let error = other.begin_modal(["/qListObjectDef"]).await.unwrap_err();
    assert_eq!(error.engine().unwrap().code.0, 6003);
    modal.select(["South"]).await.unwrap();
    modal.accept().await.unwrap();
    assert_eq!(selected(&doc).await, [("Region".to_owned(), "South".to_owned())]);

    let modal = list.begin_modal(["/qListObjectDef"]).await.unwrap();
    modal.select(["West"]).await.unwrap();
    modal.abort().await.unwrap();
    assert_eq!(selected(&doc).await, [("Region".to_owned(), "South".to_owned())]);

    let modal = list.begin_modal(["/qListObjectDef"]).await.unwrap();
    modal.select_matching("West").await.unwrap();
    drop(modal);
    assert_eq!(selected(&doc).await, [("Region".to_owned(), "South".to_owned())]);
    assert_eq!(count(&engine, "EndSelections"), 3);
    other.begin_modal(["/qListObjectDef"]).await.unwrap().accept().await.unwrap();
}

#[tokio::test]
async fn a_state_dropped_while_disconnected_is_removed_after_reconnecting() {
    let engine = TestEngine::builder().session_ttl(Duration::from_secs(60)).start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let usual = states(&doc).await;
    let state = doc.alternate_state("A").await.unwrap();
    let kept = doc.alternate_state("B").await.unwrap();
    session.suspend().await;
    drop(state);
    session.resume().await.unwrap();
    assert_eq!(session.state(), SessionState::Attached);
    assert_eq!(states(&doc).await.len(), usual.len() + 1);
    kept.end().await.unwrap();
    assert_eq!(states(&doc).await, usual);
}
