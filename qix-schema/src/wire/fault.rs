//! Errors of the parser.

use std::fmt;

use serde::de::{Error, Expected, IgnoredAny, Unexpected};

use super::decode::DecodeError;
use super::number::{Number, number};
use super::path;
use super::string::string;

/// The rest of a text after a value, or an error.
pub type Scanned<'a> = Result<&'a str, Box<Fault>>;

/// An error of the parser, before its path is known.
#[derive(Debug)]
pub struct Fault(FaultKind);

#[derive(Debug)]
enum FaultKind {
    /// The text is not JSON.
    Syntax,
    /// The value has the wrong type or is out of range.
    Value {
        /// Length of the text after the position of the error.
        left: usize,
        /// The error, without a position.
        error: serde_json::Error,
    },
}

impl Fault {
    /// The text is not JSON.
    #[cold]
    pub(super) fn syntax() -> Box<Self> {
        Box::new(Self(FaultKind::Syntax))
    }

    /// The value before `rest` is invalid.
    #[cold]
    pub(super) fn value(rest: &str, error: serde_json::Error) -> Box<Self> {
        Self::at(rest.len(), error)
    }

    /// The value before the last `left` bytes is invalid.
    #[cold]
    pub(super) fn at(left: usize, error: serde_json::Error) -> Box<Self> {
        Box::new(Self(FaultKind::Value { left, error }))
    }

    /// The value at the start of a text has the wrong type.
    #[cold]
    pub(super) fn mismatch(text: &str, expected: &dyn Expected) -> Box<Self> {
        let of = |found, rest: &str| Self::value(rest, invalid("type", &found, expected));
        match text.as_bytes().first() {
            Some(b'"') => match string(text) {
                Ok((found, rest)) => of(Unexpected::Str(&found), rest),
                Err(fault) => fault,
            },
            Some(b'{') => of(Unexpected::Map, &text[1..]),
            Some(b'[') => of(Unexpected::Seq, &text[1..]),
            Some(b'-' | b'0'..=b'9') => match number(text) {
                Ok((found, rest)) => of(found.unexpected(), rest),
                Err(fault) => fault,
            },
            _ => {
                for (literal, found) in
                    [("true", Unexpected::Bool(true)), ("false", Unexpected::Bool(false)), ("null", Unexpected::Unit)]
                {
                    if let Some(rest) = text.strip_prefix(literal) {
                        return of(found, rest);
                    }
                }
                Self::syntax()
            }
        }
    }

    /// Finds the position and the path.
    #[cold]
    pub(super) fn of(self, text: &str) -> DecodeError {
        let cause = match self.0 {
            // `serde_json` describes syntax errors.
            FaultKind::Syntax => match serde_json::from_str::<IgnoredAny>(text) {
                Err(error) => error,
                Ok(_) => serde_json::Error::custom("invalid JSON"),
            },
            FaultKind::Value { left, error } => {
                let before = &text.as_bytes()[..text.len().saturating_sub(left)];
                let lines = before.split(|byte| *byte == b'\n');
                let (line, column) = lines.fold((0, 0), |(line, _), text| (line + 1, text.len()));
                serde_json::Error::custom(format_args!("{error} at line {line} column {column}"))
            }
        };
        DecodeError { path: path::at(text, cause.line(), cause.column()), cause }
    }
}

/// The error of a value of another type, or out of range: as `serde` words it, but without its code for formatting numbers.
pub fn invalid<E: Error>(what: &str, found: &Unexpected<'_>, expected: &dyn Expected) -> E {
    let text: String;
    let (kind, value): (&str, &dyn fmt::Display) = match found {
        Unexpected::Bool(flag) => ("boolean", flag),
        Unexpected::Unsigned(number) => ("integer", number),
        Unexpected::Signed(number) => ("integer", number),
        Unexpected::Float(number) => {
            text = match number.is_finite() {
                true => serde_json::to_string(number).unwrap_or_default(),
                false => if number.is_nan() {
                    "NaN"
                } else if *number > 0.0 {
                    "inf"
                } else {
                    "-inf"
                }
                .to_owned(),
            };
            ("floating point", &text)
        }
        Unexpected::Char(char) => ("character", char),
        Unexpected::Str(found) => {
            return E::custom(format_args!("invalid {what}: string {found:?}, expected {expected}"));
        }
        other => {
            let kind = match other {
                Unexpected::Bytes(_) => "byte array",
                Unexpected::Unit => "null",
                Unexpected::Option => "Option value",
                Unexpected::NewtypeStruct => "newtype struct",
                Unexpected::Seq => "sequence",
                Unexpected::Map => "map",
                Unexpected::Enum => "enum",
                Unexpected::UnitVariant => "unit variant",
                Unexpected::NewtypeVariant => "newtype variant",
                Unexpected::TupleVariant => "tuple variant",
                Unexpected::StructVariant => "struct variant",
                Unexpected::Other(other) => other,
                _ => "value",
            };
            return E::custom(format_args!("invalid {what}: {kind}, expected {expected}"));
        }
    };
    E::custom(format_args!("invalid {what}: {kind} `{value}`, expected {expected}"))
}

impl Number {
    pub(super) fn unexpected(self) -> Unexpected<'static> {
        match self {
            Self::Unsigned(number) => Unexpected::Unsigned(number),
            Self::Signed(number) => Unexpected::Signed(number),
            Self::Float(number) => Unexpected::Float(number),
        }
    }
}
