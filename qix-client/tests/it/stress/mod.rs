//! Sessions with the test engine under stress: many calls, objects and sessions at once, calls canceled at random,
//! faults at every step. Nothing hangs, nothing is left behind, and every response reaches its caller.

mod cancelling;
mod faults;
mod many;

use std::time::Duration;

use qix_client::prelude::*;

/// Fails instead of hanging. The limit is far above the duration of any test on a busy machine.
async fn bounded<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("something hangs")
}

/// An object that is cheap to calculate and depends on selections.
fn total() -> GenericObjectProperties {
    let cube = HyperCubeDef::default()
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_initial_data_fetch([NxPage::of_size(1, 1)]);
    GenericObjectProperties::of_type("kpi").with_hyper_cube_def(cube)
}
