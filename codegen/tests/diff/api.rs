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
            Item::Macro(item) => {
                let tokens: Vec<TokenTree> = item.mac.tokens.clone().into_iter().collect();
                match item.mac.path.segments.last().unwrap().ident.to_string().as_str() {
                    "record" | "setters" => self.members(module, &tokens),
                    "choice" => self.values(module, &tokens),
                    "request" => self.request(module, &tokens),
                    "error_codes" => self.codes(&tokens),
                    _ => {}
                }
            }
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
                self.put(format!("{path}::{}", method.sig.ident), form);
            }
        }
    }

    /// Defaults.
    fn deeds(&mut self, path: &str, item: &syn::ItemImpl) {
        for associated in &item.items {
            let ImplItem::Fn(function) = associated else { continue };
            if function.sig.ident != "default" {
                continue;
            }
            let text = function.block.to_token_stream().to_string();
            let word = |c: char| c.is_ascii_alphanumeric() || "_\"".contains(c);
            for statement in text.split(',') {
                // The text before its opening is around all statements.
                let statement = statement.rsplit('{').next().unwrap_or_default();
                let statement = statement.trim_matches(|c| !word(c) && c != '-');
                self.deeds.insert(format!("{path}: {statement}"));
            }
        }
    }

    /// `Name "wire" [flags] { "qName" name with_name(kind) in mode = default, }`
    fn members(&mut self, module: &str, tokens: &[TokenTree]) {
        let path = format!("{module}{}", tokens[0]);
        self.put(format!("{path}: Record"), String::new());
        for line in lines(tokens.last().unwrap()) {
            let line = without_attributes(&line);
            let kind = line.iter().position(|token| matches!(token, TokenTree::Group(_))).unwrap();
            let form = self.tokens(&line[kind..=kind]);
            let rest = text(&line[kind + 1..]);
            if rest.starts_with("in rare") {
                self.put(format!("{path}::{}", line[kind - 2]), form.clone());
            }
            self.put(format!("{path}::{}", line[kind - 1]), form);
            self.deeds.insert(format!("{path}: {} {rest}", text(&line[..kind - 1])));
        }
    }

    /// `Name "wire" { Variant = number "title" "LONG", }`
    fn values(&mut self, module: &str, tokens: &[TokenTree]) {
        let path = format!("{module}{}", tokens[0]);
        for line in lines(tokens.last().unwrap()) {
            self.deeds.insert(format!("{path}: {}", text(&line[2..])));
        }
    }

    /// `Api::method => Name("qName" name(kind)) { "qName" name(kind), } Class "Method" Effect -> Response = how, NameExt`
    fn request(&mut self, module: &str, tokens: &[TokenTree]) {
        let tokens = without_attributes(tokens);
        let at = tokens.iter().position(|token| matches!(token, TokenTree::Group(_))).unwrap();
        let path = format!("{module}{}", tokens[at - 1]);
        let (required, optional) = (lines(&tokens[at]), lines(&tokens[at + 1]));
        self.put(path.clone(), "struct".into());
        self.put(format!("{path}::new"), self.tokens(&tokens[at..=at]));
        for derived in ["Clone", "Debug", "PartialEq"].into_iter().chain(required.is_empty().then_some("Default")) {
            self.put(format!("{path}: {derived}"), String::new());
        }
        for param in &required {
            self.put(format!("{path}::{}", param[1]), self.tokens(&param[2..]));
            self.deeds.insert(format!("{path}: {} {}", param[0], param[1]));
        }
        for param in &optional {
            let form = format!("Option {}", self.tokens(&param[2..]));
            self.put(format!("{path}::{}", param[1]), form.clone());
            // A request's optional parameters are setters of its call too.
            self.put(format!("{path}::(call)::{}", param[1]), form);
            self.deeds.insert(format!("{path}: {} {}", param[0], param[1]));
        }
        let how = tokens.iter().position(|token| token.to_string() == ">").unwrap();
        let how = tokens[at..].iter().position(|token| token.to_string() == "-").map_or(how, |arrow| at + arrow + 1);
        let equals = how + tokens[how..].iter().position(|token| token.to_string() == "=").unwrap();
        self.put(format!("{path}: Request::Class"), tokens[at + 2].to_string());
        self.put(format!("{path}: Request::Response"), self.tokens(&tokens[how + 1..equals]));
        let reads: Vec<TokenTree> =
            tokens[equals + 1..].iter().take_while(|token| token.to_string() != ",").cloned().collect();
        match &reads[..] {
            [fields @ TokenTree::Group(_)] => {
                for field in lines(fields) {
                    self.deeds.insert(format!("{path}: {}", text(&field)));
                }
            }
            [reader, TokenTree::Group(_)] if reader.to_string() == "record" => {}
            reads => drop(self.deeds.insert(format!("{path}: {}", text(reads)))),
        }
    }

    /// `NAME = number "WIRE_NAME",`
    fn codes(&mut self, tokens: &[TokenTree]) {
        for line in tokens.split(|token| token.to_string() == ",").filter(|line| !line.is_empty()) {
            let line = without_attributes(line);
            self.put(format!("error_codes::{}", line[0]), "ErrorCode".into());
            self.deeds.insert(text(&line[..line.len() - 1]));
        }
    }

    fn tokens(&self, tokens: &[TokenTree]) -> String {
        self.resolve(tokens.iter().cloned().collect()).to_string()
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

/// The lines of a table: what is between commas in a group.
fn lines(group: &TokenTree) -> Vec<Vec<TokenTree>> {
    let TokenTree::Group(group) = group else { panic!("a group instead of {group}") };
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let lines = tokens.split(|token| token.to_string() == ",");
    lines.filter(|line| !line.is_empty()).map(<[TokenTree]>::to_vec).collect()
}

fn without_attributes(mut tokens: &[TokenTree]) -> &[TokenTree] {
    while tokens.first().is_some_and(|token| token.to_string() == "#") {
        tokens = &tokens[2..];
    }
    tokens
}

fn text(tokens: &[TokenTree]) -> String {
    tokens.iter().cloned().collect::<TokenStream>().to_string()
}
