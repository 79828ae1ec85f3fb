//! An engine with one object, whose layout and pages are written in the test.

use std::sync::{Arc, Mutex};

use qix_client::prelude::*;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{object, opened};

/// The engine's response: a result, or an error code.
pub(super) type Answer = Result<Value, i64>;

/// A session with the object.
pub(super) struct Scripted {
    pub(super) object: GenericObject,
    _session: Session,
    requests: Arc<Mutex<Vec<Value>>>,
    engine: JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.engine.abort();
    }
}

impl Scripted {
    /// The requests for a method.
    pub(super) fn requests(&self, method: &str) -> Vec<Value> {
        self.requests.lock().unwrap().iter().filter(|request| request["method"] == method).cloned().collect()
    }

    /// First row and height of the pages that were requested with a method.
    pub(super) fn pages(&self, method: &str) -> Vec<(i64, i64)> {
        let size = |page: &Value, member: &str| page[member].as_i64().unwrap_or(0);
        let page = |request: Value| param(&request, "qPages", 1)[0].clone();
        self.requests(method).into_iter().map(page).map(|page| (size(&page, "qTop"), size(&page, "qHeight"))).collect()
    }
}

/// A parameter, by its name or its position.
pub(super) fn param(request: &Value, name: &str, at: usize) -> Value {
    let params = &request["params"];
    if params.is_array() { params[at].clone() } else { params[name].clone() }
}

/// First row and height of the requested page.
pub(super) fn rows_of(request: &Value) -> (usize, usize) {
    let page = &param(request, "qPages", 1)[0];
    let size = |member: &str| page[member].as_u64().unwrap_or(0) as usize;
    (size("qTop"), size("qHeight"))
}

/// An object with a cube; a function returns the data.
pub(super) async fn cube(cube: Value, data: impl Fn(&Value) -> Answer + Send + 'static) -> Scripted {
    layout(json!({ "qInfo": { "qId": "chart" }, "qHyperCube": cube }), data).await
}

/// An object with a layout; a function returns the data.
pub(super) async fn layout(layout: Value, data: impl Fn(&Value) -> Answer + Send + 'static) -> Scripted {
    let (session, mut engine, doc) = opened(|builder| builder).await;
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let engine = tokio::spawn(async move {
        loop {
            let request = engine.request().await;
            seen.lock().unwrap().push(request.clone());
            let answer = match request["method"].as_str().unwrap() {
                "GetObject" => Ok(object("GenericObject", 2)),
                "GetLayout" => Ok(json!({ "qLayout": layout })),
                "CancelRequest" => Ok(json!({})),
                _ => data(&request),
            };
            let id = &request["id"];
            engine
                .push(match answer {
                    Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
                    Err(code) => {
                        let error = json!({ "code": code, "parameter": "", "message": "Refused" });
                        json!({ "jsonrpc": "2.0", "id": id, "error": error })
                    }
                })
                .await;
        }
    });
    let object = doc.get_object("chart").await.unwrap();
    Scripted { object, _session: session, requests, engine }
}

/// The columns of a cube, as in its layout.
pub(super) fn columns(titles: &[&str]) -> Vec<Value> {
    titles.iter().map(|title| json!({ "qFallbackTitle": title, "qGroupFieldDefs": [title] })).collect()
}
