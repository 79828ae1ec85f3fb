//! Compares members of structs, which are public fields with setters.

use super::line::{Change, Line, Subject};
use super::pair::{self, Matched};
use super::side;
use super::{Sides, marks, similar};
use crate::model::{Kind, Member, Type, TypeRef};
use crate::plan::{Field, Shape, TypeBody, TypePlan};

/// A member and its plan.
#[derive(Clone, Copy)]
struct Item<'a> {
    name: &'a str,
    ty: &'a TypeRef,
    member: &'a Member,
    is_dynamic: bool,
    field: &'a Field,
}

type Whole<'a> = (&'a str, &'a Type, &'a TypePlan);

pub(super) fn compare(sides: &Sides<'_>, old: Whole<'_>, new: Whole<'_>, lines: &mut Vec<Line>) {
    let (old_items, new_items) = (items(old), items(new));
    let (old_names, new_names) = (names(&old_items), names(&new_items));
    let renamed = |a: Item<'_>, b: Item<'_>| {
        sides.types.same(a.ty, b.ty)
            && a.is_dynamic == b.is_dynamic
            && pair::same_place(&old_names, a.name, &new_names, b.name)
            && similar::fields(a.name, b.name)
    };
    let Matched { pairs, removed, added } =
        pair::matched(old_items.iter().copied(), new_items.iter().copied(), |item| item.name, renamed);
    for item in removed {
        let rust = side::field_item(old.2, item.field);
        let line = Line::new(Change::Removed, Subject::Member, path(new, item)).rust([rust.clone()]);
        lines.push(line.breaks(if item.field.rare {
            format!("The field `{rust}` is gone, with its getter and setter of `types::{}`.", old.2.name)
        } else {
            format!("The field `{rust}` and its setter are gone.")
        }));
    }
    let extended = matches!(&old.2.body, TypeBody::Struct(body) if body.extended);
    for item in added {
        let rust = side::field_item(new.2, item.field);
        let line = Line::new(Change::Added, Subject::Member, path(new, item)).rust([rust.clone()]);
        lines.push(if extended { line.adds().meaning("It was in `extra` before.") } else { line.adds() });
    }
    for (a, b) in &pairs {
        member(sides, (old, *a), (new, *b), lines);
    }
    let now = |name: &str| pairs.iter().find(|(a, _)| a.name == name).map(|(_, b)| b.name);
    let was: Vec<&str> = old_names.iter().filter_map(|name| now(name)).collect();
    let is: Vec<&str> = new_names.iter().copied().filter(|name| was.contains(name)).collect();
    if was != is {
        let moved: Vec<&str> = was.iter().zip(&is).filter(|(a, b)| a != b).map(|(a, _)| *a).collect();
        let line = Line::new(Change::Changed, Subject::Type, new.0).rust([format!("types::{}", new.2.name)]);
        let stand =
            |list: &[&str]| list.iter().filter(|name| moved.contains(name)).copied().collect::<Vec<_>>().join(", ");
        lines.push(
            line.fact("order of members", stand(&was), stand(&is))
                .meaning("This affects only the order in which they are written."),
        );
    }
}

fn items<'a>((_, ty, plan): Whole<'a>) -> Vec<Item<'a>> {
    let (Kind::Struct { members, dynamic }, TypeBody::Struct(body)) = (&ty.kind, &plan.body) else { return Vec::new() };
    let members = members.iter().map(|member| (member, false)).chain(dynamic.iter().map(|member| (member, true)));
    members
        .zip(&body.fields)
        .map(|((member, is_dynamic), field)| Item { name: &member.name, ty: &member.ty, member, is_dynamic, field })
        .collect()
}

fn names<'a>(items: &[Item<'a>]) -> Vec<&'a str> {
    items.iter().map(|item| item.name).collect()
}

fn path((name, _, _): Whole<'_>, item: Item<'_>) -> String {
    format!("{name}/{}", item.name)
}

fn member(sides: &Sides<'_>, (old, a): (Whole<'_>, Item<'_>), (new, b): (Whole<'_>, Item<'_>), lines: &mut Vec<Line>) {
    let (was, rust) = (side::field_item(old.2, a.field), side::field_item(new.2, b.field));
    let line = |change| Line::new(change, Subject::Member, path(new, b)).rust([rust.clone()]);
    if a.name != b.name {
        let renamed = line(Change::Renamed).was(format!("{}/{}", old.0, a.name));
        lines.push(if a.field.name == b.field.name && a.field.rare == b.field.rare {
            renamed.recompile("The Rust name is the same. A program built earlier writes and reads the old name.")
        } else {
            renamed.breaks(format!("The field `{was}` became `{rust}`, and so did its setter."))
        });
    }
    form(sides, a, b, &rust, &line, lines);
    let text = |item: Item<'_>| item.member.default.as_ref().map(ToString::to_string).unwrap_or_default();
    if text(a) != text(b) {
        let ty = &new.2.name;
        lines.push(line(Change::Changed).fact("default", text(a), text(b)).recompile(format!(
            "`{ty}::default()` and the value of an absent member match the engine only after recompiling."
        )));
    }
    let required = |item: Item<'_>| item.member.required;
    if required(a) != required(b) {
        let word = |required| if required { "always there" } else { "may be absent" };
        lines.push(line(Change::Changed).fact("presence", word(required(a)), word(required(b))));
    }
    let about = marks::About { subject: Subject::Member, item: path(new, b), rust: vec![rust.clone()], warns: true };
    let (api_old, api_new) = (marks::of_api(&sides.old.model), marks::of_api(&sides.new.model));
    let (old, new) = ([&a.member.marks, &old.1.marks, &api_old], [&b.member.marks, &new.1.marks, &api_new]);
    marks::compare(&about, &old, &new, lines);
}

/// The type of the member, and whether it is optional. A member that makes a struct recursive is boxed.
fn form(sides: &Sides<'_>, a: Item<'_>, b: Item<'_>, rust: &str, line: &dyn Fn(Change) -> Line, lines: &mut Vec<Line>) {
    let same = sides.types.same(a.ty, b.ty);
    let present = |item: Item<'_>| matches!(item.field.shape, Shape::Present(_));
    let is = format!("`{rust}` is `{}`; it was `{}`.", side::rust(&b.field.shape), side::rust(&a.field.shape));
    if !same {
        let changed = line(Change::Changed).fact("type", a.ty.to_string(), b.ty.to_string());
        lines.push(if side::same_in_rust(&a.field.shape, &b.field.shape) {
            changed.meaning("The same in Rust.")
        } else {
            changed.breaks(is)
        });
    } else if present(a) != present(b) {
        let word = |present| if present { "optional" } else { "plain" };
        lines.push(line(Change::Changed).fact("form in Rust", word(present(a)), word(present(b))).breaks(is));
    }
}
