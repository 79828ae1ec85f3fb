//! Queries a cube with SQL, using DataFusion.
//!
//! ```sh
//! cargo run --manifest-path qix-client/examples/columns/Cargo.toml --features sql --bin sql ["SELECT … FROM orders"]
//! ```

use std::error::Error;
use std::sync::Arc;

use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use futures_util::TryStreamExt;
use qix_client::GenericObjectExt;

const QUERY: &str = "
    SELECT \"Region\", date_part('year', \"Day\") AS year, count(*) AS orders, sum(\"Sales\") AS sales, max(\"Day\") AS latest
    FROM orders
    WHERE \"Day\" IS NOT NULL
    GROUP BY 1, 2
    ORDER BY 1, 2";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let orders = qix_columns::orders().await?;
    let mut batches = orders.cube.record_batches();
    let schema = batches.schema().await?;
    let batches = batches.try_collect::<Vec<_>>().await?;

    let context = SessionContext::new();
    context.register_table("orders", Arc::new(MemTable::try_new(schema, vec![batches])?))?;
    let query = std::env::args().nth(1).unwrap_or_else(|| QUERY.to_owned());
    context.sql(&query).await?.show().await?;
    Ok(())
}
