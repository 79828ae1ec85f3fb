//! Compares named types.

use super::line::{Change, Line, Subject};
use super::methods::code;
use super::pair::{self, Matched, Renames};
use super::side::{self, Side};
use super::{Sides, marks, members, similar, values};
use crate::model::{Kind, Stability, Type};
use crate::plan::{TypeBody, TypePlan};

type Item<'a> = (&'a str, &'a Type);

/// Maximum number of uses of a type in one line.
const USES: usize = 5;

/// Types that were renamed: same kind, same content, and either a similar name or the same uses.
pub(super) fn renames(old: &Side, new: &Side) -> Renames {
    let uses = |side: &Side, name: &str| side.uses(name).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    let fits = |(a, x): Item<'_>, (b, y): Item<'_>| {
        same_inside(&x.kind, &y.kind)
            && (similar::types(a, b) || {
                let uses = (uses(old, a), uses(new, b));
                large(&x.kind) && !uses.0.is_empty() && uses.0 == uses.1
            })
    };
    let matched = pair::matched(items(old), items(new), |item| item.0, fits);
    let renamed = matched.pairs.into_iter().filter(|(a, b)| a.0 != b.0);
    Renames(renamed.map(|(a, b)| (a.0.to_owned(), b.0.to_owned())).collect())
}

fn items(side: &Side) -> impl Iterator<Item = Item<'_>> {
    side.model.types.iter().map(|(name, ty)| (name.as_str(), ty))
}

/// Whether two types have the same kind and the same names inside.
fn same_inside(old: &Kind, new: &Kind) -> bool {
    match (old, new) {
        (Kind::Struct { members: a, dynamic: c }, Kind::Struct { members: b, dynamic: d }) => {
            let same = a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| a.name == b.name));
            same && c.len() == d.len() && a.len() + c.len() > 0
        }
        (Kind::Enum { values: a }, Kind::Enum { values: b }) => {
            let same = |(a, b): (&crate::model::EnumValue, &crate::model::EnumValue)| {
                a.title == b.title && a.number == b.number
            };
            a.len() == b.len() && !a.is_empty() && a.iter().zip(b).all(same)
        }
        (Kind::Array { items: a }, Kind::Array { items: b }) => a == b,
        (Kind::Text { encoding: a }, Kind::Text { encoding: b }) => a == b,
        (Kind::Open, Kind::Open) => true,
        _ => false,
    }
}

/// Whether a type has enough content to be recognized by it.
fn large(kind: &Kind) -> bool {
    match kind {
        Kind::Struct { members, .. } => members.len() >= 3,
        Kind::Enum { values } => values.len() >= 3,
        _ => false,
    }
}

pub(super) fn compare(sides: &Sides<'_>, lines: &mut Vec<Line>) {
    let renamed = |a: Item<'_>, b: Item<'_>| sides.types.0.get(a.0).is_some_and(|name| name == b.0);
    let Matched { pairs, removed, added } = pair::matched(items(sides.old), items(sides.new), |item| item.0, renamed);
    for (name, ty) in removed {
        let items = rust_items(sides.old, name);
        let was = if ty.marks.stability == Some(Stability::Experimental) { " It was experimental." } else { "" };
        let line = Line::new(Change::Removed, Subject::Type, name).rust(items.clone());
        lines.push(line.breaks(format!("Gone: {}.{was}", code(&items))));
    }
    for (name, _) in added {
        lines.push(Line::new(Change::Added, Subject::Type, name).rust(rust_items(sides.new, name)).adds());
    }
    for (old, new) in pairs {
        if let (Some(old_plan), Some(new_plan)) = (sides.old.ty(old.0), sides.new.ty(new.0)) {
            ty(sides, (old, old_plan), (new, new_plan), lines);
        }
    }
}

/// The type and the box for its rare members.
fn rust_items(side: &Side, name: &str) -> Vec<String> {
    let Some(plan) = side.ty(name) else { return vec![side::item(name)] };
    let mut items = vec![format!("types::{}", plan.name)];
    if matches!(&plan.body, TypeBody::Struct(body) if body.fields.iter().any(|field| field.rare)) {
        items.push(format!("types::{}Rare", plan.name));
    }
    items
}

fn ty(
    sides: &Sides<'_>,
    ((old_name, old), old_plan): (Item<'_>, &TypePlan),
    ((name, new), new_plan): (Item<'_>, &TypePlan),
    lines: &mut Vec<Line>,
) {
    let items = rust_items(sides.new, name);
    let line = |change| Line::new(change, Subject::Type, name).rust(items.clone());
    if old_name != name {
        let meaning =
            format!("{} became {}.{}", code(&rust_items(sides.old, old_name)), code(&items), uses(sides.new, name));
        lines.push(line(Change::Renamed).was(old_name).breaks(meaning));
    }
    let (api_old, api_new) = (marks::of_api(&sides.old.model), marks::of_api(&sides.new.model));
    let about = marks::About { subject: Subject::Type, item: name.to_owned(), rust: items.clone(), warns: true };
    marks::compare(&about, &[&old.marks, &api_old], &[&new.marks, &api_new], lines);
    match (&old.kind, &new.kind, &old_plan.body, &new_plan.body) {
        (Kind::Struct { .. }, Kind::Struct { .. }, TypeBody::Struct(_), TypeBody::Struct(_)) => {
            members::compare(sides, (old_name, old, old_plan), (name, new, new_plan), lines);
        }
        (Kind::Enum { values: a }, Kind::Enum { values: b }, TypeBody::Enum(x), TypeBody::Enum(y)) => {
            values::compare(sides, (old_plan, a, x), (new_plan, b, y), lines);
        }
        (a, b, TypeBody::Alias(x), TypeBody::Alias(y)) if same_alias(sides, a, b) || side::same_in_rust(x, y) => {
            if !same_alias(sides, a, b) {
                let changed = line(Change::Changed).fact("kind", side::kind(a), side::kind(b));
                lines.push(match (a, b) {
                    (Kind::Text { .. }, Kind::Text { .. }) => changed.breaks(format!(
                        "`{}` is still a string, but its encoding changed.{}",
                        items[0],
                        uses(sides.new, name)
                    )),
                    _ => changed.meaning("The same in Rust."),
                });
            }
        }
        (a, b, _, _) => {
            let (was, is) = (side::body(old_plan), side::body(new_plan));
            let meaning = format!("`{}` is {is}; it was {was}.{}", items[0], uses(sides.new, name));
            lines.push(line(Change::Changed).fact("kind", side::kind(a), side::kind(b)).breaks(meaning));
        }
    }
}

fn same_alias(sides: &Sides<'_>, old: &Kind, new: &Kind) -> bool {
    match (old, new) {
        (Kind::Array { items: a }, Kind::Array { items: b }) => sides.types.same(a, b),
        (a, b) => a == b,
    }
}

/// Where a type is used, as a sentence.
fn uses(side: &Side, name: &str) -> String {
    let uses: Vec<String> = side.uses(name).into_iter().map(|(_, rust)| rust).collect();
    match uses.len().saturating_sub(USES) {
        _ if uses.is_empty() => String::new(),
        0 => format!(" Used by {}.", code(&uses)),
        more => format!(" Used by {} and {more} more.", code(&uses[..USES])),
    }
}
