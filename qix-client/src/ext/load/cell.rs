//! One value of a row.

use std::fmt::{self, Display};

use serde::ser::{self, Impossible, Serialize, Serializer};

/// A value that a field can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Number(f64),
    Text(String),
}

/// Why a value cannot be in a field.
#[derive(Debug, PartialEq)]
pub(super) struct Misfit(pub(super) String);

impl Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

impl ser::Error for Misfit {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Integers up to this value are exact.
const LARGEST: u64 = 1 << 53;

fn nested<T>(what: &str) -> Result<T, Misfit> {
    Err(Misfit(format!(
        "it is {what}, but a field holds a number or a string; flatten it, or load it as a separate table"
    )))
}

/// Serializes a value to a cell.
pub(super) struct CellSerializer;

impl CellSerializer {
    fn whole(number: impl Display + Copy, size: Option<u64>) -> Result<Cell, Misfit> {
        match size {
            // Integers of this size are exact.
            Some(size) if size <= LARGEST => {
                let text = number.to_string();
                text.parse().map(Cell::Number).map_err(|_| Misfit(format!("{text} is not a number")))
            }
            _ => {
                Err(Misfit(format!("{number} is beyond 2^53, the engine's largest exact integer; load it as a string")))
            }
        }
    }
}

type No = Impossible<Cell, Misfit>;

impl Serializer for CellSerializer {
    type Ok = Cell;
    type Error = Misfit;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    /// As in the engine: -1 or 0.
    fn serialize_bool(self, v: bool) -> Result<Cell, Misfit> {
        Ok(Cell::Number(if v { -1.0 } else { 0.0 }))
    }

    fn serialize_i8(self, v: i8) -> Result<Cell, Misfit> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<Cell, Misfit> {
        self.serialize_i64(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<Cell, Misfit> {
        self.serialize_i64(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<Cell, Misfit> {
        Self::whole(v, Some(v.unsigned_abs()))
    }

    fn serialize_i128(self, v: i128) -> Result<Cell, Misfit> {
        Self::whole(v, v.unsigned_abs().try_into().ok())
    }

    fn serialize_u8(self, v: u8) -> Result<Cell, Misfit> {
        self.serialize_u64(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<Cell, Misfit> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<Cell, Misfit> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<Cell, Misfit> {
        Self::whole(v, Some(v))
    }

    fn serialize_u128(self, v: u128) -> Result<Cell, Misfit> {
        Self::whole(v, v.try_into().ok())
    }

    /// The displayed number: a tenth is 0.1.
    fn serialize_f32(self, v: f32) -> Result<Cell, Misfit> {
        self.serialize_f64(v.to_string().parse().unwrap_or_else(|_| f64::from(v)))
    }

    fn serialize_f64(self, v: f64) -> Result<Cell, Misfit> {
        match v {
            v if v.is_nan() => Ok(Cell::Null),
            v if v.is_infinite() => Err(Misfit(format!("the engine has no number {v}; load `None` or a string"))),
            v => Ok(Cell::Number(v)),
        }
    }

    fn serialize_char(self, v: char) -> Result<Cell, Misfit> {
        Ok(Cell::Text(v.to_string()))
    }

    fn serialize_str(self, v: &str) -> Result<Cell, Misfit> {
        Ok(Cell::Text(v.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Cell, Misfit> {
        nested("bytes")
    }

    fn serialize_none(self) -> Result<Cell, Misfit> {
        Ok(Cell::Null)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<Cell, Misfit> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Cell, Misfit> {
        Ok(Cell::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Cell, Misfit> {
        Ok(Cell::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Cell, Misfit> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<Cell, Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<Cell, Misfit> {
        nested(&format!("a variant `{variant}` with a value"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<No, Misfit> {
        nested("a list")
    }

    fn serialize_tuple(self, _: usize) -> Result<No, Misfit> {
        nested("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Misfit> {
        nested("a tuple")
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<No, Misfit> {
        nested("a tuple")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No, Misfit> {
        nested("a map")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<No, Misfit> {
        nested(&format!("a struct `{name}`"))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<No, Misfit> {
        nested(&format!("a variant `{variant}` with fields"))
    }
}
