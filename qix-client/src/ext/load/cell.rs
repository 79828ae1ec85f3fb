//! One value of a row.

use std::fmt::{self, Display};

use serde::ser::{self, Impossible, Serialize, Serializer};

/// A value that a field can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LoadValue {
    Null,
    Number(f64),
    Text(String),
}

/// Why a value cannot be in a field.
#[derive(Debug, PartialEq)]
pub(super) struct Unsupported(pub(super) String);

impl Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsupported {}

impl ser::Error for Unsupported {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Integers up to this value are exact.
const LARGEST: u64 = 1 << 53;

fn nested<T>(what: &str) -> Result<T, Unsupported> {
    Err(Unsupported(format!(
        "it is {what}, but a field holds a number or a string; flatten it, or load it as a separate table"
    )))
}

/// Serializes a value to a cell.
pub(super) struct CellSerializer;

impl CellSerializer {
    fn whole(number: impl Display + Copy, size: Option<u64>) -> Result<LoadValue, Unsupported> {
        match size {
            // Integers of this size are exact.
            Some(size) if size <= LARGEST => {
                let text = number.to_string();
                text.parse().map(LoadValue::Number).map_err(|_| Unsupported(format!("{text} is not a number")))
            }
            _ => Err(Unsupported(format!(
                "{number} is beyond 2^53, the engine's largest exact integer; load it as a string"
            ))),
        }
    }
}

type No = Impossible<LoadValue, Unsupported>;

impl Serializer for CellSerializer {
    type Ok = LoadValue;
    type Error = Unsupported;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    /// As in the engine: -1 or 0.
    fn serialize_bool(self, v: bool) -> Result<LoadValue, Unsupported> {
        Ok(LoadValue::Number(if v { -1.0 } else { 0.0 }))
    }

    fn serialize_i8(self, v: i8) -> Result<LoadValue, Unsupported> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<LoadValue, Unsupported> {
        self.serialize_i64(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<LoadValue, Unsupported> {
        self.serialize_i64(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<LoadValue, Unsupported> {
        Self::whole(v, Some(v.unsigned_abs()))
    }

    fn serialize_i128(self, v: i128) -> Result<LoadValue, Unsupported> {
        Self::whole(v, v.unsigned_abs().try_into().ok())
    }

    fn serialize_u8(self, v: u8) -> Result<LoadValue, Unsupported> {
        self.serialize_u64(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<LoadValue, Unsupported> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<LoadValue, Unsupported> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<LoadValue, Unsupported> {
        Self::whole(v, Some(v))
    }

    fn serialize_u128(self, v: u128) -> Result<LoadValue, Unsupported> {
        Self::whole(v, v.try_into().ok())
    }

    /// The displayed number: a tenth is 0.1.
    fn serialize_f32(self, v: f32) -> Result<LoadValue, Unsupported> {
        self.serialize_f64(v.to_string().parse().unwrap_or_else(|_| f64::from(v)))
    }

    fn serialize_f64(self, v: f64) -> Result<LoadValue, Unsupported> {
        match v {
            v if v.is_nan() => Ok(LoadValue::Null),
            v if v.is_infinite() => Err(Unsupported(format!("the engine has no number {v}; load `None` or a string"))),
            v => Ok(LoadValue::Number(v)),
        }
    }

    fn serialize_char(self, v: char) -> Result<LoadValue, Unsupported> {
        Ok(LoadValue::Text(v.to_string()))
    }

    fn serialize_str(self, v: &str) -> Result<LoadValue, Unsupported> {
        Ok(LoadValue::Text(v.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<LoadValue, Unsupported> {
        nested("bytes")
    }

    fn serialize_none(self) -> Result<LoadValue, Unsupported> {
        Ok(LoadValue::Null)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<LoadValue, Unsupported> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<LoadValue, Unsupported> {
        Ok(LoadValue::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<LoadValue, Unsupported> {
        Ok(LoadValue::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<LoadValue, Unsupported> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<LoadValue, Unsupported> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<LoadValue, Unsupported> {
        nested(&format!("a variant `{variant}` with a value"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<No, Unsupported> {
        nested("a list")
    }

    fn serialize_tuple(self, _: usize) -> Result<No, Unsupported> {
        nested("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Unsupported> {
        nested("a tuple")
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<No, Unsupported> {
        nested("a tuple")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No, Unsupported> {
        nested("a map")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<No, Unsupported> {
        nested(&format!("a struct `{name}`"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<No, Unsupported> {
        nested(&format!("a variant `{variant}` with fields"))
    }
}
