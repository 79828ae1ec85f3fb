//! Deserializes one cell to any type.

use qix_schema::__private::Record;
use qix_schema::cells::Cell;
use qix_schema::types::NxCell;
use serde::de::value::{I32Deserializer, StrDeserializer, StringDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::decode_error::Problem;
use super::null::is_null;
use super::row::Reader;

/// Units are read from any cell and any row.
macro_rules! units {
    () => {
        fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            visitor.visit_unit()
        }

        fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Problem> {
            visitor.visit_unit()
        }
    };
}
pub(super) use units;

/// A cell of a row.
#[derive(Clone, Copy)]
pub(super) struct CellOf<'r> {
    pub(super) cell: Cell<'r>,
    pub(super) column: usize,
    pub(super) reader: &'r Reader<'r>,
    /// Whether the type accepts a missing value.
    pub(super) optional: bool,
    /// Whether a part of the cell is read, such as its number.
    pub(super) part: bool,
}

/// The bool that a string represents.
pub(crate) fn as_flag(text: &str) -> Option<bool> {
    let spells = |word| text.trim().eq_ignore_ascii_case(word);
    if spells("true") { Some(true) } else { spells("false").then_some(false) }
}

impl<'r> CellOf<'r> {
    #[inline]
    fn is_null(&self) -> bool {
        is_null(self.cell, self.reader.is_measure(self.column))
    }

    // By value, so that only the cold part needs the cell in memory.
    #[inline(always)]
    fn number(self) -> Result<f64, Problem> {
        let cell = self.cell;
        if !cell.num.is_nan() && !cell.is_null { Ok(cell.num) } else { self.no_number() }
    }

    #[cold]
    #[inline(never)]
    fn no_number(self) -> Result<f64, Problem> {
        if self.optional {
            self.reader.wants_number(self.column, self.part);
        }
        Err(match self.is_null() {
            true => self.no_value("a number"),
            false => Problem::new(format!("`{}` is a text, not a number", self.cell.text)),
        })
    }

    #[inline]
    fn text(&self) -> Result<&'r str, Problem> {
        if self.is_null() { Err(self.no_value("a text")) } else { Ok(self.cell.text) }
    }

    fn no_value(&self, wanted: &str) -> Problem {
        let measure = self.reader.is_measure(self.column);
        let way_out = if measure { "" } else { ", or null suppression of the dimension (`with_null_suppression`)" };
        Problem::new(format!("there is no value (null), but the type requires {wanted}; use an `Option`{way_out}"))
    }

    fn whole<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let number = self.number()?;
        match as_whole(number) {
            Some(Whole::Signed(whole)) => visitor.visit_i64(whole),
            Some(Whole::Unsigned(whole)) => visitor.visit_u64(whole),
            None => Err(Problem::new(format!("{number} is not an integer that fits the type"))),
        }
    }

    fn flag(&self) -> Result<bool, Problem> {
        if self.cell.num.is_nan() && !self.is_null() {
            let text = self.cell.text;
            return as_flag(text).ok_or_else(|| Problem::new(format!("`{text}` is neither true nor false")));
        }
        // True is -1 in the engine's language.
        self.number().map(|number| number != 0.0)
    }
}

pub(crate) enum Whole {
    Signed(i64),
    Unsigned(u64),
}

/// An integral float as an integer.
pub(crate) fn as_whole(number: f64) -> Option<Whole> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() != 0.0 {
        None
    } else if (-TWO_TO_63..TWO_TO_63).contains(&number) {
        Some(Whole::Signed(number as i64))
    } else if (TWO_TO_63..2.0 * TWO_TO_63).contains(&number) {
        Some(Whole::Unsigned(number as u64))
    } else {
        None
    }
}

macro_rules! each {
    ($($method:ident)* => $way:ident) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            self.$way(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for CellOf<'_> {
    type Error = Problem;

    /// A number if there is one, otherwise the text.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        if self.cell.num.is_nan() {
            return visitor.visit_str(self.cell.text);
        }
        match as_whole(self.cell.num) {
            Some(Whole::Signed(whole)) => visitor.visit_i64(whole),
            _ => visitor.visit_f64(self.cell.num),
        }
    }

    each! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 => whole
    }
    each! { deserialize_f32 => deserialize_f64 }
    each! { deserialize_char deserialize_string deserialize_identifier => deserialize_str }
    each! { deserialize_byte_buf => deserialize_bytes }
    each! { deserialize_seq deserialize_map => deserialize_any }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_bool(self.flag()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_bytes(self.text()?.as_bytes())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.is_null() || self.cell.num.is_nan() && self.reader.is_number(self.column, self.part) {
            return visitor.visit_none();
        }
        visitor.visit_some(Self { optional: true, ..self })
    }

    units! {}

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Problem> {
        match name {
            NxCell::NAME => visitor.visit_newtype_struct(AsWritten(self.cell)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_any(visitor)
    }

    /// The parts of the cell, with their names in [`Cell`].
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_map(RestOfCell { cell: self, names: fields.iter(), next: None })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_enum(StrDeserializer::new(self.text()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }
}

/// A part of a cell.
pub(super) enum Part<'r> {
    Text(CellOf<'r>),
    Cell(CellOf<'r>),
    ElemNumber(i32),
    State(String),
}

impl<'r> CellOf<'r> {
    fn part(self, name: &str) -> Option<Part<'r>> {
        Some(match name {
            "text" => Part::Text(self),
            "num" => Part::Cell(Self { optional: false, part: true, ..self }),
            "elem_number" => Part::ElemNumber(self.cell.elem_number),
            "state" => Part::State(self.cell.state.to_string()),
            _ => return None,
        })
    }
}

impl Part<'_> {
    #[inline(always)]
    pub(super) fn read<'de, T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Problem> {
        match self {
            Self::Text(cell) => seed.deserialize(TextOf(cell)),
            Self::Cell(cell) => seed.deserialize(cell),
            Self::ElemNumber(number) => seed.deserialize(I32Deserializer::new(number)),
            Self::State(title) => seed.deserialize(StringDeserializer::new(title)),
        }
    }
}

/// The text of a cell, even if it has a number.
struct TextOf<'r>(CellOf<'r>);

impl<'de> Deserializer<'de> for TextOf<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_str(self.0.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_enum(StrDeserializer::new(self.0.text()?))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// A cell as an [`NxCell`].
struct AsWritten<'r>(Cell<'r>);

impl<'de> Deserializer<'de> for AsWritten<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let text = qix_schema::encode(&NxCell::from(self.0)).map_err(de::Error::custom)?;
        serde_json::Deserializer::from_reader(text.as_bytes()).deserialize_any(visitor).map_err(de::Error::custom)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The parts of a cell that a struct requests.
struct RestOfCell<'r> {
    cell: CellOf<'r>,
    names: std::slice::Iter<'static, &'static str>,
    next: Option<Part<'r>>,
}

impl<'de> MapAccess<'de> for RestOfCell<'_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let cell = self.cell;
        let Some((name, part)) = self.names.find_map(|name| cell.part(name).map(|part| (*name, part))) else {
            return Ok(None);
        };
        self.next = Some(part);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Problem> {
        let part = self.next.take().ok_or_else(|| Problem::new("a value was requested before its name"))?;
        part.read(seed)
    }
}
