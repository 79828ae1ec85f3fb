//! Soak tests: sessions run calls, streams, cancellations, faults, and resumptions, with continuous checks.
//!
//! The test runs in rounds. A round opens sessions, runs the workers and watchers of each, and closes everything. It
//! checks that:
//!
//! * each response belongs to its call, and each layout to its object: every request is unique;
//! * in a round without faults, no call fails, and the engine has no additional objects afterwards;
//! * after the steps of a round, no call is pending, and values assembled from deltas equal the complete values;
//! * after the round, no handle is held, and there are as many tasks and open files as before the first round.
//!
//! Against the test engine, which has its own thread and runtime, every other round injects [faults](storm).

mod books;
mod engine;
mod judge;
mod round;
pub mod storm;
mod watcher;
mod worker;

use std::sync::Arc;

pub use books::Books;
pub use engine::Engine;

/// Settings.
#[derive(Clone, Debug)]
pub struct Plan {
    /// URL of the engine. By default, a test engine is started.
    pub url: Option<String>,
    /// The app to open.
    pub app: String,
    /// Field to select in, if any.
    pub field: Option<String>,
    /// Expression to evaluate.
    pub measure: String,
    /// Number of concurrent sessions.
    pub sessions: usize,
    /// Number of workers and number of watchers per session.
    pub workers: usize,
    /// Number of steps per worker.
    pub steps: usize,
    /// Seed of the random number generator.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            url: None,
            app: "sales".to_owned(),
            field: Some("Year".to_owned()),
            measure: "Sum(Sales)".to_owned(),
            sessions: 8,
            workers: 6,
            steps: 200,
            seed: 1,
        }
    }
}

/// Runs rounds until a limit is reached or a check fails, and records the results.
pub async fn soak(plan: Plan, books: Arc<Books>, mut goes_on: impl FnMut(usize) -> bool) {
    let engine = match plan.url {
        Some(_) => None,
        None => match Engine::start() {
            Ok(engine) => Some(engine),
            Err(error) => return books.violation(format!("the test engine does not start: {error}")),
        },
    };
    let base = round::Resources::now();
    let mut number = 0;
    while goes_on(number) && books.violations().is_empty() {
        round::run(&plan, number, engine.as_ref(), &books).await;
        round::Resources::settle(base, engine.as_ref(), &books).await;
        books.count(&books.rounds);
        number += 1;
    }
}
