//! Fuzzing of rows; see `tests/fuzz`.

use std::collections::BTreeMap;

use qix_schema::cells::{Row, Table, read_data_pages};
use qix_schema::types::{HyperCube, Size};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::columns::Columns;
use super::row::Reader;

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Mixed {
    qtext: Option<i32>,
    #[serde(default)]
    flag: bool,
    state: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct CellParts {
    text: String,
    num: Option<f64>,
    elem_number: i64,
    state: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
enum Word {
    A,
    #[serde(other)]
    Other,
}

/// Decodes pages of cells to rows of any type, or errors.
pub fn rows(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut table = Table::default();
    if read_data_pages(text, &mut table).is_err() {
        return;
    }
    let width = table.rows().map(|row| row.len()).max().unwrap_or(0);
    let size = Size::default().with_cx(i32::try_from(width).unwrap_or(0));
    let columns = Columns::of_cube(&HyperCube::default().with_size(size));
    for (at, row) in table.rows().enumerate() {
        let reader = Reader::new(&columns);
        let anything: Vec<Value> = reader.read(at, row).expect("there is a value for everything");
        let numbers: Vec<Option<f64>> = reader.read(at, row).expect("each is a number or none");
        let texts: Vec<Option<String>> = reader.read(at, row).expect("each is a text or null");
        for (((cell, value), number), text) in row.cells().zip(anything).zip(numbers).zip(texts) {
            assert_eq!(number.is_none(), cell.num.is_nan() || cell.is_null);
            assert!(number.is_none_or(|number| number == cell.num));
            assert!(text.is_none_or(|text| text == cell.text));
            assert!(!cell.is_null || value.is_null());
        }
        for outcome in [
            tried::<(i32, String)>(&reader, at, row),
            tried::<Vec<i64>>(&reader, at, row),
            tried::<Vec<u8>>(&reader, at, row),
            tried::<Vec<bool>>(&reader, at, row),
            tried::<Vec<char>>(&reader, at, row),
            tried::<Vec<Word>>(&reader, at, row),
            tried::<Vec<CellParts>>(&reader, at, row),
            tried::<Vec<Option<Option<u64>>>>(&reader, at, row),
            tried::<BTreeMap<String, Option<i32>>>(&reader, at, row),
            tried::<[Option<()>; 3]>(&reader, at, row),
            tried::<Option<Word>>(&reader, at, row),
            tried::<Mixed>(&reader, at, row),
            tried::<f32>(&reader, at, row),
            tried::<()>(&reader, at, row),
        ] {
            assert!(outcome.is_none_or(|error| error.contains(&format!("row {at}"))));
        }
    }
}

fn tried<T: DeserializeOwned>(reader: &Reader<'_>, at: usize, row: Row<'_>) -> Option<String> {
    reader.read::<T>(at, row).err().map(|error| error.to_string())
}
