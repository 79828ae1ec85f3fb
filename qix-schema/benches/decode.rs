//! Decoding and encoding a page of 10,000 cells, with allocations: the generated types, serde derives, and
//! `serde_json::Value`; and the page parser into cells, slim cells, and columns.
// Helpers of a benchmark may panic.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use async_trait::async_trait;
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use qix_schema::Error;
use qix_schema::cells::{Cell, Sink, Table, read_data_pages};
use qix_schema::generic_object::GetHyperCubeData;
use qix_schema::rpc::{Answer, ObjectHandle, RawAnswer, RawCall, Remote, Request};
use qix_schema::types::{HyperCube, NxDataPage};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A page of 1,000 rows and 10 columns as an engine writes it: one dimension of strings, one of numbers, eight
/// measures.
fn page() -> String {
    let mut text = String::from(r#"{"qMatrix":["#);
    for row in 0..1000 {
        text.push_str(if row == 0 { "[" } else { ",[" });
        text.push_str(&format!(r#"{{"qText":"Customer {row}","qNum":"NaN","qElemNumber":{row},"qState":"O"}}"#));
        let year = 1990 + row % 30;
        text.push_str(&format!(r#",{{"qText":"{year}","qNum":{year},"qElemNumber":{},"qState":"O"}}"#, row % 30));
        for column in 0..8 {
            let value = f64::from(row * 37 + column * 1009) / 7.0;
            text.push_str(&format!(r#",{{"qText":"{value:.2}","qNum":{value},"qElemNumber":0,"qState":"L"}}"#));
        }
        text.push(']');
    }
    text.push_str(r#"],"qTails":[],"qArea":{"qLeft":0,"qTop":0,"qWidth":10,"qHeight":1000}}"#);
    text
}

/// A response with one page, as returned by `GetHyperCubeData`.
fn result() -> String {
    format!(r#"{{"qDataPages":[{}]}}"#, page())
}

/// Decodes a result.
fn decode<T>(bencher: Bencher<'_, '_>, decode: impl Fn(&str) -> T + Sync) {
    let result = result();
    bencher.counter(BytesCount::of_str(&result)).bench(|| decode(black_box(&result)));
}

#[divan::bench]
fn serde_derive(bencher: Bencher<'_, '_>) {
    decode(bencher, |result| serde_json::from_str::<derived::Answer>(result).unwrap());
}

#[divan::bench]
fn value(bencher: Bencher<'_, '_>) {
    decode(bencher, |result| serde_json::from_str::<Value>(result).unwrap());
}

/// The generated types through their serde traits, as with any other format.
#[divan::bench]
fn generated_serde(bencher: Bencher<'_, '_>) {
    decode(bencher, |result| serde_json::from_str::<HyperCube>(result).unwrap());
}

/// The decoder used for calls.
#[divan::bench]
fn generated(bencher: Bencher<'_, '_>) {
    let remote = Nobody(ObjectHandle::new("GenericObject", 1));
    decode(bencher, |result| GetHyperCubeData::read(Answer::new(result, GetHyperCubeData::METHOD, &remote)).unwrap());
}

#[divan::bench]
fn slim_cells(bencher: Bencher<'_, '_>) {
    decode(bencher, |result| {
        let mut table = Table::with_capacity(1000, 10);
        read_data_pages(result, &mut table).unwrap();
        table
    });
}

#[divan::bench]
fn columns(bencher: Bencher<'_, '_>) {
    decode(bencher, |result| {
        let mut columns = Columns::default();
        read_data_pages(result, &mut columns).unwrap();
        columns
    });
}

/// Keeps nothing: the lower bound.
#[divan::bench]
fn sum(bencher: Bencher<'_, '_>) {
    decode(bencher, |result| {
        let mut sum = Sum::default();
        read_data_pages(result, &mut sum).unwrap();
        (sum.numbers, sum.bytes)
    });
}

/// Columns: the numbers, and all strings in one buffer.
#[derive(Default)]
struct Columns(Vec<Column>);

#[derive(Default)]
struct Column {
    numbers: Vec<f64>,
    text: String,
    ends: Vec<usize>,
}

impl Sink for Columns {
    #[inline]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        if column == self.0.len() {
            self.0.push(Column::default());
        }
        let column = &mut self.0[column];
        column.numbers.push(cell.num);
        column.text.push_str(cell.text);
        column.ends.push(column.text.len());
    }

    fn end_row(&mut self) {}

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The sum of the numbers and the length of the strings.
#[derive(Default)]
struct Sum {
    numbers: f64,
    bytes: usize,
}

impl Sink for Sum {
    #[inline]
    fn cell(&mut self, _: usize, cell: Cell<'_>) {
        self.numbers += cell.num;
        self.bytes += cell.text.len();
    }

    fn end_row(&mut self) {}

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A remote that is never called.
#[derive(Debug)]
struct Nobody(ObjectHandle);

#[async_trait]
impl Remote for Nobody {
    async fn invoke(&self, _: RawCall) -> Result<RawAnswer, Error> {
        unreachable!("nothing is called")
    }

    fn bind(&self, _: ObjectHandle) -> Arc<dyn Remote> {
        unreachable!("nothing is called")
    }

    fn handle(&self) -> &ObjectHandle {
        &self.0
    }
}

#[divan::bench]
fn encode_generated(bencher: Bencher<'_, '_>) {
    let page: NxDataPage = qix_schema::decode(&page()).unwrap();
    bencher.bench(|| qix_schema::encode(black_box(&page)).unwrap());
}

#[divan::bench]
fn encode_value(bencher: Bencher<'_, '_>) {
    let page: Value = serde_json::from_str(&page()).unwrap();
    bencher.bench(|| serde_json::to_string(black_box(&page)).unwrap());
}

/// The same page with hand-written serde derives: optional members as `Option`, rare objects boxed.
mod derived {
    #![allow(dead_code)]
    use super::{Deserialize, Deserializer};

    #[derive(Deserialize)]
    pub(super) struct Answer {
        #[serde(rename = "qDataPages")]
        data_pages: Vec<Page>,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Page {
        #[serde(rename = "qMatrix")]
        matrix: Vec<Vec<Cell>>,
        #[serde(rename = "qTails")]
        tails: Vec<Tail>,
        #[serde(rename = "qArea")]
        area: Area,
        #[serde(rename = "qIsReduced")]
        is_reduced: bool,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Tail {
        #[serde(rename = "qUp")]
        up: i32,
        #[serde(rename = "qDown")]
        down: i32,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Area {
        #[serde(rename = "qLeft")]
        left: i32,
        #[serde(rename = "qTop")]
        top: i32,
        #[serde(rename = "qWidth")]
        width: i32,
        #[serde(rename = "qHeight")]
        height: i32,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Cell {
        #[serde(rename = "qText")]
        text: String,
        #[serde(rename = "qNum")]
        num: Number,
        #[serde(rename = "qElemNumber")]
        elem_number: i32,
        #[serde(rename = "qState")]
        state: State,
        #[serde(rename = "qIsEmpty")]
        is_empty: bool,
        #[serde(rename = "qIsTotalCell")]
        is_total_cell: bool,
        #[serde(rename = "qIsOtherCell")]
        is_other_cell: bool,
        #[serde(rename = "qFrequency")]
        frequency: Option<String>,
        #[serde(rename = "qHighlightRanges")]
        highlight_ranges: Option<Box<Ranges>>,
        #[serde(rename = "qAttrExps")]
        attr_exps: Option<Box<Ranges>>,
        #[serde(rename = "qAttrDims")]
        attr_dims: Option<Box<Ranges>>,
        #[serde(rename = "qIsNull")]
        is_null: bool,
        #[serde(rename = "qMiniChart")]
        mini_chart: Option<Box<Ranges>>,
        #[serde(rename = "qInExtRow")]
        in_ext_row: bool,
    }

    #[derive(Deserialize)]
    struct Ranges {
        #[serde(rename = "qValues")]
        values: Vec<String>,
    }

    #[derive(Deserialize, Default)]
    enum State {
        #[default]
        L,
        S,
        O,
        D,
        A,
        X,
        XS,
        XL,
    }

    #[derive(Default)]
    struct Number(f64);

    impl<'de> Deserialize<'de> for Number {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Number;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a number")
                }
                fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                    Ok(Number(number))
                }
                fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                    Ok(Number(number as f64))
                }
                fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                    Ok(Number(number as f64))
                }
                fn visit_str<E>(self, _: &str) -> Result<Number, E> {
                    Ok(Number(f64::NAN))
                }
            }
            deserializer.deserialize_any(Visitor)
        }
    }
}
