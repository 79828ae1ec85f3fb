//! One row: names and values.

use std::fmt::{self, Display};

use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

use super::cell::{CellSerializer, LoadValue, Unsupported};

/// The values of a row by name.
pub(super) type LoadRow = Vec<(String, LoadValue)>;

/// Why a value is not a row.
#[derive(Debug, PartialEq)]
pub(super) enum RowError {
    /// It is something else.
    NoRow(String),
    /// One of its values cannot be loaded into a field.
    Value { field: String, problem: String },
}

impl Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRow(found) => f.write_str(found),
            Self::Value { field, problem } => write!(f, "{field}: {problem}"),
        }
    }
}

impl std::error::Error for RowError {}

impl ser::Error for RowError {
    fn custom<T: Display>(message: T) -> Self {
        Self::NoRow(format!("an unreadable value: {message}"))
    }
}

fn no_row<T>(found: &str) -> Result<T, RowError> {
    Err(RowError::NoRow(found.to_owned()))
}

/// Serializes a struct or a map to a row.
pub(super) struct RowSerializer;

type No = Impossible<LoadRow, RowError>;

macro_rules! no_rows {
    ($($method:ident($type:ty) $found:literal)*) => {$(
        fn $method(self, _: $type) -> Result<LoadRow, RowError> {
            no_row($found)
        }
    )*};
}

impl Serializer for RowSerializer {
    type Ok = LoadRow;
    type Error = RowError;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = RowValues;
    type SerializeStruct = RowValues;
    type SerializeStructVariant = No;

    no_rows! {
        serialize_bool(bool) "a boolean"
        serialize_i8(i8) "a number"
        serialize_i16(i16) "a number"
        serialize_i32(i32) "a number"
        serialize_i64(i64) "a number"
        serialize_u8(u8) "a number"
        serialize_u16(u16) "a number"
        serialize_u32(u32) "a number"
        serialize_u64(u64) "a number"
        serialize_f32(f32) "a number"
        serialize_f64(f64) "a number"
        serialize_char(char) "a text"
        serialize_str(&str) "a text"
        serialize_bytes(&[u8]) "bytes"
        serialize_unit_struct(&'static str) "nothing"
    }

    fn serialize_none(self) -> Result<LoadRow, RowError> {
        no_row("nothing")
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<LoadRow, RowError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<LoadRow, RowError> {
        no_row("nothing")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<LoadRow, RowError> {
        no_row("a text")
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<LoadRow, RowError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<LoadRow, RowError> {
        no_row("a variant with a value")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<No, RowError> {
        no_row("a list")
    }

    fn serialize_tuple(self, _: usize) -> Result<No, RowError> {
        no_row("a tuple, whose values have no names")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, RowError> {
        no_row("a tuple, whose values have no names")
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<No, RowError> {
        no_row("a variant with values that have no names")
    }

    fn serialize_map(self, length: Option<usize>) -> Result<RowValues, RowError> {
        Ok(RowValues { row: Vec::with_capacity(length.unwrap_or(0)), key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<RowValues, RowError> {
        Ok(RowValues { row: Vec::with_capacity(length), key: String::new() })
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<No, RowError> {
        no_row("a variant with fields; tag it within them, `#[serde(tag = …)]`")
    }
}

/// The values of a row, in order.
pub(super) struct RowValues {
    row: LoadRow,
    key: String,
}

impl RowValues {
    fn add<T: ?Sized + Serialize>(&mut self, field: &str, value: &T) -> Result<(), RowError> {
        let of_field = |Unsupported(problem)| RowError::Value { field: field.to_owned(), problem };
        let cell = value.serialize(CellSerializer).map_err(of_field)?;
        if self.row.iter().any(|(name, _)| name == field) {
            return Err(of_field(Unsupported("it is in the row twice".to_owned())));
        }
        self.row.push((field.to_owned(), cell));
        Ok(())
    }
}

impl SerializeStruct for RowValues {
    type Ok = LoadRow;
    type Error = RowError;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), RowError> {
        self.add(key, value)
    }

    fn end(self) -> Result<LoadRow, RowError> {
        Ok(self.row)
    }
}

impl SerializeMap for RowValues {
    type Ok = LoadRow;
    type Error = RowError;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), RowError> {
        match key.serialize(CellSerializer) {
            Ok(LoadValue::Text(key)) => self.key = key,
            _ => return no_row("a map whose keys are not strings"),
        }
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), RowError> {
        let key = std::mem::take(&mut self.key);
        self.add(&key, value)
    }

    fn end(self) -> Result<LoadRow, RowError> {
        Ok(self.row)
    }
}
