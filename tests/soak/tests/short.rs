//! A short soak test with a fixed number of steps.

use std::sync::Arc;
use std::time::Duration;

use qix_soak::{Books, Plan, soak};

#[tokio::test]
async fn nothing_hangs_leaks_or_goes_astray() {
    let plan = Plan { sessions: 3, workers: 3, steps: 40, ..Plan::default() };
    let books = Arc::new(Books::default());
    let soaking = soak(plan, Arc::clone(&books), |round| round < 4);
    // Much longer than it takes on a busy machine.
    tokio::time::timeout(Duration::from_secs(300), soaking).await.expect("something hangs");
    assert_eq!(books.violations(), Vec::<String>::new(), "{books}");
    assert_eq!(books.rounds(), 4);
    assert!(books.answered() > 400, "{books}");
}
