//! The facts of one engine version: what a published schema contains, without descriptions.
//!
//! Plain data, read from a published file ([`crate::openrpc`]) or from the committed snapshot ([`crate::snapshot`]),
//! and written to the snapshot.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The API of one engine version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Engine version, such as `12.2886.0`.
    pub engine: String,
    /// Title of the API.
    pub title: String,
    /// OpenRPC version of the file.
    pub openrpc: String,
    /// Default stability of all items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// Default visibility of all items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Categories of the whole API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Methods by full name, such as `Doc.GetField`.
    pub methods: BTreeMap<String, Method>,
    /// Types by name.
    pub types: BTreeMap<String, Type>,
    /// Error codes by name.
    pub errors: BTreeMap<String, i64>,
    /// Error groups that methods refer to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub error_groups: BTreeMap<String, Vec<String>>,
}

/// Stability of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stability {
    /// Does not change.
    Locked,
    /// Changes only in compatible ways.
    Stable,
    /// May change or be removed at any time.
    Experimental,
}

impl Stability {
    /// The name in the schema.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Stable => "stable",
            Self::Experimental => "experimental",
        }
    }

    /// The stability for a name in the schema.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Locked, Self::Stable, Self::Experimental].into_iter().find(|s| s.as_str() == word)
    }
}

/// Properties that any kind of item can have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// Stability, if different from the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// Visibility, if different from the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Deprecation, if the item is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecation>,
    /// Categories of the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

impl Marks {
    /// These marks, with missing ones taken from another item.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            stability: self.stability.or(other.stability),
            visibility: self.visibility.or(other.visibility),
            deprecated: self.deprecated.or(other.deprecated),
            categories: if self.categories.is_empty() { other.categories } else { self.categories },
        }
    }
}

/// A deprecation, with the full names of the replacements if the schema contains them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deprecation {
    /// Replacements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<String>,
}

/// A method of a class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// Parameters in positional order.
    pub params: Vec<Param>,
    /// Results.
    pub results: Vec<ResultValue>,
    /// Access rights that the method requires.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<String>,
    /// Errors and error groups that the method may return.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// Stability, visibility, and deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// A parameter of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Wire name.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Whether the parameter is required.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Default value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Stability, visibility, and deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// A result of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultValue {
    /// Wire name.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
}

/// A named type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Type {
    /// Kind of type.
    #[serde(flatten)]
    pub kind: Kind,
    /// Stability, visibility, and deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// The kind of a named type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// A struct: a JSON object with known members.
    Struct {
        /// The members, in schema order.
        members: Vec<Member>,
        /// Members whose presence matters, by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dynamic: Vec<Member>,
    },
    /// A JSON object with any members.
    Open,
    /// A list.
    Array {
        /// Element type.
        items: TypeRef,
    },
    /// A string with a format.
    Text {
        /// How bytes are encoded in the string.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encoding: Option<String>,
    },
    /// An enum.
    Enum {
        /// The values, ordered by number.
        values: Vec<EnumValue>,
    },
}

/// A member of a struct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Wire name.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Default value, if it is not the zero value of the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Whether the schema marks the member as required.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Stability, visibility, and deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// An enum value, which has three wire forms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnumValue {
    /// Title, which engines write.
    pub title: String,
    /// Long name, which descriptions and defaults use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<String>,
    /// Number.
    pub number: i64,
    /// Stability, visibility, and deprecation.
    #[serde(flatten)]
    pub marks: Marks,
}

/// The type of a member, parameter, or result. In the snapshot, one word such as `int32`, `NxPage`, or `[string]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// String.
    String,
    /// Boolean.
    Boolean,
    /// Integer.
    Integer(IntFormat),
    /// Floating-point number.
    Number {
        /// Whether the schema gives the format `double`.
        double: bool,
    },
    /// A named type.
    Named(String),
    /// A list.
    List(Box<TypeRef>),
}

/// Width of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntFormat {
    /// Not specified.
    Unstated,
    /// 8 bits.
    Int8,
    /// 16 bits.
    Int16,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// One byte, signed or unsigned.
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
    /// The Rust type.
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::Int8 => "i8",
            // The schema does not specify whether a byte is signed.
            Self::Int16 | Self::Byte => "i16",
            Self::Int32 => "i32",
            Self::Int64 | Self::Unstated => "i64",
            Self::Uint8 => "u8",
            Self::Uint16 => "u16",
            Self::Uint32 => "u32",
            Self::Uint64 => "u64",
        }
    }

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

    /// The format for a name in the schema.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(f, _)| *f)
    }

    /// Whether the Rust type can represent a number.
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
    /// The named type inside any number of lists.
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

/// Size of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Classes.
    pub classes: usize,
    /// Methods.
    pub methods: usize,
    /// Parameters of all methods.
    pub params: usize,
    /// Named types.
    pub types: usize,
    /// Members of all structs, without dynamic members.
    pub members: usize,
    /// Enums among the types.
    pub enums: usize,
    /// Values of all enums.
    pub values: usize,
    /// Error codes.
    pub errors: usize,
}

impl Model {
    /// Counts the items of a model.
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

    /// Sorted names of the classes.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.methods.keys().filter_map(|name| class_of(name)).collect();
        classes.dedup();
        classes
    }
}

/// The class in the full name of a method.
pub fn class_of(method: &str) -> Option<&str> {
    method.split_once('.').map(|(class, _)| class)
}
