//! The API of generated code, read from the code itself: every path with its signature or type.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use qix_codegen::companion::Companion;
use qix_codegen::model::Model;
use qix_codegen::{Place, Texts, generate};
use quote::ToTokens;
use syn::{ImplItem, Item, TraitItem, UseTree, Visibility};

pub(crate) struct Api {
    paths: BTreeMap<String, String>,
    /// Its behavior: defaults, and wire names and numbers, statement by statement.
    deeds: BTreeSet<String>,
}

impl Api {
    /// The API of the code for a model; `None` if no code can be generated.
    pub(crate) fn of(model: &Model, companion: &Companion) -> Option<Self> {
        let texts = Texts { own: &Default::default(), published: &Default::default() };
        let generated = generate(model.clone(), companion, texts, Place::Crate).ok()?;
        let files: Vec<(String, syn::File)> =
            generated.files.iter().map(|(path, text)| (module(path), syn::parse_file(text).unwrap())).collect();
        let aliases: BTreeMap<String, TokenStream> = files
            .iter()
            .flat_map(|(_, file)| &file.items)
            .filter_map(|item| if let Item::Type(alias) = item { Some(alias) } else { None })
            .map(|alias| (alias.ident.to_string(), alias.ty.to_token_stream()))
            .collect();
        let mut reader = Reader { api: BTreeMap::new(), deeds: BTreeSet::new(), aliases };
        for (module, file) in &files {
            file.items.iter().for_each(|item| reader.item(module, item));
        }
        Some(Self { paths: reader.api, deeds: reader.deeds })
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    pub(crate) fn list(&self) -> String {
        self.paths.keys().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Items that a newer API removes or changes.
    pub(crate) fn broken_in(&self, newer: &Self) -> Vec<String> {
        let other = |(path, form): &(&String, &String)| newer.paths.get(*path) != Some(form);
        self.paths.iter().filter(other).map(|(path, _)| path.clone()).collect()
    }

    /// Behavior that a newer API removes or changes.
    pub(crate) fn undone_in(&self, newer: &Self) -> Vec<String> {
        self.deeds.difference(&newer.deeds).cloned().collect()
    }

    /// Whether a newer API has additional items.
    pub(crate) fn adds(&self, newer: &Self) -> bool {
        newer.paths.keys().any(|path| !self.paths.contains_key(path))
    }
}

fn module(path: &str) -> String {
    let stem = path.strip_suffix(".rs").unwrap();
    match stem.split_once('/') {
        Some((folder, _)) => format!("{folder}::"),
        None if stem == "lib" || stem == "types" => String::new(),
        None => format!("{stem}::"),
    }
}

struct Reader {
    api: BTreeMap<String, String>,
    deeds: BTreeSet<String>,
    aliases: BTreeMap<String, TokenStream>,
}

impl Reader {
    fn put(&mut self, path: String, form: String) {
        self.api.insert(path, form);
    }

    fn item(&mut self, module: &str, item: &Item) {
        match item {
            Item::Struct(item) => {
                let path = format!("{module}{}", item.ident);
                self.derives(&path, &item.attrs);
                for field in item.fields.iter().filter(|field| matches!(field.vis, Visibility::Public(_))) {
                    let form = self.plain(&field.ty);
                    self.put(format!("{path}::{}", field.ident.as_ref().unwrap()), form);
                }
                self.put(path, "struct".into());
            }
            Item::Enum(item) => {
                let path = format!("{module}{}", item.ident);
                self.derives(&path, &item.attrs);
                for variant in &item.variants {
                    let form = self.plain(&variant.fields);
                    if variant.attrs.iter().any(|attribute| attribute.path().is_ident("default")) {
                        self.deeds.insert(format!("{path} defaults to {}", variant.ident));
                    }
                    self.put(format!("{path}::{}", variant.ident), form);
                }
                self.put(path, "enum".into());
            }
            Item::Type(item) => {
                let form = self.plain(&item.ty);
                self.put(format!("{module}{}", item.ident), form);
            }
            Item::Const(item) => {
                let form = self.plain(&item.ty);
                if module == "error_codes::" && item.ident != "NAMES" {
                    self.deeds.insert(format!("{} = {}", item.ident, item.expr.to_token_stream()));
                }
                self.put(format!("{module}{}", item.ident), form);
            }
            Item::Trait(item) => {
                for method in &item.items {
                    let TraitItem::Fn(method) = method else { continue };
                    let form = self.plain(&method.sig);
                    self.put(format!("{}::{}", item.ident, method.sig.ident), form);
                }
            }
            Item::Impl(item) => self.implementation(module, item),
            Item::Mod(item) if matches!(item.vis, Visibility::Public(_)) => {
                self.put(item.ident.to_string(), "mod".into());
            }
            Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => self.uses(&item.tree),
            _ => {}
        }
    }

    fn uses(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.uses(&path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.uses(tree)),
            UseTree::Name(name) => self.put(name.ident.to_string(), "use".into()),
            _ => {}
        }
    }

    fn derives(&mut self, path: &str, attributes: &[syn::Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let text = attribute.meta.require_list().unwrap().tokens.to_string();
            text.split(',').for_each(|name| self.put(format!("{path}: {}", name.trim()), String::new()));
        }
    }

    fn implementation(&mut self, module: &str, item: &syn::ItemImpl) {
        let path = format!("{module}{}", item.self_ty.to_token_stream().to_string().replace(' ', ""));
        if let Some((name, _)) = &item.trait_ {
            let name = name.segments.last().unwrap().ident.to_string();
            self.deeds(&path, item);
            for associated in &item.items {
                if let ImplItem::Type(associated) = associated {
                    let form = self.plain(&associated.ty);
                    self.put(format!("{path}: {name}::{}", associated.ident), form);
                }
            }
            return self.put(format!("{path}: {name}"), String::new());
        }
        for method in &item.items {
            if let ImplItem::Fn(method) = method {
                let form = self.plain(&method.sig);
                // A request's optional parameters are setters of its call too.
                let owner = match path.split_once("Call<'_,") {
                    Some((module, request)) => format!("{module}{}::(call)", request.trim_end_matches('>')),
                    None => path.clone(),
                };
                self.put(format!("{owner}::{}", method.sig.ident), form);
            }
        }
    }

    /// The wire form of values, and their defaults.
    fn deeds(&mut self, path: &str, item: &syn::ItemImpl) {
        for associated in &item.items {
            let (ends, text) = match associated {
                ImplItem::Fn(function) => match function.sig.ident.to_string().as_str() {
                    "default" | "read" => (",", function.block.to_token_stream().to_string()),
                    "write_members" | "serialize" => (";", function.block.to_token_stream().to_string()),
                    _ => continue,
                },
                ImplItem::Const(constant) if constant.ident == "VALUES" => {
                    ("}", constant.expr.to_token_stream().to_string())
                }
                _ => continue,
            };
            let word = |c: char| c.is_ascii_alphanumeric() || "_\"".contains(c);
            for statement in text.split(ends) {
                // The text before its opening is around all statements.
                let statement = statement.rsplit('{').next().unwrap_or_default();
                let statement = statement.trim_matches(|c| !word(c) && c != '-');
                if statement.contains("write_object") {
                    continue;
                }
                self.deeds.insert(format!("{path}: {statement}"));
            }
        }
    }

    /// The tokens, with aliases resolved.
    fn plain(&self, item: &impl ToTokens) -> String {
        self.resolve(item.to_token_stream()).to_string()
    }

    fn resolve(&self, tokens: TokenStream) -> TokenStream {
        let resolve = |token| match token {
            TokenTree::Ident(ident) if self.aliases.contains_key(&ident.to_string()) => {
                self.resolve(self.aliases[&ident.to_string()].clone())
            }
            TokenTree::Group(group) => {
                let inner = self.resolve(group.stream());
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner)).into()
            }
            other => other.into(),
        };
        tokens.into_iter().flat_map(resolve).collect()
    }
}
