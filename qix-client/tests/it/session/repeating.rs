//! Retries: which calls are retried, and which are not.

use std::time::Duration;

use crate::support::{Engine, opened};
use qix_client::prelude::*;
use qix_client::{Backoff, WhenModal, WhenReloading};
use serde_json::json;

async fn refuse(engine: &mut Engine, method: &str, code: i64) {
    let id = engine.expect(method).await;
    engine.push(json!({ "id": id, "error": { "code": code, "message": "no" } })).await;
}

#[tokio::test]
async fn an_aborted_read_is_retried_up_to_a_limit_and_a_write_never() {
    let (_session, mut engine, doc) = opened(|builder| builder).await;
    let script = async {
        refuse(&mut engine, "GetAppLayout", 15).await;
        engine.answer("GetAppLayout", json!({ "qLayout": { "qTitle": "a" } })).await;
        for _ in 0..4 {
            refuse(&mut engine, "GetAppLayout", 15).await;
        }
        refuse(&mut engine, "ClearAll", 15).await;
    };
    let user = async {
        assert_eq!(doc.get_app_layout().await.unwrap().title, "a");
        assert_eq!(doc.get_app_layout().await.unwrap_err().engine().unwrap().code.0, 15);
        assert_eq!(doc.clear_all().await.unwrap_err().engine().unwrap().code.0, 15);
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn selection_mode_is_ended_if_enabled() {
    let (_session, mut engine, one) = opened(|builder| builder).await;
    let script = refuse(&mut engine, "ClearAll", 6003);
    assert_eq!(tokio::join!(async { one.clear_all().await.unwrap_err() }, script).0.engine().unwrap().code.0, 6003);

    for (policy, accept) in [(WhenModal::Abort, false), (WhenModal::Accept, true)] {
        let (_session, mut engine, other) = opened(|builder| builder.when_modal(policy)).await;
        let script = async {
            refuse(&mut engine, "ClearAll", 6003).await;
            let abort = engine.request().await;
            assert_eq!((&abort["method"], &abort["params"]), (&json!("AbortModal"), &json!({ "qAccept": accept })));
            engine.answer("ClearAll", json!({})).await;
            // Once is enough: if the mode does not end, the call fails.
            refuse(&mut engine, "ClearAll", 6003).await;
            engine.expect("AbortModal").await;
            refuse(&mut engine, "ClearAll", 6003).await;
        };
        let user = async {
            other.clear_all().await.unwrap();
            assert_eq!(other.clear_all().await.unwrap_err().engine().unwrap().code.0, 6003);
        };
        tokio::join!(user, script);
    }
}

#[tokio::test]
async fn the_end_of_a_reload_is_awaited_if_enabled() {
    let backoff = Backoff::default().initial_delay(Duration::ZERO).max_attempts(3);
    let (_session, mut engine, doc) = opened(|builder| builder.when_reloading(WhenReloading::Wait(backoff))).await;
    let script = async {
        refuse(&mut engine, "ClearAll", 11000).await;
        refuse(&mut engine, "ClearAll", 11000).await;
        engine.answer("ClearAll", json!({})).await;
        for _ in 0..3 {
            refuse(&mut engine, "ClearAll", 11000).await;
        }
    };
    let user = async {
        doc.clear_all().await.unwrap();
        assert_eq!(doc.clear_all().await.unwrap_err().engine().unwrap().code.0, 11000);
    };
    tokio::join!(user, script);
}
