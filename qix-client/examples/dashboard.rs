//! A whole page: loads cars into a session app, and follows the selections with three objects. Each selection redraws
//! the objects that have changed.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::pin::pin;

use futures_util::{StreamExt, TryStreamExt, stream};
use qix_client::prelude::*;
use qix_test_engine::TestEngine;

#[derive(serde::Serialize)]
struct Car {
    maker: &'static str,
    model: &'static str,
    class: &'static str,
    power: u32,
    consumption: f64,
}

const fn car(maker: &'static str, model: &'static str, class: &'static str, power: u32, consumption: f64) -> Car {
    Car { maker, model, class, power, consumption }
}

const CARS: [Car; 9] = [
    car("Aster", "Comet", "Small", 66, 4.8),
    car("Aster", "Nova", "Middle", 110, 5.9),
    car("Aster", "Quasar", "Large", 220, 8.4),
    car("Birch", "Leaf", "Small", 60, 4.5),
    car("Birch", "Trunk", "Large", 190, 9.1),
    car("Cobalt", "Blue", "Middle", 125, 6.2),
    car("Cobalt", "Deep", "Middle", 140, 6.6),
    car("Cobalt", "Azure", "Small", 80, 5.0),
    car("Dune", "Nomad", "Large", 240, 10.3),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.load_rows("Cars", CARS).await?;

    let makers = ListObjectDef::field("maker").with_initial_data_fetch([NxPage::of_size(1, 50)]);
    let by_class = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("class").with_sort_by(SortCriteria::by_load_order())])
        .with_measures([NxMeasure::expression("Avg(consumption)"), NxMeasure::expression("Count(model)")])
        .with_initial_data_fetch([NxPage::of_size(3, 50)]);
    let strongest = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("model")])
        .with_measures([NxMeasure::expression("Max(power)").with_sort_by(SortCriteria::by_number().reverse())])
        .with_inter_column_sort_order([1, 0])
        .with_initial_data_fetch([NxPage::of_size(2, 3)]);

    // Each object is a stream of its layouts; the page draws whichever arrives.
    let mut widgets = Vec::new();
    for (widget, properties) in [(filter as Draw, makers.into()), (bars, by_class.into()), (table, strongest.into())] {
        let object = doc.create_session_object(properties).await?;
        widgets.push(object.layouts().map_ok(move |layout| widget(&layout)).boxed());
    }
    let mut page = pin!(stream::select_all(widgets));

    for (step, selection) in ["", "Small", "Large"].into_iter().enumerate() {
        println!("--- {} ---", if selection.is_empty() { "all classes" } else { selection });
        if step > 0 {
            doc.select("class", [selection]).await?;
        }
        let mut drawn = Vec::new();
        while drawn.len() < 3 {
            drawn.push(page.try_next().await?.ok_or("the session is over")?);
        }
        drawn.sort();
        drawn.iter().for_each(|(_, text)| println!("{text}"));
    }
    session.close().await;
    Ok(())
}

/// Draws a layout: its position on the page, and the text.
type Draw = fn(&GenericObjectLayout) -> (u8, String);

fn rows(layout: &GenericObjectLayout) -> impl Iterator<Item = &Vec<NxCell>> {
    let cube = layout.hyper_cube.iter().flat_map(|cube| &cube.data_pages);
    let list = layout.list_object.iter().flat_map(|list| &list.data_pages);
    cube.chain(list).flat_map(|page| &page.matrix)
}

fn filter(layout: &GenericObjectLayout) -> (u8, String) {
    let mark = |cell: &NxCell| match cell.state {
        StateEnumType::Excluded => format!("({})", cell.text),
        _ => cell.text.clone(),
    };
    (0, format!("Makers    {}", rows(layout).flatten().map(mark).collect::<Vec<_>>().join("  ")))
}

fn bars(layout: &GenericObjectLayout) -> (u8, String) {
    let bar = |row: &Vec<NxCell>| match &row[..] {
        [class, consumption, models] => {
            let bar = "#".repeat((consumption.num * 3.0).round() as usize);
            format!("  {:<8}{bar} {:.1} l in {} models", class.text, consumption.num, models.text)
        }
        _ => String::new(),
    };
    (1, format!("Consumption\n{}", rows(layout).map(bar).collect::<Vec<_>>().join("\n")))
}

fn table(layout: &GenericObjectLayout) -> (u8, String) {
    let line = |row: &Vec<NxCell>| match &row[..] {
        [model, power] => format!("{} {} kW", model.text, power.text),
        _ => String::new(),
    };
    (2, format!("Strongest {}", rows(layout).map(line).collect::<Vec<_>>().join(", ")))
}
