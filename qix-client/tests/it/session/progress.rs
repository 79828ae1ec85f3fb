//! Progress of long calls.

use std::time::Duration;

use crate::support::{Engine, Inside, Listener, object};
use futures_util::{StreamExt, TryStreamExt};
use qix_client::Progress;
use qix_client::prelude::*;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

async fn doc() -> (Engine, Doc) {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine
    };
    let user = async {
        let builder = Session::builder().url(listener.url()).progress_interval(Duration::ZERO);
        builder.connect().await.unwrap().open_doc("sales").await.unwrap()
    };
    let (doc, engine) = tokio::join!(user, script);
    (engine, doc)
}

/// Answers the request that discards earlier messages, such as those about opening the app.
async fn drop_rest<S: AsyncRead + AsyncWrite + Unpin>(engine: &mut Engine<S>) {
    let request = engine.request().await;
    assert_eq!((&request["method"], &request["params"]["qRequestId"]), (&json!("GetProgress"), &json!(0)));
    let rest = json!({ "qStarted": true, "qFinished": true, "qPersistentProgress": "of the call before" });
    engine.push(json!({ "id": request["id"], "result": { "qProgressData": rest } })).await;
}

/// Answers a request for the progress of a call.
async fn answer_progress<S: AsyncRead + AsyncWrite + Unpin>(engine: &mut Engine<S>, about: &Value, progress: Value) {
    let request = engine.request().await;
    assert_eq!((&request["method"], &request["params"]["qRequestId"]), (&json!("GetProgress"), about));
    engine.push(json!({ "id": request["id"], "result": { "qProgressData": progress } })).await;
}

#[tokio::test]
async fn a_reload_reports_its_progress_and_then_its_result() {
    let (mut engine, doc) = doc().await;
    let script = async {
        drop_rest(&mut engine).await;
        let id = engine.expect("DoReload").await;
        answer_progress(&mut engine, &id, json!({ "qStarted": true, "qFinished": true })).await;
        answer_progress(
            &mut engine,
            &id,
            json!({ "qStarted": true, "qPersistentProgress": "a", "qErrorData": [{ "qErrorString": "e" }] }),
        )
        .await;
        // The result arrives while a request for progress is pending.
        let question = engine.expect("GetProgress").await;
        engine.push(json!({ "id": id, "result": { "qReturn": true } })).await;
        engine.push(json!({ "id": question, "result": { "qProgressData": { "qStarted": true } } })).await;
        let errors = json!([{ "qErrorString": "e" }, { "qErrorString": "f" }]);
        answer_progress(
            &mut engine,
            &id,
            json!({ "qStarted": true, "qFinished": true, "qPersistentProgress": "b", "qErrorData": errors }),
        )
        .await;
    };
    let user = async {
        let steps: Vec<_> = doc.do_reload().progress().try_collect().await.unwrap();
        let (last, updates) = steps.split_last().unwrap();
        assert_eq!(*last, Progress::Finished(true));
        let updates = updates.iter().map(|step| match step {
            Progress::Update(update) => update,
            other => panic!("{other:?}"),
        });
        let text: String = updates.clone().map(|update| &*update.persistent_progress).collect();
        let errors: Vec<_> = updates.flat_map(|update| &update.error_data).map(|error| &*error.error_string).collect();
        assert_eq!((&*text, &*errors), ("ab", &["e", "f"][..]));
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn an_interaction_is_answered_and_an_error_is_the_last_step() {
    let (mut engine, doc) = doc().await;
    let script = async {
        drop_rest(&mut engine).await;
        let id = engine.expect("DoSave").await;
        answer_progress(&mut engine, &id, json!({ "qStarted": true, "qUserInteractionWanted": true })).await;
        let done = engine.request().await;
        assert_eq!((&done["method"], &done["params"]["qRequestId"]), (&json!("InteractDone"), &id));
        let question = engine.expect("GetProgress").await;
        engine.push(json!({ "id": id, "error": { "code": 5 } })).await;
        engine.push(json!({ "id": question, "error": { "code": 2 } })).await;
        answer_progress(&mut engine, &id, json!({ "qStarted": true, "qFinished": true })).await;
    };
    let user = async {
        let mut saving = doc.do_save().progress();
        assert!(matches!(saving.next().await, Some(Ok(Progress::Update(update))) if update.user_interaction_wanted));
        assert_eq!(saving.next().await.unwrap().unwrap_err().engine().unwrap().code.0, 5);
        assert!(saving.next().await.is_none());
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn dropping_the_stream_cancels_the_call() {
    let (mut engine, doc) = doc().await;
    let script = async {
        drop_rest(&mut engine).await;
        let id = engine.expect("DoReload").await;
        answer_progress(&mut engine, &id, json!({ "qStarted": true })).await;
        loop {
            let request = engine.request().await;
            if request["method"] == "CancelRequest" && request["params"]["qRequestId"] == id {
                break;
            }
        }
    };
    let user = async {
        let mut reload = doc.do_reload().progress();
        assert!(matches!(reload.next().await, Some(Ok(Progress::Update(_)))));
    };
    tokio::join!(user, script);
}

#[tokio::test(start_paused = true)]
async fn an_app_is_followed_while_it_opens_and_found_when_it_is_open() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder).await;
    let script = async {
        let id = engine.expect("OpenDoc").await;
        answer_progress(&mut engine, &id, json!({ "qStarted": true, "qPersistentProgress": "loading" })).await;
        let question = engine.expect("GetProgress").await;
        engine.push(json!({ "id": id, "result": object("Doc", 1) })).await;
        engine.push(json!({ "id": question, "result": { "qProgressData": {} } })).await;
        answer_progress(&mut engine, &id, json!({ "qStarted": true, "qFinished": true })).await;
        // `GetActiveDoc`, which finds the app, is not a long call, so its progress is not requested.
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
    };
    let user = async {
        let steps: Vec<_> = session.open_doc("id-1").no_data(true).progress().try_collect().await.unwrap();
        let [Progress::Update(first), _, Progress::Finished(doc)] = &*steps else { panic!("{steps:?}") };
        assert_eq!((&*first.persistent_progress, doc.handle().handle), ("loading", 1));
        let again: Vec<_> = session.open_doc("id-1").progress().try_collect().await.unwrap();
        assert!(matches!(&*again, [Progress::Finished(_)]), "{again:?}");
    };
    tokio::join!(user, script);
    assert_eq!(session.calls_in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn leftover_messages_are_dropped_once_and_never_while_another_call_is_followed() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder).await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("DoSave", json!({})).await;
        drop_rest(&mut engine).await;
        let reload = engine.expect("DoReload").await;
        // Another call in the meantime.
        let save = engine.expect("DoSave").await;
        engine.push(json!({ "id": save, "result": {} })).await;
        answer_progress(&mut engine, &save, json!({ "qStarted": true, "qFinished": true })).await;
        engine.push(json!({ "id": reload, "result": { "qReturn": true } })).await;
        answer_progress(&mut engine, &reload, json!({ "qStarted": true, "qPersistentProgress": "mine" })).await;
        let save = engine.expect("DoSave").await;
        engine.push(json!({ "id": save, "result": {} })).await;
        answer_progress(&mut engine, &save, json!({})).await;
    };
    let user = async {
        let doc = session.open_doc("sales").await.unwrap();
        doc.do_save().await.unwrap();
        let reload = doc.do_reload().progress().try_collect::<Vec<_>>();
        let save = doc.do_save().progress().try_collect::<Vec<_>>();
        let (reload, save) = tokio::join!(reload, save);
        assert_eq!(save.unwrap(), [Progress::Finished(())]);
        assert!(matches!(&*reload.unwrap(), [Progress::Update(mine), _] if mine.persistent_progress == "mine"));
        doc.do_save().progress().try_collect::<Vec<_>>().await.unwrap();
    };
    tokio::join!(user, script);
}

#[tokio::test(start_paused = true)]
async fn a_response_is_not_lost_while_waiting_for_the_last_progress() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder).await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        drop_rest(&mut engine).await;
        let id = engine.expect("DoReload").await;
        sleep(Duration::from_millis(50)).await;
        engine.push(json!({ "id": id, "result": { "qReturn": true } })).await;
        engine.expect("GetProgress").await;
        // Never answered.
        engine
    };
    let user = async {
        let doc = session.open_doc("sales").await.unwrap();
        let limit = Duration::from_millis(100);
        let steps: Vec<_> = doc.do_reload().with_timeout(limit).progress().try_collect().await.unwrap();
        assert_eq!(steps, [Progress::Finished(true)]);
    };
    let ((), _engine) = tokio::join!(user, script);
    assert_eq!(session.calls_in_flight(), 0);
}
