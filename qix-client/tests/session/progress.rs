//! Long calls, followed while they run.

use std::pin::pin;
use std::time::Duration;

use super::support::{Engine, Listener, object};
use futures_util::{StreamExt, TryStreamExt};
use qix_client::Progress;
use qix_client::prelude::*;
use serde_json::{Value, json};

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

/// Answers a question about the progress of a request.
async fn tell(engine: &mut Engine, about: &Value, progress: Value) {
    let request = engine.request().await;
    assert_eq!((&request["method"], &request["params"]["qRequestId"]), (&json!("GetProgress"), about));
    engine.push(json!({ "id": request["id"], "result": { "qProgressData": progress } })).await;
}

#[tokio::test]
async fn a_reload_tells_all_and_then_its_result() {
    let (mut engine, doc) = doc().await;
    let script = async {
        let id = engine.expect("DoReload").await;
        tell(&mut engine, &id, json!({ "qStarted": true, "qFinished": true })).await;
        tell(
            &mut engine,
            &id,
            json!({ "qStarted": true, "qPersistentProgress": "a", "qErrorData": [{ "qErrorString": "e" }] }),
        )
        .await;
        // The result comes while a question is under way.
        let question = engine.expect("GetProgress").await;
        engine.push(json!({ "id": id, "result": { "qReturn": true } })).await;
        engine.push(json!({ "id": question, "result": { "qProgressData": { "qStarted": true } } })).await;
        let errors = json!([{ "qErrorString": "e" }, { "qErrorString": "f" }]);
        tell(
            &mut engine,
            &id,
            json!({ "qStarted": true, "qFinished": true, "qPersistentProgress": "b", "qErrorData": errors }),
        )
        .await;
    };
    let user = async {
        let steps: Vec<_> = doc.do_reload().with_progress().try_collect().await.unwrap();
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
        let id = engine.expect("DoSave").await;
        tell(&mut engine, &id, json!({ "qStarted": true, "qUserInteractionWanted": true })).await;
        let done = engine.request().await;
        assert_eq!((&done["method"], &done["params"]["qRequestId"]), (&json!("InteractDone"), &id));
        let question = engine.expect("GetProgress").await;
        engine.push(json!({ "id": id, "error": { "code": 5 } })).await;
        engine.push(json!({ "id": question, "error": { "code": 2 } })).await;
        tell(&mut engine, &id, json!({ "qStarted": true, "qFinished": true })).await;
    };
    let user = async {
        let mut saving = pin!(doc.do_save().with_progress());
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
        let id = engine.expect("DoReload").await;
        tell(&mut engine, &id, json!({ "qStarted": true })).await;
        loop {
            let request = engine.request().await;
            if request["method"] == "CancelRequest" && request["params"]["qRequestId"] == id {
                break;
            }
        }
    };
    let user = async {
        let mut reload = pin!(doc.do_reload().with_progress());
        assert!(matches!(reload.next().await, Some(Ok(Progress::Update(_)))));
    };
    tokio::join!(user, script);
}
