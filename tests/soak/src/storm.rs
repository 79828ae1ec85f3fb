//! Injects faults at random times.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use qix_test_engine::{Fault, TestEngine};

use crate::Books;

/// Number of progress checks after which delayed workers have waited long enough.
const ENOUGH: usize = 100;

/// A random fault.
#[must_use]
pub fn fault(numbers: &mut Rng) -> Fault {
    let millis = Duration::from_millis(1 + numbers.usize(..20) as u64);
    let fault = match numbers.usize(..24) {
        0 => Fault::delay(millis).times(5),
        1 => Fault::slow(millis).times(3),
        2 | 3 => Fault::error(15, "aborted").times(4),
        4 => Fault::error(6, "denied").times(1),
        5 => Fault::never_answer().times(1),
        6 | 7 => Fault::reorder(1 + numbers.usize(..5)),
        8 | 9 => Fault::drop_socket(),
        10 => Fault::close(4003, r#"{"code":"QEP-104"}"#),
        11 => Fault::close(4205, "busy"),
        12 => Fault::close(1000, ""),
        13 => Fault::garbage().times(1),
        14 => Fault::send_before(r#"{"jsonrpc":"2.0","id":99999999,"result":{"qReturn":"not yours"}}"#).times(1),
        15 => Fault::send_before(r#"{"jsonrpc":"2.0","change":[1,2,3,4,5,6,7,8,9],"suspend":[1]}"#).times(1),
        16 => Fault::answer_twice().times(1),
        17 => Fault::set("/unknown", serde_json::json!({ "deep": [1] })).times(1),
        18 => Fault::empty_answer().times(1),
        19 => Fault::repeat_notifications().times(1),
        20 => Fault::refuse(503).times(1),
        21 => Fault::no_on_connected().times(1),
        22 => Fault::late_on_connected(millis).times(1),
        _ => Fault::send_before(r#"{"jsonrpc":"2.0","method":"OnNoEngineAvailable"}"#).times(1),
    };
    fault.after(numbers.usize(..6))
}

/// Injects faults until it is dropped, one per several steps of the workers. Pauses if the workers make no progress.
pub(crate) async fn inject(engine: Arc<TestEngine>, mut numbers: Rng, books: Arc<Books>) {
    loop {
        let mut enough = books.progress() + numbers.usize(..60) as u64;
        let mut lull = 0_usize;
        while books.progress() <= enough {
            tokio::time::sleep(Duration::from_millis(5)).await;
            lull += 1;
            if lull.is_multiple_of(ENOUGH) {
                engine.clear_faults();
                enough = books.progress() + 100;
            }
        }
        engine.fault(fault(&mut numbers));
        books.count(&books.faults);
    }
}
