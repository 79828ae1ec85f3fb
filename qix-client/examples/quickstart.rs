//! Opens an app, reads a field and prints a small table.
//!
//! If `QIX_URL` is set (such as `ws://localhost:4848/app/`, with the app in `QIX_APP`), it connects to that engine,
//! otherwise to an in-memory engine.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let engine = match std::env::var("QIX_URL") {
        Ok(_) => None,
        Err(_) => Some(TestEngine::start().await?),
    };
    let url = engine.as_ref().map_or_else(|| std::env::var("QIX_URL").unwrap_or_default(), |engine| engine.url());
    let app = std::env::var("QIX_APP").unwrap_or_else(|_| "sales".to_owned());

    let session = Session::connect(&url).await?;
    println!("connected to {url}, engine {}", session.global().engine_version().await?.component_version);

    let doc = session.open_doc(&app).await?;
    println!("opened {}", doc.get_app_layout().await?.title);

    let years = doc.get_field("Year").await?;
    println!("the field Year has {} values", years.get_cardinal().await?);

    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Year"), NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_initial_data_fetch([NxPage::of_size(3, 20)]);
    let table = doc.create_session_object(GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await?;
    let layout = table.get_layout().await?;
    let cube = layout.hyper_cube.ok_or("the layout holds no cube")?;

    println!("\n{:<8}{:<12}{:>12}", "Year", "Region", "Sum(Sales)");
    for row in cube.data_pages.iter().flat_map(|page| &page.matrix) {
        if let [year, region, sales] = &row[..] {
            println!("{:<8}{:<12}{:>12}", year.text, region.text, sales.num);
        }
    }
    session.close().await;
    Ok(())
}
