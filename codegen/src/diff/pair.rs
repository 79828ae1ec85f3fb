//! Matches the items of both sides.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::TypeRef;

/// Old and new items, matched.
pub(super) struct Matched<T> {
    /// Items on both sides. Their names may differ.
    pub(super) pairs: Vec<(T, T)>,
    pub(super) removed: Vec<T>,
    pub(super) added: Vec<T>,
}

/// Matches items by name, and the rest by evidence of a rename, if exactly one candidate fits in both directions.
pub(super) fn matched<'a, T: Copy>(
    old: impl IntoIterator<Item = T>,
    new: impl IntoIterator<Item = T>,
    name: impl Fn(T) -> &'a str,
    renamed: impl Fn(T, T) -> bool,
) -> Matched<T> {
    let mut matched = Matched { pairs: Vec::new(), removed: Vec::new(), added: new.into_iter().collect() };
    for item in old {
        match matched.added.iter().position(|other| name(*other) == name(item)) {
            Some(index) => matched.pairs.push((item, matched.added.remove(index))),
            None => matched.removed.push(item),
        }
    }
    let fits: Vec<Vec<usize>> = matched
        .removed
        .iter()
        .map(|item| (0..matched.added.len()).filter(|index| renamed(*item, matched.added[*index])).collect())
        .collect();
    let wanted = |index: usize| fits.iter().filter(|fits| fits.contains(&index)).count();
    let found: Vec<(usize, usize)> = fits
        .iter()
        .enumerate()
        .filter_map(|(item, fits)| if let [only] = fits[..] { Some((item, only)) } else { None })
        .filter(|(_, only)| wanted(*only) == 1)
        .collect();
    matched.pairs.extend(found.iter().map(|(item, only)| (matched.removed[*item], matched.added[*only])));
    let without = |items: Vec<T>, gone: BTreeSet<usize>| {
        items.into_iter().enumerate().filter(|(index, _)| !gone.contains(index)).map(|(_, item)| item).collect()
    };
    matched.removed = without(matched.removed, found.iter().map(|(item, _)| *item).collect());
    matched.added = without(matched.added, found.iter().map(|(_, only)| *only).collect());
    matched
}

/// Whether an old and a new name have the same position: between the same names in both lists.
pub(super) fn same_place(old: &[&str], old_name: &str, new: &[&str], new_name: &str) -> bool {
    fn around<'a>(list: &[&'a str], name: &str, other: &[&str]) -> Option<(Option<&'a str>, Option<&'a str>)> {
        let at = list.iter().position(|item| *item == name)?;
        let common = |item: &&&str| other.contains(item);
        let (before, after) = (list[..at].iter().rev().find(common), list[at + 1..].iter().find(common));
        Some((before.copied(), after.copied()))
    }
    around(old, old_name, new) == around(new, new_name, old)
}

/// Old and new names of renamed types.
#[derive(Default)]
pub(super) struct Renames(pub(super) BTreeMap<String, String>);

impl Renames {
    /// The type with its new name.
    pub(super) fn apply(&self, ty: &TypeRef) -> TypeRef {
        match ty {
            TypeRef::Named(name) => TypeRef::Named(self.0.get(name).unwrap_or(name).clone()),
            TypeRef::List(items) => TypeRef::List(Box::new(self.apply(items))),
            other => other.clone(),
        }
    }

    /// Whether two types are the same except for renames.
    pub(super) fn same(&self, old: &TypeRef, new: &TypeRef) -> bool {
        self.apply(old) == *new
    }
}
