//! Reads a cube as rows of a struct, a list as pairs, and sums up a hundred thousand rows while they arrive.
//!
//! If `QIX_URL` is set (such as `ws://localhost:4848/app/`, with `QIX_APP` naming an app with `Year`, `Region` and
//! `Sales`), the first two parts use that engine, otherwise an in-memory one.
#![allow(clippy::print_stdout)]

use std::error::Error;

use futures_util::TryStreamExt;
use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};

#[derive(serde::Deserialize)]
struct Sales {
    year: i32,
    region: String,
    /// `Sum(Sales)`; `None` without sales.
    sales: Option<f64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let many = App::new("many").script("T: LOAD RecNo() as Id, RecNo() / 4 as Price AUTOGENERATE 100000;");
    let engine = TestEngine::builder().with_app(many).start().await?;
    let url = std::env::var("QIX_URL").unwrap_or_else(|_| engine.url());
    let app = std::env::var("QIX_APP").unwrap_or_else(|_| "sales".to_owned());
    let session = Session::connect(&url).await?;
    let doc = session.open_doc(&app).await?;

    let table = table(&doc, &["Year", "Region"], "Sum(Sales)").await?;
    println!("a cube, as structs:");
    let mut rows = table.rows::<Sales>();
    while let Some(row) = rows.try_next().await? {
        println!("  {} {:<8}{:>10.2}", row.year, row.region, row.sales.unwrap_or_default());
    }

    println!("a list, as pairs of value and state:");
    let regions = ListObjectDef::field("Region").with_sort_by(SortCriteria::by_text());
    let list = GenericObjectProperties::of_type("filter").with_list_object_def(regions);
    for (region, state) in doc.create_session_object(list).await?.rows::<(String, String)>().read_all().await? {
        println!("  {region:<8}{state}");
    }

    let session = Session::connect(engine.url() + "/app/many").await?;
    let doc = session.open_doc("many").await?;
    let sum = |total, (_, price): (u32, f64)| std::future::ready(Ok(total + price));
    let total = self::table(&doc, &["Id"], "Sum(Price)").await?.rows().try_fold(0.0, sum).await?;
    println!("100,000 rows, added up as they came: {total}");

    // Errors contain the row and the column.
    let error = self::table(&doc, &["Id"], "Sum(Price)").await?.rows::<(u32, u32)>().read_all().await;
    println!("{}", error.err().map_or_else(String::new, |error| error.to_string()));
    Ok(())
}

async fn table(doc: &Doc, fields: &[&str], expression: &str) -> Result<GenericObject, qix_client::Error> {
    let cube = HyperCubeDef::default()
        .with_dimensions(fields.iter().map(|field| NxDimension::field(*field)))
        .with_measures([NxMeasure::expression(expression)]);
    doc.create_session_object(GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await
}
