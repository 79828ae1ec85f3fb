//! Prepared responses.

use std::ops::Range;

use memchr::memmem;
use serde_json::{Value, json};

use super::frames::{self, TEXT};
use super::table::Table;
use crate::workload::Change;

pub(super) const GREETING: &[u8] =
    br#"{"jsonrpc":"2.0","method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}"#;

/// Number of cells in a page: the maximum of an engine.
pub(crate) const ROWS: usize = 1000;
pub(crate) const COLUMNS: usize = 10;

/// Changing responses, and the pages of an export.
pub(crate) struct Answers(Vec<Series>, Table);

/// Two alternating responses.
struct Series {
    whole: [String; 2],
    /// The first response, complete.
    start: String,
    /// The deltas from each to the other.
    patches: [String; 2],
}

/// State of a connection: how many times each changing response has been requested.
#[derive(Default)]
pub(super) struct Connection([usize; Change::ALL.len()]);

impl Answers {
    pub(crate) fn new() -> Self {
        let pages = |first| format!("[{}]", page(first, ROWS));
        let series = Change::ALL.map(|change| match change {
            Change::Nothing => Series::new("qLayout", [layout(0, 0), layout(0, 0)]),
            Change::Little => Series::new("qLayout", [layout(0, 0), layout(5, 0)]),
            Change::Much => Series::new("qLayout", [layout(0, 0), layout(0, ROWS)]),
            Change::Page => Series::new("qDataPages", [pages(0), pages(ROWS)]),
        });
        Self(series.into(), Table::new())
    }

    /// Average size in bytes of a changing response, after the first.
    pub(crate) fn bytes(&self, change: Change, delta: bool) -> usize {
        let series = &self.0[change as usize];
        let both = if delta { &series.patches } else { &series.whole };
        both.iter().map(String::len).sum::<usize>() / both.len()
    }

    /// Appends the response to a request, if any.
    pub(super) fn answer(&self, connection: &mut Connection, request: &[u8], out: &mut Vec<u8>) {
        let about = digits_after(request, b"\"params\":");
        let delta = memmem::find(request, b"\"delta\":true").is_some();
        let handle = digits_after(request, b"\"handle\":");
        let table = Table::rows(handle);
        let exported;
        // Each response has three parts; the middle one comes from the request. Deltas are marked as such.
        let (before, middle, after): (&[u8], &[u8], &[u8]) = match word_after(request, b"\"method\":\"") {
            b"Evaluate" if delta => {
                (br#"{"qReturn":[{"op":"add","path":"/","value":""#, about, br#""}]},"delta":true"#)
            }
            b"Evaluate" => (br#"{"qReturn":""#, about, br#""}"#),
            b"GetHyperCubeData" if table.is_some() => {
                exported = self.1.page(request);
                (exported.as_bytes(), b"", b"")
            }
            b"GetLayout" if table.is_some() => {
                exported = Table::layout(table.unwrap_or_default()).into();
                (exported.as_bytes(), b"", b"")
            }
            method @ (b"GetLayout" | b"GetHyperCubeData") => {
                let named = |change: &Change| change.object().to_string().as_bytes() == handle;
                let change = match Change::ALL.into_iter().find(named) {
                    _ if method == b"GetHyperCubeData" => Change::Page,
                    None | Some(Change::Page) => Change::Nothing,
                    Some(change) => change,
                };
                let answer = self.next(connection, change, delta);
                (answer.as_bytes(), b"", if delta { br#","delta":true"# } else { b"" })
            }
            b"GetObject" => (br#"{"qReturn":{"qType":"GenericObject","qGenericType":"table","qHandle":"#, about, b"}}"),
            b"OpenDoc" => (br#"{"qReturn":{"qType":"Doc","qGenericId":"speed","qHandle":1}}"#, b"", b""),
            // Never answered.
            b"DoReload" => return,
            _ => (b"{}", b"", b""),
        };
        let id = digits_after(request, b"\"id\":");
        frames::write(out, TEXT, &[br#"{"jsonrpc":"2.0","id":"#, id, br#","result":"#, before, middle, after, b"}"]);
    }

    fn next(&self, connection: &mut Connection, change: Change, delta: bool) -> &str {
        let series = &self.0[change as usize];
        let turn = &mut connection.0[change as usize];
        *turn += 1;
        match *turn - 1 {
            0 if delta => &series.start,
            turn if delta => &series.patches[turn % 2],
            turn => &series.whole[turn % 2],
        }
    }
}

impl Series {
    fn new(name: &str, answers: [String; 2]) -> Self {
        let result = |value: &str| format!(r#"{{"{name}":{value}}}"#);
        let [one, other] = &answers;
        let start = result(&format!(r#"[{{"op":"add","path":"/","value":{one}}}]"#));
        let patches = [(other, one), (one, other)].map(|(old, new)| result(&patches(old, new)));
        Self { start, patches, whole: answers.map(|answer| result(&answer)) }
    }
}

/// With more patches than this, the complete value is shorter.
const MOST_PATCHES: usize = 1000;

/// Patches between two values that differ only in strings and numbers.
fn patches(old: &str, new: &str) -> String {
    let value = |text| serde_json::from_str(text).expect("it was made here");
    let mut patches = Vec::new();
    compare(&value(old), &value(new), "", &mut patches);
    if patches.len() > MOST_PATCHES {
        return format!(r#"[{{"op":"replace","path":"/","value":{new}}}]"#);
    }
    Value::Array(patches).to_string()
}

fn compare(old: &Value, new: &Value, path: &str, patches: &mut Vec<Value>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for ((name, old), new) in old.iter().zip(new.values()) {
                compare(old, new, &format!("{path}/{name}"), patches);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for ((at, old), new) in old.iter().enumerate().zip(new) {
                compare(old, new, &format!("{path}/{at}"), patches);
            }
        }
        _ if old == new => {}
        _ => patches.push(json!({ "op": "replace", "path": path, "value": new })),
    }
}

/// The layout of a table with 40 rows, some of which are selected, starting at a given row.
fn layout(selected: usize, first: usize) -> String {
    let info = |column: usize| {
        let possible = 1000 - selected;
        format!(
            r#"{{"qFallbackTitle":"Column {column}","qApprMaxGlyphCount":12,"qCardinal":1000,"qSortIndicator":"A","qGroupFallbackTitles":["Column {column}"],"qGroupPos":0,"qStateCounts":{{"qLocked":0,"qSelected":{selected},"qOption":{possible},"qDeselected":0,"qAlternative":0,"qExcluded":0,"qSelectedExcluded":0,"qLockedExcluded":0}},"qTags":["$numeric","$integer"],"qDimensionType":"D","qGroupFieldDefs":["Column {column}"],"qMin":0,"qMax":99999,"qNumFormat":{{"qType":"U","qnDec":0,"qUseThou":0}}}}"#
        )
    };
    let infos = |columns: Range<usize>| columns.map(info).collect::<Vec<_>>().join(",");
    let (dimensions, measures) = (infos(0..2), infos(2..COLUMNS));
    let page = page(first, 40).replacen(r#""qState":"O""#, r#""qState":"S""#, 2 * selected);
    format!(
        r#"{{"qInfo":{{"qId":"speed","qType":"table"}},"qMeta":{{"privileges":["read","update","delete","exportdata"]}},"qSelectionInfo":{{}},"title":"{selected} selected, from row {first}","qHyperCube":{{"qSize":{{"qcx":{COLUMNS},"qcy":2000000000}},"qDimensionInfo":[{dimensions}],"qMeasureInfo":[{measures}],"qEffectiveInterColumnSortOrder":[0,1,2,3,4,5,6,7,8,9],"qGrandTotalRow":[],"qDataPages":[{page}],"qPivotDataPages":[],"qStackedDataPages":[],"qMode":"S","qNoOfLeftDims":-1,"qTreeNodesOnDim":[],"qColumnOrder":[]}}}}"#
    )
}

/// Rows as an engine writes them: one dimension of strings, one of numbers, eight measures.
fn page(first: usize, rows: usize) -> String {
    let row = |row: usize| {
        let (year, element) = (1990 + row % 30, row % 30);
        let measures = (2..COLUMNS).map(|column| measure(row, column)).collect::<Vec<_>>().join(",");
        format!(
            r#"[{{"qText":"Customer {row}","qNum":"NaN","qElemNumber":{row},"qState":"O"}},{{"qText":"{year}","qNum":{year},"qElemNumber":{element},"qState":"O"}},{measures}]"#
        )
    };
    let matrix = (first..first + rows).map(row).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"qMatrix":[{matrix}],"qTails":[],"qArea":{{"qLeft":0,"qTop":{first},"qWidth":{COLUMNS},"qHeight":{rows}}}}}"#
    )
}

/// A cell of a measure.
pub(super) fn measure(row: usize, column: usize) -> String {
    let value = (row * 37 + column * 1009) as f64 / 7.0;
    format!(r#"{{"qText":"{value:.2}","qNum":{value},"qElemNumber":0,"qState":"L"}}"#)
}

/// The first number after a marker.
pub(super) fn digits_after<'a>(text: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let rest = memmem::find(text, mark).map_or(&text[..0], |at| &text[at + mark.len()..]);
    let from = rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
    let digits = rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    &rest[from..from + digits]
}

/// The text after a marker, up to the next quote.
fn word_after<'a>(text: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let rest = memmem::find(text, mark).map_or(&text[..0], |at| &text[at + mark.len()..]);
    rest.split(|byte| *byte == b'"').next().unwrap_or_default()
}
