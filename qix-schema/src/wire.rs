//! JSON encoding of all generated types.
//!
//! [`decode`] and [`encode`] convert between JSON text and values. All types follow the same rules:
//!
//! * If a member is absent or `null`, it has its default value. Default values are not written.
//! * Numbers may be the strings `NaN`, `Infinity`, `+Infinity`, and `-Infinity`, and are written back as such.
//! * Enum values are read from their short title, long name, or number, and written as the title. Unknown values are
//!   kept.
//! * Unknown members are kept in structs that apps extend ([`Extra`]) and skipped elsewhere.
//! * Recursive structs may be nested deeper than the default limit of `serde_json`, 128 levels.

mod choice;
mod decode;
mod extra;
mod fault;
#[cfg(any(test, feature = "__fuzz"))]
pub(crate) mod general;
mod json;
mod list;
mod number;
mod option;
#[doc(hidden)]
pub mod parts;
mod path;
mod place;
mod record;
mod scalar;
mod skip;
mod stack;
mod string;
#[cfg(test)]
mod tests;
mod text;

use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::{Serialize, Serializer};

pub use choice::Unrecognized;
pub use decode::{DecodeError, decode, encode};
pub(crate) use decode::{decode_member, explain};
pub use extra::Extra;
pub(crate) use fault::Scanned;
pub use json::Json;
pub(crate) use number::{float_inline, integer};
pub(crate) use place::Place;
use record::name_of;
pub(crate) use record::{Input, Members, Record, recursive};
pub(crate) use string::{plain, plain_inline};
pub(crate) use text::{ListStart, ReadObject, Stop, TextInput, elements, in_any_order, object, open_list, trim};

/// What generated code uses. It lists the members of each struct (`Record`) and the values of each enum (`Choice`).
///
/// Not part of the API: it changes without notice. A generated crate uses the version that its generator came with.
#[doc(hidden)]
pub mod __private {
    pub use super::choice::{
        Choice, Unrecognized, ValueName, display as display_choice, from_number, from_text, read_choice, scan_choice,
        write_choice,
    };
    pub use super::fault::{Fault, Scanned, invalid};
    pub use super::parts;
    pub use super::place::Place;
    pub use super::record::{
        Input, Members, Record, read_named_record, read_record, scan_record, write_object, write_record,
    };
    pub use super::stack::grow;
    pub use super::text::{Stop, TextInput};
    pub use super::{Extra, Json, Wire};
    pub use crate::{choice, record, request, setters};
    pub use serde::ser::{SerializeMap, Serializer};
    pub use serde::{self, Serialize};
}

/// A value that can be a member, a parameter, or a result: a generated type, a number, a string, a `bool`, [`Json`], or a
/// list or map of them.
///
/// Use it as a bound. The generator implements it, so the methods are not part of the API.
///
/// ```
/// use qix_schema::{DecodeError, types::NxInfo, wire::Wire};
///
/// fn all<T: Wire + Default>(lines: &str) -> Result<Vec<T>, DecodeError> {
///     lines.lines().map(qix_schema::decode).collect()
/// }
///
/// assert_eq!(all::<NxInfo>(r#"{"qId":"a"}"#)?[0].id, "a");
/// # Ok::<(), DecodeError>(())
/// ```
pub trait Wire: Sized {
    /// Reads a value at the start of a JSON text into `self`; returns the rest. `null` does not change `self`.
    #[doc(hidden)]
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a>;

    /// Like [`Wire::scan`], but inlined, for types with many values.
    #[doc(hidden)]
    #[inline(always)]
    fn scan_inline<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        self.scan(text)
    }

    /// Reads a value of any format into `self`.
    #[doc(hidden)]
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;

    /// Writes the value.
    #[doc(hidden)]
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Whether the value is equivalent to an absent one.
    #[doc(hidden)]
    fn is_absent(&self) -> bool;

    /// An empty value with the capacity of another one.
    #[doc(hidden)]
    fn alike(_other: &Self) -> Self
    where
        Self: Default,
    {
        Self::default()
    }
}

/// A seed that reads into an existing value.
pub(crate) struct Seed<'a, T>(pub(crate) &'a mut T);

impl<'de, T: Wire> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.read(deserializer)
    }
}

/// Implements serde traits for a [`Wire`] value.
pub(crate) struct AsWire<'a, T>(pub(crate) &'a T);

impl<T: Wire> Serialize for AsWire<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Implements [`Wire`] and serde traits for a record.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_record {
    ($type:ty) => {
        $crate::wire_impls! { $type, scan_record read_record read_named_record write_record
            #[inline]
            fn alike(other: &Self) -> Self {
                $crate::__private::Record::alike(other)
            }
        }
    };
}

/// Implements [`Wire`], serde traits, and `Display` for an enum.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_choice {
    ($type:ty) => {
        $crate::wire_impls! { $type, scan_choice read_choice read_choice write_choice }
        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::__private::display_choice(self, f)
            }
        }
        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                $crate::__private::from_text(text)
            }
        }
        impl From<i64> for $type {
            fn from(number: i64) -> Self {
                $crate::__private::from_number(number)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! wire_impls {
    ($type:ty, $scan:ident $read:ident $read_alone:ident $write:ident $($more:tt)*) => {
        impl $crate::__private::Wire for $type {
            // Inlined, so that it is compiled only for types that are used.
            #[inline]
            fn scan<'a>(&mut self, text: &'a str) -> $crate::__private::Scanned<'a> {
                $crate::__private::$scan(self, text)
            }
            fn read<'de, D: $crate::__private::serde::Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                $crate::__private::$read(self, deserializer)
            }
            fn write<S: $crate::__private::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::__private::$write(self, serializer)
            }
            #[inline]
            fn is_absent(&self) -> bool {
                *self == Self::default()
            }
            $($more)*
        }
        impl<'de> $crate::__private::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut value = Self::default();
                $crate::__private::$read_alone(&mut value, deserializer)?;
                Ok(value)
            }
        }
        impl $crate::__private::serde::Serialize for $type {
            fn serialize<S: $crate::__private::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::__private::$write(self, serializer)
            }
        }
    };
}
