//! A whole page: cars are loaded into a session app, three objects follow the selections, and each selection redraws
//! what has changed.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::pin::pin;

use futures_util::{StreamExt, TryStreamExt, stream};
use qix_client::prelude::*;
use qix_test_engine::TestEngine;

const SCRIPT: &str = "
Cars: LOAD * INLINE [
Maker, Model, Class, Power, Consumption
Aster, Comet, Small, 66, 4.8
Aster, Nova, Middle, 110, 5.9
Aster, Quasar, Large, 220, 8.4
Birch, Leaf, Small, 60, 4.5
Birch, Trunk, Large, 190, 9.1
Cobalt, Blue, Middle, 125, 6.2
Cobalt, Deep, Middle, 140, 6.6
Cobalt, Azure, Small, 80, 5.0
Dune, Nomad, Large, 240, 10.3
];";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.create_session_app().await?.doc;
    doc.set_script(SCRIPT).await?;
    if !doc.do_reload().await? {
        return Err("the script has failed".into());
    }

    let makers = ListObjectDef::field("Maker").with_initial_data_fetch([NxPage::of_size(1, 50)]);
    let makers = GenericObjectProperties::of_type("filter").with_list_object_def(makers);
    let by_class = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Class").sorted(SortCriteria::by_load_order())])
        .with_measures([NxMeasure::expression("Avg(Consumption)"), NxMeasure::expression("Count(Model)")])
        .with_initial_data_fetch([NxPage::of_size(3, 50)]);
    let by_class = GenericObjectProperties::of_type("barchart").with_hyper_cube_def(by_class);
    let strongest = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Model")])
        .with_measures([NxMeasure::expression("Max(Power)").sorted(SortCriteria::by_number().reversed())])
        .with_inter_column_sort_order([1, 0])
        .with_initial_data_fetch([NxPage::of_size(2, 3)]);
    let strongest = GenericObjectProperties::of_type("table").with_hyper_cube_def(strongest);

    // Each object is a stream of its layouts; the page draws whichever comes.
    let mut widgets = Vec::new();
    for (widget, properties) in [(filter as Draw, makers), (bars, by_class), (table, strongest)] {
        let object = doc.create_session_object(properties).await?;
        widgets.push(object.layouts().map_ok(move |layout| widget(&layout)).boxed());
    }
    let mut page = pin!(stream::select_all(widgets));

    let class = doc.get_field("Class").await?;
    for (step, selection) in ["", "Small", "Large"].into_iter().enumerate() {
        println!("--- {} ---", if selection.is_empty() { "all classes" } else { selection });
        if step > 0 {
            class.select(selection).await?;
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

/// Draws a layout: its place on the page, and the text.
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
