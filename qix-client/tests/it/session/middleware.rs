//! Middleware.

use std::sync::{Arc, Mutex};

use crate::support::{Engine, Listener, object};
use qix_client::rpc::{RawAnswer, RawCall};
use qix_client::{EngineError, ErrorCode, Middleware, Next};
use qix_client::{Error, prelude::*};
use serde_json::json;

/// Logs calls, refuses one method, answers another itself, and makes a third twice.
struct Meddler {
    name: &'static str,
    log: Arc<Mutex<Vec<String>>>,
}

#[async_trait::async_trait]
impl Middleware for Meddler {
    async fn call(&self, mut call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error> {
        let Meddler { name, log } = self;
        log.lock().unwrap().push(format!("{name} {} of {}", call.method.name, next.object().class));
        match call.method.name {
            "AbortAll" => Err(EngineError::new(ErrorCode(5), "", "not with us").into()),
            "IsDesktopMode" => Ok(RawAnswer::new(r#"{"qReturn":true}"#)),
            "GetProgress" => {
                next.run(call.clone()).await?;
                next.run(call).await
            }
            "OpenDoc" => {
                call.params = call.params.replace("alias", "sales");
                next.run(call).await
            }
            _ => next.run(call).await,
        }
    }
}

#[tokio::test]
async fn middleware_logs_changes_refuses_answers_and_repeats_calls() {
    let listener = Listener::bind().await;
    let log = Arc::new(Mutex::new(Vec::new()));
    let meddler = |name| Meddler { name, log: Arc::clone(&log) };
    let connect =
        Session::builder().url(listener.url()).middleware(meddler("outer")).middleware(meddler("inner")).connect();
    let script = async {
        let mut engine: Engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        let open = engine.request().await;
        assert_eq!(open["params"], json!({ "qDocName": "sales" }));
        engine.push(json!({ "id": open["id"], "result": object("Doc", 1) })).await;
        // Each of the two makes it twice.
        for _ in 0..4 {
            engine.answer("GetProgress", json!({ "qProgressData": {} })).await;
        }
        engine.answer("ClearAll", json!({})).await;
        engine
    };
    let user = async {
        let session = connect.await.unwrap();
        let doc = session.open_doc("alias").await.unwrap();
        let error = session.abort_all().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "Global.AbortAll of Global (handle -1): engine error 5 LOCERR_GENERIC_ACCESS_DENIED: not with us"
        );
        assert!(session.is_desktop_mode().await.unwrap());
        session.get_progress(1).await.unwrap();
        doc.clear_all().await.unwrap();
    };
    let ((), _engine) = tokio::join!(user, script);
    let log = log.lock().unwrap();
    assert_eq!(log[..3], ["outer OpenDoc of Global", "inner OpenDoc of Global", "outer AbortAll of Global"]);
    assert_eq!(log.iter().filter(|line| line.contains("IsDesktopMode")).count(), 1, "answered by the outer one");
    assert_eq!(log.last().unwrap(), "inner ClearAll of Doc");
}
