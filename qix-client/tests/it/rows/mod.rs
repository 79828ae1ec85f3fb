//! Rows of cubes and lists from the test engine, over a real socket.

mod attributes;
#[cfg(feature = "arrow")]
mod batches;
mod collapsed;
mod corpus;
mod cubes;
mod fetching;
mod lists;
mod memory;
mod pivots;
mod restarting;
mod scripted;
mod sorting;
mod too_large;
mod trees;
mod values;

use crate::in_memory::{self, sales};
use qix_client::{Error, prelude::*};
use qix_test_engine::{App, TestEngine};
use serde_json::Value;

/// An engine with an app with the script, opened.
async fn open(script: &str) -> (TestEngine, Session, Doc) {
    in_memory::open(App::new("app").script(script)).await
}

/// A cube of fields and expressions.
async fn cube(doc: &Doc, fields: &[&str], expressions: &[&str]) -> GenericObject {
    let cube = HyperCubeDef::default()
        .with_dimensions(fields.iter().map(|field| NxDimension::field(*field)))
        .with_measures(expressions.iter().map(|expression| NxMeasure::expression(*expression)));
    object(doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await
}

async fn object(doc: &Doc, properties: GenericObjectProperties) -> GenericObject {
    doc.create_session_object(properties).await.unwrap()
}

/// An object with properties that are not in the schema.
async fn object_of(doc: &Doc, properties: Value) -> GenericObject {
    object(doc, qix_client::decode(&properties.to_string()).unwrap()).await
}

fn rows_error(error: &Error) -> RowsError {
    error.downcast_ref::<RowsError>().unwrap_or_else(|| panic!("no error of rows: {error}")).clone()
}

/// First row, columns and rows of the pages that were requested with a method, in order.
fn pages(engine: &TestEngine, method: &str) -> Vec<[i64; 3]> {
    let calls = engine.requests().into_iter().filter(|request| request.method == method);
    let size = |page: &Value, member: &str| page[member].as_i64().unwrap_or(0);
    calls
        .map(|request| ["qTop", "qWidth", "qHeight"].map(|member| size(&request.params["qPages"][0], member)))
        .collect()
}
