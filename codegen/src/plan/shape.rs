//! The Rust form of types, and which types are recursive.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{IntFormat, Kind, Model, TypeRef};
use crate::names;

/// The Rust form of a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Text,
    Bool,
    Float,
    Integer(IntFormat),
    Json,
    Enum(String),
    Struct(String),
    /// An alias for a list, string, or JSON.
    Alias(String, Box<Shape>),
    List(Box<Shape>),
    /// Optional, because presence matters.
    Present(Box<Shape>),
}

impl Shape {
    pub(crate) fn of(model: &Model, ty: &TypeRef) -> Self {
        match ty {
            TypeRef::String => Self::Text,
            TypeRef::Boolean => Self::Bool,
            TypeRef::Number { .. } => Self::Float,
            TypeRef::Integer(format) => Self::Integer(*format),
            TypeRef::List(items) => Self::List(Box::new(Self::of(model, items))),
            TypeRef::Named(wire) => {
                let name = names::ty(wire);
                match model.types.get(wire).map(|ty| &ty.kind) {
                    Some(Kind::Struct { .. }) => Self::Struct(name),
                    Some(Kind::Enum { .. }) => Self::Enum(name),
                    Some(Kind::Array { items }) => {
                        Self::Alias(name, Box::new(Self::List(Box::new(Self::of(model, items)))))
                    }
                    Some(Kind::Text { .. }) => Self::Alias(name, Box::new(Self::Text)),
                    Some(Kind::Open) | None => Self::Alias(name, Box::new(Self::Json)),
                }
            }
        }
    }

    pub(crate) fn present(self) -> Self {
        Self::Present(Box::new(self))
    }

    /// The Rust type.
    pub(crate) fn rust(&self) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Float => "f64".to_owned(),
            Self::Integer(format) => format.rust().to_owned(),
            Self::Json => "Json".to_owned(),
            Self::Enum(name) | Self::Struct(name) | Self::Alias(name, _) => name.clone(),
            Self::List(items) => format!("Vec<{}>", items.rust()),
            Self::Present(inner) if matches!(**inner, Self::Struct(_)) => format!("Option<Box<{}>>", inner.rust()),
            Self::Present(inner) => format!("Option<{}>", inner.rust()),
        }
    }

    /// The shape behind aliases.
    pub(crate) fn resolved(&self) -> &Self {
        if let Self::Alias(_, inner) = self { inner.resolved() } else { self }
    }

    /// What a setter takes, in the words of the macro `setter`. `converted` if other types convert into this one.
    pub(crate) fn kind(&self, converted: bool) -> String {
        match self {
            Self::Struct(name) if converted => format!("into {name}"),
            Self::Present(inner) if matches!(**inner, Self::Struct(_)) => format!("boxed {}", inner.kind(converted)),
            Self::Present(inner) => format!("some {}", inner.kind(converted)),
            _ => match self.resolved() {
                Self::Text => "into String".to_owned(),
                Self::List(items) => format!("each {}", items.rust()),
                _ => self.rust(),
            },
        }
    }

    /// What a constructor takes.
    pub(crate) fn constructor_kind(&self) -> String {
        if *self.resolved() == Self::Text { "into String".to_owned() } else { self.rust() }
    }

    /// The type of a required parameter in a trait method, which must be dyn-compatible.
    pub(crate) fn argument(&self) -> String {
        if *self.resolved() == Self::Text { "&str".to_owned() } else { self.rust() }
    }

    /// The named type inside.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Enum(name) | Self::Struct(name) | Self::Alias(name, _) => Some(name),
            Self::List(inner) | Self::Present(inner) => inner.named(),
            _ => None,
        }
    }

    /// The type as documentation shows it, with links.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Enum(name) | Self::Struct(name) | Self::Alias(name, _) => format!("[`{name}`]"),
            Self::List(items) => format!("list of {}", items.words()),
            Self::Present(inner) => inner.words(),
            Self::Text | Self::Bool | Self::Float | Self::Integer(_) | Self::Json => format!("`{}`", self.rust()),
        }
    }
}

/// For each struct, the types it contains: (member, type, whether directly or in a list).
fn edges(model: &Model) -> BTreeMap<&str, Vec<(&str, &str, bool)>> {
    let mut edges: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (name, ty) in &model.types {
        let held = edges.entry(name).or_default();
        match &ty.kind {
            Kind::Struct { members, dynamic } => {
                let direct = |ty: &TypeRef| matches!(ty, TypeRef::Named(_));
                let members = members.iter().map(|m| (m.name.as_str(), &m.ty, direct(&m.ty)));
                let dynamic = dynamic.iter().map(|m| (m.name.as_str(), &m.ty, false));
                held.extend(members.chain(dynamic).filter_map(|(m, ty, direct)| Some((m, ty.named()?, direct))));
            }
            Kind::Array { items } => held.extend(items.named().map(|items| ("", items, false))),
            Kind::Open | Kind::Text { .. } | Kind::Enum { .. } => {}
        }
    }
    edges
}

fn reaches<'a>(
    edges: &BTreeMap<&'a str, Vec<(&'a str, &'a str, bool)>>,
    from: &'a str,
    to: &str,
    directly: bool,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    seen.insert(from)
        && edges.get(from).into_iter().flatten().any(|(_, held, direct)| {
            (*direct || !directly) && (*held == to || reaches(edges, held, to, directly, seen))
        })
}

/// Members that would make their struct contain itself without indirection.
pub(super) fn endless_members(model: &Model) -> BTreeSet<(String, String)> {
    let edges = edges(model);
    let mut endless = BTreeSet::new();
    for (ty, held) in &edges {
        for (member, target, _) in held.iter().filter(|(_, _, direct)| *direct) {
            if target == ty || reaches(&edges, target, ty, true, &mut BTreeSet::new()) {
                endless.insert(((*ty).to_owned(), (*member).to_owned()));
            }
        }
    }
    endless
}

/// Types whose values can contain values of their own type, directly or indirectly.
pub(super) fn recursive_types(model: &Model) -> BTreeSet<String> {
    let edges = edges(model);
    let recursive = edges.keys().filter(|ty| reaches(&edges, ty, ty, false, &mut BTreeSet::new()));
    recursive.map(|ty| (*ty).to_owned()).collect()
}
