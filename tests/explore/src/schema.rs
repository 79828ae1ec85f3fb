//! The schema, as the page and the calls need it.

use std::collections::HashMap;
use std::path::Path;

use qix_client::rpc::{Effect, Method};
use qix_codegen::companion::Companion;
use qix_codegen::docs::texts::Documentation;
use qix_codegen::model::{Kind, Model, class_of};
use qix_codegen::snippet::{SnippetError, Snippets, Step};
use serde_json::{Map, Value, json};

/// The folder of our texts.
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../qix-schema/schema/docs");

/// The schema.
#[derive(Debug)]
pub(crate) struct Schema {
    model: Model,
    companion: Companion,
    /// Methods by full name. The client needs their names for as long as the program runs.
    methods: HashMap<&'static str, Method>,
    /// The schema as the page reads it.
    pub(crate) json: String,
}

impl Schema {
    /// Reads the committed schema and the texts about it.
    pub(crate) fn read() -> std::io::Result<Self> {
        let mut model = qix_codegen::snapshot::read(qix_client::SNAPSHOT)
            .expect("the committed snapshot is read by `cargo xtask gen`");
        let companion =
            Companion::read(qix_client::COMPANION).expect("the committed companion is read by `cargo xtask gen`");
        companion.complete(&mut model).expect("the companion completes the committed snapshot");
        let texts = texts(Path::new(DOCS))?;
        let texts = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let documentation = Documentation::read(texts).map_err(std::io::Error::other)?;
        let json = page(&model, &companion, &documentation).to_string();
        let methods = model.methods.keys().map(|name| method(&model, &companion, name)).collect();
        Ok(Self { model, companion, methods, json })
    }

    /// A method by its class and name.
    pub(crate) fn method(&self, class: &str, name: &str) -> Option<Method> {
        self.methods.get(format!("{class}.{name}").as_str()).copied()
    }

    /// The name of a class, if the schema has it.
    pub(crate) fn class(&self, name: &str) -> Option<&'static str> {
        self.methods.values().find(|method| method.class == name).map(|method| method.class)
    }

    /// The results of a method that are objects, with their classes.
    pub(crate) fn objects(&self, method: Method) -> impl Iterator<Item = (&str, Option<&'static str>)> {
        let name = method.to_string();
        let class = self.companion.returns.get(&name).and_then(|class| self.class(class));
        let results = self.model.methods.get(&name).map_or(&[][..], |facts| &facts.results);
        let objects = results.iter().filter(|result| result.ty.named() == Some("ObjectInterface"));
        objects.map(move |result| (result.name.as_str(), class))
    }

    /// Gives positional parameters their names.
    pub(crate) fn named(&self, method: Method, params: Value) -> Value {
        let Value::Array(values) = params else { return params };
        let facts = self.model.methods.get(&method.to_string());
        let names = facts.map_or(&[][..], |facts| &facts.params).iter().map(|param| param.name.clone());
        Value::Object(names.zip(values).filter(|(_, value)| !value.is_null()).collect())
    }

    /// Calls as a Rust program.
    pub(crate) fn program(&self, url: &str, steps: &[Step<'_>]) -> Result<String, SnippetError> {
        Snippets::new(&self.model, &self.companion).program(url, steps)
    }
}

/// The Markdown files in a folder.
fn texts(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        texts.push((name, std::fs::read_to_string(path)?));
    }
    Ok(texts)
}

/// A method with names that live as long as the program.
fn method(model: &Model, companion: &Companion, full: &str) -> (&'static str, Method) {
    let full: &'static str = String::leak(full.to_owned());
    let (class, name) = full.split_once('.').unwrap_or_default();
    let effect = if companion.reads.contains(full) { Effect::Read } else { Effect::Write };
    let results = model.methods[full].results.iter().map(|result| &*String::leak(result.name.clone()));
    let results: &'static [&'static str] = Vec::leak(results.collect());
    (full, Method::new(class, name, effect, results))
}

/// The schema with its texts.
fn page(model: &Model, companion: &Companion, texts: &Documentation) -> Value {
    let mut classes: Map<String, Value> = model
        .classes()
        .into_iter()
        .map(|class| (class.to_owned(), json!({ "doc": texts.text(class), "methods": {} })))
        .collect();
    for (full, method) in &model.methods {
        let params = method.params.iter().map(|param| {
            json!({
                "name": param.name, "type": param.ty.to_string(), "required": param.required, "default": param.default,
                "doc": texts.text(&format!("{full}/{}", param.name)), "gone": param.marks.deprecated.is_some(),
            })
        });
        let results = method.results.iter().map(|result| {
            json!({
                "name": result.name, "type": result.ty.to_string(),
                "doc": texts.text(&format!("{full}#result/{}", result.name)),
            })
        });
        let facts = json!({
            "doc": texts.text(full),
            "params": params.collect::<Vec<_>>(),
            "results": results.collect::<Vec<_>>(),
            "returns": companion.returns.get(full),
            "reads": companion.reads.contains(full),
            "access": method.access,
            "stability": method.marks.stability.or(model.stability).map(|stability| stability.as_str()),
            "instead": method.marks.deprecated.as_ref().map(|gone| &gone.instead),
        });
        let (class, name) = full.split_once('.').unwrap_or_default();
        debug_assert_eq!(class_of(full), Some(class));
        classes[class]["methods"][name] = facts;
    }
    let types: Map<String, Value> =
        model.types.iter().map(|(name, ty)| (name.clone(), kind(name, &ty.kind, companion, texts))).collect();
    json!({ "engine": model.engine, "classes": classes, "types": types })
}

fn kind(name: &str, kind: &Kind, companion: &Companion, texts: &Documentation) -> Value {
    let doc = texts.text(name);
    match kind {
        Kind::Struct { members, dynamic } => {
            let members = members.iter().chain(dynamic).map(|member| {
                json!({
                    "name": member.name, "type": member.ty.to_string(), "default": member.default,
                    "doc": texts.text(&format!("{name}/{}", member.name)), "gone": member.marks.deprecated.is_some(),
                })
            });
            let members: Vec<_> = members.collect();
            json!({ "kind": "struct", "doc": doc, "members": members, "extended": companion.extended.contains(name) })
        }
        Kind::Enum { values } => {
            let values = values.iter().map(|value| {
                let doc = texts.text(&format!("{name}/{}", value.title));
                json!({ "title": value.title, "long": value.long, "number": value.number, "doc": doc })
            });
            json!({ "kind": "enum", "doc": doc, "values": values.collect::<Vec<_>>() })
        }
        Kind::Array { items } => json!({ "kind": "list", "doc": doc, "items": items.to_string() }),
        Kind::Text { .. } => json!({ "kind": "text", "doc": doc }),
        Kind::Open => json!({ "kind": "open", "doc": doc }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_knows_every_method_and_its_text() {
        let schema = Schema::read().unwrap();
        let page: Value = serde_json::from_str(&schema.json).unwrap();
        let methods: usize = page["classes"]
            .as_object()
            .unwrap()
            .values()
            .map(|class| class["methods"].as_object().unwrap().len())
            .sum();
        assert_eq!(methods, schema.model.methods.len());
        let get_field = &page["classes"]["Doc"]["methods"]["GetField"];
        assert_eq!(get_field["params"][0]["name"], "qFieldName");
        assert!(get_field["doc"].as_str().unwrap().len() > 10);
        assert_eq!(get_field["returns"], "Field");
    }

    #[test]
    fn positional_parameters_get_names() {
        let schema = Schema::read().unwrap();
        let get_field = schema.method("Doc", "GetField").unwrap();
        assert_eq!(schema.named(get_field, json!(["Year"])), json!({ "qFieldName": "Year" }));
        assert_eq!(schema.named(get_field, json!({ "a": 1 })), json!({ "a": 1 }));
        assert!(schema.method("Doc", "GetFild").is_none() && schema.class("Docs").is_none());
        let returned: Vec<_> = schema.objects(get_field).collect();
        assert_eq!(returned, [("qReturn", Some("Field"))]);
    }
}
