//! Reads every cube and list of the vendor's charts.
//!
//! The corpus is not part of the project. If the folder `../shared/corpus` is next to the checkout, run it with
//! `cargo test -p qix-client --test it rows::corpus -- --ignored`.

use std::fs;
use std::path::Path;

use qix_client::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::scripted;

#[derive(Deserialize)]
struct Cell {
    num: Option<f64>,
}

/// Numbers at the leaves of a page: how many, and their sum.
fn numbers(part: &Value, found: &mut (usize, f64)) {
    let mut add = |number: &Value| {
        if let Some(number) = number.as_f64() {
            *found = (found.0 + 1, found.1 + number);
        }
    };
    match part {
        Value::Array(parts) => parts.iter().for_each(|part| numbers(part, found)),
        Value::Object(members) if members.contains_key("qSubNodes") || members.contains_key("qElemNo") => {
            if members["qType"] == "V" {
                add(&members["qValue"]);
            }
            members.get("qSubNodes").into_iter().for_each(|part| numbers(part, found));
        }
        Value::Object(members) => add(members.get("qNum").unwrap_or(&Value::Null)),
        _ => {}
    }
}

/// The number of leaves of a stacked cube's tree.
fn ends(node: &Value) -> usize {
    let below = node["qSubNodes"].as_array().filter(|below| !below.is_empty());
    below.map_or(1, |below| below.iter().map(ends).sum())
}

/// The cubes and lists of a layout that have data, with the size of their data.
fn sources(value: &Value, found: &mut Vec<(&'static str, Value)>) {
    let pages = |name: &str| value[name].as_array().and_then(|pages| pages.first()).cloned();
    if let Some(members) = value.as_object() {
        let mut add = |kind, columns: u64, rows: usize| {
            let mut source = value.clone();
            source["qSize"] = json!({ "qcx": columns, "qcy": rows });
            found.push((kind, source));
        };
        if let Some(page) = pages("qPivotDataPages") {
            add("pivot", page["qArea"]["qWidth"].as_u64().unwrap(), page["qData"].as_array().unwrap().len());
        } else if let Some(page) = pages("qStackedDataPages") {
            add("stacked", 1, ends(&page["qData"][0]));
        } else if let Some(matrix) = pages("qDataPages").and_then(|page| page["qMatrix"].as_array().cloned()) {
            let kind = if value["qDimensionInfo"].is_object() { "list" } else { "straight" };
            if let Some(row) = matrix.first() {
                add(kind, row.as_array().unwrap().len() as u64, matrix.len());
            }
        }
        members.values().for_each(|member| sources(member, found));
    } else if let Some(items) = value.as_array() {
        items.iter().for_each(|item| sources(item, found));
    }
}

#[tokio::test]
#[ignore = "needs ../shared/corpus"]
async fn layouts_of_charts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/layouts");
    let mut counts = [0; 4];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut found = Vec::new();
        sources(&document, &mut found);
        for (kind, source) in found {
            let name = format!("{} ({kind})", path.file_name().unwrap().display());
            let (pages, member) = match kind {
                "pivot" => ("qPivotDataPages", "qDataPages"),
                "stacked" => ("qStackedDataPages", "qDataPages"),
                _ => ("qDataPages", "qDataPages"),
            };
            let page = source[pages][0].clone();
            let mut expected = (0, 0.0);
            numbers(page.get("qMatrix").unwrap_or(&page["qData"]), &mut expected);
            let at = if kind == "list" { "qListObject" } else { "qHyperCube" };
            let dimensions =
                if page["qMatrix"].is_null() { source["qDimensionInfo"].as_array().unwrap().len() } else { 0 };
            let layout = json!({ "qInfo": { "qId": "chart" }, at: source });
            let scripted = scripted::layout(layout, move |_| Ok(json!({ member: [page] }))).await;
            let rows = scripted.object.rows::<Vec<Option<Cell>>>().with_totals(true).read_all().await;
            let rows = rows.unwrap_or_else(|error| panic!("{name}: {error}"));
            let cells = rows.iter().flat_map(|row| row.iter().skip(dimensions)).flatten();
            let read: Vec<f64> = cells.filter_map(|cell| cell.num).collect();
            assert_eq!(read.len(), expected.0, "{name}");
            let sum: f64 = read.iter().sum();
            assert!(
                (sum - expected.1).abs() <= 1e-9 * expected.1.abs().max(1.0),
                "{name}: {sum} is not {}",
                expected.1
            );
            counts[["pivot", "stacked", "straight", "list"].iter().position(|known| *known == kind).unwrap()] += 1;
        }
    }
    assert!(counts[0] > 0 && counts[1] > 0, "pivots, stacked, straight cubes, lists: {counts:?}");
}
