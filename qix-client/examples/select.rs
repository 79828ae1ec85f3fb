//! Selections: by value and by search, step by step, in an alternate state, in selection mode; and their errors.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;
    show(&doc, "nothing selected").await?;

    doc.select("Region", ["North", "West"]).await?;
    show(&doc, "two regions").await?;
    doc.select_matching("Year", ">=2022").await?;
    show(&doc, "and a search").await?;
    doc.back().await?;
    show(&doc, "a step back").await?;

    for _ in 0..3 {
        let product = doc.select_next("Product").await?;
        show(&doc, &format!("next product: {}", product.text)).await?;
    }

    // Missing values are an error.
    if let Err(error) = doc.select("Region", ["North", "Narnia"]).await {
        println!("error: {error}");
    }

    // An alternate state that exists as long as its guard.
    doc.clear_all().await?;
    let before = doc.alternate_state("Before").await?;
    doc.select("Year", [2021]).state_name(&before).await?;
    doc.select("Year", [2023]).await?;
    println!("growth since 2021: {}", doc.evaluate("Sum(Sales) - Sum({Before} Sales)").await?);
    before.end().await?;

    // Selections in a list that are undone unless they are accepted.
    let years = doc.create_session_object(ListObjectDef::field("Year").into()).await?;
    let modal = years.begin_modal(["/qListObjectDef"]).await?;
    modal.select([2021]).toggle_mode(true).await?;
    show(&doc, "on trial").await?;
    modal.abort().await?;
    show(&doc, "taken back").await?;
    session.close().await;
    Ok(())
}

async fn show(doc: &Doc, what: &str) -> Result<(), qix_client::Error> {
    let selections = doc.current_selections().await?;
    let selections: Vec<_> = selections.iter().map(|item| format!("{}: {}", item.field, item.selected)).collect();
    println!("{what:<22}{:>6}  {}", doc.evaluate("Sum(Sales)").await?, selections.join("; "));
    Ok(())
}
