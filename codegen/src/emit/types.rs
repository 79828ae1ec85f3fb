//! Generates structs, enums, and aliases.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::docs::{Docs, alias, deprecated};
use crate::plan::{DefaultValue, Field, Shape, StructPlan, TypeBody, TypePlan, Variant};

/// Generates one file of types.
pub(super) fn file(docs: &Docs<'_>, about: &str, types: &[&TypePlan]) -> TokenStream {
    let about = format!(" {about}");
    let items = types.iter().map(|ty| item(docs, ty));
    let of = |wanted: fn(&TypeBody) -> bool| -> Vec<_> {
        types.iter().filter(|ty| wanted(&ty.body)).map(|ty| format_ident!("{}", ty.name)).collect()
    };
    let (records, choices) =
        (of(|body| matches!(body, TypeBody::Struct(_))), of(|body| matches!(body, TypeBody::Enum(_))));
    let records = if records.is_empty() { quote!() } else { quote!(qix_schema::wire_records!(#(#records),*);) };
    let choices = if choices.is_empty() { quote!() } else { quote!(qix_schema::wire_choices!(#(#choices),*);) };
    let imports = imports(types);
    quote! {
        #![doc = #about]
        #imports
        #(#items)*
        #records
        #choices
    }
}

/// The imports that the file uses.
fn imports(types: &[&TypePlan]) -> TokenStream {
    let structs: Vec<&StructPlan> =
        types.iter().filter_map(|ty| if let TypeBody::Struct(plan) = &ty.body { Some(plan) } else { None }).collect();
    let own = |name: &str| types.iter().any(|ty| ty.name == name);
    let aliases = types.iter().filter_map(|ty| if let TypeBody::Alias(shape) = &ty.body { Some(shape) } else { None });
    let shapes = || structs.iter().flat_map(|plan| plan.fields.iter().map(|field| &field.shape));
    let foreign = shapes().chain(aliases.clone()).any(|shape| shape.named().is_some_and(|name| !own(name)));
    let mut wire = Vec::new();
    if types.iter().any(|ty| matches!(ty.body, TypeBody::Enum(_))) {
        wire.extend([quote!(Choice), quote!(Unrecognized), quote!(ValueName)]);
    }
    if structs.iter().any(|plan| plan.extended) {
        wire.push(quote!(Extra));
    }
    if shapes().chain(aliases).any(holds_json) {
        wire.push(quote!(Json));
    }
    if !structs.is_empty() {
        wire.extend([quote!(Input), quote!(Members), quote!(Record)]);
    }
    wire.sort_by_key(ToString::to_string);
    let serde = if structs.is_empty() {
        quote!()
    } else {
        quote!(
            use serde::ser::SerializeMap;
        )
    };
    let wire = if wire.is_empty() { quote!() } else { quote!(use qix_schema::__private::{#(#wire),*};) };
    let foreign = if foreign {
        quote!(
            use super::*;
        )
    } else {
        quote!()
    };
    quote!(#wire #serde #foreign)
}

fn holds_json(shape: &Shape) -> bool {
    match shape {
        Shape::Json => true,
        Shape::List(inner) | Shape::Present(inner) => holds_json(inner),
        _ => false,
    }
}

fn item(docs: &Docs<'_>, ty: &TypePlan) -> TokenStream {
    match &ty.body {
        TypeBody::Struct(plan) => structure(docs, ty, plan),
        TypeBody::Enum(variants) => choice(docs, ty, variants),
        TypeBody::Alias(shape) => {
            let (doc, deprecated) = (docs.ty(ty), deprecated(&ty.marks));
            let (name, shape) = (format_ident!("{}", ty.name), shape.tokens());
            quote!(#doc #deprecated pub type #name = #shape;)
        }
    }
}

fn structure(docs: &Docs<'_>, ty: &TypePlan, plan: &StructPlan) -> TokenStream {
    let name = format_ident!("{}", ty.name);
    let (doc, gone) = (docs.ty(ty), deprecated(&ty.marks));
    let rare = RareBox::of(docs, ty, plan);
    let fields = plan.fields.iter().filter(|field| !field.rare).map(|field| declaration(docs, ty, field));
    let rare_field = rare.as_ref().map(|rare| rare.field());
    let extra_field = plan.extended.then(|| {
        quote! {
            /// Members that are not part of the schema.
            pub extra: Extra,
        }
    });
    let own_default = plan.fields.iter().any(|field| field.default.is_some());
    let clone = if plan.recursive { quote!() } else { quote!(Clone,) };
    let derives = if own_default { quote!(#clone Debug, PartialEq) } else { quote!(#clone Debug, Default, PartialEq) };
    let clone = plan.recursive.then(|| clone_impl(&name, plan, rare.is_some()));
    let default = own_default.then(|| default_impl(&name, plan, rare.is_some()));
    let setters = plan.fields.iter().map(setter);
    let getters = rare.iter().flat_map(|rare| rare.getters());
    let methods = (!plan.fields.is_empty()).then(|| quote!(impl #name { #(#setters)* #(#getters)* }));
    let record = record_impl(ty, plan);
    let rare = rare.map(|rare| rare.item);
    quote! {
        #doc
        #gone
        #[derive(#derives)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* #rare_field #extra_field }
        #clone
        #default
        #methods
        #record
        #rare
    }
}

/// Recursive types guard the stack when they are cloned.
fn clone_impl(name: &proc_macro2::Ident, plan: &StructPlan, rare: bool) -> TokenStream {
    let own = plan.fields.iter().filter(|field| !field.rare).map(|field| field.name.as_str());
    let fields = own.chain(rare.then_some("rare")).chain(plan.extended.then_some("extra"));
    let fields = fields.map(|field| format_ident!("{field}"));
    let clones = fields.map(|field| quote!(#field: Clone::clone(&self.#field)));
    quote! {
        impl Clone for #name {
            fn clone(&self) -> Self {
                qix_schema::__private::grow(|| Self { #(#clones),* })
            }
        }
    }
}

fn declaration(docs: &Docs<'_>, ty: &TypePlan, field: &Field) -> TokenStream {
    let (doc, gone, alias) = (docs.field(ty, field), deprecated(&field.marks), alias(&field.wire, &field.name));
    let (name, shape) = (format_ident!("{}", field.name), field.shape.tokens());
    quote!(#doc #alias #gone pub #name: #shape,)
}

/// The box for the rare members of a struct.
struct RareBox<'a> {
    name: proc_macro2::Ident,
    fields: Vec<&'a Field>,
    item: TokenStream,
}

impl<'a> RareBox<'a> {
    fn of(docs: &Docs<'_>, ty: &TypePlan, plan: &'a StructPlan) -> Option<Self> {
        let fields: Vec<&Field> = plan.fields.iter().filter(|field| field.rare).collect();
        if fields.is_empty() {
            return None;
        }
        let name = format_ident!("{}Rare", ty.name);
        let doc = docs.rare(ty);
        let declarations = fields.iter().map(|field| declaration(docs, ty, field));
        let item = quote! {
            #doc
            #[derive(Clone, Debug, Default, PartialEq)]
            pub(crate) struct #name { #(#declarations)* }
        };
        Some(Self { name, fields, item })
    }

    fn field(&self) -> TokenStream {
        let name = &self.name;
        quote! {
            /// Rarely set members.
            pub(crate) rare: Option<Box<#name>>,
        }
    }

    fn getters(&self) -> Vec<TokenStream> {
        let getter = |field: &&Field| {
            let (name, shape) = (format_ident!("{}", field.name), field.shape.tokens());
            let doc = format!(" `{}`, if any rare member is set.", field.wire);
            quote! {
                #[doc = #doc]
                pub fn #name(&self) -> Option<&#shape> {
                    self.rare.as_ref().map(|rare| &rare.#name)
                }
            }
        };
        self.fields.iter().map(getter).collect()
    }
}

fn default_impl(name: &proc_macro2::Ident, plan: &StructPlan, rare: bool) -> TokenStream {
    let fields = plan.fields.iter().filter(|field| !field.rare).map(|field| {
        let name = format_ident!("{}", field.name);
        let value = field.default.as_ref().map_or(quote!(Default::default()), |default| match default {
            DefaultValue::Text(text) => quote!(#text.to_owned()),
            default => literal(default),
        });
        quote!(#name: #value,)
    });
    let rare = rare.then(|| quote!(rare: None,));
    let extra = plan.extended.then(|| quote!(extra: Extra::default(),));
    quote! {
        impl Default for #name {
            fn default() -> Self {
                Self { #(#fields)* #rare #extra }
            }
        }
    }
}

fn literal(default: &DefaultValue) -> TokenStream {
    match default {
        DefaultValue::Integer(number) => {
            let number = Literal::i64_unsuffixed(*number);
            quote!(#number)
        }
        DefaultValue::Float(number) => {
            let number = Literal::f64_unsuffixed(*number);
            quote!(#number)
        }
        DefaultValue::Bool(flag) => quote!(#flag),
        DefaultValue::Text(text) => quote!(#text),
        DefaultValue::Variant(ty, variant) => {
            let (ty, variant) = (format_ident!("{ty}"), format_ident!("{variant}"));
            quote!(#ty::#variant)
        }
    }
}

fn setter(field: &Field) -> TokenStream {
    let (name, setter) = (format_ident!("{}", field.name), format_ident!("with_{}", field.name.trim_end_matches('_')));
    let (argument, value) = if field.converted { field.shape.converting_setter() } else { field.shape.setter() };
    let doc = format!(" Sets `{}`.", field.wire);
    let place = if field.rare { quote!(self.rare.get_or_insert_default().#name) } else { quote!(self.#name) };
    let gone = deprecated(&field.marks);
    if field.settled {
        return quote! {
            #[doc = #doc]
            #gone
            #[must_use]
            pub fn #setter(self, value: #argument) -> Self {
                self.settled(|place| place.#name = #value)
            }
        };
    }
    quote! {
        #[doc = #doc]
        #gone
        #[inline]
        #[must_use]
        pub fn #setter(mut self, value: #argument) -> Self {
            #place = #value;
            self
        }
    }
}

fn record_impl(ty: &TypePlan, plan: &StructPlan) -> TokenStream {
    let name = format_ident!("{}", ty.name);
    let (wire, members) = (&ty.wire, plan.fields.iter().map(|field| &field.wire));
    let recursive = plan.recursive.then(|| {
        quote!(
            const RECURSIVE: bool = true;
        )
    });
    let many = plan.many.then(|| {
        quote!(
            const MANY: bool = true;
        )
    });
    let reads = plan.fields.iter().map(read);
    let input = if plan.fields.is_empty() { quote!(_) } else { quote!(input) };
    let mut writes: Vec<TokenStream> = plan.fields.iter().filter(|field| !field.rare).map(write).collect();
    let rare: Vec<TokenStream> = plan.fields.iter().filter(|field| field.rare).map(write_rare).collect();
    if !rare.is_empty() {
        writes.push(quote!(if let Some(rare) = &self.rare { #(#rare)* }));
    }
    let extra = plan.extended.then(|| {
        quote! {
            fn extra_mut(&mut self) -> Option<&mut Extra> {
                Some(&mut self.extra)
            }
        }
    });
    if plan.extended {
        writes.push(quote!(out.extra(&self.extra)?;));
    }
    let out = if writes.is_empty() { quote!(_) } else { quote!(out) };
    quote! {
        impl Record for #name {
            const NAME: &'static str = #wire;
            const MEMBERS: &'static [&'static str] = &[#(#members),*];
            #recursive
            #many
            #[inline(always)]
            fn read_members<I: Input>(&mut self, #input: &mut I) -> Result<(), I::Stop> {
                #(#reads)*
                Ok(())
            }
            fn write_members<S: SerializeMap>(&self, #out: &mut Members<'_, S>) -> Result<(), S::Error> {
                #(#writes)*
                Ok(())
            }
            #extra
        }
    }
}

fn read(field: &Field) -> TokenStream {
    let (name, key) = (format_ident!("{}", field.name), key(&field.wire));
    if field.rare {
        quote!(input.rare(#key, || &mut self.rare.get_or_insert_default().#name)?;)
    } else {
        quote!(input.member(#key, &mut self.#name)?;)
    }
}

/// What follows the opening quote of a member's name in JSON text.
pub(super) fn key(wire: &str) -> TokenStream {
    let key = format!("{wire}\":");
    let raw = if wire.contains('"') { None } else { format!("r#\"{key}\"#").parse().ok() };
    raw.unwrap_or_else(|| quote!(#key))
}

fn write(field: &Field) -> TokenStream {
    let (name, wire) = (format_ident!("{}", field.name), &field.wire);
    match &field.default {
        None => quote!(out.put(#wire, &self.#name)?;),
        Some(DefaultValue::Bool(true)) => quote!(if !self.#name { out.always(#wire, &self.#name)?; }),
        Some(default) => {
            let default = literal(default);
            quote!(if self.#name != #default { out.always(#wire, &self.#name)?; })
        }
    }
}

fn write_rare(field: &Field) -> TokenStream {
    let (name, wire) = (format_ident!("{}", field.name), &field.wire);
    quote!(out.put(#wire, &rare.#name)?;)
}

fn choice(docs: &Docs<'_>, ty: &TypePlan, variants: &[Variant]) -> TokenStream {
    let (name, wire) = (format_ident!("{}", ty.name), &ty.wire);
    let (doc, gone) = (docs.ty(ty), deprecated(&ty.marks));
    let declarations = variants.iter().map(|variant| {
        let (doc, gone) = (docs.variant(ty, variant), deprecated(&variant.value.marks));
        let default = variant.default.then(|| quote!(#[default]));
        let title = alias(&variant.value.title, &variant.name);
        let long = variant.value.long.as_deref().filter(|long| *long != variant.value.title);
        let long = long.map(|long| alias(long, &variant.name));
        let name = format_ident!("{}", variant.name);
        quote!(#doc #title #long #gone #default #name,)
    });
    let values = variants.iter().map(|variant| {
        let (title, number) = (&variant.value.title, Literal::i64_unsuffixed(variant.value.number));
        let long = variant.value.long.as_ref().unwrap_or(title);
        quote!(ValueName { title: #title, long: #long, number: #number })
    });
    let names: Vec<_> = variants.iter().map(|variant| format_ident!("{}", variant.name)).collect();
    let indices: Vec<_> = (0..variants.len()).map(Literal::usize_unsuffixed).collect();
    quote! {
        #doc
        #gone
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#declarations)*
            /// A value that is not part of the schema. It is written back unchanged.
            Unrecognized(Box<Unrecognized>),
        }
        impl Choice for #name {
            const NAME: &'static str = #wire;
            const VALUES: &'static [ValueName] = &[#(#values),*];
            fn from_index(index: usize) -> Option<Self> {
                Some(match index {
                    #(#indices => Self::#names,)*
                    _ => return None,
                })
            }
            fn index(&self) -> Result<usize, &Unrecognized> {
                Ok(match self {
                    #(Self::#names => #indices,)*
                    Self::Unrecognized(value) => return Err(value),
                })
            }
            fn from_unrecognized(value: Unrecognized) -> Self {
                Self::Unrecognized(Box::new(value))
            }
        }
    }
}
