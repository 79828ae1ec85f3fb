//! Lists the apps, and the tables, keys and fields of one of them.
#![allow(clippy::print_stdout)]

use std::error::Error;

use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};

const SCRIPT: &str = "
Orders:    LOAD RecNo() AS Order, Mod(RecNo(), 3) + 1 AS Customer, RecNo() * 10 AS Amount AUTOGENERATE 12;
Customers: LOAD * INLINE [Customer, Name
1, Ada
2, Grace
3, Barbara];
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = TestEngine::builder().with_app(App::new("orders").script(SCRIPT)).start().await?;
    let session = Session::connect(engine.url()).await?;
    for app in session.get_doc_list().await? {
        println!("{:<8}{}", app.doc_id, app.title);
    }

    let doc = session.open_doc("orders").await?;
    let model = doc.get_tables_and_keys(Size::default(), Size::default(), 0, true, false).await?;
    for table in model.tr {
        println!("{} has {} rows", table.name, table.no_of_rows);
        for field in table.fields {
            let key = match field.key_type {
                KeyType::NotKey => "",
                KeyType::PerfectKey => " (perfect key)",
                _ => " (key)",
            };
            println!("    {:<10}{:>3} values{key}", field.name, field.n_total_distinct_values);
        }
    }
    for key in model.k {
        println!("{} link by {}", key.tables.join(" and "), key.key_fields.join(", "));
    }
    session.close().await;
    Ok(())
}
