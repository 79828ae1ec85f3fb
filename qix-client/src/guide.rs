//! A page per task, from connecting to testing. Every example runs against the in-memory engine of `qix-test-engine`,
//! which each starts first; with an engine of yours only the address differs.
//!
//! 1. [`connect`]: to Desktop, Enterprise, Cloud
//! 2. [`select`]: in fields and lists, in alternate states
//! 3. [`read_data`]: rows, layouts, single values; with the feature `arrow`, columns on a page of their own, `columns`
//! 4. [`react`]: to selections and reloads of others
//! 5. [`reload`]: and follow the script while it runs
//! 6. [`load`]: rows of the program's own
//! 7. [`survive`]: lost connections
//! 8. [`test`](mod@test): your own code

pub mod connect {
    //! Connecting to an engine.
    //!
    //! An address is enough where nobody asks who is there, as on Desktop:
    //!
    //! ```
    //! use qix_client::prelude::*;
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! # let url = engine.url();
    //! let session = Session::connect(url).await?;
    //! println!("engine {}", session.engine_version().await?.component_version);
    //!
    //! let doc = session.open_doc("sales").await?;
    //! println!("opened {}", doc.get_app_layout().await?.title);
    //! session.close().await;
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! For all else there is a builder, [`SessionBuilder`](crate::SessionBuilder):
    //!
    //! ```no_run
    //! # use qix_client::prelude::*;
    //! # async fn f(app: &str, jwt: String, key: String) -> Result<(), ConnectError> {
    //! // Enterprise through the proxy
    //! let session = Session::builder().host("sense.corp").virtual_proxy("jwt").app(app).bearer(jwt).connect().await?;
    //! // Cloud
    //! let session = Session::builder().tenant("acme.eu.qlikcloud.com").app(app).api_key(key).connect().await?;
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! [`Session::open_doc`](crate::Session::open_doc) takes the app that is open already if the engine has put you into a
    //! session that is shared; [`Session::state`](crate::Session::state) tells whether it has. What can go wrong is in
    //! [`ConnectError`](crate::ConnectError), each with what to do next.
}

pub mod select {
    //! Selecting values.
    //!
    //! A selection belongs to the session, not to an object: everything that depends on it follows.
    //!
    //! ```
    //! use qix_client::prelude::*;
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! # let session = Session::connect(engine.url()).await?;
    //! # let doc = session.open_doc("sales").await?;
    //! doc.select("Year", [2021, 2023]).await?; // values, as numbers or texts
    //! doc.select_matching("Region", "N*").await?; // a search, as in a filter box
    //! assert_eq!(doc.evaluate("Sum(Sales)").await?, "465");
    //! doc.back().await?; // one step back
    //! doc.clear_all().await?;
    //!
    //! let error = doc.select("Region", ["Narnia"]).await.unwrap_err();
    //! assert!(error.to_string().contains("the field `Region` has no value `Narnia`"));
    //!
    //! // An alternate state has selections of its own, and is gone with its guard.
    //! let before = doc.alternate_state("Before").await?;
    //! doc.select("Year", [2021]).state_name(&before).await?;
    //! assert_eq!(doc.evaluate("Sum({Before} Sales)").await?, "550");
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! [`Select`](crate::Select) steps through values as well; [`SelectListed`](crate::SelectListed) selects in a list of a
    //! program's own, [`SelectModally`](crate::SelectModally) on trial. What the engine has besides, such as locks and the
    //! selection of what is possible, is in [`FieldApi`](crate::FieldApi); selecting in a chart goes by element numbers,
    //! which each cell carries: see [`select_hyper_cube_values`](crate::GenericObjectApi::select_hyper_cube_values).
    //! What is selected is in [`current_selections`](crate::Lists::current_selections).
}

pub mod read_data {
    //! Reading data.
    //!
    //! Whatever is calculated hangs on an object: make one for the session, and read its rows as a type of yours.
    //!
    //! ```
    //! use futures_util::TryStreamExt;
    //! use qix_client::prelude::*;
    //!
    //! #[derive(serde::Deserialize)]
    //! struct Row {
    //!     #[serde(rename = "Region")]
    //!     region: String,
    //!     sales: f64,
    //! }
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! # let session = Session::connect(engine.url()).await?;
    //! # let doc = session.open_doc("sales").await?;
    //! let cube = HyperCubeDef::default()
    //!     .with_dimensions([NxDimension::field("Region")])
    //!     .with_measures([NxMeasure::expression("Sum(Sales)")]);
    //! let table = doc.create_session_object(cube.into()).await?;
    //!
    //! let mut rows = table.rows::<Row>();
    //! while let Some(row) = rows.try_next().await? {
    //!     println!("{}: {}", row.region, row.sales);
    //! }
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! Rows come in pages below the engine's limit of 10,000 cells, a few ahead of those that are taken; see
    //! [`Rows`](crate::Rows). For cells with all they say, read the
    //! [layout](crate::GenericObjectApi::get_layout) and [`get_hyper_cube_data`](crate::GenericObjectApi::get_hyper_cube_data); for a
    //! single value, [`evaluate_ex`](crate::DocApi::evaluate_ex).
    //!
    //! The object is gone from the engine when the last handle to it is dropped.
    //!
    //! A pivot or stacked cube is read like a straight one, and the values of a field are rows too: see
    //! [`FieldValues`](crate::FieldValues).
}

#[cfg(feature = "arrow")]
pub mod columns {
    //! Reading columns: Arrow record batches, for Parquet files, DataFusion, Polars and DuckDB.
    //!
    //! ```
    //! use arrow_array::cast::AsArray;
    //! use arrow_array::types::Date32Type;
    //! use futures_util::TryStreamExt;
    //! use qix_client::prelude::*;
    //! use qix_test_engine::{App, TestEngine};
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! let script = "T: LOAD Date(Day, 'YYYY-MM-DD') as Day, Sales INLINE [Day, Sales\n43831, 10\n43832, 32];";
    //! let engine = TestEngine::builder().with_app(App::new("orders").script(script)).start().await?;
    //! # let session = Session::connect(engine.url()).await?;
    //! # let doc = session.open_doc("orders").await?;
    //! let cube = HyperCubeDef::default()
    //!     .with_dimensions([NxDimension::field("Day")])
    //!     .with_measures([NxMeasure::expression("Sum(Sales)").labeled("Sales")]);
    //! let table = doc.create_session_object(cube.into()).await?;
    //!
    //! let mut batches = table.record_batches();
    //! println!("{:?}", batches.schema().await?); // known before the first row
    //! while let Some(batch) = batches.try_next().await? {
    //!     let days = batch.column(0).as_primitive::<Date32Type>();
    //!     assert_eq!(days.value(0), 18_262); // 1 January 2020
    //! }
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! [`RecordBatches::record_batches`](crate::RecordBatches::record_batches) tells which type a column gets, and
    //! [`BatchStream::with_type`](crate::BatchStream::with_type) gives it another one. A batch is a page, so memory stays
    //! the same however many rows there are:
    //!
    //! * Parquet: write each batch with `parquet::arrow::ArrowWriter` as it comes. `qix-client/examples/columns` does, and
    //!   reads the file back. DuckDB and Polars read such a file in one call.
    //! * DataFusion: collect the batches, and make a `MemTable` of them and the schema. `qix-client/examples/columns` does,
    //!   and asks it in SQL.
    //!
    //! Batches are of the version of Arrow that [`arrow_array`] is, which this crate exports; two are allowed, so that one
    //! `cargo update -p arrow-array --precise VERSION` brings it to the version that the other crate takes.
}

pub mod react {
    //! Reacting to changes.
    //!
    //! The engine says once that an object is stale, and calculates nothing before it is asked.
    //! [`Layouts::layouts`](crate::Layouts::layouts) asks whenever it does:
    //!
    //! ```
    //! use futures_util::TryStreamExt;
    //! use qix_client::prelude::*;
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! # let session = Session::connect(engine.url()).await?;
    //! # let doc = session.open_doc("sales").await?;
    //! # let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Year")]);
    //! let table = doc.create_session_object(cube.into()).await?;
    //! let mut layouts = std::pin::pin!(table.layouts());
    //! let rows = |layout: GenericObjectLayout| layout.hyper_cube.map_or(0, |cube| cube.size.cy);
    //! assert_eq!(layouts.try_next().await?.map(rows), Some(3));
    //!
    //! doc.get_field("Year").await?.select("2022").await?;
    //! assert_eq!(layouts.try_next().await?.map(rows), Some(1));
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! Nothing piles up: who is slow gets the newest layout, and holds up nobody.
    //! [`Watch::changes`](crate::Watch::changes) tells of changes without fetching anything.
}

pub mod reload {
    //! Reloading, and following the script while it runs.
    //!
    //! ```
    //! use futures_util::TryStreamExt;
    //! use qix_client::{Progress, prelude::*};
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! # let session = Session::connect(engine.url()).await?;
    //! # let doc = session.open_doc("sales").await?;
    //! let script = "Numbers: LOAD RecNo() AS N AUTOGENERATE 100;";
    //! let mut reload = std::pin::pin!(doc.reload().with_script(script).with_save().with_progress());
    //! while let Some(step) = reload.try_next().await? {
    //!     if let Progress::Update(update) = step {
    //!         print!("{}", update.persistent_progress);
    //!     }
    //! }
    //! assert_eq!(doc.evaluate("Sum(N)").await?, "5050");
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! Without `with_progress` it is awaited, like any call. A script that does not parse, or fails, is a
    //! [`ScriptError`](crate::ScriptError) that shows the line at fault:
    //!
    //! ```text
    //! the script does not parse and has not run; correct it, or reload `without_check`
    //! tab `Main`, line 2, column 13: this does not parse
    //!  2 | LOAD RecNo( AS N AUTOGENERATE 100;
    //!    |             ^^
    //! ```
}

pub mod load {
    //! Loading rows of the program's own.
    //!
    //! Whatever is `Serialize` and has named fields becomes a table, in an app that lives as long as the session:
    //!
    //! ```
    //! use qix_client::prelude::*;
    //!
    //! #[derive(serde::Serialize)]
    //! struct Sale {
    //!     region: &'static str,
    //!     day: &'static str,
    //!     amount: f64,
    //! }
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! # let session = Session::connect(engine.url()).await?;
    //! let sales = [Sale { region: "North", day: "2024-01-31", amount: 12.5 }];
    //! let doc = session.load_rows("Sales", sales).with_dates(["day"]).await?;
    //! assert_eq!(doc.evaluate("Sum({<day={'2024-01-31'}>} amount)").await?, "12.5");
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! [`LoadRows`](crate::LoadRows) says what becomes of numbers, texts, dates and nulls; [`Loading`](crate::Loading) takes
    //! more tables, and gives the script to those who want to go on from there.
}

pub mod survive {
    //! Surviving a lost connection.
    //!
    //! A session that is built with [`resume`](crate::SessionBuilder::resume) connects again by itself, and brings back the app and
    //! every object that the program holds. Reads that were under way go on; a write ends with an error that says that
    //! it may have happened.
    //!
    //! A connection can die without a sign, and one that is idle may be dropped on the way:
    //! [`keep_alive`](crate::SessionBuilder::keep_alive) notices the first and prevents the second.
    //!
    //! ```
    //! use futures_util::StreamExt;
    //! use qix_client::{Backoff, Event, prelude::*};
    //! use qix_test_engine::Fault;
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! # let engine = qix_test_engine::TestEngine::start().await?;
    //! let session = Session::builder().url(engine.url()).resume(Backoff::default()).connect().await?;
    //! let doc = session.open_doc("sales").await?;
    //! let year = doc.get_field("Year").await?;
    //! let mut events = session.events();
    //!
    //! engine.fault(Fault::close(4003, "")); // the engine says that it terminates
    //! assert_eq!(year.get_cardinal().await?, 3); // and the read is answered all the same
    //!
    //! while let Some(event) = events.next().await {
    //!     if let Event::Resumed(report) = event {
    //!         assert_eq!(report.lost().count(), 0);
    //!         break;
    //!     }
    //! }
    //! # Ok(())
    //! # }
    //! ```
}

pub mod test {
    //! Testing code that makes typed calls.
    //!
    //! Against an engine in memory, with data that the test loads:
    //!
    //! ```
    //! use qix_client::prelude::*;
    //! use qix_test_engine::{App, TestEngine};
    //!
    //! async fn total(doc: &Doc) -> Result<f64, Error> {
    //!     Ok(doc.evaluate_ex("Sum(Sales)").await?.number)
    //! }
    //!
    //! # #[tokio::main(flavor = "current_thread")]
    //! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //! let script = "Sales: LOAD * INLINE [Region, Sales\nNorth, 10\nSouth, 32];";
    //! let engine = TestEngine::builder().with_app(App::new("tiny").script(script)).start().await?;
    //! let session = Session::connect(engine.url()).await?;
    //! assert_eq!(total(&session.open_doc("tiny").await?).await?, 42.0);
    //! # Ok(())
    //! # }
    //! ```
    //!
    //! Or with a double of a single method: code that takes `&impl DocApi` or `&dyn DocApi` takes it too.
    //!
    //! ```
    //! use qix_client::prelude::*;
    //! use qix_schema::rpc::Remote;
    //!
    //! struct Scripted(Doc);
    //!
    //! impl AsRemote for Scripted {
    //!     fn remote(&self) -> &dyn Remote {
    //!         self.0.remote()
    //!     }
    //! }
    //!
    //! impl DocApi for Scripted {
    //!     fn get_script(&self) -> Call<'_, doc::GetScript> {
    //!         Call::ready(Ok("LOAD 1 AS One AUTOGENERATE 1;".to_owned()))
    //!     }
    //! }
    //! ```
}
