//! Compares the parser with the general decoder.

use proptest::prelude::*;

use super::{Cell, Row, Sink, Table, cell, read_data_pages};
use crate::fuzz::same;
use crate::types::{NxCell, NxDataPage};
use crate::wire::general;

/// Pages as engines write them, with everything that occurs in real ones.
const PAGES: [&str; 7] = [
    concat!(
        r#"{"qDataPages":[{"qMatrix":[[{"qText":"Gross \"A\"\u00e9","qNum":"NaN","qElemNumber":17,"qState":"S","qAttrExps":{"qValues":[{"qText":"#,
        r#""red","qNum":"NaN"},{"qText":"1","qNum":1}]},"qIsNull":true},{"qText":"0.66669418190728","qNum":0.6666941819072761,"qElemNumber":0,"qState":"L","#,
        r#""qAttrDims":{"qValues":[{"qText":"a","qElemNo":1}]}}],[{"qText":"x","qNum":-0.25,"qElemNumber":-3,"qState":"XL","qIsOtherCell":true},"#,
        r#"{"qText":"12345678901234567","qNum":12345678901234567,"qElemNumber":0,"qState":"L","qIsEmpty":true,"qIsTotalCell":true}]],"qTails":[]}]}"#
    ),
    concat!(
        r#"{"qDataPages":[{"qMatrix":[[{"qText":"Österreich 🎿","qNum":"NaN","qElemNumber":0,"qState":"O"},"#,
        r#"{"qText":"1,234.50","qNum":1234.5,"qElemNumber":0,"qState":"L"},{"qText":"-7","qNum":-7,"qElemNumber":0,"qState":"L"}],"#,
        r#"[{"qText":"-","qNum":"NaN","qElemNumber":-2,"qState":"L","qIsNull":true},{"qText":"","qNum":0,"qElemNumber":3,"qState":"XS"},"#,
        r#"{"qText":"0.1","qNum":0.30000000000000004,"qElemNumber":0,"qState":"L"}]],"#,
        r#""qTails":[{"qUp":0,"qDown":0}],"qArea":{"qLeft":0,"qTop":0,"qWidth":3,"qHeight":2}}]}"#
    ),
    concat!(
        r#"{"qDataPages":[{"qArea":{"qHeight":1,"qLeft":0,"qTop":0,"qWidth":2},"qMatrix":[[{"qElemNumber":12,"qNum":1.7976931348623157e308,"#,
        r#""qState":"S","qText":"a \"quoted\" \\ text\u00e9\ud83c\udfbf\n"},{"qElemNumber":0,"qNum":-1E-7,"qState":"L","qText":"'"}]],"qTails":[]}]}"#
    ),
    concat!(
        r#"{"qDataPages":[{"qMatrix":[[{"qText":"Totals","qNum":"Infinity","qElemNumber":-1,"qState":"L","qIsTotalCell":true,"#,
        r#""qAttrExps":{"qValues":[{"qText":"red","qNum":"NaN"}]}},{"qText":"Others","qNum":9007199254740993,"qElemNumber":-3,"qState":"L","qIsOtherCell":true}],"#,
        r#"[{"qText":"a","qNum":"-Infinity","qElemNumber":1,"qState":"SELECTED","qFrequency":"3"},{"qIsEmpty":true,"qIsNull":false}],[],[{}]],"#,
        r#""qTails":[],"qIsReduced":false}]}"#
    ),
    r#"{ "qDataPages" : [ { "qMatrix" : [ [ { "qText" : "a" , "qNum" : 1 , "qElemNumber" : 0 , "qState" : "O" } , null ] ] } ] }"#,
    concat!(
        r#"{"qDataPages":[{"qMatrix":[[{"qText":"one","qNum":1}]],"qNew":{"a":[1,{"b":null}]}},"#,
        r#"{"qMatrix":[[{"qText":"two","qNum":2,"qNew":[true]}]]},{"qMatrix":[]},{}]}"#
    ),
    r#"{"qDataPages":[]}"#,
];

/// A table that also checks the columns.
#[derive(Default)]
struct Checked {
    table: Table,
    next: usize,
}

impl Sink for Checked {
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        assert_eq!(column, self.next);
        self.next += 1;
        self.table.cell(column, cell);
    }

    fn end_row(&mut self) {
        self.next = 0;
        self.table.end_row();
    }

    fn clear(&mut self) {
        self.next = 0;
        self.table.clear();
    }
}

fn table(pages: &[NxDataPage]) -> Table {
    let mut table = Table::default();
    for row in pages.iter().flat_map(|page| &page.matrix) {
        row.iter().enumerate().for_each(|(column, cell)| table.cell(column, cell.into()));
        table.end_row();
    }
    table
}

/// The content of a table, with `NaN` equal to itself and -0 different from 0.
fn exact(table: &Table) -> String {
    let numbers: Vec<u64> = table.rows().flat_map(Row::cells).map(|cell| cell.num.to_bits()).collect();
    format!("{table:?} {numbers:?}")
}

fn agree(text: &str) {
    let mut sink = Checked::default();
    let read = read_data_pages(text, &mut sink).map(|()| exact(&sink.table));
    let pages = general::member::<Vec<NxDataPage>>(text, "qDataPages").map(Option::unwrap_or_default);
    same(read, pages.map(|pages| exact(&table(&pages))));
}

#[test]
fn usual_cells_are_read_without_a_generated_one() {
    for text in [
        r#"{"qText":"7","qNum":7,"qElemNumber":0,"qState":"L"}"#,
        r#"{"qText":"","qNum":-0.3333333333333333,"qElemNumber":12345678,"qState":"O"}"#,
        r#"{"qText":"-","qNum":"NaN","qElemNumber":-2,"qState":"XS","qIsNull":true}"#,
        r#"{"qText":"a","qNum":1.5,"qElemNumber":1,"qState":"A"}"#,
        r#"{"qText":"Total","qNum":9007199254740993,"qElemNumber":-1,"qState":"L","qIsTotalCell":true}"#,
        concat!(
            r#"{"qText":"a","qNum":1,"qElemNumber":1,"qState":"X","qAttrExps":{"qValues":[{"qText":"red","qNum":"NaN"}]},"#,
            r#""qAttrDims":{"qValues":[{"qText":"b","qElemNo":1}]},"qIsOtherCell":true,"qIsEmpty":true}"#
        ),
    ] {
        // The number parser needs text after a number.
        let more = ",".repeat(64);
        assert!(cell::usual(&format!("{text}{more}")).is_some_and(|(_, rest)| rest == more), "{text}");
    }
}

#[test]
fn an_error_is_that_of_the_general_decoder() {
    let text = r#"{"qDataPages":[{"qMatrix":[[{"qText":"a","qNum":1},{"qText":"b","qNum":true}]]}]}"#;
    let error = read_data_pages(text, &mut Table::default()).unwrap_err();
    assert_eq!(error.path, "qDataPages[0].qMatrix[0][1].qNum");
}

#[test]
fn a_second_matrix_replaces_the_first() {
    let text =
        r#"{"qDataPages":[{"qMatrix":[[{"qText":"a"}]],"qMatrix":[[{"qText":"b"},{"qText":"c","qText":"d"}]]}]}"#;
    let mut table = Table::default();
    read_data_pages(text, &mut table).unwrap();
    let texts: Vec<_> = table.rows().flat_map(Row::cells).map(|cell| cell.text).collect();
    assert_eq!(texts, ["b", "d"]);
}

#[test]
fn a_cell_becomes_the_generated_one() {
    let cell: NxCell = crate::decode(r#"{"qText":"a","qNum":2,"qElemNumber":3,"qState":"X","qIsNull":true}"#).unwrap();
    assert_eq!(NxCell::from(Cell::from(&cell)), cell);
}

/// A mutation of a text.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, String),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Swap(prop::sample::Index, String),
    Cut(prop::sample::Index),
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "\t",
    "\u{b}",
    "\u{a0}",
    "0",
    "-",
    ".",
    "e",
    "E+",
    "1e400",
    "-0",
    "00",
    "null",
    "true",
    "false",
    "NaN",
    "\"NaN\"",
    "\"Infinity\"",
    "\"\"",
    "{}",
    "[]",
    "\\u0000",
    "\\ud800",
    "\\u00e9",
    "\\\"",
    "\\x",
    "é",
    "🎿",
    "\u{0}",
    "\u{7f}",
    "123456789012345678901234567890",
    "0.1234567890123456789012345",
    "9007199254740993",
    "18446744073709551616",
    "-9223372036854775809",
    "2147483648",
    "3.0",
    "1E5",
    "4.9e-324",
    "1e-400",
    "\"qText\":\"x\",",
    "\"qNum\":5,",
    ",\"qNum\":\"5\"",
    ",\"qIsNull\":true",
    ",\"qIsNull\":null",
    ",\"qElemNumber\":1.5",
    ",\"qState\":\"XL\"",
    ",\"qState\":3",
    ",\"qState\":\"?\"",
    ",\"qNew\":[{}]",
    "\"qMatrix\":[],",
    "\"qArea\":null,",
    "\"qTails\":3,",
    "{\"qText\":\"y\"},",
    "[[[[[[[[",
    "{\"a\":",
    "\\u0071Num",
];

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>;
    let piece = || prop_oneof![6 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,6}", 1 => "-?[0-9]{1,25}(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?"];
    prop_oneof![
        3 => (place(), any::<u8>()).prop_map(|(place, byte)| Change::Flip(place, byte)),
        4 => (place(), piece()).prop_map(|(place, piece)| Change::Insert(place, piece)),
        2 => (place(), 1..30_usize).prop_map(|(place, length)| Change::Remove(place, length)),
        2 => (place(), 1..60_usize).prop_map(|(place, length)| Change::Repeat(place, length)),
        4 => (place(), piece()).prop_map(|(place, piece)| Change::Swap(place, piece)),
        1 => place().prop_map(Change::Cut),
    ]
}

impl Change {
    fn apply(&self, text: &mut Vec<u8>) {
        match self {
            Self::Flip(place, byte) => {
                let length = text.len().max(1);
                text.get_mut(place.index(length)).into_iter().for_each(|place| *place ^= byte);
            }
            Self::Insert(place, piece) => {
                let at = place.index(text.len() + 1);
                text.splice(at..at, piece.bytes());
            }
            Self::Remove(place, length) => {
                let at = place.index(text.len() + 1);
                text.drain(at..text.len().min(at + length));
            }
            Self::Repeat(place, length) => {
                let at = place.index(text.len() + 1);
                let part = text[at..text.len().min(at + length)].to_vec();
                text.splice(at..at, part);
            }
            // Replaces a whole value or name, so that the text remains valid JSON more often.
            Self::Swap(place, piece) => {
                let ends = |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']' | b'[' | b'{');
                let at = place.index(text.len() + 1);
                let start = text[..at].iter().rposition(ends).map_or(0, |found| found + 1);
                let end = text[at..].iter().position(ends).map_or(text.len(), |found| at + found);
                text.splice(start..end, piece.bytes());
            }
            Self::Cut(place) => text.truncate(place.index(text.len() + 1)),
        }
    }
}

/// Set `PROPTEST_CASES` for more cases.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(2048), failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn changed_pages_read_as_the_general_decoder_reads_them(
        page in prop::sample::select(&PAGES[..]),
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let mut bytes = page.as_bytes().to_vec();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        agree(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn texts_and_numbers_of_any_kind_come_through(
        cells in prop::collection::vec((".{0,20}", any::<f64>(), any::<i32>(), 0..8_usize, any::<bool>()), 0..20),
    ) {
        let cells = cells.into_iter().map(|(text, num, elem_number, state, is_null)| NxCell {
            text,
            num,
            elem_number,
            state: ["L", "S", "O", "D", "A", "X", "XS", "XL"][state].into(),
            is_null,
            ..NxCell::default()
        });
        let page = NxDataPage::default().with_matrix([cells.collect::<Vec<_>>()]);
        let text = format!(r#"{{"qDataPages":[{}]}}"#, crate::encode(&page).unwrap());
        agree(&text);
    }
}
