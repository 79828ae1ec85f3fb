//! Apps as schemas, and their tables.

use datafusion::catalog::CatalogProvider;
use datafusion::prelude::SessionContext;
use fastrand::Rng;
use qix_client::Session;
use qix_datafusion::Engine;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::{Rows, answer, context, engine, in_memory, plan};

#[tokio::test]
async fn apps_are_schemas_and_tables_are_tables() {
    let rows = Rows::random(&mut Rng::with_seed(1), 50);
    let engine = engine(&rows).await;
    let own = Arc::new(Engine::new("test", Session::builder().url(engine.url())));
    let catalog = qix_datafusion::register(&SessionContext::new(), own).await.unwrap();
    assert!(catalog.apps().contains(&"orders"), "{:?}", catalog.apps());
    assert!(catalog.schema("orders").is_some());
    let tables = catalog.load("orders").await.unwrap();
    assert_eq!(tables.len(), 2);
    assert_eq!(catalog.schema("orders").unwrap().table_names(), ["Orders", "Customers"]);
    let error = catalog.load("nothing").await.unwrap_err().to_string();
    assert!(error.contains("`nothing`"), "{error}");
}

#[tokio::test]
async fn all_rows_are_read_as_they_are() {
    let rows = Rows::random(&mut Rng::with_seed(2), 3_000);
    let engine = engine(&rows).await;
    let (sql, memory) = (context(&engine, 4).await, in_memory(rows.batch()));
    // `Note` contains empty strings and null, which only a cube can tell apart.
    let query = r#"SELECT * FROM "Orders""#;
    assert_eq!(answer(&sql, query).await, answer(&memory, query).await);
    assert!(plan(&sql, query).await.contains("cube of [Customer, Id, "), "{}", plan(&sql, query).await);
    let query = r#"SELECT "Id", "Region", "Sales", "Day", "Time", "Month", "Code" FROM "Orders""#;
    assert_eq!(answer(&sql, query).await, answer(&memory, query).await);
    let plan = plan(&sql, query).await;
    assert!(plan.contains("rows of Orders") && plan.contains("{3 groups"), "{plan}");
}

#[tokio::test]
async fn a_limit_reads_no_more_than_necessary() {
    let rows = Rows::random(&mut Rng::with_seed(3), 20_000);
    let engine = engine(&rows).await;
    let sql = context(&engine, 1).await;
    assert_eq!(answer(&sql, r#"SELECT "Id" FROM "Orders" LIMIT 7"#).await.len(), 7);
    let pages: Vec<_> = engine.requests().into_iter().filter(|request| request.method == "GetTableData").collect();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].params["qRows"], 7);
}

#[tokio::test]
async fn few_columns_are_read_as_a_cube() {
    let rows = Rows::random(&mut Rng::with_seed(4), 2_000);
    let engine = engine(&rows).await;
    let (sql, memory) = (context(&engine, 4).await, in_memory(rows.batch()));
    let query = r#"SELECT "Region", "Month" FROM "Orders""#;
    assert_eq!(answer(&sql, query).await, answer(&memory, query).await);
    let plan = plan(&sql, query).await;
    assert!(plan.contains("cube of [Region, Month] by [Count([Id])]"), "{plan}");
    assert!(engine.requests().iter().all(|request| request.method != "GetTableData"));
}

#[tokio::test]
async fn open_ended_dates_can_be_compared() {
    let rows = Rows::random(&mut Rng::with_seed(12), 200);
    let engine = engine(&rows).await;
    let (sql, memory) = (context(&engine, 1).await, in_memory(rows.batch()));
    let query = r#"SELECT "Id" FROM "Orders" WHERE "Day" < '9999-12-31' AND CAST("Time" AS DATE) < DATE '9999-12-31'"#;
    assert_eq!(answer(&sql, query).await, answer(&memory, query).await);
    assert!(plan(&sql, query).await.contains("selected=["), "{}", plan(&sql, query).await);
}

#[tokio::test]
async fn sessions_are_kept_and_limited() {
    let rows = Rows::random(&mut Rng::with_seed(5), 9_000);
    let engine = engine(&rows).await;
    let sql = context(&engine, 2).await;
    for _ in 0..3 {
        answer(&sql, r#"SELECT "Id", "Region", "Sales", "Day", "Time", "Month", "Code" FROM "Orders""#).await;
    }
    assert!(engine.upgrades().len() <= 3, "one for the list of apps, and two: {}", engine.upgrades().len());
    let requests = engine.requests();
    let readers: BTreeSet<u64> =
        requests.iter().filter(|request| request.method == "GetTableData").map(|request| request.connection).collect();
    assert_eq!(readers.len(), 2);
}

#[tokio::test]
async fn a_reload_during_a_query_is_an_error() {
    let rows = Rows::random(&mut Rng::with_seed(6), 10);
    let engine = engine(&rows).await;
    let sql = context(&engine, 1).await;
    let frame = sql.sql(r#"SELECT "Id", "Region" FROM "Orders" LIMIT 5"#).await.unwrap();
    let session = Session::builder().url(engine.url()).app("orders").identity("other").connect().await.unwrap();
    let doc = session.open_doc("orders").await.unwrap();
    qix_client::DocExt::reload(&doc).await.unwrap();
    let error = frame.collect().await.unwrap_err().to_string();
    assert!(error.contains("was reloaded"), "{error}");
}
