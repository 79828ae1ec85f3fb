//! A table of any number of rows, six columns wide, in prepared pages.

use super::answers::{digits_after, measure};

/// The object ID of a table with N rows is N after this digit, and so is its handle.
pub(crate) const EXPORTED: u32 = 9;

/// Columns of the table.
const COLUMNS: usize = 6;
/// Rows in a page: as many as the engine's limit of 10,000 cells allows.
const HEIGHT: usize = 10_000 / COLUMNS;
/// Pages that differ; they repeat.
const PAGES: usize = 16;

/// The prepared pages, of 2 MB for each three.
pub(super) struct Table(Vec<String>);

impl Table {
    pub(super) fn new() -> Self {
        Self((0..PAGES).map(|number| page(number * HEIGHT, HEIGHT)).collect())
    }

    /// The number of rows of the table with a handle, if it is one.
    pub(super) fn rows(handle: &[u8]) -> Option<u32> {
        let [first, rows @ ..] = handle else { return None };
        let is_table = u32::from(first.wrapping_sub(b'0')) == EXPORTED && !rows.is_empty();
        is_table.then(|| std::str::from_utf8(rows).ok()?.parse().ok())?
    }

    /// The result of a request for a page.
    pub(super) fn page(&self, request: &[u8]) -> std::borrow::Cow<'_, str> {
        let number = |name: &[u8]| {
            std::str::from_utf8(digits_after(request, name)).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        let (top, height): (usize, usize) = (number(b"\"qTop\":"), number(b"\"qHeight\":"));
        if height == HEIGHT { (&*self.0[top / HEIGHT % PAGES]).into() } else { page(top, height).into() }
    }

    /// The result of a request for the layout.
    pub(super) fn layout(rows: u32) -> String {
        let measure = |at: usize| format!(r#"{{"qFallbackTitle":"Measure {at}","qNumFormat":{{"qType":"F"}}}}"#);
        let measures = (2..COLUMNS).map(measure).collect::<Vec<_>>().join(",");
        format!(
            r#"{{"qLayout":{{"qInfo":{{"qId":"{EXPORTED}{rows}","qType":"table"}},"qHyperCube":{{"qSize":{{"qcx":{COLUMNS},"qcy":{rows}}},"qDimensionInfo":[{{"qFallbackTitle":"Customer","qTags":["$text"]}},{{"qFallbackTitle":"Year","qTags":["$numeric","$integer"]}}],"qMeasureInfo":[{measures}],"qDataPages":[],"qMode":"S"}}}}}}"#
        )
    }
}

fn page(first: usize, rows: usize) -> String {
    let row = |row: usize| {
        let measures = (2..COLUMNS).map(|column| measure(row, column)).collect::<Vec<_>>().join(",");
        let (year, element) = (1990 + row % 30, row % 30);
        format!(
            r#"[{{"qText":"Customer {row}","qNum":"NaN","qElemNumber":{row},"qState":"O"}},{{"qText":"{year}","qNum":{year},"qElemNumber":{element},"qState":"O"}},{measures}]"#
        )
    };
    let matrix = (first..first + rows).map(row).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"qDataPages":[{{"qMatrix":[{matrix}],"qTails":[],"qArea":{{"qLeft":0,"qTop":{first},"qWidth":{COLUMNS},"qHeight":{rows}}}}}]}}"#
    )
}
