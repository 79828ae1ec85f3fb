//! Lists, selections, reloads and loads: operations on an app in one call each, over a real socket.

mod bookmarks;
mod definitions;
#[cfg(feature = "download")]
mod download;
mod expressions;
mod lists;
mod load;
mod refusals;
mod reload;
mod select;
mod states;
mod stored;
mod walk;

use crate::in_memory::{open, sales};
use qix_client::prelude::*;
use qix_test_engine::TestEngine;

/// The current selections, by field.
async fn selected(doc: &Doc) -> Vec<(String, String)> {
    let selections = doc.current_selections().await.unwrap();
    selections.into_iter().map(|item| (item.field, item.selected)).collect()
}

/// Waits until the engine has processed all requests: it answers in order.
async fn settle(doc: &Doc) {
    doc.back_count().await.unwrap();
}

/// How many requests for a method the engine has received.
fn count(engine: &TestEngine, method: &str) -> usize {
    engine.requests().iter().filter(|request| request.method == method).count()
}
