//! Compares parameters: required ones are positional arguments, and optional ones have setters.

use super::line::{Change, Line, Subject};
use super::pair::{self, Matched};
use super::side::{self, MethodItem};
use super::{Sides, marks, similar};
use crate::model::Param;

pub(super) fn compare(sides: &Sides<'_>, old: MethodItem<'_>, new: MethodItem<'_>, lines: &mut Vec<Line>) {
    let (old_names, new_names) = (names(&old.method.params), names(&new.method.params));
    let renamed = |a: &Param, b: &Param| {
        a.required == b.required
            && sides.types.same(&a.ty, &b.ty)
            && pair::same_place(&old_names, &a.name, &new_names, &b.name)
            && similar::fields(&a.name, &b.name)
    };
    let Matched { pairs, removed, added } =
        pair::matched(&old.method.params, &new.method.params, |param| &param.name, renamed);
    for param in removed {
        let item = old.param_item(&param.name);
        let line = Line::new(Change::Removed, Subject::Parameter, path(new, param)).rust([item.clone()]);
        lines.push(line.breaks(if param.required {
            format!("`{}` and `{}::new` take one argument fewer.", new.function(), new.request())
        } else {
            format!("The setter and the field `{item}` are gone.")
        }));
    }
    for param in added {
        let item = new.param_item(&param.name);
        let line = Line::new(Change::Added, Subject::Parameter, path(new, param)).rust([item]);
        lines.push(if param.required {
            let more = format!("`{}` and `{}::new` take one argument more.", new.function(), new.request());
            line.breaks(more + &loses_default(old, new))
        } else {
            line.adds()
        });
    }
    for (a, b) in &pairs {
        param(sides, (old, a), (new, b), lines);
    }
    order(old, new, &pairs, lines);
}

/// A request implements `Default` only if no parameter is required.
fn loses_default(old: MethodItem<'_>, new: MethodItem<'_>) -> String {
    let loses = old.plan.required().next().is_none() && new.plan.required().next().is_some();
    if loses { format!(" `{}` no longer implements `Default`.", new.request()) } else { String::new() }
}

fn names(params: &[Param]) -> Vec<&str> {
    params.iter().map(|param| param.name.as_str()).collect()
}

fn path(method: MethodItem<'_>, param: &Param) -> String {
    format!("{}/{}", method.wire, param.name)
}

fn param(
    sides: &Sides<'_>,
    (old, a): (MethodItem<'_>, &Param),
    (new, b): (MethodItem<'_>, &Param),
    lines: &mut Vec<Line>,
) {
    let (was, item) = (old.param_item(&a.name), new.param_item(&b.name));
    let line = |change| Line::new(change, Subject::Parameter, path(new, b)).rust([item.clone()]);
    let last = |item: &str| item.rsplit("::").next().unwrap_or_default().to_owned();
    if a.name != b.name {
        let renamed = line(Change::Renamed).was(format!("{}/{}", old.wire, a.name));
        lines.push(if last(&was) == last(&item) {
            renamed.recompile("The Rust name is the same. A program built earlier sends the old name.")
        } else if b.required {
            renamed.breaks(format!(
                "The field `{was}` became `{item}`; the order of the arguments of `{}` is unchanged.",
                new.function()
            ))
        } else {
            renamed.breaks(format!("The setter and field `{was}` became `{item}`."))
        });
    }
    if a.required != b.required {
        let word = |required| if required { "required" } else { "optional" };
        lines.push(line(Change::Changed).fact("required", word(a.required), word(b.required)).breaks(if b.required {
            format!("It is now an argument of `{}` and `{}::new` instead of a setter.", new.function(), new.request())
                + &loses_default(old, new)
        } else {
            format!("It is now a setter instead of an argument of `{}` and `{}::new`.", new.function(), new.request())
        }));
    }
    if !sides.types.same(&a.ty, &b.ty) {
        let changed = line(Change::Changed).fact("type", a.ty.to_string(), b.ty.to_string());
        lines.push(match (old.param(&a.name), new.param(&b.name)) {
            (Some(a), Some(b)) if !side::same_in_rust(&a.shape, &b.shape) => {
                changed.breaks(format!("`{item}` is `{}`; it was `{}`.", side::rust(&b.shape), side::rust(&a.shape)))
            }
            _ => changed.meaning("The same in Rust."),
        });
    }
    if a.default != b.default {
        let text = |default: &Option<serde_json::Value>| default.as_ref().map(ToString::to_string).unwrap_or_default();
        lines.push(
            line(Change::Changed)
                .fact("default", text(&a.default), text(&b.default))
                .meaning("The engine uses it if the parameter is omitted; the code does not contain it."),
        );
    }
    let about = marks::About { subject: Subject::Parameter, item: path(new, b), rust: vec![item], warns: false };
    let (api_old, api_new) = (marks::of_api(&sides.old.model), marks::of_api(&sides.new.model));
    let (old, new) = ([&a.marks, &old.method.marks, &api_old], [&b.marks, &new.method.marks, &api_new]);
    marks::compare(&about, &old, &new, lines);
}

/// Compares the order of parameters. The order of required parameters is the order of the arguments.
fn order(old: MethodItem<'_>, new: MethodItem<'_>, pairs: &[(&Param, &Param)], lines: &mut Vec<Line>) {
    let now = |name: &str| pairs.iter().find(|(a, _)| a.name == name).map(|(_, b)| b.name.as_str());
    let was: Vec<&str> = old.method.params.iter().filter_map(|param| now(&param.name)).collect();
    let is: Vec<&str> =
        new.method.params.iter().map(|param| param.name.as_str()).filter(|name| was.contains(name)).collect();
    if was == is {
        return;
    }
    let required = |list: &[&str]| -> Vec<String> {
        let both = |name: &&&str| pairs.iter().any(|(a, b)| b.name == **name && a.required && b.required);
        list.iter().filter(both).map(|name| (*name).to_owned()).collect()
    };
    let line = Line::new(Change::Changed, Subject::Method, new.wire).rust(new.items()).fact(
        "order of parameters",
        was.join(", "),
        is.join(", "),
    );
    let shapes: Vec<_> =
        required(&is).iter().filter_map(|name| new.param(name)).map(|p| side::rust(&p.shape)).collect();
    lines.push(if required(&was) == required(&is) {
        line.meaning("The order of the arguments is unchanged.")
    } else {
        let alike = shapes.iter().enumerate().any(|(index, shape)| shapes[..index].contains(shape));
        let silent = if alike { " Some are of one type: the compiler does not notice." } else { "" };
        line.breaks(format!(
            "The arguments of `{}` and `{}::new` have changed order.{silent}",
            new.function(),
            new.request()
        ))
    });
}
