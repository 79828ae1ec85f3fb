//! An object with a custom type: the app stores custom members next to those of the engine.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;
use serde::{Deserialize, Serialize};

/// The appearance of a `gauge`, which the engine does not interpret.
#[derive(Debug, Serialize, Deserialize)]
struct Look {
    unit: String,
    limits: [f64; 2],
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;

    let cube = HyperCubeDef::default()
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_initial_data_fetch([NxPage::of_size(1, 1)]);
    let mut properties = GenericObjectProperties::of_type("gauge").with_hyper_cube_def(cube);
    properties.extra.set("look", &Look { unit: "pieces".to_owned(), limits: [0.0, 2000.0] })?;
    let gauge = doc.create_object(properties).await?.object;
    println!("{}", drawn(&gauge).await?);

    // Changing one member keeps all others, including those added by newer apps.
    let mut properties = gauge.get_properties().await?;
    let mut look: Look = properties.extra.get("look")?.ok_or("this is not a gauge")?;
    look.limits[1] = 4000.0;
    properties.extra.set("look", &look)?;
    gauge.set_properties(properties).await?;
    println!("{}", drawn(&gauge).await?);

    // Or patch that member only.
    let patch =
        NxPatch::default().with_op(NxPatchOperationType::Replace).with_path("/look/unit").with_value("\"boxes\"");
    gauge.apply_patches(vec![patch]).await?;
    doc.get_field("Region").await?.select("South").await?;
    println!("{}", drawn(&gauge).await?);
    session.close().await;
    Ok(())
}

async fn drawn(gauge: &GenericObject) -> Result<String, Box<dyn Error>> {
    let layout = gauge.get_layout().await?;
    let look: Look = layout.extra.get("look")?.ok_or("this is not a gauge")?;
    let cube = layout.hyper_cube.ok_or("this gauge has no hypercube")?;
    let value = cube.data_pages.first().and_then(|page| page.matrix.first()?.first()).map_or(0.0, |cell| cell.num);
    let [low, high] = look.limits;
    let filled = ((value - low) / (high - low) * 30.0).round().clamp(0.0, 30.0) as usize;
    Ok(format!("{low:>5} [{:<30}] {high:<5} {value} {}", "#".repeat(filled), look.unit))
}
