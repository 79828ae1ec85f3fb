//! Compares the meaning of two documents by the rules of the engine: absent, null, empty, and default are equivalent.

use qix_codegen::model::{EnumValue, Kind, Model, TypeRef};
use serde_json::{Map, Value};

use crate::report::Report;

/// Compares the input with the output.
pub(crate) struct Meaning<'a> {
    pub(crate) model: &'a Model,
    pub(crate) report: &'a mut Report,
}

impl Meaning<'_> {
    /// Compares two values of a type.
    pub(crate) fn compare(&mut self, before: &Value, after: &Value, ty: &TypeRef, place: &str) {
        match (ty, before, after) {
            (TypeRef::List(items), before, after) => self.lists(before, after, items, place),
            (TypeRef::Named(name), before, after) => match self.model.types.get(name).map(|ty| &ty.kind) {
                Some(Kind::Struct { .. }) => self.structs(before, after, name, place),
                Some(Kind::Array { items }) => self.lists(before, after, items, place),
                Some(Kind::Enum { values }) => {
                    self.scalars(&enum_value(before, values), &enum_value(after, values), place);
                }
                Some(Kind::Open | Kind::Text { .. }) | None => self.scalars(before, after, place),
            },
            (_, before, after) => self.scalars(before, after, place),
        }
    }

    fn structs(&mut self, before: &Value, after: &Value, name: &str, place: &str) {
        let empty = Map::new();
        let (Some(before), Some(after)) = (object(before, &empty), object(after, &empty)) else {
            return self.changed(before, after, place);
        };
        for (member, value) in before {
            let place = format!("{place}/{member}");
            match (self.member(name, member), after.get(member)) {
                (Some((ty, _)), Some(written)) => self.compare(value, written, &ty, &place),
                (Some((ty, default)), None) if self.is_default(value, &ty, default.as_ref()) => {}
                (None, Some(written)) => {
                    self.report.keep(format!("{name}.{member}"));
                    if value != written {
                        self.changed(value, written, &place);
                    }
                }
                (_, None) => self.report.lose(format!("{name}.{member}"), &place),
            }
        }
        for (member, written) in after.iter().filter(|(member, _)| !before.contains_key(*member)) {
            let known = self.member(name, member);
            if !known.is_some_and(|(ty, default)| self.is_default(written, &ty, default.as_ref())) {
                self.changed(&Value::Null, written, &format!("{place}/{member}"));
            }
        }
    }

    fn lists(&mut self, before: &Value, after: &Value, items: &TypeRef, place: &str) {
        let empty = Vec::new();
        let (Some(before), Some(after)) = (list(before, &empty), list(after, &empty)) else {
            return self.changed(before, after, place);
        };
        if before.len() != after.len() {
            let what = format!("{} elements became {}", before.len(), after.len());
            return self.report.change(what, place);
        }
        for (index, (before, after)) in before.iter().zip(after).enumerate() {
            self.compare(before, after, items, &format!("{place}/{index}"));
        }
    }

    fn scalars(&mut self, before: &Value, after: &Value, place: &str) {
        if before != after && number(before).is_none_or(|before| Some(before) != number(after)) {
            self.changed(before, after, place);
        }
    }

    fn changed(&mut self, before: &Value, after: &Value, place: &str) {
        self.report.change(format!("{} became {}", short(before), short(after)), place);
    }

    /// Type and default of a member.
    fn member(&self, ty: &str, name: &str) -> Option<(TypeRef, Option<Value>)> {
        let Some(Kind::Struct { members, dynamic }) = self.model.types.get(ty).map(|ty| &ty.kind) else { return None };
        let own = members.iter().find(|member| member.name == name).map(|m| (m.ty.clone(), m.default.clone()));
        own.or_else(|| dynamic.iter().find(|member| member.name == name).map(|m| (m.ty.clone(), None)))
    }

    /// Whether a value is equivalent to an absent one.
    fn is_default(&self, value: &Value, ty: &TypeRef, default: Option<&Value>) -> bool {
        if value.is_null() {
            return true;
        }
        let named = ty.named().and_then(|name| self.model.types.get(name));
        match (ty, named.map(|ty| &ty.kind)) {
            (TypeRef::List(_), _) | (_, Some(Kind::Array { .. })) => is_empty(value),
            (TypeRef::Named(_), Some(Kind::Enum { values })) => {
                let first = values.iter().find(|value| value.number == 0).or(values.first());
                let default = default.map_or_else(|| first.map(|v| v.number), |default| known(default, values));
                known(value, values) == default && default.is_some()
            }
            (TypeRef::Named(name), Some(Kind::Struct { members, dynamic })) => {
                is_empty(value)
                    || value.as_object().is_some_and(|object| {
                        object.iter().all(|(member, value)| match self.member(name, member) {
                            Some((ty, default)) => self.is_default(value, &ty, default.as_ref()),
                            None => false,
                        }) && dynamic.iter().all(|member| !object.contains_key(&member.name))
                            && members.len() + dynamic.len() >= object.len()
                    })
            }
            (TypeRef::Named(_), _) => value.as_object().is_some_and(Map::is_empty) || value.as_str() == Some(""),
            _ => match default {
                Some(default) => value == default || number(value).is_some_and(|n| number(default) == Some(n)),
                None => value == false || value == "" || value.as_f64() == Some(0.0),
            },
        }
    }
}

/// An object. `null` and `[]` are empty objects.
fn object<'a>(value: &'a Value, empty: &'a Map<String, Value>) -> Option<&'a Map<String, Value>> {
    if is_empty(value) { Some(empty) } else { value.as_object() }
}

/// A list. `null` and `{}` are empty lists.
fn list<'a>(value: &'a Value, empty: &'a Vec<Value>) -> Option<&'a Vec<Value>> {
    if is_empty(value) { Some(empty) } else { value.as_array() }
}

/// Absent, null, and empty are equivalent.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// A number, or a string that represents one, normalized for comparison.
fn number(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match text.as_str() {
            "NaN" => f64::NAN,
            "Infinity" | "+Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => return None,
        },
        _ => return None,
    };
    Some(if number == 0.0 { 0 } else { number.to_bits() })
}

/// The number of an enum value in any form.
fn known(value: &Value, values: &[EnumValue]) -> Option<i64> {
    let found = match value {
        Value::String(text) => {
            let titled = values.iter().find(|v| v.title == *text);
            titled.or_else(|| values.iter().find(|v| v.long.as_deref() == Some(text)))
        }
        value => values.iter().find(|v| value.as_f64() == Some(v.number as f64)),
    };
    found.map(|value| value.number)
}

/// An enum value in normalized form: its number if known, otherwise unchanged.
fn enum_value(value: &Value, values: &[EnumValue]) -> Value {
    known(value, values).map_or_else(|| value.clone(), Value::from)
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
