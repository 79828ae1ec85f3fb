//! Reads `methods`.

use std::collections::BTreeMap;

use super::Reader;
use super::object::Object;
use super::place::Place;
use crate::model::{Method, Param, ResultValue, class_of};

impl<'a> Reader<'a> {
    pub(super) fn methods(&mut self, list: &Place<'a>) -> BTreeMap<String, Method> {
        let mut methods = BTreeMap::new();
        for place in list.elements() {
            let Some((name, method)) = self.method(&place) else { continue };
            if methods.insert(name.clone(), method).is_some() {
                let hint = "Remove one of the two from a copy of the file.";
                self.fault(&place, format!("the method `{name}` is a duplicate"), hint);
            }
        }
        methods
    }

    fn method(&mut self, place: &Place<'a>) -> Option<(String, Method)> {
        let object = self.follow(place)?;
        let name = self.text(&object, "name");
        let is_full = |name: &str| name.split_once('.').is_some_and(|(class, name)| is_word(class) && is_word(name));
        if !class_of(&name).is_some_and(|_| is_full(&name)) {
            let hint = "The name should be `Class.Method`, such as `Doc.GetField`.";
            self.fault(place, format!("the method `{name}` has no class"), hint);
            return None;
        }
        let mut method = Method {
            marks: self.marks(&object, &name),
            access: self.texts(&object, "x-qlik-access-control"),
            ..Method::default()
        };
        for at in self.list(&object, "params") {
            let Some(param) = self.param(&at, &name) else { continue };
            if method.params.iter().any(|p| p.name == param.name) {
                let what = format!("the parameter `{}` of `{name}` is a duplicate", param.name);
                self.fault(&at, what, "Remove one of the two from a copy of the file.");
            }
            method.params.push(param);
        }
        for at in self.list(&object, "errors") {
            let error = self.method_error(&at);
            method.errors.extend(error);
        }
        if let Some(result) = object.get("result") {
            method.results = self.results(&result, &name);
        }
        self.report_unread(&object);
        Some((name, method))
    }

    fn param(&mut self, place: &Place<'a>, method: &str) -> Option<Param> {
        let object = self.follow(place)?;
        let name = self.text(&object, "name");
        let path = format!("{method}/{name}");
        let required = self.flag(&object, "required");
        let schema = match object.get("schema") {
            Some(schema) => self.schema(&schema)?,
            None => {
                let hint = "State its type in `schema`, in a copy of the file.";
                self.fault(place, "a parameter has no `schema`", hint);
                return None;
            }
        };
        let ty = self.type_of(&schema, &path);
        let default = schema.get("default").map(|at| at.value.to_value());
        let (outer, inner) = (self.marks(&object, &path), self.marks(&schema, &path));
        let marks = self.both_marks(outer, inner, &schema.place);
        self.report_unread(&schema);
        self.report_unread(&object);
        Some(Param { name, ty, required, default, marks })
    }

    fn results(&mut self, place: &Place<'a>, method: &str) -> Vec<ResultValue> {
        let path = format!("{method}#result");
        let Some(object) = self.follow(place) else { return Vec::new() };
        // Its name is a description, and `required` is redundant, because every call has a result.
        object.get("name");
        object.get("required");
        let description = object.get("description");
        let schema = object.get("schema");
        self.report_unread(&object);
        let Some(schema) = schema.and_then(|at| self.result_schema(&at)) else { return Vec::new() };
        self.describe(&path, description.as_ref());
        self.describe(&path, schema.get("description").as_ref());
        schema.get("required");
        let mut results = Vec::new();
        for (name, at) in self.members(&schema, "properties") {
            let Some(property) = self.schema(&at) else { continue };
            let path = format!("{path}/{name}");
            let ty = self.type_of(&property, &path);
            self.describe(&path, property.get("description").as_ref());
            self.report_unread(&property);
            results.push(ResultValue { name: name.to_owned(), ty });
        }
        self.report_unread(&schema);
        results
    }

    /// The schema of a result: an object with one property per value, possibly a named type.
    fn result_schema(&mut self, place: &Place<'a>) -> Option<Object<'a>> {
        let mut place = place.clone();
        for _ in 0..32 {
            let schema = self.schema(&place)?;
            if let Some(reference) = schema.get("$ref") {
                place = self.target(&reference)?;
                continue;
            }
            if schema.get("type").is_none_or(|at| at.value.as_str() == Some("object")) {
                return Some(schema);
            }
            self.fault(
                &schema.place,
                "a result is not an object with a property for each value",
                "Write it as one in a copy of the file, as all results of published schemas are.",
            );
            return None;
        }
        self.cycle(&place);
        None
    }

    /// The error of a method: a reference, or an inline error with the code of a named error.
    fn method_error(&mut self, place: &Place<'a>) -> Option<String> {
        let object = self.object(place)?;
        if let Some(reference) = object.get("$ref") {
            self.report_unread(&object);
            return self.error_reference(&reference);
        }
        let code = object.get("code").and_then(|at| at.value.as_i64());
        let name = self.error_names.iter().find(|(_, known)| Some(**known) == code).map(|(name, _)| name.clone());
        if name.is_none() {
            let hint = "In a copy of the file, add it to `components.errors` and refer to it by `$ref`.";
            self.fault(place, "an error of a method has no name", hint);
        }
        object.get("message");
        self.report_unread(&object);
        name
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
