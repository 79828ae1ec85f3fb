//! Inline types, which are defined where they are used instead of by reference.

use std::collections::BTreeMap;

use super::Reader;
use super::object::Object;
use super::place::Place;
use crate::fault::Fault;
use crate::model::{Kind, Member, Model, Type, TypeRef};

/// An inline type.
pub(super) struct WrittenOut {
    /// Temporary name, used until it is resolved.
    id: String,
    /// The name that it gets unless an equal named type exists.
    name: String,
    /// The name in the file, if any.
    title: Option<String>,
    kind: Kind,
    pointer: String,
}

/// A type with any values.
const ANY: &str = "JsonObject";

impl<'a> Reader<'a> {
    /// Reads an inline type and returns its temporary name, which [`Reader::settle`] resolves.
    pub(super) fn written_out(&mut self, schema: &Object<'a>, path: &str) -> TypeRef {
        let name = name(path);
        self.next_id += 1;
        // Names in the file never contain this character.
        let id = format!("{name}@{}", self.next_id);
        let kind = self.kind(schema, &id);
        if kind == Kind::Open {
            self.uses_any = true;
            return TypeRef::Named(ANY.to_owned());
        }
        let title = schema.get("title").map(|at| self.text_at(&at));
        let pointer = schema.place.pointer();
        self.written_out.push(WrittenOut { id: id.clone(), name, title, kind, pointer });
        TypeRef::Named(id)
    }

    /// Stores two types of one member, which are compared when all types have names.
    pub(super) fn stated_twice(&mut self, place: &Place<'a>, member: &str, here: &TypeRef, there: &TypeRef) {
        for (one, other) in [(here, there), (there, here)] {
            let written_out = self.written_out.iter_mut().find(|ty| one.named() == Some(&ty.id));
            if let (Some(ty), Some(name)) = (written_out, other.named()) {
                ty.title.get_or_insert_with(|| name.to_owned());
            }
        }
        self.doubled.push((place.pointer(), member.to_owned(), [here.clone(), there.clone()]));
    }

    /// Replaces inline types with named types: an equal one if it exists, otherwise a new one.
    pub(super) fn settle(&mut self, model: &mut Model) {
        if self.uses_any {
            let any = Type { kind: Kind::Open, marks: Default::default() };
            model.types.entry(ANY.to_owned()).or_insert(any);
        }
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        // Inner types are resolved before outer types.
        let written_out = std::mem::take(&mut self.written_out);
        let kinds: BTreeMap<&str, &Kind> = written_out.iter().map(|ty| (ty.id.as_str(), &ty.kind)).collect();
        for WrittenOut { id, name, title, kind, pointer } in &written_out {
            let is_same = |candidate: &str, other: &Kind| {
                let mut names = names.clone();
                names.insert(id.clone(), candidate.to_owned());
                Comparison { types: &model.types, kinds: &kinds, names }.kinds(kind, other)
            };
            let same: Vec<&String> =
                model.types.iter().filter(|(name, ty)| is_same(name, &ty.kind)).map(|(name, _)| name).collect();
            let named = same.iter().copied().find(|name| title.as_ref() == Some(*name));
            let chosen = match (named, &same[..]) {
                (Some(named), _) => named.clone(),
                (None, [only]) => (*only).clone(),
                (None, []) if !model.types.contains_key(name) => {
                    self.prose.rename(id, Some(name));
                    names.insert(id.clone(), name.clone());
                    model.types.insert(name.clone(), Type { kind: kind.clone(), marks: Default::default() });
                    continue;
                }
                (None, []) => {
                    let what = format!("the type that is written out here would be `{name}`, which is another type");
                    let hint = "In a copy of the file, move it to `components.schemas` under a name of its own and \
                                refer to it by `$ref`.";
                    self.faults.push(Fault::new(pointer, what, hint));
                    continue;
                }
                (None, same) => {
                    let list = same.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                    let what = format!("the type that is written out here may be any of {list}");
                    let hint = "In a copy of the file, refer to one of them by `$ref`, or add its name as `title`.";
                    self.faults.push(Fault::new(pointer, what, hint));
                    continue;
                }
            };
            self.prose.rename(id, None);
            names.insert(id.clone(), chosen);
        }
        for (pointer, member, mut types) in std::mem::take(&mut self.doubled) {
            types.iter_mut().for_each(|ty| rename(ty, &names));
            let [here, there] = types;
            if here != there {
                let what =
                    format!("`{member}` is stated twice, here as `{here}` and in `additionalProperties` as `{there}`");
                let hint = "Find out which one the engine writes, and remove the other from a copy of the file.";
                self.faults.push(Fault::new(pointer, what, hint));
            }
        }
        model.types.values_mut().flat_map(|ty| references(&mut ty.kind)).for_each(|ty| rename(ty, &names));
        for method in model.methods.values_mut() {
            method.params.iter_mut().for_each(|param| rename(&mut param.ty, &names));
            method.results.iter_mut().for_each(|result| rename(&mut result.ty, &names));
        }
    }
}

/// Whether a name belongs to a named type.
pub(super) fn is_settled(name: &str) -> bool {
    !name.contains('@')
}

/// Compares types, some of which are inline and have no name yet.
struct Comparison<'a> {
    types: &'a BTreeMap<String, Type>,
    kinds: &'a BTreeMap<&'a str, &'a Kind>,
    /// Known results, and assumptions during a comparison.
    names: BTreeMap<String, String>,
}

impl Comparison<'_> {
    fn kinds(&mut self, one: &Kind, other: &Kind) -> bool {
        match (one, other) {
            (Kind::Struct { members: a, dynamic: c }, Kind::Struct { members: b, dynamic: d }) => {
                self.members(a, b) && self.members(c, d)
            }
            (Kind::Array { items: a }, Kind::Array { items: b }) => self.references(a, b),
            _ => one == other,
        }
    }

    fn members(&mut self, one: &[Member], other: &[Member]) -> bool {
        one.len() == other.len()
            && one.iter().zip(other).all(|(a, b)| {
                (&a.name, &a.default, a.required, &a.marks) == (&b.name, &b.default, b.required, &b.marks)
            })
            && one.iter().zip(other).all(|(a, b)| self.references(&a.ty, &b.ty))
    }

    fn references(&mut self, one: &TypeRef, other: &TypeRef) -> bool {
        let (one, other) = match (one, other) {
            (TypeRef::List(one), TypeRef::List(other)) => return self.references(one, other),
            (TypeRef::Named(one), TypeRef::Named(other)) => (one, other),
            _ => return one == other,
        };
        let now = |name: &String| self.names.get(name).unwrap_or(name).clone();
        let (one, other) = (now(one), now(other));
        // Named types are compared by name, others by content.
        if one == other || (is_settled(&one) && is_settled(&other)) {
            return one == other;
        }
        let kind = |name: &str| self.kinds.get(name).copied().or_else(|| self.types.get(name).map(|ty| &ty.kind));
        let (Some(a), Some(b)) = (kind(&one), kind(&other)) else { return false };
        let (id, name) = if is_settled(&one) { (other, one) } else { (one, other) };
        self.names.insert(id, name);
        self.kinds(a, b)
    }
}

fn rename(ty: &mut TypeRef, names: &BTreeMap<String, String>) {
    match ty {
        TypeRef::List(items) => rename(items, names),
        TypeRef::Named(name) => {
            if let Some(new) = names.get(name) {
                name.clone_from(new);
            }
        }
        _ => {}
    }
}

fn references(kind: &mut Kind) -> Vec<&mut TypeRef> {
    match kind {
        Kind::Struct { members, dynamic } => members.iter_mut().chain(dynamic).map(|member| &mut member.ty).collect(),
        Kind::Array { items } => vec![items],
        Kind::Open | Kind::Text { .. } | Kind::Enum { .. } => Vec::new(),
    }
}

/// The name of an inline type at a path: `NxPage/qTop` becomes `NxPageTop`.
fn name(path: &str) -> String {
    let owned = path.split('/').filter_map(|part| part.split('@').next());
    let words = owned.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let capitalized = words.map(|word| {
        let word = match word.strip_prefix('q') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
            _ => word,
        };
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    });
    capitalized.collect()
}
