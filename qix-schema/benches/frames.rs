//! Decodes frames of engines, in MB of JSON per second: each line names a frame and a decoder.
//!
//! Reads the frames in the folder `QIX_FRAMES`, or `../shared/corpus/frames` next to the checkout, and generates
//! similar ones. `compare.sh` runs this program with the code of another commit and with the current code.
// Helpers of a benchmark may panic.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use qix_schema::Error;
use qix_schema::cells::{Table, read_data_pages};
use qix_schema::generic_object::{GetHyperCubeData, GetLayout};
use qix_schema::rpc::{Answer, ObjectHandle, RawAnswer, RawCall, Remote, Request};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Minimum size of the generated frames, in bytes.
const SIZE: usize = 1_000_000;

/// How long to run each decoder.
const TIME: Duration = Duration::from_millis(400);

fn main() {
    let mut frames = read_frames();
    frames.push(("generated_page".to_owned(), page(false)));
    frames.push(("generated_page_with_attributes".to_owned(), page(true)));
    frames.push(("generated_layout_pivot".to_owned(), layout("P", "qPivotDataPages", &pivot())));
    frames.push(("generated_layout_stacked".to_owned(), layout("K", "qStackedDataPages", &stacked())));
    // `QIX_FRAME` and `QIX_TIMES` select one line and a number of runs, to count instructions with `valgrind`.
    let only = std::env::var("QIX_FRAME").ok();
    let times = std::env::var("QIX_TIMES").ok().map(|times| times.parse().unwrap());
    for (name, result) in &frames {
        for (way, read) in ways(result) {
            let line = format!("{name} {way}");
            if only.as_ref().is_none_or(|only| *only == line) {
                let speed = speed(result, read, times);
                println!("{line} {speed:.0}");
            }
        }
    }
}

/// The results of the frames in the folder.
fn read_frames() -> Vec<(String, String)> {
    #[derive(Deserialize)]
    struct Frame<'a> {
        #[serde(borrow)]
        result: &'a RawValue,
    }
    let folder = std::env::var_os("QIX_FRAMES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/frames"), PathBuf::from);
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("{} does not exist: skipping frames of real engines", folder.display());
        return Vec::new();
    };
    let mut frames: Vec<_> = files
        .map(|file| {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let frame: Frame<'_> = serde_json::from_str(&text).unwrap();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), frame.result.get().to_owned())
        })
        .collect();
    frames.sort();
    frames
}

type Read = fn(&str);

/// The decoders for a result.
fn ways(result: &str) -> Vec<(&'static str, Read)> {
    let value: Read = |result| drop(black_box(serde_json::from_str::<Value>(result).unwrap()));
    if result.starts_with(r#"{"qDataPages""#) {
        vec![("types", call::<GetHyperCubeData>), ("table", table), ("value", value)]
    } else {
        vec![("types", call::<GetLayout>), ("value", value)]
    }
}

fn call<R: Request>(result: &str) {
    let remote = Nobody(ObjectHandle::new("GenericObject", 1));
    drop(black_box(R::read(Answer::new(result, R::METHOD, &remote)).unwrap()));
}

fn table(result: &str) {
    let mut table = Table::default();
    read_data_pages(result, &mut table).unwrap();
    drop(black_box(table));
}

/// MB per second in the fastest of many runs.
fn speed(result: &str, read: Read, times: Option<u32>) -> f64 {
    let (begin, mut fastest, mut done) = (Instant::now(), Duration::MAX, 0);
    while times.map_or_else(|| begin.elapsed() < TIME, |times| done < times) {
        let start = Instant::now();
        read(black_box(result));
        fastest = fastest.min(start.elapsed());
        done += 1;
    }
    result.len() as f64 / 1e6 / fastest.as_secs_f64()
}

/// A page: one dimension of strings, one of numbers, eight measures; optionally with attribute expressions.
fn page(attributes: bool) -> String {
    let mut rows = String::new();
    let mut row = 0;
    while rows.len() < SIZE {
        let attributes = |text: &str| match attributes {
            true => format!(
                r##","qAttrExps":{{"qValues":[{{"qText":"{text}","qNum":"NaN"}},{{"qText":"{row}%","qNum":{}}}]}}"##,
                f64::from(row) / 7.0
            ),
            false => String::new(),
        };
        let year = 1990 + row % 30;
        rows.push_str(if row == 0 { "[" } else { ",[" });
        rows.push_str(&format!(
            r#"{{"qText":"Customer {row}","qNum":"NaN","qElemNumber":{row},"qState":"O"{}}}"#,
            attributes("#ff0000")
        ));
        rows.push_str(&format!(
            r#",{{"qText":"{year}","qNum":{year},"qElemNumber":{},"qState":"O"{}}}"#,
            row % 30,
            attributes("orange")
        ));
        for column in 0..8 {
            let value = f64::from(row * 37 + column * 1009) / 7.0;
            rows.push_str(&format!(r#",{{"qText":"{value:.2}","qNum":{value},"qElemNumber":0,"qState":"L"}}"#));
        }
        rows.push(']');
        row += 1;
    }
    format!(
        r#"{{"qDataPages":[{{"qMatrix":[{rows}],"qTails":[],"qArea":{{"qLeft":0,"qTop":0,"qWidth":10,"qHeight":{row}}}}}]}}"#
    )
}

/// The layout of an object with a cube.
fn layout(mode: &str, pages: &str, page: &str) -> String {
    let dimension = |name: &str| {
        format!(
            concat!(
                r#"{{"qFallbackTitle":"{name}","qApprMaxGlyphCount":20,"qCardinal":300,"qSortIndicator":"A","qGroupFallbackTitles":["{name}"],"#,
                r#""qGroupPos":0,"qStateCounts":{{"qLocked":0,"qSelected":0,"qOption":300,"qDeselected":0,"qAlternative":0,"qExcluded":0,"#,
                r#""qSelectedExcluded":0,"qLockedExcluded":0}},"qTags":["$ascii","$text"],"qDimensionType":"D","qGrouping":"N","#,
                r#""qNumFormat":{{"qType":"U","qnDec":0,"qUseThou":0}},"qIsAutoFormat":true,"qGroupFieldDefs":["{name}"],"qMin":"NaN","#,
                r#""qMax":"NaN","qAttrExprInfo":[],"qAttrDimInfo":[],"qCardinalities":{{"qCardinal":300,"qHypercubeCardinal":300}},"#,
                r#""autoSort":true,"cId":"aB","othersLabel":"Others"}}"#
            ),
            name = name
        )
    };
    format!(
        concat!(
            r#"{{"qLayout":{{"qInfo":{{"qId":"a","qType":"chart"}},"qMeta":{{"privileges":["read","update"]}},"qSelectionInfo":{{}},"#,
            r#""qHyperCube":{{"qSize":{{"qcx":4,"qcy":9999}},"qDimensionInfo":[{},{},{}],"qMeasureInfo":[{{"qFallbackTitle":"Sales","#,
            r#""qApprMaxGlyphCount":10,"qCardinal":0,"qSortIndicator":"D","qNumFormat":{{"qType":"F","qnDec":2,"qUseThou":1,"qFmt":"0.00","#,
            r#""qDec":"."}},"qMin":1,"qMax":9999.5,"qIsAutoFormat":true,"qAttrExprInfo":[],"qAttrDimInfo":[],"cId":"aC"}}],"#,
            r#""qEffectiveInterColumnSortOrder":[0,1,2],"qGrandTotalRow":[{{"qText":"1","qNum":1,"qElemNumber":-1,"qState":"X","qIsTotalCell":true}}],"#,
            r#""qDataPages":[],"qPivotDataPages":[],"qStackedDataPages":[],"{}":[{}],"qMode":"{}","qNoOfLeftDims":2,"qTitle":"Sales"}},"#,
            r#""showTitles":true,"title":"Sales","subtitle":"","footnote":"","color":{{"auto":true,"mode":"primary"}},"visualization":"chart"}}}}"#
        ),
        dimension("Country"),
        dimension("City"),
        dimension("Product"),
        pages,
        page,
        mode
    )
}

/// A page of a pivot table: trees of headings, and values.
fn pivot() -> String {
    let side = |outer: &str, count: usize| {
        let node = |text: String, number: usize, nodes: String| {
            format!(
                r#"{{"qText":"{text}","qElemNo":{number},"qValue":"NaN","qCanExpand":true,"qType":"N","qUp":0,"qDown":0,"qSubNodes":[{nodes}]}}"#
            )
        };
        let inner =
            |number| (0..4).map(|at| node(format!("{outer} {number}.{at}"), at, String::new())).collect::<Vec<_>>();
        (0..count).map(|at| node(format!("{outer} {at}"), at, inner(at).join(","))).collect::<Vec<_>>().join(",")
    };
    let mut rows = Vec::new();
    let mut size = 0;
    while size < SIZE {
        let cells = (0..100).map(|column| {
            let value = (rows.len() * 37 + column * 1009) as f64 / 7.0;
            match (rows.len() + column) % 5 {
                0 => r#"{"qText":"-","qNum":"NaN","qType":"U"}"#.to_owned(),
                _ => format!(r#"{{"qText":"{value:.2}","qNum":{value},"qType":"V"}}"#),
            }
        });
        let row = format!("[{}]", cells.collect::<Vec<_>>().join(","));
        size += row.len();
        rows.push(row);
    }
    format!(
        r#"{{"qLeft":[{}],"qTop":[{}],"qData":[{}],"qArea":{{"qLeft":0,"qTop":0,"qWidth":100,"qHeight":{}}}}}"#,
        side("Country", rows.len() / 4),
        side("Product", 25),
        rows.join(","),
        rows.len()
    )
}

/// A page of a stacked cube: a tree with three dimensions and a measure.
fn stacked() -> String {
    let cell = |text: String,
                number: usize,
                value: &str,
                kind: &str,
                most: f64,
                row: usize,
                rest: &str,
                nodes: String| {
        format!(
            concat!(
                r#"{{"qText":"{}","qElemNo":{},"qValue":{},"qType":"{}","qMaxPos":{},"qMinNeg":0,"qUp":0,"qDown":0,"qRow":{},"#,
                r#""qSubNodes":[{}]{}}}"#
            ),
            text, number, value, kind, most, row, nodes, rest
        )
    };
    let mut countries = Vec::new();
    let (mut size, mut row) = (0, 0);
    while size < SIZE {
        let cities = (0..6).map(|city| {
            let products = (0..8).map(|product| {
                let value = (row * 37 + 1009 * product) as f64 / 7.0;
                row += 1;
                let measure = cell(format!("{value:.2}"), 0, &value.to_string(), "V", 0.0, row, "", String::new());
                cell(format!("Product {product}"), product, r#""NaN""#, "N", value, row, "", measure)
            });
            let products = products.collect::<Vec<_>>().join(",");
            let color = r##","qAttrExps":{"qValues":[{"qText":"#00ff00","qNum":"NaN"}]}"##;
            cell(format!("City {city}"), city, r#""NaN""#, "N", 1234.5, row, color, products)
        });
        let cities = cities.collect::<Vec<_>>().join(",");
        let number = countries.len();
        let country = cell(format!("Country {number}"), number, r#""NaN""#, "N", 5678.25, row, "", cities);
        size += country.len();
        countries.push(country);
    }
    let root = format!(
        r#"{{"qElemNo":0,"qValue":0,"qType":"R","qMaxPos":9999.5,"qMinNeg":0,"qUp":0,"qDown":0,"qRow":0,"qSubNodes":[{}]}}"#,
        countries.join(",")
    );
    format!(r#"{{"qData":[{root}],"qArea":{{"qLeft":0,"qTop":0,"qWidth":4,"qHeight":{row}}}}}"#)
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
