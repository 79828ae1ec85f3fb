//! Reads a published OpenRPC schema into a [`Model`] and its [`Prose`], and lists what it does not understand.
//!
//! Every key of the file is interpreted, kept as prose, or reported. Every fault contains a JSON pointer. Equivalent
//! forms that JSON Schema allows are normalized first.

mod methods;
mod object;
mod place;
mod reference;
mod tree;
mod types;
mod written_out;

use std::collections::{BTreeMap, BTreeSet};

use crate::docs::published::Prose;
use crate::fault::{Fault, Faults};
use crate::model::{Deprecation, Kind, Marks, Model, Stability, TypeRef, class_of};
use object::Object;
use place::Place;
use tree::Tree;
use written_out::WrittenOut;

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
///
/// # Errors
///
/// Returns all faults of the file, with their positions and what to do about them.
pub fn read(text: &str) -> Result<Published, Faults> {
    // The text is already decoded, so a byte order mark is redundant.
    let file: Tree = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
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
    let mut reader = Reader::new(&root);
    let model = reader.file(&root);
    if reader.faults.is_empty() {
        Ok(Published { model, prose: reader.prose, unknown: by_cause(reader.unknown, usize::MAX) })
    } else {
        Err(Faults(by_cause(reader.faults, 6)))
    }
}

/// Merges faults with the same cause into the first, which names the other positions. Faults that differ only in names
/// have the same cause if there are at least `many` of them.
fn by_cause(faults: Vec<Fault>, many: usize) -> Vec<Fault> {
    let alike = |fault: &Fault| fault.what.split('`').step_by(2).collect::<String>() + &fault.hint;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    faults.iter().for_each(|fault| *counts.entry(alike(fault)).or_default() += 1);
    let mut causes: Vec<(Fault, Vec<String>)> = Vec::new();
    for fault in faults {
        let is_many = counts[&alike(&fault)] >= many;
        let is_same = |first: &Fault| if is_many { alike(first) == alike(&fault) } else { first.what == fault.what };
        match causes.iter_mut().find(|(first, _)| is_same(first)) {
            Some((_, others)) => others.push(fault.pointer),
            None => causes.push((fault, Vec::new())),
        }
    }
    let merge = |(mut fault, others): (Fault, Vec<String>)| {
        if !others.is_empty() {
            let list = others.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = others.len().saturating_sub(3);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            fault.what = format!("{}; the same at {list}{more}", fault.what);
        }
        fault
    };
    causes.into_iter().map(merge).collect()
}

/// Decodes a schema file: UTF-8, or UTF-16 with a byte order mark, which some Windows tools write.
///
/// # Errors
///
/// Returns a fault with the position of the first invalid byte.
pub fn decode(bytes: Vec<u8>) -> Result<String, Faults> {
    let fault = |what: String| {
        Fault::new("", what, "Save the file as UTF-8, or download it again as the engine's vendor publishes it.").into()
    };
    let unit: fn([u8; 2]) -> u16 = match bytes[..] {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => {
            return String::from_utf8(bytes).map_err(|error| {
                fault(format!("this is not a text in UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
            });
        }
    };
    let (units, rest) = bytes[2..].as_chunks::<2>();
    match String::from_utf16(&units.iter().copied().map(unit).collect::<Vec<_>>()) {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(fault("this begins as a text in UTF-16 and is not one".to_owned())),
    }
}

struct Reader<'a> {
    root: Place<'a>,
    faults: Vec<Fault>,
    unknown: Vec<Fault>,
    prose: Prose,
    /// All names in the sections of named types.
    type_names: BTreeSet<String>,
    /// Aliases: all of them, those that have not been used yet, and the types of the others.
    alias_names: BTreeSet<String>,
    unread_aliases: BTreeMap<String, Object<'a>>,
    aliases: BTreeMap<String, TypeRef>,
    /// Positions whose type is being read because a reference points to them.
    open: BTreeSet<String>,
    /// Types stated next to references: position, type, and name of the reference.
    stated: Vec<(String, String, String)>,
    written_out: Vec<WrittenOut>,
    /// Duplicate members: position, name, and both types.
    doubled: Vec<(String, String, [TypeRef; 2])>,
    next_id: usize,
    uses_any: bool,
    /// Codes of errors by name.
    error_names: BTreeMap<String, i64>,
    /// Names of referenced errors, with the position of the first reference.
    error_references: BTreeMap<String, String>,
    /// Deprecation texts by item. The names in them are resolved when all methods are known.
    deprecations: Vec<(String, String)>,
}

impl<'a> Reader<'a> {
    fn new(root: &Place<'a>) -> Self {
        Self {
            root: root.clone(),
            faults: Vec::new(),
            unknown: Vec::new(),
            prose: Prose::default(),
            type_names: BTreeSet::new(),
            alias_names: BTreeSet::new(),
            unread_aliases: BTreeMap::new(),
            aliases: BTreeMap::new(),
            open: BTreeSet::new(),
            stated: Vec::new(),
            written_out: Vec::new(),
            doubled: Vec::new(),
            next_id: 0,
            uses_any: false,
            error_names: BTreeMap::new(),
            error_references: BTreeMap::new(),
            deprecations: Vec::new(),
        }
    }

    fn fault(&mut self, place: &Place<'_>, what: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(Fault::new(place.pointer(), what, hint));
    }

    /// Reports something that the model omits.
    fn left_out(&mut self, place: &Place<'_>, what: impl Into<String>) {
        self.unknown.push(Fault::new(place.pointer(), format!("{}; it was omitted", what.into()), ""));
    }

    /// Reports duplicate keys of an object.
    fn check_unique(&mut self, place: &Place<'a>) {
        let mut seen = BTreeSet::new();
        for (key, at) in place.entries() {
            if !seen.insert(key) {
                let hint = "Remove one of the two from a copy of the file.";
                self.fault(&at, format!("`{key}` is a duplicate"), hint);
            }
        }
    }

    /// A required string.
    fn text(&mut self, object: &Object<'a>, key: &str) -> String {
        match object.get(key) {
            Some(at) => self.text_at(&at),
            None => {
                self.fault(&object.place, format!("`{key}` is missing"), "Add it in a copy of the file.");
                String::new()
            }
        }
    }

    fn text_at(&mut self, place: &Place<'_>) -> String {
        match place.value.as_str() {
            Some(text) => text.to_owned(),
            None => {
                self.fault(place, "this should be a string", "Correct it in a copy of the file.");
                String::new()
            }
        }
    }

    fn texts(&mut self, object: &Object<'a>, key: &str) -> Vec<String> {
        self.list(object, key).iter().map(|at| self.text_at(at)).collect()
    }

    /// The elements of an array; empty if it is absent.
    fn list(&mut self, object: &Object<'a>, key: &str) -> Vec<Place<'a>> {
        let Some(list) = object.get(key) else { return Vec::new() };
        if list.value.as_list().is_none() {
            self.fault(&list, "this should be an array", "Correct it in a copy of the file.");
        }
        list.elements()
    }

    /// The members of an object with free keys; empty if it is absent.
    fn members(&mut self, object: &Object<'a>, key: &str) -> Vec<(&'a str, Place<'a>)> {
        let Some(at) = object.get(key) else { return Vec::new() };
        self.object(&at).map(|members| members.place.entries()).unwrap_or_default()
    }

    fn flag(&mut self, object: &Object<'a>, key: &str) -> bool {
        object.get(key).is_some_and(|at| self.flag_at(&at))
    }

    fn flag_at(&mut self, place: &Place<'_>) -> bool {
        place.value.as_bool().unwrap_or_else(|| {
            self.fault(place, "this should be a boolean", "Correct it in a copy of the file.");
            false
        })
    }

    fn file(&mut self, root: &Place<'a>) -> Model {
        let Some(file) = self.object(root) else { return Model::default() };
        let mut model = Model { openrpc: self.text(&file, "openrpc"), ..Model::default() };
        let marks = self.marks(&file, "");
        (model.stability, model.visibility, model.categories) = (marks.stability, marks.visibility, marks.categories);
        if let Some(info) = self.section(&file, "info") {
            (model.title, model.engine) = (self.text(&info, "title"), self.text(&info, "version"));
            self.describe("", info.get("description").as_ref());
            self.report_unread(&info);
        }
        model.types = self.types();
        // Their content is read like named types.
        let elsewhere = [file.get("$defs"), file.get("definitions")].iter().flatten().count() > 0;
        if (file.has("components") || !elsewhere)
            && let Some(components) = self.section(&file, "components")
        {
            components.get("schemas");
            // Read through references.
            components.get("contentDescriptors");
            self.errors(&components, &mut model);
            self.report_unread(&components);
        }
        match file.get("methods") {
            Some(methods) if methods.value.as_list().is_some() => model.methods = self.methods(&methods),
            Some(methods) => {
                self.fault(&methods, "this should be an array of methods", "Correct it in a copy of the file.");
            }
            None => self.fault(root, "`methods` is missing", "Is this an OpenRPC file?"),
        }
        self.report_unread(&file);
        self.settle(&mut model);
        self.check_stated(&model);
        self.check_error_references(&model);
        self.resolve_deprecations(&mut model);
        model
    }

    fn section(&mut self, file: &Object<'a>, key: &str) -> Option<Object<'a>> {
        match file.get(key) {
            Some(section) => self.object(&section),
            None => {
                self.fault(&file.place, format!("`{key}` is missing"), "Is this an OpenRPC file?");
                None
            }
        }
    }

    fn errors(&mut self, components: &Object<'a>, model: &mut Model) {
        for (name, at) in self.members(components, "errors") {
            let Some(error) = self.object(&at) else { continue };
            let group = ["oneOf", "anyOf"].into_iter().find(|key| error.has(key));
            if let Some(group) = group {
                let mut members = Vec::new();
                for at in self.list(&error, group) {
                    let Some(member) = self.object(&at) else { continue };
                    let reference = self.text(&member, "$ref");
                    if let (false, Some(reference)) = (reference.is_empty(), member.get("$ref")) {
                        members.extend(self.error_reference(&reference));
                    }
                    self.report_unread(&member);
                }
                model.error_groups.insert(name.to_owned(), members);
            } else {
                let code = error.get("code").and_then(|at| at.value.as_i64());
                if code.is_none() {
                    let hint = "Correct it in a copy of the file.";
                    self.fault(&at, "an error has either an integer `code` or `oneOf`", hint);
                }
                self.describe(&format!("error/{name}"), error.get("message").as_ref());
                model.errors.insert(name.to_owned(), code.unwrap_or_default());
            }
            self.report_unread(&error);
        }
        self.error_names.clone_from(&model.errors);
    }

    /// Reads the marks of an item and keeps its description and links as prose.
    fn marks(&mut self, object: &Object<'a>, item: &str) -> Marks {
        let stability = object.get("x-qlik-stability").and_then(|at| {
            let word = self.text_at(&at);
            let stability = Stability::from_word(&word);
            if stability.is_none() {
                self.fault(
                    &at,
                    format!("`{word}` is not a known stability"),
                    "Use locked, stable, or experimental in a copy of the file, or add it to `codegen/src/model.rs`.",
                );
            }
            stability
        });
        let visibility = object.get("x-qlik-visibility").map(|at| self.text_at(&at));
        let categories = self.texts(object, "x-qlik-categories");
        let description = object.get("x-qlik-deprecation-description").map(|at| self.text_at(&at));
        let flags = [self.flag(object, "x-qlik-deprecated"), self.flag(object, "deprecated")];
        let deprecated = flags.contains(&true) || description.is_some();
        if let Some(text) = description {
            self.prose.describe(&format!("{item}#deprecated"), &text);
            self.deprecations.push((item.to_owned(), text));
        }
        // Links between the vendor's pages. They are checked like everything else, but the generated code has links of its own.
        self.texts(object, "x-qlik-see-also");
        if !item.is_empty() {
            self.describe(item, object.get("description").as_ref());
        }
        Marks { stability, visibility, categories, deprecated: deprecated.then(Deprecation::default) }
    }

    /// Stores the description of an item, unless it has one.
    fn describe(&mut self, item: &str, description: Option<&Place<'a>>) {
        let Some(at) = description else { return };
        let text = self.text_at(at);
        if self.prose.get(item).is_none_or(|first| first == text) {
            self.prose.describe(item, &text);
        } else {
            self.left_out(at, "this is described already");
        }
    }

    /// The marks of an item that states them in two places.
    fn both_marks(&mut self, outer: Marks, inner: Marks, place: &Place<'a>) -> Marks {
        let marks = outer.clone().or(inner.clone());
        if marks != inner.or(outer) {
            self.left_out(
                place,
                "stability, visibility, deprecation or categories differ from those stated further out",
            );
        }
        marks
    }

    /// A type next to a reference must agree with the referenced type.
    fn check_stated(&mut self, model: &Model) {
        for (pointer, stated, name) in std::mem::take(&mut self.stated) {
            let is = match model.types.get(&name).map(|ty| &ty.kind) {
                Some(Kind::Struct { .. } | Kind::Open) => "object",
                Some(Kind::Array { .. }) => "array",
                Some(Kind::Text { .. } | Kind::Enum { .. }) => "string",
                None => continue,
            };
            if stated != is && stated != "any" {
                let what = format!("the type `{stated}` is stated beside a reference to `{name}`, which is `{is}`");
                self.faults.push(Fault::new(pointer, what, "Remove one of the two from a copy of the file."));
            }
        }
    }

    fn check_error_references(&mut self, model: &Model) {
        // If there are no errors at all because of a fault, that is the cause.
        if model.errors.is_empty() && !self.faults.is_empty() {
            return;
        }
        for (name, pointer) in &self.error_references {
            if !model.errors.contains_key(name) && !model.error_groups.contains_key(name) {
                let what = format!("`#/components/errors/{name}` is not in the file");
                let hint = "Add the error to `components.errors` or correct the reference, in a copy of the file.";
                self.faults.push(Fault::new(pointer, what, hint));
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
}
