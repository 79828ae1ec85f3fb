//! Loads rows of the program as tables of a session app, and evaluates expressions.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::TestEngine;

#[derive(serde::Serialize)]
struct Order {
    customer: u32,
    day: &'static str,
    amount: Option<f64>,
}

#[derive(serde::Serialize)]
struct Customer {
    customer: u32,
    name: &'static str,
}

const ORDERS: [Order; 4] = [
    Order { customer: 1, day: "2024-01-31", amount: Some(120.5) },
    Order { customer: 1, day: "2024-02-29", amount: Some(80.0) },
    Order { customer: 2, day: "2024-02-01", amount: None },
    Order { customer: 2, day: "2024-02-15", amount: Some(99.9) },
];

const CUSTOMERS: [Customer; 2] =
    [Customer { customer: 1, name: "Miller, Son & \"Co\"" }, Customer { customer: 2, name: "007" }];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::start().await?;
    let session = Session::connect(engine.url()).await?;

    let tables = session.load_rows("Orders", ORDERS).with_rows("Customers", CUSTOMERS).with_dates(["day"]);
    let doc = tables.await?;

    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("name"), NxDimension::expression("Month(day)").with_label("month")])
        .with_measures([NxMeasure::expression("Sum(amount)"), NxMeasure::expression("Count(day)")]);
    let table = doc.create_session_object(cube.into()).await?;
    for (name, month, amount, orders) in table.rows::<(String, String, f64, u32)>().read_all().await? {
        println!("{name:<20}{month}{amount:>9.2} in {orders} orders");
    }

    // The script. Strings such as 007 stay strings, and special characters are encoded.
    print!("{}", doc.get_script().await?);

    // Invalid rows return an error before anything is sent.
    if let Err(error) = doc.load_rows("Pairs", [(1, "one")]).await {
        println!("\nerror: {error}");
    }
    if let Err(error) = doc.load_rows("Orders", ORDERS).with_dates(["customer", "date"]).await {
        println!("error: {error}");
    }
    session.close().await;
    Ok(())
}
