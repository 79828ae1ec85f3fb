//! QVD files.

use std::sync::Arc;

use super::rows::Input;
use super::{ScriptError, WRONG_QVD};
use crate::value::Dual;
use openqvd::{Column, Qvd, Value, WriteTable};

/// Why a file is invalid.
#[derive(Debug)]
pub(super) struct Fault(String);

impl Fault {
    /// The error for a statement that reads the file.
    pub(super) fn about(&self, path: &str) -> Box<ScriptError> {
        ScriptError::new(WRONG_QVD, path, format!("The file '{path}' is not in the QVD format ({})", self.0))
    }
}

impl<E: std::error::Error> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The rows of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Input, Fault> {
    let names = head(bytes)?.fields;
    let qvd = Qvd::from_bytes(bytes.to_vec())?;
    if names.len() != qvd.fields().len() {
        return Err(Fault("its header names fields that it does not describe".to_owned()));
    }
    let rows = qvd.checked_rows().map(|row| Ok(row?.into_iter().map(dual).collect())).collect::<Result<_, Fault>>()?;
    Ok(Input::new(names, rows))
}

/// The header of a file. The crate drops escaped characters in names, such as `&`.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) table: String,
    pub(super) fields: Vec<Arc<str>>,
    pub(super) rows: u64,
}

/// Reads the header of a file.
pub(super) fn head(bytes: &[u8]) -> Result<Head, Fault> {
    const END: &[u8] = b"</QvdTableHeader>";
    let end = bytes.windows(END.len()).position(|window| window == END);
    let end = end.ok_or_else(|| Fault("it is not a QVD file".to_owned()))? + END.len();
    let header = roxmltree::Document::parse(std::str::from_utf8(&bytes[..end])?)?;
    let root = header.root_element();
    let of_table = |name: &str| root.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    let fields = root.descendants().filter(|node| node.has_tag_name("FieldName"));
    Ok(Head {
        table: of_table("TableName").unwrap_or_default().to_owned(),
        fields: fields.map(|node| node.text().unwrap_or_default().into()).collect(),
        rows: of_table("NoOfRecords").unwrap_or_default().trim().parse()?,
    })
}

fn dual(cell: Option<Value>) -> Dual {
    match cell {
        None => Dual::Null,
        Some(Value::Int(number)) => Dual::Number(number.into()),
        Some(Value::Float(number)) => Dual::Number(number),
        Some(Value::Str(text)) => Dual::text(text),
        Some(Value::DualInt(dual)) => Dual::both(dual.number.into(), dual.text),
        Some(Value::DualFloat(dual)) => Dual::both(dual.number, dual.text),
    }
}

/// Writes columns to a file.
pub(super) fn write(table: &str, columns: Vec<(Arc<str>, Vec<Dual>)>) -> Result<Vec<u8>, Fault> {
    let columns = columns.into_iter().map(|(name, values)| Column::new(&*name, values.iter().map(cell).collect()));
    Ok(WriteTable::new(table, columns.collect())?.to_bytes()?)
}

fn cell(value: &Dual) -> Option<Value> {
    let integer = |number: f64| (f64::from(number as i32) == number).then_some(number as i32);
    Some(match value {
        Dual::Null => return None,
        Dual::Text(text) => Value::Str(text.to_string()),
        Dual::Number(number) => integer(*number).map_or(Value::Float(*number), Value::Int),
        Dual::Both(number, text) => match integer(*number) {
            Some(number) => Value::DualInt(openqvd::Dual { number, text: text.to_string() }),
            None => Value::DualFloat(openqvd::Dual { number: *number, text: text.to_string() }),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read_back() {
        let values = vec![
            Dual::Number(1.0),
            Dual::Number(-2.5),
            Dual::Null,
            Dual::text("x & <y>"),
            Dual::both(3.0, "three"),
            Dual::both(0.5, "half"),
            Dual::Number(1e12),
            Dual::text(""),
        ];
        let nulls = vec![Dual::Null; values.len()];
        let columns = vec![(Arc::from("Gross & <Net>"), values.clone()), (Arc::from(" lead"), nulls)];
        let input = read(&write("t", columns).unwrap()).unwrap();
        assert_eq!(input.names(), [Arc::from("Gross & <Net>"), Arc::from(" lead")]);
        let expected: Vec<Vec<Dual>> = values.into_iter().map(|value| vec![value, Dual::Null]).collect();
        assert_eq!(input.rows(), expected);
    }

    #[test]
    fn a_truncated_or_other_file_is_an_error() {
        let column = |count| vec![(Arc::from("a"), (0..count).map(|number| Dual::Number(f64::from(number))).collect())];
        let bytes = write("t", column(300)).unwrap();
        for length in [0, 100, bytes.len() - 200, bytes.len() - 1] {
            assert!(read(&bytes[..length]).is_err(), "{length}");
        }
        assert!(read(b"a,b\n1,2").is_err());
        assert_eq!(read(&write("t", column(0)).unwrap()).unwrap().rows().len(), 0);
    }
}
