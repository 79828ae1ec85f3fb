//! Compares queries that the engine helps to answer with fetching all rows and filtering them: time, and bytes received.
//!
//! ```sh
//! cargo run --release --manifest-path qix-client/datafusion/Cargo.toml --example speed [ROWS]
//! ```
//!
//! The engine is the in-memory one of the tests, so times show what is moved and decoded, not how fast an engine is.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use qix_client::Session;
use qix_datafusion::Engine;
use qix_test_engine::{App, TestEngine};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

const QUERIES: [(&str, &str); 6] = [
    ("all rows", r#"SELECT * FROM "Orders""#),
    ("rows of one day in 365", r#"SELECT * FROM "Orders" WHERE "Day" = DATE '2020-03-01'"#),
    ("rows of one region in 20", r#"SELECT "Id", "Sales" FROM "Orders" WHERE "Region" = 'R7'"#),
    ("two columns of few values", r#"SELECT "Region", "Status" FROM "Orders""#),
    ("sums by region", r#"SELECT "Region", count(*), sum("Sales"), max("Day") FROM "Orders" GROUP BY 1"#),
    (
        "average by month of one status",
        r#"SELECT "Month", avg("Sales") FROM "Orders" WHERE "Status" = 'open' GROUP BY 1"#,
    ),
];

static RECEIVED: AtomicU64 = AtomicU64::new(0);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let rows: usize = std::env::args().nth(1).map_or(Ok(200_000), |rows| rows.parse())?;
    let script = format!(
        "Orders: LOAD RecNo() as Id, 'R' & Mod(RecNo(), 20) as Region, Pick(1 + Mod(RecNo(), 3), 'open', 'sent', 'paid') as Status, \
         Mod(RecNo() * 7919, 10000) / 4 as Sales, Date(43831 + Mod(RecNo(), 365), 'YYYY-MM-DD') as Day, \
         1 + Mod(RecNo(), 12) as Month, 'Customer ' & Mod(RecNo(), 5000) as Customer, Mod(RecNo(), 100) as Quantity, \
         'a note about order ' & RecNo() as Note, RecNo() / 8 as Weight AUTOGENERATE {rows};"
    );
    let engine = TestEngine::builder().with_app(App::new("orders").script(script)).start().await?;
    let builder = Session::builder().url(engine.url()).dial(|host, port| async move {
        let socket = TcpStream::connect((host, port)).await?;
        socket.set_nodelay(true)?;
        Ok(Counted(socket))
    });
    let context = SessionContext::new();
    let catalog = qix_datafusion::register(&context, Arc::new(Engine::new("qix", builder))).await?;
    let table = catalog.load("orders").await?.remove(0);
    context.register_table("\"Orders\"", Arc::new(table))?;

    println!("{rows} rows of 10 fields");
    println!("| query | rows | engine: ms | MB | fetch all: ms | MB |");
    println!("|---|---|---|---|---|---|");
    for (name, query) in QUERIES {
        let (mut ours, mut all) = ((f64::MAX, 0.0, 0), (f64::MAX, 0.0, 0));
        for _ in 0..3 {
            ours = faster(ours, measured(async || count(&context, query).await).await?);
            all = faster(all, measured(async || fetched(&context, query).await).await?);
        }
        assert_eq!(ours.2, all.2, "{name}");
        println!("| {name} | {} | {:.0} | {:.2} | {:.0} | {:.2} |", ours.2, ours.0, ours.1, all.0, all.1);
    }
    Ok(())
}

async fn count(context: &SessionContext, query: &str) -> datafusion::error::Result<usize> {
    Ok(context.sql(query).await?.collect().await?.iter().map(|batch| batch.num_rows()).sum())
}

/// Fetches all rows, and queries them in memory.
async fn fetched(context: &SessionContext, query: &str) -> datafusion::error::Result<usize> {
    let frame = context.sql(r#"SELECT * FROM "Orders""#).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let batches = frame.collect_partitioned().await?;
    let memory = SessionContext::new();
    memory.register_table("\"Orders\"", Arc::new(MemTable::try_new(schema, batches)?))?;
    count(&memory, query).await
}

/// Milliseconds, megabytes, and rows.
type Figures = (f64, f64, usize);

async fn measured(query: impl AsyncFn() -> datafusion::error::Result<usize>) -> Result<Figures, Box<dyn Error>> {
    let before = RECEIVED.load(Ordering::Relaxed);
    let start = Instant::now();
    let rows = query().await?;
    let received = RECEIVED.load(Ordering::Relaxed) - before;
    Ok((start.elapsed().as_secs_f64() * 1e3, received as f64 / 1e6, rows))
}

fn faster(one: Figures, other: Figures) -> Figures {
    if other.0 < one.0 { other } else { one }
}

/// A socket that counts what it receives.
struct Counted(TcpStream);

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.0).poll_read(context, buffer);
        RECEIVED.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
