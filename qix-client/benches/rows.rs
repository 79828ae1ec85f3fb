//! Reading a page of 10,000 cells: rows of a struct and of a tuple, record batches, cells,
//! `serde_json::Value`. The object answers immediately, with the same text.
//!
//! ```sh
//! cargo bench -p qix-client --features arrow
//! ```
// Benchmark helpers may panic.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
#[cfg(feature = "arrow")]
use futures_util::TryStreamExt;
use qix_client::rpc::{ObjectHandle, RawAnswer, RawCall, Remote};
use qix_client::{Error, prelude::*};
use serde::Deserialize;
use serde_json::{Value, json};

fn main() {
    divan::main();
}

const ROWS: usize = 1000;

/// An object with a table of 1,000 rows: a dimension of strings, one of numbers, eight measures.
#[derive(Clone, Debug)]
struct Table {
    handle: ObjectHandle,
    layout: Arc<str>,
    page: Arc<str>,
}

impl Table {
    fn new() -> Self {
        let info = |title: &str, tag| json!({ "qFallbackTitle": title, "qTags": [tag] });
        let measure = |at| json!({ "qFallbackTitle": format!("m{at}"), "qNumFormat": { "qType": "F" } });
        let cube = json!({
            "qSize": { "qcx": 10, "qcy": ROWS },
            "qDimensionInfo": [info("customer", "$text"), info("year", "$integer")],
            "qMeasureInfo": (0..8).map(measure).collect::<Vec<_>>(),
        });
        let row = |row: usize| {
            let year = 1990 + row % 30;
            let customer = format!(r#"{{"qText":"Customer {row}","qNum":"NaN","qElemNumber":{row},"qState":"O"}}"#);
            let year = format!(r#"{{"qText":"{year}","qNum":{year},"qElemNumber":{},"qState":"O"}}"#, row % 30);
            let measures = (0..8).map(|column| {
                let value = (row * 37 + column * 1009) as f64 / 7.0;
                format!(r#"{{"qText":"{value:.2}","qNum":{value},"qElemNumber":0,"qState":"L"}}"#)
            });
            format!("[{customer},{year},{}]", measures.collect::<Vec<_>>().join(","))
        };
        let matrix = (0..ROWS).map(row).collect::<Vec<_>>().join(",");
        let area = format!(r#"{{"qLeft":0,"qTop":0,"qWidth":10,"qHeight":{ROWS}}}"#);
        Self {
            handle: ObjectHandle::new("GenericObject", 1),
            layout: json!({ "qLayout": { "qHyperCube": cube } }).to_string().into(),
            page: format!(r#"{{"qDataPages":[{{"qMatrix":[{matrix}],"qTails":[],"qArea":{area}}}]}}"#).into(),
        }
    }
}

#[async_trait::async_trait]
impl Remote for Table {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        let is_layout = call.method.name == "GetLayout";
        Ok(RawAnswer::new(Arc::clone(if is_layout { &self.layout } else { &self.page })))
    }

    fn bind(&self, handle: ObjectHandle) -> Arc<dyn Remote> {
        Arc::new(Self { handle, ..self.clone() })
    }

    fn handle(&self) -> &ObjectHandle {
        &self.handle
    }
}

/// Measures decoding of the object's page.
fn measure<T>(bencher: Bencher<'_, '_>, read: impl AsyncFn(&GenericObject) -> Result<T, Error>) {
    let table = Table::new();
    let bytes = BytesCount::of_str(&table.page);
    let object = GenericObject::from_remote(Arc::new(table));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    bencher.counter(bytes).bench_local(|| runtime.block_on(read(black_box(&object))).unwrap());
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Row {
    customer: String,
    year: i32,
    m0: f64,
    m1: f64,
    m2: f64,
    m3: f64,
    m4: f64,
    m5: f64,
    m6: f64,
    m7: f64,
}

#[divan::bench]
fn rows_of_a_struct(bencher: Bencher<'_, '_>) {
    measure(bencher, async |object| object.rows::<Row>().read_all().await);
}

#[divan::bench]
fn rows_of_a_tuple(bencher: Bencher<'_, '_>) {
    type Row = (String, i32, f64, f64, f64, f64, f64, f64, f64, f64);
    measure(bencher, async |object| object.rows::<Row>().read_all().await);
}

#[cfg(feature = "arrow")]
#[divan::bench]
fn record_batches(bencher: Bencher<'_, '_>) {
    measure(bencher, async |object| object.record_batches().try_collect::<Vec<_>>().await);
}

#[divan::bench]
fn cells(bencher: Bencher<'_, '_>) {
    let pages = || vec![NxPage::of_size(10, 1000)];
    measure(bencher, async |object| object.get_hyper_cube_data("/qHyperCubeDef", pages()).await);
}

#[divan::bench]
fn value(bencher: Bencher<'_, '_>) {
    let table = Table::new();
    let bytes = BytesCount::of_str(&table.page);
    bencher.counter(bytes).bench(|| serde_json::from_str::<Value>(black_box(&table.page)).unwrap());
}
