//! One cube in three modes, straight, pivot and stacked: the same rows each time, and the pivot table as it is drawn.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;

/// Product, year, sales and pieces.
type Row = (String, i32, f64, i32);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;
    doc.get_field("Year").await?.select(">2021").await?;

    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Product"), NxDimension::field("Year")])
        .with_measures([NxMeasure::expression("Sum(Sales)"), NxMeasure::expression("Count(Sales)")]);
    // Products on the left, years on top.
    let pivot = cube.clone().with_mode(NxHypercubeMode::Pivot).with_no_of_left_dims(1).with_always_fully_expanded(true);
    let stacked = cube.clone().with_mode(NxHypercubeMode::PivotStack).with_always_fully_expanded(true);
    for (mode, cube) in [("straight", cube), ("pivot", pivot.clone()), ("stacked", stacked)] {
        let object = GenericObjectProperties::of_type("cube").with_hyper_cube_def(cube);
        println!("{mode}:");
        for (product, year, sales, count) in doc.create_session_object(object).await?.rows::<Row>().read_all().await? {
            println!("  {product:<8}{year}{sales:>6}{count:>3}");
        }
    }

    println!("a pivot as it is drawn:");
    let pivot = pivot.with_initial_data_fetch([NxPage::of_size(10, 10)]);
    let object = GenericObjectProperties::of_type("pivot").with_hyper_cube_def(pivot);
    let layout = doc.create_session_object(object).await?.get_layout().await?;
    for page in layout.hyper_cube.unwrap_or_default().pivot_data_pages {
        let names: Vec<_> = page.top.iter().flat_map(leaves).collect();
        println!("  {:<8}{}", "", names.iter().map(|name| format!("{name:>18}")).collect::<String>());
        for (left, values) in page.left.iter().zip(&page.data) {
            println!(
                "  {:<8}{}",
                left.text,
                values.iter().map(|cell| format!("{:>18}", cell.text)).collect::<String>()
            );
        }
    }
    session.close().await;
    Ok(())
}

/// The innermost values below a value, each with the values above it.
fn leaves(node: &NxPivotDimensionCell) -> Vec<String> {
    if node.sub_nodes.is_empty() {
        return vec![node.text.clone()];
    }
    node.sub_nodes.iter().flat_map(leaves).map(|leaf| format!("{} {leaf}", node.text)).collect()
}
