//! A list, as in a filter box: values with their states, a search, and selections.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;

    let products = ListObjectDef::field("Product")
        .with_sort_by(SortCriteria::by_text())
        .with_frequency_mode(NxFrequencyMode::Value)
        .with_initial_data_fetch([NxPage::of_size(1, 100)]);
    let products = GenericObjectProperties::of_type("filter").with_list_object_def(products);
    let products = doc.create_session_object(products).await?;
    println!("{}", shown(&products).await?);

    // Cells contain the element number, by which values are selected.
    let plums = cells(&products).await?.into_iter().find(|cell| cell.text == "Plums").ok_or("no plums")?;
    products.select_list_object_values("/qListObjectDef", vec![plums.elem_number], true).await?;
    println!("Plums selected:            {}", shown(&products).await?);

    doc.get_field("Year").await?.select("2022").await?;
    println!("and the year 2022:         {}", shown(&products).await?);

    products.search_list_object_for("/qListObjectDef", "*a*").await?;
    println!("searching for *a*:         {}", shown(&products).await?);
    products.accept_list_object_search("/qListObjectDef", true).await?;
    println!("the search accepted:       {}", shown(&products).await?);
    session.close().await;
    Ok(())
}

async fn cells(list: &GenericObject) -> Result<Vec<NxCell>, qix_client::Error> {
    let list = list.get_layout().await?.list_object.unwrap_or_default();
    Ok(list.data_pages.into_iter().flat_map(|page| page.matrix).flatten().collect())
}

/// The values of a list in one line, each with its state and frequency.
async fn shown(list: &GenericObject) -> Result<String, qix_client::Error> {
    let value = |cell: NxCell| {
        let state = match cell.state {
            StateEnumType::Selected => "selected",
            StateEnumType::Option => "possible",
            StateEnumType::Alternative => "alternative",
            StateEnumType::Excluded => "excluded",
            _ => "else",
        };
        let frequency = cell.frequency().map_or("0", String::as_str);
        format!("{} ({state}, {frequency})", cell.text)
    };
    Ok(cells(list).await?.into_iter().map(value).collect::<Vec<_>>().join("  "))
}
