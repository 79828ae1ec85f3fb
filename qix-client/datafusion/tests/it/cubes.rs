//! Cubes as tables.

use std::sync::Arc;

use datafusion::prelude::SessionContext;
use qix_client::prelude::*;
use qix_datafusion::{Engine, EngineCube};
use qix_test_engine::TestEngine;

use crate::support::answer;

#[tokio::test]
async fn dimensions_and_measures_are_columns() {
    let engine = TestEngine::start().await.unwrap();
    let own = Arc::new(Engine::new("own", Session::builder().url(engine.url())));
    let definition = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region"), NxDimension::field("Year")])
        .with_measures([NxMeasure::expression("Sum(Sales)").with_label("sales")]);
    let context = SessionContext::new();
    let cube = EngineCube::new(own, "sales", &definition).await.unwrap();
    context.register_table("cube", Arc::new(cube)).unwrap();
    let total = answer(&context, r#"SELECT sum(sales), count(*) FROM cube WHERE "Year" >= 2021"#).await;
    assert_eq!(total.len(), 1);
    assert!(total[0].starts_with("1675.0 | "), "{total:?}");
    assert_eq!(answer(&context, r#"SELECT "Year" FROM cube WHERE sales < 0"#).await, [""; 0]);
    assert_eq!(answer(&context, r#"SELECT sales FROM cube LIMIT 2"#).await.len(), 2);
}

#[tokio::test]
async fn an_invalid_cube_is_an_error() {
    let engine = TestEngine::start().await.unwrap();
    let own = Arc::new(Engine::new("own", Session::builder().url(engine.url())));
    let definition = HyperCubeDef::default().with_measures([NxMeasure::expression("Sum(")]);
    let error = EngineCube::new(own, "sales", &definition).await.unwrap_err().to_string();
    assert!(error.contains("app `sales`, cube"), "{error}");
}
