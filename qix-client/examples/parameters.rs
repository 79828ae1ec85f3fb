//! Parameters: required ones by position, optional ones by name, and calls as values.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Duration;

use qix_client::{doc, prelude::*};
use qix_test_engine::TestEngine;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;
    let doc = session.open_doc("sales").await?;

    // Required parameters are arguments.
    let region = doc.get_field("Region").await?;
    // Optional ones are methods; options of the call itself start with `with_`.
    region.select("North").soft_lock(false).with_timeout(Duration::from_secs(5)).await?;

    // A call can be a value, which is created here and sent there, any number of times.
    let total = doc::EvaluateEx::new("Sum(Sales)");
    println!("North: {}", doc.call(total.clone()).await?.number);
    region.clear().await?;
    println!("all:   {}", doc.call(total).await?.number);

    // So calls can be created from data.
    let select = |state: Option<&str>| {
        let request = doc::GetField::new("Year");
        match state {
            Some(state) => request.state_name(state),
            None => request,
        }
    };
    doc.add_alternate_state("Before").await?;
    doc.call(select(Some("Before"))).await?.select("<2023").await?;
    doc.call(select(None)).await?.select("2023").await?;
    println!("2023:  {}, before: {}", sum(&doc, "{$} Sales").await?, sum(&doc, "{Before} Sales").await?);

    // The request: parameters by name, and only those that were set.
    for request in engine.requests().iter().filter(|request| request.method == "GetField") {
        println!("{} {}", request.method, request.params);
    }
    session.close().await;
    Ok(())
}

async fn sum(doc: &Doc, what: &str) -> Result<f64, qix_client::Error> {
    Ok(doc.evaluate_ex(&format!("Sum({what})")).await?.number)
}
