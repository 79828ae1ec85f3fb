//! Reads `components.schemas`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Reader;
use super::place::Place;
use crate::fault::Fault;
use crate::model::{EnumValue, IntFormat, Kind, Member, Type, TypeRef};

/// The types of generic objects. The definitions and results of an object, such as `qHyperCube`, are optional: absent
/// is
/// not the same as empty. Up to 12.2528, these members are in `additionalProperties` only. In 12.2886, they are also
/// in
/// `properties`, as a `$ref` without a `type`, which distinguishes them from other members, and the list in
/// `additionalProperties` is marked private, so it may be removed.
const GENERIC_OBJECTS: [&str; 2] = ["GenericObjectLayout", "GenericObjectProperties"];

impl Reader {
    pub(super) fn types(&mut self, section: &Place<'_>) -> BTreeMap<String, Type> {
        self.check_unique(section);
        let mut types = BTreeMap::new();
        for (name, place) in section.entries() {
            if place.object().is_none() {
                self.fault(&place, format!("the type `{name}` should be an object"), "");
                continue;
            }
            let kind = self.kind(&place, name);
            let marks = self.marks(&place, name);
            types.insert(name.to_owned(), Type { kind, marks });
        }
        types
    }

    fn kind(&mut self, place: &Place<'_>, name: &str) -> Kind {
        let mut known = Self::MARKS.to_vec();
        known.push("type");
        let kind = if place.get("oneOf").is_some() {
            known.push("oneOf");
            Kind::Enum { values: self.enum_values(place, name) }
        } else {
            match place.get("type").and_then(|at| at.value.as_str()) {
                Some("object") if place.get("properties").is_none() && place.get("additionalProperties").is_none() => {
                    Kind::Open
                }
                Some("object") => {
                    known.extend(["properties", "additionalProperties", "required"]);
                    self.structure(place, name)
                }
                Some("array") => {
                    known.push("items");
                    match self.type_ref(place) {
                        TypeRef::List(items) => Kind::Array { items: *items },
                        _ => Kind::Open,
                    }
                }
                Some("string") => {
                    known.push("contentEncoding");
                    Kind::Text { encoding: place.get("contentEncoding").map(|at| self.text_at(&at)) }
                }
                other => {
                    let other = other.unwrap_or("none").to_owned();
                    self.fault(
                        place,
                        format!("the type `{name}` has the kind `{other}`, which cannot be mapped to Rust"),
                        "Known kinds: object, array, string, and `oneOf` for enums.",
                    );
                    Kind::Open
                }
            }
        };
        self.report_unknown(place, &known);
        kind
    }

    fn structure(&mut self, place: &Place<'_>, name: &str) -> Kind {
        let required = self.texts(place, "required");
        let mut dynamic = self.dynamic(place, name);
        let is_generic_object = GENERIC_OBJECTS.contains(&name) || !dynamic.is_empty();
        let mut members = Vec::new();
        for (member, at) in self.members(place, "properties") {
            let mut known = vec!["type", "format", "$ref", "items", "default"];
            known.extend(Self::MARKS);
            self.report_unknown(&at, &known);
            let read = Member {
                name: member.to_owned(),
                ty: self.type_ref(&at),
                default: at.get("default").map(|at| at.value.to_value()).filter(|default| !is_zero(default)),
                required: required.iter().any(|r| r == member),
                marks: self.marks(&at, &format!("{name}/{member}")),
            };
            match dynamic.get(member) {
                Some(other) if other.ty != read.ty => self.fault(
                    &at,
                    format!(
                        "`{member}` is stated twice, here as `{}` and in `additionalProperties` as `{}`",
                        read.ty, other.ty
                    ),
                    "Find out which one the engine writes, and remove the other from a copy of the file.",
                ),
                None if !(is_generic_object && is_bare_reference(&at)) => members.push(read),
                _ => drop(dynamic.insert(member.to_owned(), read)),
            }
        }
        Kind::Struct { members, dynamic: dynamic.into_values().collect() }
    }

    /// The members in `additionalProperties`, by name. In all published files, they are in alphabetical order.
    fn dynamic(&mut self, place: &Place<'_>, name: &str) -> BTreeMap<String, Member> {
        let mut dynamic = BTreeMap::new();
        let Some(additional) = place.get("additionalProperties") else { return dynamic };
        if additional.object().is_none() {
            let what = "`additionalProperties` is understood with `anyOf` only; it was left out";
            self.unknown.push(Fault::new(additional.pointer(), what, ""));
        }
        // This is the visibility of the list, which repeats `properties`, not of the members.
        self.report_unknown(&additional, &["anyOf", "x-qlik-visibility"]);
        for at in self.list(&additional, "anyOf") {
            let mut known = vec!["name", "type", "schema"];
            known.extend(Self::MARKS);
            self.report_unknown(&at, &known);
            let member = self.text(&at, "name");
            let marks = self.marks(&at, &format!("{name}/{member}"));
            let ty = match at.get("schema") {
                Some(schema) => self.type_ref(&schema),
                None => self.type_ref(&at),
            };
            let read = Member { name: member.clone(), ty, default: None, required: false, marks };
            if dynamic.insert(member.clone(), read).is_some() {
                self.fault(&at, format!("`{member}` is a duplicate member"), "Remove one of the two.");
            }
        }
        dynamic
    }

    fn enum_values(&mut self, place: &Place<'_>, name: &str) -> Vec<EnumValue> {
        let mut values = Vec::new();
        for at in self.list(place, "oneOf") {
            let mut known = vec!["title", "x-qlik-const"];
            known.extend(Self::MARKS);
            self.report_unknown(&at, &known);
            let title = self.text(&at, "title");
            let Some(number) = at.get("x-qlik-const").and_then(|at| at.value.as_i64()) else {
                self.fault(&at, format!("the value `{title}` of `{name}` has no integer `x-qlik-const`"), "");
                continue;
            };
            // The published form has the long name in place of the description.
            let item = format!("{name}/{title}");
            let marks = self.marks(&at, &item);
            let text = at.get("description").and_then(|at| at.value.as_str());
            let long = text.filter(|text| is_name(text)).map(str::to_owned);
            if long.is_some() {
                self.prose.forget(&item);
            }
            values.push(EnumValue { title, long, number, marks });
        }
        values.sort_by_key(|value| value.number);
        values
    }

    /// The type in the schema of a member, parameter, or element.
    pub(super) fn type_ref(&mut self, place: &Place<'_>) -> TypeRef {
        if let Some(reference) = place.get("$ref") {
            return self.reference(&reference);
        }
        let format = place.get("format").map(|at| self.text_at(&at));
        match place.get("type").and_then(|at| at.value.as_str()) {
            Some("string") => {
                if let Some(format) = format {
                    let what = format!("the string format `{format}` is unknown; it was ignored");
                    self.unknown.push(Fault::new(place.get_pointer("format"), what, ""));
                }
                TypeRef::String
            }
            Some("boolean") if format.is_none() => TypeRef::Boolean,
            Some("number") if matches!(format.as_deref(), None | Some("double" | "float")) => {
                TypeRef::Number { double: format.is_some() }
            }
            Some("integer") => {
                let known = format.as_deref().map_or(Some(IntFormat::Unstated), IntFormat::from_word);
                TypeRef::Integer(known.unwrap_or_else(|| self.unmapped(place, "integer", format.as_deref())))
            }
            Some("array") => match place.get("items") {
                Some(items) => {
                    self.report_unknown(&items, &["type", "format", "$ref", "items"]);
                    TypeRef::List(Box::new(self.type_ref(&items)))
                }
                None => {
                    self.fault(place, "a list without `items` cannot be mapped to Rust", "Add the type of its elements.");
                    TypeRef::String
                }
            },
            other => {
                let other = other.unwrap_or("none").to_owned();
                self.unmapped(place, &other, format.as_deref());
                TypeRef::String
            }
        }
    }

    fn unmapped(&mut self, place: &Place<'_>, ty: &str, format: Option<&str>) -> IntFormat {
        let format = format.map(|f| format!(" with format `{f}`")).unwrap_or_default();
        self.fault(
            place,
            format!("the type `{ty}`{format} cannot be mapped to Rust"),
            "Teach `codegen/src/openrpc/types.rs` what it is, or correct the schema.",
        );
        IntFormat::Unstated
    }
}

fn is_bare_reference(place: &Place<'_>) -> bool {
    place.object().is_some_and(|keys| matches!(keys, [(key, _)] if key == "$ref"))
}

/// Whether a string is a single name instead of a sentence.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A default that equals the zero value of its type is redundant.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(true) => false,
    }
}
