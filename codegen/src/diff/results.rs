//! Compares results: none, one value, or a response struct.

use super::line::{Change, Line, Subject};
use super::pair::{self, Matched};
use super::side::{self, MethodItem};
use super::{Sides, similar};
use crate::model::{ResultValue, TypeRef};
use crate::plan::{Outcome, OutcomeKind};

type Item<'a> = (&'a ResultValue, &'a Outcome);

pub(super) fn compare(sides: &Sides<'_>, old: MethodItem<'_>, new: MethodItem<'_>, lines: &mut Vec<Line>) {
    let items = |item: MethodItem<'_>| item.plan.results.len();
    let one = items(old) == 1 && items(new) == 1;
    let (old_items, new_items) = (list(old), list(new));
    let (old_names, new_names) = (names(&old_items), names(&new_items));
    let renamed = |a: Item<'_>, b: Item<'_>| {
        one || sides.types.same(&a.0.ty, &b.0.ty)
            && pair::same_place(&old_names, &a.0.name, &new_names, &b.0.name)
            && similar::fields(&a.0.name, &b.0.name)
    };
    let Matched { pairs, removed, added } =
        pair::matched(old_items.iter().copied(), new_items.iter().copied(), |item| &item.0.name, renamed);
    let form = form(old, new);
    for (result, outcome) in removed {
        let item = old.result_item(outcome);
        let line = Line::new(Change::Removed, Subject::Result, path(new, result)).rust([item.clone()]);
        lines.push(line.breaks(form.clone().unwrap_or_else(|| format!("The field `{item}` is gone."))));
    }
    for (result, outcome) in added {
        let line = Line::new(Change::Added, Subject::Result, path(new, result)).rust([new.result_item(outcome)]);
        lines.push(match &form {
            Some(form) => line.breaks(form.clone()),
            None => line.adds(),
        });
    }
    for (a, b) in pairs {
        result(sides, (old, a), (new, b), lines);
    }
}

fn list(method: MethodItem<'_>) -> Vec<Item<'_>> {
    method.method.results.iter().zip(&method.plan.results).collect()
}

fn names<'a>(items: &[Item<'a>]) -> Vec<&'a str> {
    items.iter().map(|(result, _)| result.name.as_str()).collect()
}

fn path(method: MethodItem<'_>, result: &ResultValue) -> String {
    format!("{}#result/{}", method.wire, result.name)
}

/// What breaks if the number of results changes the response type, or if the kind of a result removes derives from
/// it.
fn form(old: MethodItem<'_>, new: MethodItem<'_>) -> Option<String> {
    let (was, is) = (old.plan.results.len(), new.plan.results.len());
    let object = |item: MethodItem<'_>| item.plan.results.iter().any(|o| matches!(o.kind, OutcomeKind::Object(_)));
    if was.min(2) != is.min(2) {
        Some(format!("`{}` returns `{}`; it returned `{}`.", new.function(), new.returns(), old.returns()))
    } else if was > 1 && object(new) && !object(old) {
        Some(format!(
            "`{}` now contains an object, so it no longer implements `Default` and `PartialEq`.",
            new.returns()
        ))
    } else {
        None
    }
}

fn result(
    sides: &Sides<'_>,
    (old, a): (MethodItem<'_>, Item<'_>),
    (new, b): (MethodItem<'_>, Item<'_>),
    lines: &mut Vec<Line>,
) {
    let item = new.result_item(b.1);
    let line = |change| Line::new(change, Subject::Result, path(new, b.0)).rust([item.clone()]);
    if a.0.name != b.0.name {
        let renamed = line(Change::Renamed).was(format!("{}#result/{}", old.wire, a.0.name));
        lines.push(if old.response().is_some() && new.response().is_some() && a.1.name != b.1.name {
            renamed.breaks(format!("The field `{}` became `{item}`.", old.result_item(a.1)))
        } else {
            renamed.recompile("The Rust code is the same. A program built earlier does not find the value.")
        });
    }
    let ty = |ty: &TypeRef| ty.to_string();
    if !sides.types.same(&a.0.ty, &b.0.ty) {
        let changed = line(Change::Changed).fact("type", ty(&a.0.ty), ty(&b.0.ty));
        let same = match (&a.1.kind, &b.1.kind) {
            (OutcomeKind::Value(a), OutcomeKind::Value(b)) => side::same_in_rust(a, b),
            (OutcomeKind::Object(a), OutcomeKind::Object(b)) => a == b,
            _ => false,
        };
        lines.push(if same {
            changed.meaning("The same in Rust.")
        } else {
            changed.breaks(format!("`{item}` is `{}`; it was `{}`.", side::outcome(b.1), side::outcome(a.1)))
        });
    }
}
