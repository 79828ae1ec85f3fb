//! The generated code contains everything in the committed snapshot.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use qix_codegen::companion::Companion;
use qix_codegen::model::{Kind, Model};
use qix_codegen::{Files, Place, Texts, generate, snapshot};
use syn::{Attribute, Fields, FnArg, Item, TraitItem};

fn model() -> (Model, Companion) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../qix-schema/schema");
    let read = |name| fs::read_to_string(schema.join(name)).unwrap();
    (snapshot::read(&read("snapshot.json")).unwrap(), Companion::read(&read("companion.json")).unwrap())
}

fn files(model: &Model, companion: &Companion) -> Files {
    let texts = Texts { own: &Default::default(), published: &Default::default() };
    generate(model.clone(), companion, texts, Place::Schema).unwrap().files
}

#[derive(Default)]
struct Found {
    methods: usize,
    required: usize,
    optional: usize,
    /// Required parameters of requests, as against those of methods.
    in_requests: usize,
    /// Members in the tables of structs, and values in those of enums.
    members: usize,
    values: usize,
    types: BTreeSet<String>,
    fields: usize,
    variants: usize,
    errors: usize,
    undocumented: Vec<String>,
}

impl Found {
    fn documented(&mut self, name: &dyn ToString, attributes: &[Attribute]) {
        if !attributes.iter().any(|attribute| attribute.path().is_ident("doc")) {
            self.undocumented.push(name.to_string());
        }
    }

    fn class_item(&mut self, item: &Item) {
        match item {
            Item::Trait(item) => {
                self.documented(&item.ident, &item.attrs);
                for item in &item.items {
                    if let TraitItem::Fn(method) = item {
                        self.documented(&method.sig.ident, &method.attrs);
                        self.methods += 1;
                        self.required += method.sig.inputs.iter().filter(|arg| matches!(arg, FnArg::Typed(_))).count();
                    }
                }
            }
            Item::Macro(item) if item.mac.path.is_ident("request") => {
                let tokens = item.mac.tokens.to_string();
                // `Api::method => Request(required) { optional } ..`: each parameter has its name in quotes.
                let (head, rest) = tokens.split_once('{').unwrap();
                let optional = rest.split_once('}').unwrap().0;
                let required = head.split_once("=>").unwrap().1;
                self.in_requests += required.matches('"').count() / 2;
                self.optional += optional.matches('"').count() / 2;
            }
            _ => {}
        }
    }

    fn type_item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => {
                self.documented(&item.ident, &item.attrs);
                let rare = item.ident.to_string().strip_suffix("Rare").map(str::to_owned);
                if rare.is_none_or(|owner| !self.types.contains(&owner)) {
                    self.types.insert(item.ident.to_string());
                }
                if let Fields::Named(fields) = &item.fields {
                    for field in &fields.named {
                        let name = field.ident.as_ref().unwrap();
                        self.documented(name, &field.attrs);
                        self.fields += usize::from(name != "extra" && name != "rare");
                    }
                }
            }
            Item::Enum(item) => {
                self.documented(&item.ident, &item.attrs);
                self.types.insert(item.ident.to_string());
                item.variants.iter().for_each(|variant| self.documented(&variant.ident, &variant.attrs));
                self.variants += item.variants.iter().filter(|variant| variant.ident != "Unrecognized").count();
            }
            Item::Macro(item) => {
                let lines = item.mac.tokens.to_string().matches(',').count();
                match item.mac.path.get_ident().unwrap().to_string().as_str() {
                    "record" => self.members += lines,
                    "choice" => self.values += lines,
                    other => panic!("{other}"),
                }
            }
            Item::Type(item) => {
                self.documented(&item.ident, &item.attrs);
                self.types.insert(item.ident.to_string());
            }
            _ => {}
        }
    }
}

#[test]
fn everything_in_the_snapshot_is_in_the_code() {
    let (model, companion) = model();
    let mut found = Found::default();
    for (name, text) in files(&model, &companion) {
        for item in &syn::parse_file(&text).unwrap().items {
            if name.starts_with("types/") {
                found.type_item(item);
            } else if name == "error_codes.rs" {
                if let Item::Macro(item) = item {
                    found.errors += item.mac.tokens.to_string().matches("LOCERR_").count();
                }
            } else {
                found.class_item(item);
            }
        }
    }
    let counts = model.counts();
    let dynamic: usize = model
        .types
        .values()
        .map(|ty| if let Kind::Struct { dynamic, .. } = &ty.kind { dynamic.len() } else { 0 })
        .sum();
    let added: usize = companion.members.values().map(std::collections::BTreeMap::len).sum();
    assert_eq!((found.methods, found.types.len()), (counts.methods, counts.types));
    assert_eq!((found.required + found.optional, found.in_requests), (counts.params, found.required));
    let fields = counts.members + dynamic + added;
    assert_eq!((found.fields, found.members), (fields, fields));
    assert_eq!((found.variants, found.values, found.errors), (counts.values, counts.values, counts.errors));
    assert_eq!(found.undocumented, Vec::<String>::new());
    assert!(counts.methods > 300 && counts.types > 300, "{counts:?}");
}

#[test]
fn deprecated_items_say_what_to_use_instead() {
    let (model, companion) = model();
    let files = files(&model, &companion);
    let text: String = files.values().map(String::as_str).collect();
    let deprecated = model.methods.values().filter(|method| method.marks.deprecated.is_some()).count();
    // Each deprecated method is marked twice: in the trait and at its request.
    let class_files: String =
        files.iter().filter(|(name, _)| !name.starts_with("types/")).map(|(_, text)| text.as_str()).collect();
    assert_eq!(class_files.matches("#[deprecated(").count(), 2 * deprecated);
    assert!(text.contains("use `DocApi::get_variable_by_id` or `DocApi::get_variable_by_name` instead"));
    assert!(text.contains("use `DocApi::save_as` instead"));
    let silent = text.matches("without a replacement").count();
    assert_eq!(silent, 2 * 4 + 1, "drafts, and streams with their type, have no successor in the schema");
}
