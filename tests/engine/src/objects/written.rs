//! Documents as an engine writes them, regardless of what the client sent.
//!
//! An engine does not return a client's JSON unchanged. It writes every struct and every list, most numbers, enums, and
//! members with a default other than zero; it omits `false`, empty strings and sort criteria of zero, even if they
//! were sent. Members are in the schema's order, followed by custom members in the order they were sent. Recorded
//! from engine 12.1050 by the integration tests of corectl.

use super::contents::Kind;
use crate::protocol::schema::{Definition, EnumValue, Member, Schema, Struct, Type, snapshot};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Structs that an engine writes only if they were sent, by owner and name.
const ONLY_IF_SENT: [(&str, &str); 9] = [
    ("NxLibraryDimension", "qOrigin"),
    ("NxLibraryDimensionDef", "qOrigin"),
    ("NxLibraryMeasure", "qOrigin"),
    ("NxLibraryMeasureDef", "qOrigin"),
    ("NxAppLayout", "qUnsupportedFeatures"),
    ("NxAppLayout", "qUsage"),
    ("NxInlineMeasureDef", "qNumFormat"),
    ("GenericVariableProperties", "qConstraints"),
    ("NxAppProperties", "qUsage"),
];

/// Lists in layouts that are results of calculations and already complete.
const PAGES: [&str; 4] = ["qDataPages", "qPivotDataPages", "qStackedDataPages", "qTreeDataPages"];

/// Members of generic objects that clients can put anywhere: definitions in properties, results in layouts.
static DEFINITIONS: LazyLock<HashMap<&'static str, &'static Type>> =
    LazyLock::new(|| dynamic("GenericObjectProperties"));
static RESULTS: LazyLock<HashMap<&'static str, &'static Type>> = LazyLock::new(|| dynamic("GenericObjectLayout"));

fn dynamic(name: &str) -> HashMap<&'static str, &'static Type> {
    let Some(Definition::Struct(known)) = snapshot().types.get(name) else { return HashMap::new() };
    known.dynamic.iter().map(|member| (member.name.as_str(), &member.kind)).collect()
}

/// The properties of an item as an engine stores and writes them.
pub(crate) fn properties(kind: Kind, sent: &Value) -> Value {
    let name = match kind {
        Kind::Object => "GenericObjectProperties",
        Kind::Dimension => "GenericDimensionProperties",
        Kind::Measure => "GenericMeasureProperties",
        Kind::Variable => "GenericVariableProperties",
        Kind::Bookmark => "GenericBookmarkProperties",
    };
    Writer::PROPERTIES.named(name, sent)
}

/// The properties of an app.
pub(crate) fn app_properties(sent: &Value) -> Value {
    Writer::PROPERTIES.named("NxAppProperties", sent)
}

/// The layout of an app.
pub(crate) fn app_layout(made: &Value) -> Value {
    Writer::LAYOUT.named("NxAppLayout", made)
}

/// The layout of an item, in order and with the members that an engine adds.
pub(crate) fn layout(kind: Kind, made: &Value) -> Value {
    let name = match kind {
        Kind::Object => "GenericObjectLayout",
        Kind::Dimension => "GenericDimensionLayout",
        Kind::Measure => "GenericMeasureLayout",
        Kind::Variable => "GenericVariableLayout",
        Kind::Bookmark => "GenericBookmarkLayout",
    };
    Writer::LAYOUT.named(name, made)
}

struct Writer {
    /// In a layout, an absent struct or number has a meaning: no error, no minimum.
    layout: bool,
}

impl Writer {
    const PROPERTIES: Self = Self { layout: false };
    const LAYOUT: Self = Self { layout: true };

    fn schema(&self) -> &'static Schema {
        snapshot()
    }

    fn named(&self, name: &str, value: &Value) -> Value {
        match self.schema().types.get(name) {
            Some(Definition::Struct(known)) => self.structure(name, known, value),
            Some(Definition::List(items)) => self.list(items, value),
            Some(Definition::Enum(values)) => enumeration(values, value),
            Some(Definition::Text) => value.clone(),
            Some(Definition::Open) | None => self.own(value),
        }
    }

    fn structure(&self, name: &str, known: &Struct, value: &Value) -> Value {
        let mut written = Map::new();
        let empty = Map::new();
        let sent = match value {
            Value::Object(members) => members,
            // An expression can be a plain string.
            Value::String(text) => {
                if let Some(first) = known.members.first().filter(|_| !text.is_empty()) {
                    written.insert(first.name.clone(), json!(text));
                }
                return Value::Object(written);
            }
            _ => &empty,
        };
        for member in &known.members {
            let value = sent.get(&member.name).filter(|value| !value.is_null());
            if let Some(value) = self.member(name, member, value) {
                written.insert(member.name.clone(), value);
            }
        }
        let own = sent.iter().filter(|(name, _)| !known.members.iter().any(|member| &member.name == *name));
        for (name, value) in own {
            written.insert(name.clone(), self.own_member(name, value));
        }
        Value::Object(written)
    }

    /// A member in the schema; `None` if an engine omits it.
    fn member(&self, owner: &str, member: &Member, sent: Option<&Value>) -> Option<Value> {
        let optional = || sent.is_none() && ONLY_IF_SENT.contains(&(owner, member.name.as_str()));
        match &member.kind {
            Type::String => {
                let value = sent.unwrap_or(&member.default);
                let empty =
                    value.as_str().is_none_or(str::is_empty) && member.default.as_str().is_none_or(str::is_empty);
                (!empty || value.is_number()).then(|| value.clone())
            }
            Type::Boolean => {
                let always = member.default.as_bool() == Some(true);
                let value = sent.unwrap_or(&member.default).as_bool().unwrap_or(false);
                (always || value).then_some(Value::Bool(value))
            }
            Type::Integer(..) | Type::Number => {
                let is_criterion = member.kind == Type::SORT_CRITERION;
                match sent {
                    Some(number) => (!is_criterion || number.as_f64() != Some(0.0)).then(|| number.clone()),
                    None if is_criterion || (self.layout && member.kind == Type::Number) => None,
                    None if member.default.is_number() => Some(member.default.clone()),
                    None => Some(json!(0)),
                }
            }
            Type::List(_) if self.layout && PAGES.contains(&member.name.as_str()) => {
                Some(sent.cloned().unwrap_or_else(|| json!([])))
            }
            Type::List(_) if optional() => None,
            Type::List(items) => Some(self.list(items, sent.unwrap_or(&Value::Null))),
            Type::Named(_) if optional() => None,
            Type::Named(name) => match self.schema().types.get(name)? {
                Definition::Struct(_) if self.layout && sent.is_none() && member.name != "qSelectionInfo" => None,
                Definition::Open if sent.is_none() => (member.name == "qMetaDef").then(|| json!({})),
                Definition::Enum(values) if sent.is_none() => default_of(values, &member.default),
                Definition::Text => sent.cloned(),
                _ => Some(self.named(name, sent.unwrap_or(&Value::Null))),
            },
        }
    }

    fn list(&self, items: &Type, value: &Value) -> Value {
        let list = value.as_array().into_iter().flatten();
        list.map(|item| match items {
            Type::Named(name) => self.named(name, item),
            Type::List(items) => self.list(items, item),
            _ => item.clone(),
        })
        .collect()
    }

    /// Custom values are kept, except for definitions inside of them.
    fn own(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), self.own_member(name, value)));
                Value::Object(members.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.own(item)).collect(),
            plain => plain.clone(),
        }
    }

    fn own_member(&self, name: &str, value: &Value) -> Value {
        let known = if self.layout { &RESULTS } else { &DEFINITIONS };
        match known.get(name) {
            Some(Type::Named(kind)) if value.is_object() => self.named(kind, value),
            _ => self.own(value),
        }
    }
}

/// The short title, whichever form was sent; unknown values are kept.
fn enumeration(values: &[EnumValue], sent: &Value) -> Value {
    let found = values.iter().find(|value| match sent {
        Value::String(text) => text == &value.title || text == &value.long,
        Value::Number(number) => number.as_i64() == Some(value.number),
        _ => false,
    });
    found.map_or_else(|| sent.clone(), |value| json!(value.title))
}

fn default_of(values: &[EnumValue], default: &Value) -> Option<Value> {
    match default {
        Value::Null => values.iter().find(|value| value.number == 0).or(values.first()).map(|value| json!(value.title)),
        default => Some(enumeration(values, default)),
    }
}
