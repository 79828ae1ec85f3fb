//! Facts about deltas.

use qix_client::encode;
use qix_client::prelude::*;
use serde_json::{Value, json};

use super::source::ENIGMA;
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact};
use crate::lab::Lab;

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "delta-first",
        "The first response with `delta` is one patch whose path is `/`, and says `\"delta\": true`; or it is complete, without saying so.",
        "deltas",
        ENIGMA,
        delta_first
    ),
    fact!(
        "delta-unchanged",
        "A response with `delta` about an unchanged value is an empty list of patches.",
        "deltas",
        ENIGMA,
        delta_unchanged
    ),
    fact!(
        "delta-patches",
        "Applied in order of arrival, the patches result in the complete value.",
        "deltas",
        ENIGMA,
        delta_patches
    ),
    fact!(
        "delta-base",
        "The base of a delta depends on the object and the method, but not on the parameters.",
        "deltas of pages",
        ENIGMA,
        delta_base
    ),
];

/// The patches in a response about a layout; `None` if it is complete.
fn patches(response: &Value) -> Option<&Vec<Value>> {
    response["result"]["qLayout"].as_array().filter(|_| response["delta"] == true)
}

async fn delta_first(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    list.get_layout().await?;
    let response = lab.exchange("GetLayout").await?.response;
    match patches(&response) {
        Some(patches) => {
            let paths: Vec<_> = patches.iter().map(|patch| (&patch["op"], &patch["path"])).collect();
            expect_that(paths.len() == 1 && paths[0].1 == "/", format!("{paths:?}"))
        }
        None => expect_that(response["result"]["qLayout"].is_object(), "it is complete"),
    }
}

async fn delta_unchanged(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    list.get_layout().await?;
    list.get_layout().await?;
    let response = lab.exchanges("GetLayout", 2).await?.remove(1).response;
    match patches(&response) {
        Some(patches) => expect_that(patches.is_empty(), format!("{} patches", patches.len())),
        None => Err(Trouble::Differs("it is complete".to_owned())),
    }
}

async fn delta_patches(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    let field = lab.doc.get_field("Region").await?;
    let mut seen = Vec::new();
    for element in 0..3 {
        field.low_level_select(vec![element], true).await?;
        let patched = list.get_layout().await?;
        let exchange = lab.exchanges("GetLayout", 2 * seen.len() + 1).await?.pop();
        let count = exchange.and_then(|exchange| Some(patches(&exchange.response)?.len()));
        let complete = list.get_layout().with_delta(false).await?;
        // As text, because `NaN` is not equal to itself.
        if encode(&patched)? != encode(&complete)? {
            return Err(Trouble::Differs(format!("layout {element} differs after its patches")));
        }
        seen.push(count.unwrap_or_default());
    }
    Ok(format!("{seen:?} patches"))
}

async fn delta_base(lab: &Lab) -> Outcome {
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Region")]);
    let cube = lab.cube(cube.with_measures([NxMeasure::expression("Sum(Sales)")])).await?;
    cube.get_layout().await?;
    let mut same = Vec::new();
    for top in [0, 1, 0] {
        let page = || vec![NxPage::of_size(2, 2).with_top(top)];
        let patched = cube.get_hyper_cube_data("/qHyperCubeDef", page()).with_delta(true).await?;
        let complete = cube.get_hyper_cube_data("/qHyperCubeDef", page()).with_delta(false).await?;
        same.push(encode(&patched)? == encode(&complete)?);
    }
    let second = lab.exchanges("GetHyperCubeData", 3).await?.remove(2).response;
    expect(same, vec![true; 3])?;
    Ok(format!("the second page: {}", if second["delta"] == json!(true) { "patches" } else { "complete" }))
}
