//! Lists the content of an app, and follows a list.
#![allow(clippy::print_stdout)]

use std::error::Error;

use futures_util::TryStreamExt;
use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};
use serde_json::json;

fn app() -> App {
    App::new("shop")
        .script("SET vCurrency = 'EUR'; Sales: LOAD * INLINE [Year, Product, Amount\n2023, Tea, 12\n2024, Milk, 30];")
        .dimension(json!({
            "qInfo": { "qId": "time", "qType": "dimension" },
            "qDim": { "qGrouping": "H", "qFieldDefs": ["Year", "Product"] },
            "qMetaDef": { "title": "Year, then product", "tags": ["drill-down"] },
        }))
        .measure(json!({
            "qInfo": { "qId": "total", "qType": "measure" },
            "qMeasure": { "qLabel": "Total", "qDef": "Sum(Amount)" },
            "qMetaDef": { "title": "Total amount", "description": "Before taxes" },
        }))
        .object(json!({
            "qProperty": { "qInfo": { "qId": "s1", "qType": "sheet" }, "qMetaDef": { "title": "Overview" }, "rank": 1 },
            "qChildren": [
                { "qProperty": { "qInfo": { "qId": "bars", "qType": "barchart" } } },
                { "qProperty": { "qInfo": { "qId": "tabs", "qType": "container" } }, "qChildren": [
                    { "qProperty": { "qInfo": { "qId": "shared", "qType": "piechart" }, "qExtendsId": "pie" } },
                ] },
            ],
        }))
        .object(json!({ "qInfo": { "qId": "pie", "qType": "masterobject" }, "qMetaDef": { "title": "Shares" } }))
        .object(json!({ "qInfo": { "qId": "s2", "qType": "sheet" }, "qMetaDef": { "title": "Details" }, "rank": 2 }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::builder().with_app(app()).start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("shop").await?;

    println!("fields:");
    for field in doc.fields().await? {
        println!("    {:<9}{} values, {}", field.name, field.cardinal, field.tags.join(" "));
    }
    println!("master items:");
    for dimension in doc.dimensions().await? {
        println!("    {}: {} ({})", dimension.title, dimension.fields.join(" > "), dimension.tags.join(", "));
    }
    for measure in doc.measures().await? {
        println!("    {}: {} ({})", measure.title, measure.expression, measure.description);
    }
    println!("sheets, with a member of the app's own:");
    for sheet in doc.sheets().with_data("rank", "/rank").await? {
        println!("    {}. {}", sheet.data.get::<f64>("rank")?.unwrap_or_default(), sheet.title);
    }
    println!("objects, with their positions:");
    let mut objects = doc.all_objects();
    while let Some(found) = objects.try_next().await? {
        let shown = if found.is_master { ", shown by the one above" } else { "" };
        println!("    {}: {}{shown}", [&found.path[..], &[found.id().to_owned()]].concat().join(" > "), found.kind());
    }
    println!("variables:");
    for variable in doc.variables().await? {
        println!("    {} = {}", variable.name, variable.definition);
    }

    // The list is returned again whenever it changes.
    println!("selections, as they change:");
    let mut selections = doc.current_selections().live();
    for year in [None, Some(2023), Some(2024)] {
        if let Some(year) = year {
            doc.select("Year", [year]).await?;
        }
        let now = selections.try_next().await?.unwrap_or_default();
        println!("    {:?}", now.iter().map(|item| format!("{}: {}", item.field, item.selected)).collect::<Vec<_>>());
    }
    session.close().await;
    Ok(())
}
