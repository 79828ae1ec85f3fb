//! Reads a published OpenRPC schema into a [`Model`] and its [`Prose`], and lists what it does not understand.
//!
//! Every key of the file is interpreted, kept as prose, or reported. Every fault contains a JSON pointer.

mod methods;
mod place;
mod tree;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{Fault, Faults};
use crate::model::{Deprecation, Marks, Model, Stability, TypeRef, class_of};
use crate::prose::Prose;
use place::Place;
use tree::Tree;

/// The content of a published file.
#[derive(Debug)]
pub struct Published {
    /// The facts.
    pub model: Model,
    /// The descriptions.
    pub prose: Prose,
    /// What the reader does not understand, with positions.
    pub unknown: Vec<Fault>,
}

/// Parses a published schema.
pub fn read(text: &str) -> Result<Published, Faults> {
    let file: Tree = serde_json::from_str(text).map_err(|error| {
        Fault::new(
            "",
            format!("this is not JSON: {error}"),
            "Give the schema file as the engine's vendor publishes it.",
        )
    })?;
    let root = Place::root(&file);
    if root.get("structs").is_some() && root.get("methods").is_none() {
        return Err(Fault::new(
            "/structs",
            "this is the legacy schema form (methods with In and Out, no types)",
            "Structs, enums and required parameters cannot be generated from it. Use the OpenRPC file of the same engine version.",
        )
        .into());
    }
    let mut reader = Reader::default();
    let model = reader.file(&root);
    reader.check_references(&model);
    if reader.faults.is_empty() {
        Ok(Published { model, prose: reader.prose, unknown: reader.unknown })
    } else {
        Err(Faults(reader.faults))
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
    unknown: Vec<Fault>,
    prose: Prose,
    /// Names of referenced types, with the position of the first reference.
    references: BTreeMap<String, String>,
    /// Names of referenced errors, with the position of the first reference.
    error_references: BTreeMap<String, String>,
    /// Deprecation texts by item and position. The names in them are resolved when all methods are known.
    deprecations: Vec<(String, String)>,
}

impl Reader {
    fn fault(&mut self, place: &Place<'_>, what: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(Fault::new(place.pointer(), what, hint));
    }

    /// Reports each key of an object that is not in `known`.
    fn report_unknown(&mut self, place: &Place<'_>, known: &[&str]) {
        self.check_unique(place);
        for (key, _) in place.object().into_iter().flatten() {
            if !known.contains(&key.as_str()) {
                self.unknown.push(Fault::new(
                    place.get_pointer(key),
                    format!("`{key}` is an unknown key; it was ignored"),
                    "",
                ));
            }
        }
    }

    /// Reports duplicate keys of an object with free keys.
    fn check_unique(&mut self, place: &Place<'_>) {
        let mut seen = BTreeSet::new();
        for (key, at) in place.entries() {
            if !seen.insert(key) {
                self.fault(&at, format!("`{key}` is a duplicate key"), "Remove one of the two.");
            }
        }
    }

    /// A required string.
    fn text(&mut self, place: &Place<'_>, key: &str) -> String {
        match place.get(key) {
            Some(at) => self.text_at(&at),
            None => {
                self.fault(place, format!("`{key}` is missing"), "A published schema always has it.");
                String::new()
            }
        }
    }

    fn text_at(&mut self, place: &Place<'_>) -> String {
        match place.value.as_str() {
            Some(text) => text.to_owned(),
            None => {
                self.fault(place, "this should be a string", "");
                String::new()
            }
        }
    }

    fn texts(&mut self, place: &Place<'_>, key: &str) -> Vec<String> {
        self.list(place, key).iter().map(|at| self.text_at(at)).collect()
    }

    /// The elements of a list; empty if it is absent.
    fn list<'a>(&mut self, place: &Place<'a>, key: &str) -> Vec<Place<'a>> {
        let Some(list) = place.get(key) else { return Vec::new() };
        if list.value.as_list().is_none() {
            self.fault(&list, "this should be a list", "");
        }
        list.elements()
    }

    /// The members of an object with free keys; empty if it is absent.
    fn members<'a>(&mut self, place: &Place<'a>, key: &str) -> Vec<(&'a str, Place<'a>)> {
        let Some(object) = place.get(key) else { return Vec::new() };
        if object.object().is_none() {
            self.fault(&object, "this should be an object", "");
        }
        self.check_unique(&object);
        object.entries()
    }

    fn flag(&mut self, place: &Place<'_>, key: &str) -> bool {
        match place.get(key) {
            None => false,
            Some(at) => at.value.as_bool().unwrap_or_else(|| {
                self.fault(&at, "this should be a boolean", "");
                false
            }),
        }
    }

    fn file(&mut self, root: &Place<'_>) -> Model {
        const KNOWN: [&str; 7] =
            ["openrpc", "info", "methods", "components", "x-qlik-visibility", "x-qlik-stability", "x-qlik-categories"];
        if root.object().is_none() {
            self.fault(root, "the file should contain a JSON object", "");
            return Model::default();
        }
        self.report_unknown(root, &KNOWN);
        let mut model = Model { openrpc: self.text(root, "openrpc"), ..Model::default() };
        let marks = self.marks(root, "");
        (model.stability, model.visibility, model.categories) = (marks.stability, marks.visibility, marks.categories);
        if let Some(info) = self.section(root, "info") {
            self.report_unknown(&info, &["title", "version", "description"]);
            (model.title, model.engine) = (self.text(&info, "title"), self.text(&info, "version"));
            self.describe("", &info);
        }
        if let Some(components) = self.section(root, "components") {
            self.report_unknown(&components, &["schemas", "errors"]);
            if let Some(types) = self.section(&components, "schemas") {
                model.types = self.types(&types);
            }
            self.errors(&components, &mut model);
        }
        match root.get("methods") {
            Some(methods) if methods.value.as_list().is_some() => model.methods = self.methods(&methods),
            Some(methods) => self.fault(&methods, "this should be a list of methods", ""),
            None => self.fault(root, "`methods` is missing", "Is this an OpenRPC file?"),
        }
        self.resolve_deprecations(&mut model);
        model
    }

    fn section<'a>(&mut self, place: &Place<'a>, key: &str) -> Option<Place<'a>> {
        let section = place.get(key).filter(|at| at.object().is_some());
        if section.is_none() {
            self.fault(place, format!("`{key}` is missing; it should be an object"), "Is this an OpenRPC file?");
        }
        section
    }

    fn errors(&mut self, components: &Place<'_>, model: &mut Model) {
        for (name, error) in self.members(components, "errors") {
            if error.get("oneOf").is_some() {
                self.report_unknown(&error, &["oneOf"]);
                let members = self.list(&error, "oneOf").iter().map(|at| self.error_reference(at)).collect();
                model.error_groups.insert(name.to_owned(), members);
            } else if let Some(code) = error.get("code").and_then(|at| at.value.as_i64()) {
                self.report_unknown(&error, &["code", "message"]);
                if let Some(message) = error.get("message") {
                    let message = self.text_at(&message);
                    self.prose.describe(&format!("error/{name}"), &message);
                }
                model.errors.insert(name.to_owned(), code);
            } else {
                self.fault(&error, "an error must have an integer `code` or `oneOf`", "");
            }
        }
    }

    fn error_reference(&mut self, place: &Place<'_>) -> String {
        self.report_unknown(place, &["$ref"]);
        let reference = self.text(place, "$ref");
        match reference.strip_prefix("#/components/errors/") {
            Some(name) => {
                self.error_references.entry(name.to_owned()).or_insert_with(|| place.get_pointer("$ref"));
                name.to_owned()
            }
            None => {
                self.fault(place, format!("`{reference}` does not point to an error"), "");
                String::new()
            }
        }
    }

    /// Keys of any item that [`Reader::marks`] interprets.
    const MARKS: [&'static str; 7] = [
        "description",
        "x-qlik-stability",
        "x-qlik-visibility",
        "x-qlik-categories",
        "x-qlik-deprecated",
        "x-qlik-deprecation-description",
        "x-qlik-see-also",
    ];

    /// Reads the marks of an item and keeps its description and links as prose.
    fn marks(&mut self, place: &Place<'_>, item: &str) -> Marks {
        let stability = place.get("x-qlik-stability").and_then(|at| {
            let word = self.text_at(&at);
            let stability = Stability::from_word(&word);
            if stability.is_none() {
                self.fault(&at, format!("`{word}` is not a known stability"), "Known: locked, stable, experimental.");
            }
            stability
        });
        let visibility = place.get("x-qlik-visibility").map(|at| self.text_at(&at));
        let categories = self.texts(place, "x-qlik-categories");
        let description = place.get("x-qlik-deprecation-description").map(|at| self.text_at(&at));
        let deprecated = self.flag(place, "x-qlik-deprecated") || description.is_some();
        if let Some(text) = description {
            self.prose.describe(&format!("{item}#deprecated"), &text);
            self.deprecations.push((item.to_owned(), text));
        }
        for link in self.texts(place, "x-qlik-see-also") {
            self.prose.see_also(item, &link);
        }
        if !item.is_empty() {
            self.describe(item, place);
        }
        Marks { stability, visibility, categories, deprecated: deprecated.then(Deprecation::default) }
    }

    fn describe(&mut self, item: &str, place: &Place<'_>) {
        if let Some(at) = place.get("description") {
            let text = self.text_at(&at);
            self.prose.describe(item, &text);
        }
    }

    fn check_references(&mut self, model: &Model) {
        for (name, pointer) in &self.references {
            if !model.types.contains_key(name) {
                self.faults.push(Fault::new(
                    pointer,
                    format!("`#/components/schemas/{name}` is not in the file"),
                    "Add the type to `components.schemas` or correct the reference.",
                ));
            }
        }
        for (name, pointer) in &self.error_references {
            if !model.errors.contains_key(name) && !model.error_groups.contains_key(name) {
                self.faults.push(Fault::new(pointer, format!("`#/components/errors/{name}` is not in the file"), ""));
            }
        }
    }

    /// Finds the methods in a deprecation text: `_Class::Method_`, or `_Method_` of the same or another class.
    fn resolve_deprecations(&mut self, model: &mut Model) {
        for (item, text) in std::mem::take(&mut self.deprecations) {
            let class = class_of(&item).unwrap_or_default();
            let mut instead = Vec::new();
            for word in text.split(|c: char| !c.is_alphanumeric() && c != ':' && c != '.') {
                let word = word.trim_matches(['.', ':']).replace("::", ".");
                let own = format!("{class}.{word}");
                let found = if word.contains('.') && model.methods.contains_key(&word) {
                    Some(word)
                } else if own != item && model.methods.contains_key(&own) {
                    Some(own)
                } else {
                    let mut others = model.methods.keys().filter(|m| m.split_once('.').is_some_and(|(_, n)| n == word));
                    let other = others.find(|m| **m != item).cloned();
                    other.filter(|_| others.next().is_none())
                };
                if let Some(found) = found.filter(|f| *f != item && !instead.contains(f)) {
                    instead.push(found);
                }
            }
            if let Some(deprecated) = model.methods.get_mut(&item).and_then(|m| m.marks.deprecated.as_mut()) {
                deprecated.instead = instead;
            }
        }
    }

    /// A reference such as `#/components/schemas/NxPage`.
    fn reference(&mut self, place: &Place<'_>) -> TypeRef {
        let reference = self.text_at(place);
        match reference.strip_prefix("#/components/schemas/") {
            Some(name) => {
                self.references.entry(name.to_owned()).or_insert_with(|| place.pointer());
                TypeRef::Named(name.to_owned())
            }
            None => {
                self.fault(
                    place,
                    format!("`{reference}` does not point to a type"),
                    "Expected `#/components/schemas/NAME`.",
                );
                TypeRef::Named(String::new())
            }
        }
    }
}
