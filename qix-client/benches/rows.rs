//! Reading a page of 10,000 cells: rows of a struct and of a tuple, record batches, cells,
//! `serde_json::Value`; and pages of a pivot table, a stacked cube, and a tree. The object answers immediately, with the same text.
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

/// Attribute expressions of a stacked cube's customers: a color and a number.
const ATTRIBUTES: &str =
    r##","qAttrExps":{"qValues":[{"qText":"#00ff00","qNum":"NaN"},{"qText":"17.3%","qNum":0.17286787740886211}]}"##;

impl Table {
    /// A stacked cube of three dimensions and a measure, 1 MB. The innermost dimension may have attribute expressions.
    fn stacked(attributes: &str) -> Self {
        let node = |text: &str, element: usize, kind: &str, value: &str, below: &str, attributes: &str| {
            format!(
                r#"{{"qText":"{text}","qElemNo":{element},"qValue":{value},"qType":"{kind}","qMaxPos":1234.5,"qMinNeg":0,"qUp":0,"qDown":0,"qRow":{element},"qSubNodes":[{below}]{attributes}}}"#
            )
        };
        let all = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>().join(",");
        let (regions, years, customers) = (10, 12, 30);
        let data = all(regions, &|region| {
            let below = all(years, &|year| {
                let below = all(customers, &|customer| {
                    let value = (region * 37 + year * 1009 + customer * 7) as f64 / 7.0;
                    let end = node(&format!("{value:.2}"), 0, "V", &value.to_string(), "", "");
                    node(&format!("Customer {customer}"), customer, "N", "\"NaN\"", &end, attributes)
                });
                node(&(2000 + year).to_string(), year, "N", &(2000 + year).to_string(), &below, "")
            });
            node(&format!("Region {region}"), region, "N", "\"NaN\"", &below, "")
        });
        let rows = regions * years * customers;
        let page = format!(r#"{{"qDataPages":[{{"qData":[{}]}}]}}"#, node("", 0, "R", "\"NaN\"", &data, ""));
        let table = Self::of_levels("K", &["Region", "Year", "Customer"], &["Sales"], [1, rows], -1, page);
        match attributes {
            "" => table,
            // The layout describes them.
            _ => {
                let info = r#""qFallbackTitle":"Customer","#;
                let attributes = r#""qAttrExprInfo":[{"qFallbackTitle":"color"},{"qFallbackTitle":"share"}],"#;
                Self { layout: table.layout.replace(info, &format!("{info}{attributes}")).into(), ..table }
            }
        }
    }

    /// A tree of three dimensions and two measures, 1.4 MB.
    fn tree() -> Self {
        let node = |text: &str, at: usize, size: usize, kind: &str, below: &str| {
            let value = (at * 37 + size * 1009) as f64 / 7.0;
            format!(
                r#"{{"qText":"{text}","qValue":"NaN","qElemNo":{at},"qGroupPos":{at},"qGroupSize":{size},"qRow":{at},"qType":"{kind}","qValues":[{{"qText":"{value:.2}","qValue":{value}}},{{"qText":"{at}","qValue":{at}}}],"qNodes":[{below}],"qMaxPos":[{value},{at}],"qMinNeg":[0,0],"qState":"O","qTreePath":[{at}]}}"#
            )
        };
        let all = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>().join(",");
        let data = all(10, &|region| {
            let below = all(12, &|year| {
                let below = all(30, &|customer| node(&format!("Customer {customer}"), customer, 0, "N", ""));
                node(&(2000 + year).to_string(), year, 30, "N", &below)
            });
            node(&format!("Region {region}"), region, 12, "N", &below)
        });
        let page = format!(r#"{{"qNodes":[{}]}}"#, node("", 0, 10, "R", &data));
        Self::of_levels("T", &["Region", "Year", "Customer"], &["Sales", "Costs"], [1, 10], -1, page)
    }

    /// A pivot table of two dimensions on the left, and one above two measures on top.
    fn pivot() -> Self {
        let node = |text: &str, element: usize, kind: &str, below: &str| {
            format!(
                r#"{{"qText":"{text}","qElemNo":{element},"qValue":"NaN","qType":"{kind}","qUp":0,"qDown":0,"qSubNodes":[{below}]}}"#
            )
        };
        let all = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>().join(",");
        let left = all(20, &|region| {
            let below = all(10, &|customer| node(&format!("Customer {customer}"), customer, "N", ""));
            node(&format!("Region {region}"), region, "N", &below)
        });
        let top = all(12, &|year| {
            let measures = all(2, &|measure| node(["Sales", "Costs"][measure], measure, "P", ""));
            node(&(2000 + year).to_string(), year, "N", &measures)
        });
        let data = all(200, &|row| {
            let values = all(24, &|column| {
                let value = (row * 37 + column * 1009) as f64 / 7.0;
                format!(r#"{{"qText":"{value:.2}","qNum":{value},"qType":"V"}}"#)
            });
            format!("[{values}]")
        });
        let page = format!(r#"{{"qDataPages":[{{"qLeft":[{left}],"qTop":[{top}],"qData":[{data}]}}]}}"#);
        Self::of_levels("P", &["Region", "Customer", "Year"], &["Sales", "Costs"], [24, 200], 2, page)
    }

    fn of_levels(
        mode: &str,
        dimensions: &[&str],
        measures: &[&str],
        [width, height]: [usize; 2],
        left: i32,
        page: String,
    ) -> Self {
        let info = |title: &&str| json!({ "qFallbackTitle": title, "qTags": ["$text"] });
        let measure = |title: &&str| json!({ "qFallbackTitle": title, "qNumFormat": { "qType": "F" } });
        let order: Vec<i32> = if measures.len() > 1 { vec![0, 1, 2, -1] } else { vec![0, 1, 2] };
        let cube = json!({
            "qMode": mode,
            "qSize": { "qcx": width, "qcy": height },
            "qDimensionInfo": dimensions.iter().map(info).collect::<Vec<_>>(),
            "qMeasureInfo": measures.iter().map(measure).collect::<Vec<_>>(),
            "qEffectiveInterColumnSortOrder": order,
            "qNoOfLeftDims": left,
        });
        Self {
            handle: ObjectHandle::new("GenericObject", 1),
            layout: json!({ "qLayout": { "qHyperCube": cube } }).to_string().into(),
            page: page.into(),
        }
    }

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
    measure_of(Table::new(), bencher, read);
}

fn measure_of<T>(table: Table, bencher: Bencher<'_, '_>, read: impl AsyncFn(&GenericObject) -> Result<T, Error>) {
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
fn rows_of_a_stacked_cube(bencher: Bencher<'_, '_>) {
    type Row = (String, String, String, f64);
    measure_of(Table::stacked(""), bencher, async |object| {
        let rows = object.rows::<Row>().with_page_rows(3600).read_all().await?;
        assert_eq!(rows.len(), 3600);
        Ok(rows)
    });
}

#[cfg(feature = "arrow")]
#[divan::bench]
fn record_batches_of_a_stacked_cube(bencher: Bencher<'_, '_>) {
    measure_of(Table::stacked(""), bencher, async |object| {
        let batches: Vec<_> = object.record_batches().with_page_rows(3600).try_collect().await?;
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 3600);
        Ok(batches)
    });
}

#[divan::bench]
fn rows_of_a_stacked_cube_with_attributes(bencher: Bencher<'_, '_>) {
    type Row = (String, String, String, f64, String, f64);
    measure_of(Table::stacked(ATTRIBUTES), bencher, async |object| {
        let rows = object.rows::<Row>().with_page_rows(3600).with_attributes(true).read_all().await?;
        assert_eq!(rows.len(), 3600);
        Ok(rows)
    });
}

#[cfg(feature = "arrow")]
#[divan::bench]
fn record_batches_of_a_stacked_cube_with_attributes(bencher: Bencher<'_, '_>) {
    measure_of(Table::stacked(ATTRIBUTES), bencher, async |object| {
        let batches: Vec<_> = object.record_batches().with_page_rows(3600).with_attributes(true).try_collect().await?;
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 3600);
        assert_eq!(batches[0].num_columns(), 6);
        Ok(batches)
    });
}

#[divan::bench]
fn rows_of_a_tree(bencher: Bencher<'_, '_>) {
    type Row = (String, String, String, f64, f64);
    measure_of(Table::tree(), bencher, async |object| {
        let rows = object.rows::<Row>().with_page_rows(10).read_all().await?;
        assert_eq!(rows.len(), 3600);
        Ok(rows)
    });
}

#[cfg(feature = "arrow")]
#[divan::bench]
fn record_batches_of_a_tree(bencher: Bencher<'_, '_>) {
    measure_of(Table::tree(), bencher, async |object| {
        let batches: Vec<_> = object.record_batches().with_page_rows(10).try_collect().await?;
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 3600);
        Ok(batches)
    });
}

#[divan::bench]
fn rows_of_a_pivot_table(bencher: Bencher<'_, '_>) {
    type Row = (String, String, String, f64, f64);
    measure_of(Table::pivot(), bencher, async |object| {
        let rows = object.rows::<Row>().read_all().await?;
        assert_eq!(rows.len(), 2400);
        Ok(rows)
    });
}

#[cfg(feature = "arrow")]
#[divan::bench]
fn record_batches_of_a_pivot_table(bencher: Bencher<'_, '_>) {
    measure_of(Table::pivot(), bencher, async |object| {
        let batches: Vec<_> = object.record_batches().try_collect().await?;
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 2400);
        Ok(batches)
    });
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
