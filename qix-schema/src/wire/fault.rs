//! What is wrong with a text, and where.

use serde::de::{Error, Expected, IgnoredAny, Unexpected};

use super::decode::DecodeError;
use super::number::{Number, number};
use super::path;
use super::string::string;

/// What is left of a text after a value, or what is wrong with the value.
pub type Scanned<'a> = Result<&'a str, Box<Fault>>;

/// What is wrong with a text.
#[derive(Debug)]
pub struct Fault(Kind);

#[derive(Debug)]
enum Kind {
    /// It is not JSON.
    Syntax,
    /// It is JSON, but not what belongs there.
    Value {
        /// How much of the text comes after.
        left: usize,
        /// What is wrong, without the place.
        error: serde_json::Error,
    },
}

impl Fault {
    /// A text that is not JSON.
    #[cold]
    pub(super) fn syntax() -> Box<Self> {
        Box::new(Self(Kind::Syntax))
    }

    /// A value that does not belong where it is; the part of the text that comes after it.
    #[cold]
    pub(super) fn value(rest: &str, error: serde_json::Error) -> Box<Self> {
        Self::at(rest.len(), error)
    }

    /// The same, where so much of the text is left.
    #[cold]
    pub(super) fn at(left: usize, error: serde_json::Error) -> Box<Self> {
        Box::new(Self(Kind::Value { left, error }))
    }

    /// A value of another type than the expected one.
    #[cold]
    pub(super) fn mismatch(text: &str, expected: &dyn Expected) -> Box<Self> {
        let of = |found, rest: &str| Self::value(rest, serde_json::Error::invalid_type(found, expected));
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

    /// The error of a whole text.
    #[cold]
    pub(super) fn of(self, text: &str) -> DecodeError {
        let source = match self.0 {
            // What is not JSON is told by whom everybody knows.
            Kind::Syntax => match serde_json::from_str::<IgnoredAny>(text) {
                Err(error) => error,
                Ok(_) => serde_json::Error::custom("invalid JSON"),
            },
            Kind::Value { left, error } => {
                let before = &text.as_bytes()[..text.len().saturating_sub(left)];
                let lines = before.split(|byte| *byte == b'\n');
                let (line, column) = lines.fold((0, 0), |(line, _), text| (line + 1, text.len()));
                serde_json::Error::custom(format_args!("{error} at line {line} column {column}"))
            }
        };
        DecodeError { path: path::at(text, source.line(), source.column()), source }
    }
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
