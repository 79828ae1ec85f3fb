//! Compares classes and methods.

use super::line::{Change, Line, Subject};
use super::pair::{self, Matched, Renames};
use super::side::{MethodItem, Side};
use super::{Sides, marks, params, results, similar};
use crate::model::{Stability, class_of};
use crate::names;

pub(super) fn compare(sides: &Sides<'_>, lines: &mut Vec<Line>) {
    classes(sides, lines);
    let Matched { pairs, removed, added } = pair::matched(
        sides.old.methods(),
        sides.new.methods(),
        |item| item.wire,
        |old, new| renamed(sides.types, old, new),
    );
    for item in removed {
        let was =
            if item.method.marks.stability == Some(Stability::Experimental) { " It was experimental." } else { "" };
        let instead = item.method.marks.deprecated.as_ref().map(|deprecated| &deprecated.instead[..]);
        let hint = match instead {
            Some([]) => " It was deprecated.".to_owned(),
            Some(instead) => format!(" It was deprecated in favor of {}.", instead.join(", ")),
            None => String::new(),
        };
        let line = Line::new(Change::Removed, Subject::Method, item.wire).rust(item.items());
        lines.push(line.breaks(format!("Gone: {}.{was}{hint}", code(&item.items()))));
    }
    for item in added {
        lines.push(Line::new(Change::Added, Subject::Method, item.wire).rust(item.items()).adds());
    }
    for (old, new) in pairs {
        method(sides, old, new, lines);
    }
}

/// Names as code, separated by commas.
pub(super) fn code(items: &[String]) -> String {
    items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

fn classes(sides: &Sides<'_>, lines: &mut Vec<Line>) {
    let (old, new) = (sides.old.model.classes(), sides.new.model.classes());
    let items = |class: &str| vec![names::ty(class), format!("{}Api", names::ty(class)), names::function(class)];
    let methods = |side: &Side, class: &str| {
        let count = side.model.methods.keys().filter(|method| class_of(method) == Some(class)).count();
        format!("{count} method{}", if count == 1 { "" } else { "s" })
    };
    for class in old.iter().filter(|class| !new.contains(class)) {
        let meaning = format!("Gone with {}: {}.", methods(sides.old, class), code(&items(class)));
        lines.push(Line::new(Change::Removed, Subject::Class, *class).rust(items(class)).breaks(meaning));
    }
    for class in new.iter().filter(|class| !old.contains(class)) {
        let line = Line::new(Change::Added, Subject::Class, *class).rust(items(class)).adds();
        lines.push(line.meaning(format!("It has {}.", methods(sides.new, class))));
    }
}

/// Whether a removed and an added method are the same: same class, parameters, and results, and similar names.
fn renamed(types: &Renames, old: MethodItem<'_>, new: MethodItem<'_>) -> bool {
    let bare = |wire: &str| wire.split_once('.').map_or(wire, |(_, name)| name).to_owned();
    let (a, b) = (old.method, new.method);
    old.class() == new.class()
        && a.params.len() == b.params.len()
        && a.results.len() == b.results.len()
        && a.params
            .iter()
            .zip(&b.params)
            .all(|(a, b)| a.name == b.name && a.required == b.required && types.same(&a.ty, &b.ty))
        && a.results.iter().zip(&b.results).all(|(a, b)| a.name == b.name && types.same(&a.ty, &b.ty))
        && similar::methods(&bare(old.wire), &bare(new.wire))
}

fn method(sides: &Sides<'_>, old: MethodItem<'_>, new: MethodItem<'_>, lines: &mut Vec<Line>) {
    let line = |change| Line::new(change, Subject::Method, new.wire).rust(new.items());
    if old.wire != new.wire {
        let meaning = format!("{} became {}.", code(&old.items()), code(&new.items()));
        lines.push(line(Change::Renamed).was(old.wire).breaks(meaning));
    }
    let differs = |old: &[String], new: &[String]| (old != new).then(|| (old.join(", "), new.join(", ")));
    if let Some((from, to)) = differs(&old.method.access, &new.method.access) {
        lines.push(
            line(Change::Changed)
                .fact("rights", from, to)
                .meaning("The engine rejects callers without the required rights."),
        );
    }
    if let Some((from, to)) = differs(&old.method.errors, &new.method.errors) {
        lines.push(line(Change::Changed).fact("errors", from, to));
    }
    let (api_old, api_new) = (marks::of_api(&sides.old.model), marks::of_api(&sides.new.model));
    let about = marks::About { subject: Subject::Method, item: new.wire.to_owned(), rust: new.items(), warns: true };
    marks::compare(&about, &[&old.method.marks, &api_old], &[&new.method.marks, &api_new], lines);
    params::compare(sides, old, new, lines);
    results::compare(sides, old, new, lines);
}
