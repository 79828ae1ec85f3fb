//! Reads `methods`.

use std::collections::BTreeMap;

use super::Reader;
use super::place::Place;
use crate::model::{Method, Param, ResultValue, class_of};

impl Reader {
    pub(super) fn methods(&mut self, list: &Place<'_>) -> BTreeMap<String, Method> {
        let mut methods = BTreeMap::new();
        for place in list.elements() {
            if place.object().is_none() {
                self.fault(&place, "a method should be an object", "");
                continue;
            }
            let name = self.text(&place, "name");
            if !class_of(&name)
                .is_some_and(|class| is_word(class) && name.split_once('.').is_some_and(|(_, m)| is_word(m)))
            {
                self.fault(
                    &place,
                    format!("the method `{name}` has no class"),
                    "The name should be `Class.Method`, such as `Doc.GetField`.",
                );
                continue;
            }
            let method = self.method(&place, &name);
            if methods.insert(name.clone(), method).is_some() {
                self.fault(&place, format!("the method `{name}` is a duplicate"), "Remove one of the two.");
            }
        }
        methods
    }

    fn method(&mut self, place: &Place<'_>, name: &str) -> Method {
        let mut known = vec!["name", "params", "result", "errors", "x-qlik-access-control"];
        known.extend(Self::MARKS);
        self.report_unknown(place, &known);
        let mut method = Method {
            marks: self.marks(place, name),
            access: self.texts(place, "x-qlik-access-control"),
            ..Method::default()
        };
        for at in self.list(place, "params") {
            let param = self.param(&at, name);
            if method.params.iter().any(|p| p.name == param.name) {
                self.fault(&at, format!("the parameter `{}` of `{name}` is a duplicate", param.name), "Remove one.");
            }
            method.params.push(param);
        }
        for at in self.list(place, "errors") {
            let error = self.error_reference(&at);
            method.errors.push(error);
        }
        if let Some(result) = place.get("result") {
            method.results = self.results(&result, name);
        }
        method
    }

    fn param(&mut self, place: &Place<'_>, method: &str) -> Param {
        let mut known = vec!["name", "required", "schema"];
        known.extend(Self::MARKS);
        self.report_unknown(place, &known);
        let name = self.text(place, "name");
        let marks = self.marks(place, &format!("{method}/{name}"));
        let required = self.flag(place, "required");
        let (ty, default) = match place.get("schema") {
            Some(schema) => {
                self.report_unknown(&schema, &["type", "format", "$ref", "items", "default"]);
                (self.type_ref(&schema), schema.get("default").map(|at| at.value.to_value()))
            }
            None => {
                self.fault(place, format!("the parameter `{name}` has no `schema`"), "");
                (crate::model::TypeRef::String, None)
            }
        };
        Param { name, ty, required, default, marks }
    }

    fn results(&mut self, place: &Place<'_>, method: &str) -> Vec<ResultValue> {
        self.report_unknown(place, &["name", "schema", "description"]);
        self.describe(&format!("{method}#result"), place);
        let Some(schema) = place.get("schema") else { return Vec::new() };
        self.report_unknown(&schema, &["type", "properties"]);
        let mut results = Vec::new();
        let object = schema.get("type").is_none_or(|at| at.value.as_str() == Some("object"));
        if !object || schema.get("$ref").is_some() {
            self.fault(
                &schema,
                format!("the result of `{method}` is not an object with one property per value"),
                "Teach `codegen/src/openrpc/methods.rs` what it is, or correct the schema.",
            );
        }
        for (name, at) in self.members(&schema, "properties") {
            self.report_unknown(&at, &["type", "format", "$ref", "items", "description"]);
            self.describe(&format!("{method}#result/{name}"), &at);
            results.push(ResultValue { name: name.to_owned(), ty: self.type_ref(&at) });
        }
        results
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
