//! Reads named types, and the types of members, parameters and results.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Reader;
use super::object::Object;
use super::place::Place;
use super::reference::SECTIONS;
use super::written_out::is_settled;
use crate::fault::Fault;
use crate::model::{EnumValue, IntFormat, Kind, Member, Type, TypeRef};

/// The types of generic objects. Their definitions and results, such as `qHyperCube`, are optional: absent is not the
/// same as empty. Up to 12.2528, these members are in `additionalProperties` only. In 12.2886, they are also in
/// `properties`, as a `$ref` without other keys, and the list in `additionalProperties` is marked private, so it may be
/// removed. In both forms, these members, and no others, are named after their types.
const GENERIC_OBJECTS: [&str; 2] = ["GenericObjectLayout", "GenericObjectProperties"];

impl<'a> Reader<'a> {
    /// The named types of the file, wherever they are.
    pub(super) fn types(&mut self) -> BTreeMap<String, Type> {
        let mut schemas: Vec<(&str, Object<'a>)> = Vec::new();
        let mut places: BTreeMap<&str, Place<'a>> = BTreeMap::new();
        for section in SECTIONS {
            let Some(section) = section.iter().try_fold(self.root.clone(), |at, step| at.get(step)) else { continue };
            let Some(section) = self.object(&section) else { continue };
            for (name, place) in section.place.entries() {
                match places.get(name) {
                    Some(other) if other.value == place.value => continue,
                    Some(other) => {
                        let what = format!("`{name}` differs from that at {}", other.pointer());
                        self.fault(&place, what, "Remove the wrong one from a copy of the file.");
                    }
                    None => drop(places.insert(name, place.clone())),
                }
                if let Some(schema) = self.schema(&place) {
                    schemas.push((name, schema));
                }
            }
        }
        self.type_names = places.keys().map(|name| (*name).to_owned()).collect();
        let (aliases, schemas): (Vec<_>, Vec<_>) = schemas.into_iter().partition(|(_, schema)| is_alias(schema));
        self.unread_aliases = aliases.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
        self.alias_names = self.unread_aliases.keys().cloned().collect();
        let mut types = BTreeMap::new();
        for (name, schema) in schemas {
            let kind = self.kind(&schema, name);
            let marks = self.marks(&schema, name);
            if schema.get("title").is_some_and(|title| title.value.as_str() != Some(name)) {
                schema.get("title").iter().for_each(|at| self.left_out(at, "`title` is not the name of the type"));
            }
            self.report_unread(&schema);
            types.insert(name.to_owned(), Type { kind, marks });
        }
        for name in self.alias_names.clone() {
            if let Some(alias) = self.unread_aliases.get(&name) {
                let place = alias.place.clone();
                self.named(&name, &place);
            }
        }
        self.lists_of_themselves(&types, &places);
        types
    }

    /// Reports lists whose items are the list itself, perhaps through other lists.
    fn lists_of_themselves(&mut self, types: &BTreeMap<String, Type>, places: &BTreeMap<&'a str, Place<'a>>) {
        let items = |name: &str| match &types.get(name)?.kind {
            Kind::Array { items } => items.named(),
            _ => None,
        };
        for (name, place) in places {
            let mut within = std::iter::successors(items(name), |name| items(name)).take(types.len());
            if within.any(|within| within == *name) {
                self.cycle(place);
            }
        }
    }

    /// The kind of a named type.
    pub(super) fn kind(&mut self, schema: &Object<'a>, name: &str) -> Kind {
        if schema.has("oneOf") || schema.has("enum") {
            schema.get("type");
            return Kind::Enum { values: self.enum_values(schema, name) };
        }
        match self.type_word(schema) {
            word @ ("object" | "any") => {
                let kind = self.structure(schema, name);
                if kind == Kind::Open && word == "any" {
                    let what = "no type is stated, so any JSON is taken";
                    self.unknown.push(Fault::new(schema.place.pointer(), what, ""));
                }
                kind
            }
            "array" => match self.type_of(schema, name) {
                TypeRef::List(items) => Kind::Array { items: *items },
                _ => Kind::Open,
            },
            "string" => Kind::Text { encoding: schema.get("contentEncoding").map(|at| self.text_at(&at)) },
            other => {
                self.unmapped(&schema.place, other);
                Kind::Open
            }
        }
    }

    fn structure(&mut self, schema: &Object<'a>, name: &str) -> Kind {
        let required = self.list(schema, "required");
        let required: Vec<_> = required.into_iter().map(|at| (self.text_at(&at), at)).collect();
        let mut dynamic = self.dynamic(schema, name);
        let is_generic_object = GENERIC_OBJECTS.contains(&name);
        let mut members = Vec::new();
        for (member, at) in self.members(schema, "properties") {
            let Some(property) = self.schema(&at) else { continue };
            let path = format!("{name}/{member}");
            let ty = self.type_of(&property, &path);
            let read = Member {
                name: member.to_owned(),
                default: property.get("default").map(|at| at.value.to_value()).filter(|default| !is_zero(default)),
                required: required.iter().any(|(name, _)| name == member),
                marks: self.marks(&property, &path),
                ty,
            };
            self.report_unread(&property);
            let hangs = property.has_only("$ref")
                || property.has("$ref") && matches!(&read.ty, TypeRef::Named(ty) if *member == format!("q{ty}"));
            match dynamic.get_mut(member) {
                Some(other) => {
                    self.stated_twice(&at, member, &read.ty, &other.ty);
                    if read.ty.named().is_some_and(is_settled) {
                        other.ty = read.ty;
                    }
                    other.marks = self.both_marks(read.marks, std::mem::take(&mut other.marks), &at);
                }
                None if is_generic_object && hangs => drop(dynamic.insert(member.to_owned(), read)),
                None => members.push(read),
            }
            if let (Some(member), Some(at)) = (dynamic.get_mut(member), property.get("default")) {
                member.default = None;
                self.left_out(&at, "a member that may be absent has no default");
            }
        }
        for (member, at) in &required {
            if !members.iter().any(|known| known.name == *member) {
                self.left_out(at, format!("`{member}` cannot be required"));
            }
        }
        if members.is_empty() && dynamic.is_empty() {
            return Kind::Open;
        }
        Kind::Struct { members, dynamic: dynamic.into_values().collect() }
    }

    /// The members in `additionalProperties`, by name. In all published files, they are in alphabetical order.
    fn dynamic(&mut self, schema: &Object<'a>, name: &str) -> BTreeMap<String, Member> {
        let mut dynamic = BTreeMap::new();
        let Some(additional) = schema.get("additionalProperties") else { return dynamic };
        // `true` is the default: any additional members.
        if additional.value.as_bool() == Some(true) {
            return dynamic;
        }
        if additional.value.as_object().is_none() {
            self.left_out(&additional, "`additionalProperties` is understood with a list of members only");
            return dynamic;
        }
        let Some(additional) = self.object(&additional) else { return dynamic };
        // This is the visibility of the list, which repeats `properties`, not of the members.
        additional.get("x-qlik-visibility");
        let list = if additional.has("oneOf") { "oneOf" } else { "anyOf" };
        for at in self.list(&additional, list) {
            let Some(entry) = self.object(&at) else { continue };
            let member = self.text(&entry, "name");
            let path = format!("{name}/{member}");
            let ty = match entry.get("schema") {
                Some(schema) => {
                    entry.get("type");
                    self.type_ref(&schema, &path)
                }
                None => self.type_of(&entry, &path),
            };
            let marks = self.marks(&entry, &path);
            self.report_unread(&entry);
            let read = Member { name: member.clone(), ty, default: None, required: false, marks };
            if dynamic.insert(member.clone(), read).is_some() {
                self.fault(&at, format!("`{member}` is a duplicate"), "Remove one of the two from a copy of the file.");
            }
        }
        self.report_unread(&additional);
        dynamic
    }

    fn enum_values(&mut self, schema: &Object<'a>, name: &str) -> Vec<EnumValue> {
        let mut values = Vec::new();
        for at in self.list(schema, "oneOf") {
            let Some(value) = self.object(&at) else { continue };
            if value.get("type").is_some_and(|ty| !matches!(ty.value.as_str(), Some("string" | "integer" | "number"))) {
                self.fault(&at, "a value of an enum is a string", "Correct it in a copy of the file.");
            }
            let constant = value.get("const");
            let text = constant.as_ref().filter(|at| at.value.as_str().is_some());
            let title = match text {
                Some(text) => self.text_at(text),
                None => self.text(&value, "title"),
            };
            if value.get("title").is_some_and(|at| at.value.as_str() != Some(&title)) {
                value.get("title").iter().for_each(|at| self.left_out(at, "`title` is not what engines write"));
            }
            let number = value.get("x-qlik-const").or(constant).and_then(|at| at.value.as_i64());
            // The published form has the long name in place of the description.
            let item = format!("{name}/{title}");
            let marks = self.marks(&value, &item);
            let long = value.get("description").and_then(|at| at.value.as_str());
            let long = long.filter(|text| is_name(text)).map(str::to_owned);
            if long.is_some() {
                self.prose.forget(&item);
            }
            self.report_unread(&value);
            match number {
                Some(number) => values.push(EnumValue { title, long, number, marks }),
                None => self.without_number(&at),
            }
        }
        if let Some(list) = schema.get("enum") {
            let titles: Vec<_> = list.elements().iter().map(|at| at.value.to_value()).collect();
            let known: Vec<_> = values.iter().map(|value| Value::from(value.title.as_str())).collect();
            if !schema.has("oneOf") {
                self.without_number(&list);
            } else if titles.len() != known.len() || !titles.iter().all(|title| known.contains(title)) {
                let what = "`enum` and `oneOf` have different values";
                self.fault(&list, what, "Remove one of the two from a copy of the file.");
            }
        }
        values.sort_by_key(|value| value.number);
        values
    }

    fn without_number(&mut self, place: &Place<'a>) {
        self.fault(
            place,
            "a value of an enum has no number (an integer `x-qlik-const`), which engines may write in place of its name",
            "In a copy of the file, write each value as `{ \"title\": NAME, \"x-qlik-const\": NUMBER }` in `oneOf`; \
             the file of an older engine has the numbers.",
        );
    }

    /// The type of a schema without other keys.
    pub(super) fn type_ref(&mut self, place: &Place<'a>, path: &str) -> TypeRef {
        let Some(schema) = self.schema(place) else { return TypeRef::String };
        let ty = self.type_of(&schema, path);
        self.report_unread(&schema);
        ty
    }

    /// The type of a schema. An inline type is named after the path, such as `NxPage/qTop`.
    pub(super) fn type_of(&mut self, schema: &Object<'a>, path: &str) -> TypeRef {
        if let Some(reference) = schema.get("$ref") {
            let ty = self.reference(&reference);
            if let (Some(stated), TypeRef::Named(name)) = (schema.get("type"), &ty) {
                let word = self.type_word(schema).to_owned();
                self.stated.push((stated.pointer(), word, name.clone()));
            }
            return ty;
        }
        if schema.has("oneOf") || schema.has("properties") || schema.has("contentEncoding") {
            return self.written_out(schema, path);
        }
        let word = self.type_word(schema);
        if word == "array" {
            let Some(items) = schema.get("items") else {
                let hint = "State what its elements are, in `items`, in a copy of the file.";
                self.fault(&schema.place, "an array without `items` cannot be mapped to Rust", hint);
                return TypeRef::String;
            };
            return TypeRef::List(Box::new(self.type_ref(&items, &format!("{path}/item"))));
        }
        if matches!(word, "object" | "any") {
            return self.written_out(schema, path);
        }
        let format = schema.get("format").map(|at| (self.text_at(&at), at));
        let (format, at) = format.unzip();
        let integer = format.as_deref().map_or(Some(IntFormat::Unstated), IntFormat::from_word);
        let ty = match (word, format.as_deref(), integer) {
            ("string", None, _) => return TypeRef::String,
            ("boolean", None, _) => return TypeRef::Boolean,
            ("number", None | Some("double" | "float"), _) => return TypeRef::Number { double: format.is_some() },
            ("integer", _, Some(integer)) | ("number", Some(_), Some(integer)) => return TypeRef::Integer(integer),
            ("string", ..) => TypeRef::String,
            ("boolean", ..) => TypeRef::Boolean,
            ("number", ..) => TypeRef::Number { double: true },
            // Other formats do not affect the width.
            ("integer", Some(format), _) if !format.trim_start_matches('u').starts_with("int") => {
                TypeRef::Integer(IntFormat::Unstated)
            }
            ("integer", Some(format), _) => {
                self.unmapped(&schema.place, &format!("integer` with format `{format}"));
                return TypeRef::String;
            }
            _ => {
                self.unmapped(&schema.place, word);
                return TypeRef::String;
            }
        };
        if let (Some(format), Some(at)) = (format, at) {
            self.left_out(&at, format!("the format `{format}` of a {word} is not known"));
        }
        ty
    }

    /// The stated type, or the type that the other keys imply.
    fn type_word(&mut self, schema: &Object<'a>) -> &'a str {
        let Some(at) = schema.get("type") else {
            let values = schema.peek("enum").map(Place::elements).unwrap_or_default();
            let constant = schema.peek("const").or(values.first()).map(|at| at.value.to_value());
            return match constant {
                _ if schema.has("properties") || schema.has("additionalProperties") => "object",
                _ if schema.has("items") => "array",
                Some(Value::String(_)) => "string",
                Some(Value::Bool(_)) => "boolean",
                _ if schema.has("contentEncoding") => "string",
                _ => "any",
            };
        };
        at.value.as_str().unwrap_or_else(|| {
            self.fault(&at, "this should be a string", "Correct it in a copy of the file.");
            "object"
        })
    }

    fn unmapped(&mut self, place: &Place<'a>, ty: &str) {
        self.fault(
            place,
            format!("the type `{ty}` cannot be mapped to Rust"),
            "Replace it by a type that can, in a copy of the file, or teach it to `codegen/src/openrpc/types.rs`.",
        );
    }
}

/// Whether a named schema is an alias that does not need its own Rust type.
fn is_alias(schema: &Object<'_>) -> bool {
    let word = schema.peek("type").and_then(|at| at.value.as_str());
    schema.has("$ref") || (matches!(word, Some("boolean" | "integer" | "number")) && !schema.has("oneOf"))
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
