//! The facts of one engine version's API: what a published schema says, without its prose.
//!
//! Plain data. It is read from a published file ([`crate::openrpc`]) and written to and read from the committed
//! snapshot ([`crate::snapshot`]).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The API of one engine version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Version of the engine's API, such as `12.2886.0`.
    pub engine: String,
    /// Title of the API.
    pub title: String,
    /// Version of the OpenRPC form that the file follows.
    pub openrpc: String,
    /// Stability of whatever does not state its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// Visibility of whatever does not state its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Categories of the whole API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Methods by their full name, `Doc.GetField`.
    pub methods: BTreeMap<String, Method>,
    /// Types by name.
    pub types: BTreeMap<String, Type>,
    /// Error codes by name.
    pub errors: BTreeMap<String, i64>,
    /// Groups of errors that methods refer to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub error_groups: BTreeMap<String, Vec<String>>,
}

/// How settled a part of the API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stability {
    /// Will not change.
    Locked,
    /// Changes only in compatible ways.
    Stable,
    /// May change or go at any time.
    Experimental,
}

impl Stability {
    /// The word the schema uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Stable => "stable",
            Self::Experimental => "experimental",
        }
    }

    /// The stability that the schema's word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Locked, Self::Stable, Self::Experimental].into_iter().find(|s| s.as_str() == word)
    }
}

/// What the schema says about any item, whatever its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// Stability, if the item states its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// Visibility, if the item states its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Present when the item is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecation>,
    /// Categories of the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

impl Marks {
    /// These marks, and those of another for what they do not say.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            stability: self.stability.or(other.stability),
            visibility: self.visibility.or(other.visibility),
            deprecated: self.deprecated.or(other.deprecated),
            categories: if self.categories.is_empty() { other.categories } else { self.categories },
        }
    }
}

/// A deprecation, with the full names of what to use instead, where the schema names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deprecation {
    /// Methods or types to use instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<String>,
}

/// One method of one class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// Parameters in the order of the positional form.
    pub params: Vec<Param>,
    /// Values that come back.
    pub results: Vec<ResultValue>,
    /// Rights that the caller needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<String>,
    /// Errors and groups of errors that the method may answer with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// Stability, visibility, deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// A parameter of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Name on the wire.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Whether every call must carry it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Value that the engine takes when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Stability, visibility, deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// A value that a method returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultValue {
    /// Name on the wire.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
}

/// A named type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Type {
    /// What it is made of.
    #[serde(flatten)]
    pub kind: Kind,
    /// Stability, visibility, deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// What a named type is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// A JSON object with known members.
    Struct {
        /// The members, in the order of the schema.
        members: Vec<Member>,
        /// Members whose presence alone means something, by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dynamic: Vec<Member>,
    },
    /// A JSON object whose members the schema leaves open.
    Open,
    /// A list.
    Array {
        /// Type of its elements.
        items: TypeRef,
    },
    /// A text with a rule of its own.
    Text {
        /// How bytes are written into the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encoding: Option<String>,
    },
    /// One of several named values.
    Enum {
        /// The values, by number.
        values: Vec<EnumValue>,
    },
}

/// A member of a struct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Name on the wire.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Value that absence stands for, where it is not the zero of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Whether the schema says that it is always there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Stability, visibility, deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// A value of an enum: three ways to write the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnumValue {
    /// The text that engines write.
    pub title: String,
    /// The long name that documentation and defaults use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<String>,
    /// The number.
    pub number: i64,
    /// Stability, visibility, deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// The type of a member, a parameter or a result; in the snapshot one word, such as `int32`, `NxPage` or `[string]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// Text.
    String,
    /// Truth value.
    Boolean,
    /// Whole number.
    Integer(IntFormat),
    /// Floating point number; whether the schema says `double`.
    Number {
        /// Whether the schema gives the format `double`.
        double: bool,
    },
    /// A named type.
    Named(String),
    /// A list.
    List(Box<TypeRef>),
}

/// The width of a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntFormat {
    /// The schema does not say.
    Unstated,
    /// 8 bits.
    Int8,
    /// 16 bits.
    Int16,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// One byte, signed or not.
    Byte,
    /// 8 bits without a sign.
    Uint8,
    /// 16 bits without a sign.
    Uint16,
    /// 32 bits without a sign.
    Uint32,
    /// 64 bits without a sign.
    Uint64,
}

impl IntFormat {
    const WORDS: [(Self, &'static str); 10] = [
        (Self::Unstated, "integer"),
        (Self::Int8, "int8"),
        (Self::Int16, "int16"),
        (Self::Int32, "int32"),
        (Self::Int64, "int64"),
        (Self::Byte, "byte"),
        (Self::Uint8, "uint8"),
        (Self::Uint16, "uint16"),
        (Self::Uint32, "uint32"),
        (Self::Uint64, "uint64"),
    ];

    /// The format that the schema's word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(f, _)| *f)
    }

    /// Whether the Rust type can hold a number.
    pub(crate) fn holds(self, number: i64) -> bool {
        match self {
            Self::Int8 => i8::try_from(number).is_ok(),
            Self::Int16 | Self::Byte => i16::try_from(number).is_ok(),
            Self::Int32 => i32::try_from(number).is_ok(),
            Self::Int64 | Self::Unstated => true,
            Self::Uint8 => u8::try_from(number).is_ok(),
            Self::Uint16 => u16::try_from(number).is_ok(),
            Self::Uint32 => u32::try_from(number).is_ok(),
            Self::Uint64 => u64::try_from(number).is_ok(),
        }
    }

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(f, _)| *f == self).map_or("integer", |(_, w)| w)
    }
}

impl TypeRef {
    /// The named type inside, whatever the number of lists around it.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(items) => items.named(),
            _ => None,
        }
    }
}

impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Boolean => f.write_str("boolean"),
            Self::Integer(format) => f.write_str(format.word()),
            Self::Number { double: true } => f.write_str("double"),
            Self::Number { double: false } => f.write_str("number"),
            Self::Named(name) => f.write_str(name),
            Self::List(items) => write!(f, "[{items}]"),
        }
    }
}

impl FromStr for TypeRef {
    type Err = std::convert::Infallible;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        if let Some(items) = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')) {
            return Ok(Self::List(Box::new(items.parse()?)));
        }
        Ok(match word {
            "string" => Self::String,
            "boolean" => Self::Boolean,
            "number" => Self::Number { double: false },
            "double" => Self::Number { double: true },
            _ => match IntFormat::from_word(word) {
                Some(format) => Self::Integer(format),
                None => Self::Named(word.to_owned()),
            },
        })
    }
}

impl Serialize for TypeRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TypeRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(word.parse().unwrap_or_else(|never: std::convert::Infallible| match never {}))
    }
}

/// How much of everything a model holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Classes.
    pub classes: usize,
    /// Methods.
    pub methods: usize,
    /// Parameters of all methods.
    pub params: usize,
    /// Named types of any kind.
    pub types: usize,
    /// Members of all structs, without the dynamic ones.
    pub members: usize,
    /// Enums among the types.
    pub enums: usize,
    /// Values of all enums.
    pub values: usize,
    /// Error codes.
    pub errors: usize,
}

impl Model {
    /// Counts what is there.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            classes: self.classes().len(),
            methods: self.methods.len(),
            params: self.methods.values().map(|m| m.params.len()).sum(),
            types: self.types.len(),
            errors: self.errors.len(),
            ..Counts::default()
        };
        for ty in self.types.values() {
            match &ty.kind {
                Kind::Struct { members, .. } => counts.members += members.len(),
                Kind::Enum { values } => {
                    counts.enums += 1;
                    counts.values += values.len();
                }
                Kind::Open | Kind::Array { .. } | Kind::Text { .. } => {}
            }
        }
        counts
    }

    /// The names of the classes, sorted.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.methods.keys().filter_map(|name| class_of(name)).collect();
        classes.dedup();
        classes
    }
}

/// The class in a method's full name.
pub fn class_of(method: &str) -> Option<&str> {
    method.split_once('.').map(|(class, _)| class)
}
