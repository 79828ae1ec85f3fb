//! Occasional faults of engines and networks.

use std::time::Duration;

use super::objects::{rows, table};
use qix_client::Backoff;
use qix_client::prelude::*;
use qix_test_engine::{Fault, TestEngine};

async fn session(engine: &TestEngine) -> Session {
    let backoff = Backoff::default().initial_delay(Duration::from_millis(1));
    Session::builder().url(engine.url()).reconnect(backoff).connect().await.unwrap()
}

#[tokio::test]
async fn a_read_succeeds_despite_any_fault_of_its_response() {
    let engine = TestEngine::start().await.unwrap();
    let session = session(&engine).await;
    let doc = session.open_doc("sales").await.unwrap();
    let cube = doc.create_session_object(table()).await.unwrap();
    let expected = rows(&cube.get_layout().await.unwrap());
    let faults = [
        Fault::delay(Duration::from_millis(1)),
        Fault::error(15, "aborted").times(2),
        Fault::drop_socket(),
        Fault::close(4003, r#"{"code":"QEP-104"}"#),
        Fault::close(4205, "busy"),
        Fault::garbage(),
        Fault::answer_twice(),
        Fault::send_before(r#"{"jsonrpc":"2.0","id":99999,"result":{}}"#),
        Fault::set("/qLayout/unknown", serde_json::json!({ "deep": [1] })),
    ];
    for fault in faults {
        engine.fault(fault.clone().on("GetLayout").times(1));
        let layout = cube.get_layout().await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(rows(&layout), expected, "{fault:?}");
        assert_eq!(session.calls_in_flight(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn many_calls_survive_a_lost_connection_and_random_cancellation() {
    let engine = TestEngine::start().await.unwrap();
    let session = session(&engine).await;
    let doc = session.open_doc("sales").await.unwrap();
    let field = doc.get_field("Year").await.unwrap();
    let expected = field.get_cardinal().await.unwrap();
    engine.fault(Fault::drop_socket().on("GetCardinal").after(700));
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let field = field.clone();
        let task = callers.spawn(async move { field.get_cardinal().await });
        if n % 3 == 0 {
            tokio::task::yield_now().await;
            task.abort();
        }
    }
    while let Some(outcome) = callers.join_next().await {
        match outcome {
            Ok(count) => assert_eq!(count.unwrap(), expected),
            Err(error) => assert!(error.is_cancelled()),
        }
    }
    assert_eq!(field.get_cardinal().await.unwrap(), expected);
    assert_eq!(session.calls_in_flight(), 0);
}
