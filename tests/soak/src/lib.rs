//! A soak: sessions that are kept busy with calls, streams, cancelling, faults and resumptions, and checked all the while.
//!
//! It goes on in rounds. A round opens its sessions, lets the workers and watchers of each do their steps, and closes
//! everything. What is checked:
//!
//! * each answer is the one to the question, each layout that of its object: what is asked for is different each time;
//! * in a round without faults no call fails, and the engine has no object more than before;
//! * after the steps of a round no call is under way, and what was put together from differences is what the engine
//!   says when it is asked for all of it;
//! * after the round no handle is held, and there are as many tasks and open files as before the first.
//!
//! Against the test engine, which runs on a thread and a runtime of its own, every second round has [faults](storm).

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

/// What to do in each round.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The address of the engine; without one, a test engine is started.
    pub url: Option<String>,
    /// The app to open.
    pub app: String,
    /// A field of it to select in, if there is one.
    pub field: Option<String>,
    /// An expression to calculate.
    pub measure: String,
    /// How many sessions there are at once.
    pub sessions: usize,
    /// How many workers each session has, and as many watchers.
    pub workers: usize,
    /// How many steps each worker takes.
    pub steps: usize,
    /// What the random choices come from.
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

/// Goes on for as many rounds as are wanted, or until something is wrong; what happens goes into the books.
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
