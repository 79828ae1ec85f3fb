//! JSON values as Rust expressions of the type that the schema states.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Map, Value};

use super::SnippetError;
use crate::companion::Companion;
use crate::model::{EnumValue, IntFormat, Kind, Member, Model, TypeRef};
use crate::names;

/// Writes values.
#[derive(Clone, Copy)]
pub(super) struct Literals<'a> {
    pub(super) model: &'a Model,
    pub(super) companion: &'a Companion,
}

type Written = Result<TokenStream, SnippetError>;

impl Literals<'_> {
    /// The value of a required parameter: strings are `&str`.
    pub(super) fn argument(&self, ty: &TypeRef, value: &Value, place: &str) -> Written {
        match self.resolved(ty) {
            TypeRef::String => text(value, place),
            _ => self.exact(ty, value, place),
        }
    }

    /// The argument of a setter, which takes what converts to the type.
    pub(super) fn setter(&self, ty: &TypeRef, value: &Value, place: &str) -> Written {
        match self.resolved(ty) {
            TypeRef::String => text(value, place),
            TypeRef::List(items) => {
                let values = list(value, place)?;
                if values.is_empty() {
                    let items = self.name(&items);
                    return Ok(quote!(Vec::<#items>::new()));
                }
                let values = values.iter().enumerate().map(|(index, value)| {
                    let place = format!("{place}[{index}]");
                    match self.resolved(&items) {
                        TypeRef::String => text(value, &place),
                        TypeRef::Integer(format) => integer(format, value, &place, true),
                        _ => self.exact(&items, value, &place),
                    }
                });
                let values = values.collect::<Result<Vec<_>, _>>()?;
                Ok(quote!([#(#values),*]))
            }
            _ => self.exact(ty, value, place),
        }
    }

    /// An expression of exactly the type.
    fn exact(&self, ty: &TypeRef, value: &Value, place: &str) -> Written {
        match ty {
            TypeRef::String => text(value, place).map(|text| quote!(#text.to_owned())),
            TypeRef::Boolean => match value {
                Value::Bool(flag) => Ok(quote!(#flag)),
                _ => Err(wrong(place, "must be a boolean")),
            },
            TypeRef::Number { .. } => float(value, place),
            TypeRef::Integer(format) => integer(*format, value, place, false),
            TypeRef::List(items) => {
                let values = list(value, place)?.iter().enumerate();
                let values = values.map(|(index, value)| self.exact(items, value, &format!("{place}[{index}]")));
                let values = values.collect::<Result<Vec<_>, _>>()?;
                Ok(quote!(vec![#(#values),*]))
            }
            TypeRef::Named(name) => match self.model.types.get(name).map(|ty| &ty.kind) {
                Some(Kind::Struct { members, dynamic }) => self.structure(name, members, dynamic, value, place),
                Some(Kind::Enum { values }) => Ok(choice(name, values, value)),
                Some(Kind::Array { .. } | Kind::Text { .. }) => self.exact(&self.resolved(ty), value, place),
                Some(Kind::Open) | None => Ok(json(&quote!(Json), value)),
            },
        }
    }

    fn structure(&self, name: &str, members: &[Member], dynamic: &[Member], value: &Value, place: &str) -> Written {
        let Value::Object(given) = value else {
            return Err(wrong(place, &format!("must be a JSON object, as its type is `{name}`")));
        };
        let all = || members.iter().chain(dynamic);
        let mut setters = TokenStream::new();
        for member in all() {
            let Some(value) = given.get(&member.name).filter(|value| !value.is_null()) else { continue };
            let setter = format_ident!("with_{}", names::field(&member.name).trim_end_matches('_'));
            let value = self.setter(&member.ty, value, &format!("{place}.{}", member.name))?;
            setters.extend(quote!(.#setter(#value)));
        }
        let ty = format_ident!("{}", names::ty(name));
        let typed = quote!(#ty::default()#setters);
        let more: Map<String, Value> = given
            .iter()
            .filter(|(name, _)| !all().any(|member| member.name == **name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        match more.keys().next() {
            None => Ok(typed),
            Some(_) if self.companion.extended.contains(name) => {
                let sets = more.iter().map(|(name, value)| {
                    let value = json(&quote!(Json), value);
                    quote!(value.extra.set(#name, &#value)?;)
                });
                Ok(quote!({ let mut value = #typed; #(#sets)* value }))
            }
            Some(member) => Err(wrong(&format!("{place}.{member}"), &format!("is not a member of `{name}`"))),
        }
    }

    /// The type without names for lists and strings.
    fn resolved(&self, ty: &TypeRef) -> TypeRef {
        match ty.named().filter(|_| matches!(ty, TypeRef::Named(_))).and_then(|name| self.model.types.get(name)) {
            Some(named) => match &named.kind {
                Kind::Array { items } => TypeRef::List(Box::new(items.clone())),
                Kind::Text { .. } => TypeRef::String,
                _ => ty.clone(),
            },
            None => ty.clone(),
        }
    }

    /// The name of a type in Rust.
    fn name(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::String => quote!(String),
            TypeRef::Boolean => quote!(bool),
            TypeRef::Number { .. } => quote!(f64),
            TypeRef::Integer(format) => {
                let name = format_ident!("{}", format.rust());
                quote!(#name)
            }
            TypeRef::List(items) => {
                let items = self.name(items);
                quote!(Vec<#items>)
            }
            TypeRef::Named(name) => {
                let name = format_ident!("{}", names::ty(name));
                quote!(#name)
            }
        }
    }
}

fn wrong(place: &str, why: &str) -> SnippetError {
    SnippetError::Value { place: place.to_owned(), why: why.to_owned() }
}

fn text(value: &Value, place: &str) -> Written {
    let text = value.as_str().ok_or_else(|| wrong(place, "must be a string"))?;
    Ok(quote!(#text))
}

fn list<'a>(value: &'a Value, place: &str) -> Result<&'a [Value], SnippetError> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| wrong(place, "must be a list"))
}

fn integer(format: IntFormat, value: &Value, place: &str, suffixed: bool) -> Written {
    let whole = |value: &Value| value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64);
    let number = value.as_i64().or_else(|| whole(value)).filter(|number| format.holds(*number));
    let number = number.ok_or_else(|| wrong(place, &format!("must be an integer of the type `{}`", format.rust())))?;
    let suffix = if suffixed && format != IntFormat::Int32 { format.rust() } else { "" };
    let digits: TokenStream = format!("{number}{suffix}").parse().expect("digits are a literal");
    Ok(digits)
}

fn float(value: &Value, place: &str) -> Written {
    match (value.as_f64(), value.as_str()) {
        (Some(number), _) => {
            let literal = Literal::f64_unsuffixed(number.abs());
            Ok(if number.is_sign_negative() { quote!(-#literal) } else { quote!(#literal) })
        }
        (None, Some("NaN")) => Ok(quote!(f64::NAN)),
        (None, Some("Infinity")) => Ok(quote!(f64::INFINITY)),
        (None, Some("-Infinity")) => Ok(quote!(f64::NEG_INFINITY)),
        _ => Err(wrong(place, "must be a number")),
    }
}

/// A value of an enum, by title, long name, or number. Others are kept as they are.
fn choice(name: &str, values: &[EnumValue], value: &Value) -> TokenStream {
    let ty = format_ident!("{}", names::ty(name));
    let is = |known: &EnumValue| match value.as_str() {
        Some(text) => known.title == text || known.long.as_deref() == Some(text),
        None => value.as_i64() == Some(known.number),
    };
    let texts: Vec<_> = values.iter().map(|value| (value.title.as_str(), value.long.as_deref())).collect();
    match values.iter().position(is) {
        Some(index) => {
            let variant = format_ident!("{}", names::variants(name, &texts)[index]);
            quote!(#ty::#variant)
        }
        None => json(&quote!(#ty), value),
    }
}

/// A value that is decoded from its JSON text.
fn json(ty: &TokenStream, value: &Value) -> TokenStream {
    let text = value.to_string();
    let hashes = "#".repeat((0..).find(|count| !text.contains(&format!("\"{}", "#".repeat(*count)))).unwrap_or(0));
    let literal: TokenStream = format!("r{hashes}\"{text}\"{hashes}").parse().expect("the text cannot end the literal");
    quote!(serde_json::from_str::<#ty>(#literal)?)
}
