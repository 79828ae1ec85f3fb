//! What generated code offers to callers, read from the code itself: every path, and its signature or type.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use qix_codegen::companion::Companion;
use qix_codegen::model::Model;
use qix_codegen::{Place, Texts, generate};
use quote::ToTokens;
use syn::{ImplItem, Item, TraitItem, UseTree, Visibility};

pub(crate) struct Api(BTreeMap<String, String>);

impl Api {
    /// The API of a model's code; nothing if none can be generated.
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
        let mut reader = Reader { api: BTreeMap::new(), aliases };
        for (module, file) in &files {
            file.items.iter().for_each(|item| reader.item(module, item));
        }
        Some(Self(reader.api))
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    pub(crate) fn list(&self) -> String {
        self.0.keys().cloned().collect::<Vec<_>>().join("\n")
    }

    /// What is gone or of another form in a newer one.
    pub(crate) fn broken_in(&self, newer: &Self) -> Vec<String> {
        self.0.iter().filter(|(path, form)| newer.0.get(*path) != Some(form)).map(|(path, _)| path.clone()).collect()
    }

    /// Whether a newer one has more.
    pub(crate) fn adds(&self, newer: &Self) -> bool {
        newer.0.keys().any(|path| !self.0.contains_key(path))
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

    /// The tokens, with what aliases stand for.
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
