//! JSON encoding of all generated types.
//!
//! The generator only lists the members of each struct ([`Record`]) and the values of each enum ([`Choice`]). The rules
//! for reading and writing are implemented here:
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
mod path;
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

pub use choice::{
    Choice, Unrecognized, ValueName, display as display_choice, from_number, from_text, read_choice, scan_choice,
    write_choice,
};
pub use decode::{DecodeError, decode, encode};
pub(crate) use decode::{decode_member, explain};
pub use extra::Extra;
pub use fault::{Fault, Scanned};
pub use json::Json;
pub(crate) use number::float;
pub(crate) use number::integer;
use record::name_of;
pub use record::{Input, Members, Record, read_named_record, read_record, scan_record, write_object, write_record};
pub use stack::grow;
pub(crate) use string::plain;
pub(crate) use text::{List, Object, elements, object, open_list};
pub use text::{Stop, Text};

/// A value that can be a member, a parameter, or a result.
pub trait Wire: Sized {
    /// Reads a value at the start of a JSON text into `self`; returns the rest. `null` does not change `self`.
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a>;

    /// Like [`Wire::scan`], but inlined, for types with many values.
    #[inline(always)]
    fn scan_inline<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        self.scan(text)
    }

    /// Reads a value of any format into `self`.
    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error>;

    /// Writes the value.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Whether the value is equivalent to an absent one.
    fn is_absent(&self) -> bool;

    /// An empty value with the capacity of another one.
    fn alike(_other: &Self) -> Self
    where
        Self: Default,
    {
        Self::default()
    }
}

/// A seed that reads into an existing value.
pub(crate) struct Into<'a, T>(pub(crate) &'a mut T);

impl<'de, T: Wire> DeserializeSeed<'de> for Into<'_, T> {
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

/// Implements [`Wire`] and serde traits for records. The generator lists them.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_records {
    ($($type:ty),* $(,)?) => { $crate::wire_impls! { scan_record read_record read_named_record write_record $($type)* } };
}

/// Implements [`Wire`], serde traits, and `Display` for enums. The generator lists them.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_choices {
    ($($type:ty),* $(,)?) => {
        $crate::wire_impls! { scan_choice read_choice read_choice write_choice $($type)* }
        $(
            impl ::std::fmt::Display for $type {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    $crate::wire::display_choice(self, f)
                }
            }
            impl From<&str> for $type {
                fn from(text: &str) -> Self {
                    $crate::wire::from_text(text)
                }
            }
            impl From<i64> for $type {
                fn from(number: i64) -> Self {
                    $crate::wire::from_number(number)
                }
            }
        )*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! wire_impls {
    ($scan:ident $read:ident $read_alone:ident $write:ident $($type:ty)*) => {$(
        impl $crate::wire::Wire for $type {
            // Inlined, so that it is compiled only for types that are used.
            #[inline]
            fn scan<'a>(&mut self, text: &'a str) -> $crate::wire::Scanned<'a> {
                $crate::wire::$scan(self, text)
            }
            fn read<'de, D: ::serde::Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                $crate::wire::$read(self, deserializer)
            }
            fn write<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::$write(self, serializer)
            }
            #[inline]
            fn is_absent(&self) -> bool {
                *self == Self::default()
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut value = Self::default();
                $crate::wire::$read_alone(&mut value, deserializer)?;
                Ok(value)
            }
        }
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::$write(self, serializer)
            }
        }
    )*};
}
