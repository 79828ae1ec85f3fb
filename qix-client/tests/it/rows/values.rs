//! Conversion of values to the requested types.

use qix_client::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{cube, open, rows_error};

const SCRIPT: &str = "T: LOAD * INLINE [\nKey, Value, Flag, Note\na, 1, -1, yes\nb, 2.5, 0, 7\nc, x, 1, \n];
LOAD 'd' as Key, Null() as Value, 0 as Flag, 'no' as Note AUTOGENERATE 1;";

async fn column(name: &str) -> (qix_test_engine::TestEngine, Session, GenericObject) {
    let (engine, session, doc) = open(SCRIPT).await;
    let table = cube(&doc, &["Key", name], &[]).await;
    (engine, session, table)
}

#[tokio::test]
async fn null_and_values_without_a_number_decode_to_none() {
    let (_engine, _session, table) = column("Value").await;
    let numbers: Vec<(String, Option<f64>)> = table.rows().read_all().await.unwrap();
    let numbers: Vec<Option<f64>> = numbers.into_iter().map(|row| row.1).collect();
    assert_eq!(numbers, [Some(1.0), Some(2.5), None, None]);
    let texts: Vec<(String, Option<String>)> = table.rows().read_all().await.unwrap();
    let texts: Vec<Option<&str>> = texts.iter().map(|row| row.1.as_deref()).collect();
    assert_eq!(texts, [Some("1"), Some("2.5"), Some("x"), None]);
}

#[tokio::test]
async fn an_untyped_value_is_the_number_or_the_text() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Dual {
        Whole(i64),
        Number(f64),
        Text(String),
    }
    let (_engine, _session, table) = column("Value").await;
    let values: Vec<(String, Value)> = table.rows().read_all().await.unwrap();
    let values: Vec<Value> = values.into_iter().map(|row| row.1).collect();
    assert_eq!(values, [json!(1), json!(2.5), json!("x"), json!(null)]);
    let duals: Vec<(String, Option<Dual>)> = table.rows().read_all().await.unwrap();
    let duals: Vec<Option<Dual>> = duals.into_iter().map(|row| row.1).collect();
    assert_eq!(duals, [Some(Dual::Whole(1)), Some(Dual::Number(2.5)), Some(Dual::Text("x".into())), None]);
}

#[tokio::test]
async fn values_that_do_not_fit_are_errors_with_row_and_column() {
    let (_engine, _session, table) = column("Value").await;
    let error = table.rows::<(String, f64)>().read_all().await.unwrap_err();
    assert!(matches!(rows_error(&error), RowsError::Value { row: 2, column, .. } if column == "Value"), "{error}");
    assert_eq!(error.to_string(), "row 2, column `Value`: `x` is a text, not a number");
    let error = table.rows::<(String, i32)>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("row 1, column `Value`: 2.5 is not an integer"), "{error}");
    let error = table.rows::<(String, String)>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("row 3, column `Value`: there is no value"), "{error}");
    let error = table.rows::<(String, Option<i32>)>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("row 1, column `Value`"), "{error}");
    let error = table.rows::<(String, Option<f64>, u8)>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("the columns are `Key`, `Value`"), "{error}");
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Row {
        price: f64,
    }
    let error = table.rows::<Row>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("row 0: there is no column for `price`; the columns are"), "{error}");
}

#[tokio::test]
async fn flags_enums_and_whole_cells() {
    let (_engine, _session, table) = column("Flag").await;
    let flags: Vec<(String, bool)> = table.rows().read_all().await.unwrap();
    let mut flags: Vec<(&str, bool)> = flags.iter().map(|row| (&*row.0, row.1)).collect();
    flags.sort();
    assert_eq!(flags, [("a", true), ("b", false), ("c", true), ("d", false)]);

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Key {
        A,
        B,
        C,
        D,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Dual {
        text: String,
        num: Option<f64>,
        state: StateEnumType,
    }
    let (_engine, _session, table) = column("Note").await;
    let rows: Vec<(Key, Dual)> = table.rows().read_all().await.unwrap();
    let option = StateEnumType::Option;
    let note = |key: Key| &rows.iter().find(|row| row.0 == key).unwrap().1;
    assert_eq!(*note(Key::A), Dual { text: "yes".into(), num: None, state: option.clone() });
    assert_eq!(*note(Key::B), Dual { text: "7".into(), num: Some(7.0), state: option });
    assert_eq!((&*note(Key::C).text, &*note(Key::D).text), ("", "no"));
}

#[tokio::test]
async fn null_measures_decode_to_none() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let table = cube(&doc, &["Key"], &["Only(Value)", "Sum(Value)"]).await;
    let rows: Vec<(String, Option<String>, f64)> = table.rows().read_all().await.unwrap();
    assert_eq!(rows[3], ("d".into(), None, 0.0));
    let numbers: Vec<(String, Option<f64>, f64)> = table.rows().read_all().await.unwrap();
    assert_eq!(numbers.iter().map(|row| row.1).collect::<Vec<_>>(), [Some(1.0), Some(2.5), None, None]);
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Cell {
    text: String,
    num: Option<f64>,
}

fn cell(text: &str, num: impl Into<Option<f64>>) -> Option<Cell> {
    Some(Cell { text: text.to_owned(), num: num.into() })
}

#[tokio::test]
async fn a_missing_number_does_not_make_an_optional_cell_none() {
    let (_engine, _session, table) = column("Value").await;
    let expected = [cell("1", 1.0), cell("2.5", 2.5), cell("x", None), None];
    let rows: Vec<Vec<Option<Cell>>> = table.rows().read_all().await.unwrap();
    assert_eq!(rows.iter().map(|row| row[1].clone()).collect::<Vec<_>>(), expected);
    let rows: Vec<(String, Option<Cell>)> = table.rows().read_all().await.unwrap();
    assert_eq!(rows.into_iter().map(|row| row.1).collect::<Vec<_>>(), expected);
    // A type for the number of the cell itself is still `None` if there is no number.
    let rows: Vec<(Option<Cell>, Option<f64>)> = table.rows().read_all().await.unwrap();
    assert_eq!(rows[2], (cell("c", None), None));
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Strict {
        text: String,
        num: f64,
    }
    let error = table.rows::<(String, Option<Strict>)>().read_all().await.unwrap_err();
    assert!(error.to_string().contains("column `Value`: `x` is a text, not a number"), "{error}");
}

#[tokio::test]
async fn null_has_no_text() {
    let (_engine, _session, table) = column("Value").await;
    let error = table.rows::<(String, Cell)>().read_all().await.unwrap_err();
    let RowsError::Value { row: 3, column, problem } = rows_error(&error) else { panic!("{error}") };
    assert_eq!(column, "Value");
    assert!(problem.contains("`Option`") && problem.contains("null suppression"), "{problem}");
    #[derive(Deserialize)]
    struct Shown {
        text: Option<String>,
        elem_number: i32,
    }
    let rows: Vec<(String, Shown)> = table.rows().read_all().await.unwrap();
    assert_eq!((rows[3].1.text.as_deref(), rows[3].1.elem_number), (None, -2));
    assert_eq!(rows[2].1.text.as_deref(), Some("x"));
}

#[tokio::test]
async fn cells_can_be_read_as_the_schemas_type() {
    let (_engine, _session, table) = column("Value").await;
    let rows: Vec<Vec<NxCell>> = table.rows().read_all().await.unwrap();
    assert_eq!((rows.len(), &*rows[0][0].text, &*rows[1][1].text, rows[1][1].num), (4, "a", "2.5", 2.5));
    assert_eq!(rows[0][1].state, StateEnumType::Option);
    assert!(rows[2][1].num.is_nan() && rows[3][1].is_null && rows[3][1].elem_number == -2);
    let pairs: Vec<(String, Option<NxCell>)> = table.rows().read_all().await.unwrap();
    assert_eq!((&*pairs[2].1.as_ref().unwrap().text, pairs[3].1.as_ref()), ("x", None));
    #[derive(Deserialize)]
    struct Row {
        key: String,
        value: NxCell,
    }
    let named: Vec<Row> = table.rows().read_all().await.unwrap();
    assert_eq!((&*named[0].key, named[0].value.num), ("a", 1.0));
    let (_engine, _session, doc) = open(SCRIPT).await;
    let keys: Vec<NxCell> = cube(&doc, &["Key"], &[]).await.rows().read_all().await.unwrap();
    assert_eq!(&*keys[3].text, "d");
}
