//! Compares a legacy file with another file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::line::{Change, Line, Subject};
use super::methods::code;
use super::pair::{self, Matched};
use super::{Diff, Input, finish, side, similar};
use crate::model::{EnumValue, Kind, Model, class_of};
use crate::names;

/// The facts in both formats.
#[derive(Default)]
struct Reduced {
    methods: BTreeMap<String, Method>,
    enums: BTreeMap<String, BTreeMap<String, i64>>,
}

struct Method {
    params: Vec<Param>,
    results: Vec<String>,
}

struct Param {
    name: String,
    optional: bool,
    default: Option<Value>,
}

/// Compares two inputs, at least one of which is a legacy file.
pub(super) fn compare(old: &Input, new: &Input) -> Diff {
    let mut notes = vec![
        "A legacy file has no types. Compared were methods, parameters, whether they are optional, defaults, results \
         and numbers of enum values; not compared were types, members, error codes, stability and deprecation."
            .to_owned(),
        "No code can be generated from a legacy file. The Rust names are those that a published file would produce."
            .to_owned(),
    ];
    if matches!(old, Input::Model(_)) || matches!(new, Input::Model(_)) {
        notes.push("Legacy files omit the result `qReturn`, so it was not compared.".to_owned());
        notes.push("A published file contains public items only. The engine may still have the others.".to_owned());
    }
    let mixed = matches!(old, Input::Model(_)) != matches!(new, Input::Model(_));
    let (mut before, mut after) = (reduced(old, mixed), reduced(new, mixed));
    let mut lines = Vec::new();
    let unknown = classes(&mut before, &mut after, mixed, &mut lines);
    if !unknown.is_empty() {
        notes.push(format!("Classes that only one side has were not compared: {}.", unknown.join(", ")));
    }
    methods(&before, &after, mixed, &mut lines);
    let skipped = enums(&before, &after, mixed, &mut lines);
    if !skipped.is_empty() {
        notes.push(format!("Enums that only one side has were not compared: {}.", skipped.join(", ")));
    }
    finish(old.engine().to_owned(), new.engine().to_owned(), lines, notes)
}

fn reduced(input: &Input, mixed: bool) -> Reduced {
    match input {
        Input::Model(model) => of_model(model),
        Input::Legacy(legacy) => {
            let method = |method: &crate::legacy::LegacyMethod| Method {
                params: method
                    .params
                    .iter()
                    .map(|param| Param {
                        name: param.name.clone(),
                        optional: param.optional,
                        // For required parameters, the file has a sample, not a default.
                        default: param.default_value.clone().filter(|_| param.optional || !mixed),
                    })
                    .collect(),
                results: method.results.iter().map(|result| result.name.clone()).collect(),
            };
            let methods = legacy.methods.iter().map(|(name, legacy)| (name.clone(), method(legacy)));
            Reduced { methods: methods.collect(), enums: legacy.enums.clone() }
        }
    }
}

fn of_model(model: &Model) -> Reduced {
    let mut reduced = Reduced::default();
    for (name, method) in &model.methods {
        let params = method.params.iter().map(|param| Param {
            name: param.name.clone(),
            optional: !param.required,
            default: param.default.clone(),
        });
        let results = method.results.iter().map(|result| result.name.clone()).filter(|name| name != "qReturn");
        reduced.methods.insert(name.clone(), Method { params: params.collect(), results: results.collect() });
    }
    for (name, ty) in &model.types {
        if let Kind::Enum { values } = &ty.kind {
            let long = |value: &EnumValue| value.long.clone().unwrap_or_else(|| value.title.clone());
            let values = values.iter().map(|value| (long(value), value.number)).collect();
            // The legacy format omits the prefix that newer enums have.
            let legacy = name.strip_prefix("Nx").unwrap_or(name);
            reduced.enums.insert(legacy.to_owned(), values);
        }
    }
    reduced
}

/// Removes classes that only one side has. Between two legacy files, these are changes. A published file contains only
/// public classes, so they are returned instead.
fn classes(old: &mut Reduced, new: &mut Reduced, mixed: bool, lines: &mut Vec<Line>) -> Vec<String> {
    let count = |side: &Reduced| {
        let mut classes: BTreeMap<String, usize> = BTreeMap::new();
        for class in side.methods.keys().filter_map(|name| class_of(name)) {
            *classes.entry(class.to_owned()).or_default() += 1;
        }
        classes
    };
    let (was, is) = (count(old), count(new));
    let mut unknown = Vec::new();
    for (class, methods) in was.iter().filter(|(class, _)| !is.contains_key(*class)) {
        let line = Line::new(Change::Removed, Subject::Class, class).rust([names::ty(class)]);
        lines.push(line.breaks(format!("Removed with all its methods: {methods}.")));
        unknown.push(class.clone());
    }
    for (class, methods) in is.iter().filter(|(class, _)| !was.contains_key(*class)) {
        let line = Line::new(Change::Added, Subject::Class, class).rust([names::ty(class)]);
        lines.push(line.adds().meaning(format!("Its methods: {methods}.")));
        unknown.push(class.clone());
    }
    let known = |name: &String| class_of(name).is_none_or(|class| !unknown.iter().any(|unknown| unknown == class));
    old.methods.retain(|name, _| known(name));
    new.methods.retain(|name, _| known(name));
    if mixed {
        lines.clear();
        return unknown;
    }
    Vec::new()
}

fn methods(old: &Reduced, new: &Reduced, mixed: bool, lines: &mut Vec<Line>) {
    let renamed = |a: (&String, &Method), b: (&String, &Method)| {
        let split = |name: &str| name.split_once('.').map(|(class, name)| (class.to_owned(), name.to_owned()));
        let (Some((class, a_name)), Some((other, b_name))) = (split(a.0), split(b.0)) else { return false };
        let params = |method: &Method| method.params.iter().map(|p| (p.name.clone(), p.optional)).collect::<Vec<_>>();
        class == other
            && params(a.1) == params(b.1)
            && a.1.results == b.1.results
            && !a.1.params.is_empty()
            && similar::methods(&a_name, &b_name)
    };
    let Matched { pairs, removed, added } = pair::matched(&old.methods, &new.methods, |item| item.0.as_str(), renamed);
    for (name, _) in removed {
        let items = side::method_items(name);
        let line = Line::new(Change::Removed, Subject::Method, name).rust(items.clone());
        lines.push(line.breaks(format!("Gone: {}.", code(&items))));
    }
    for (name, _) in added {
        lines.push(Line::new(Change::Added, Subject::Method, name).rust(side::method_items(name)).adds());
    }
    for (a, b) in pairs {
        let items = side::method_items(b.0);
        if a.0 != b.0 {
            let meaning = format!("{} became {}.", code(&side::method_items(a.0)), code(&items));
            lines.push(Line::new(Change::Renamed, Subject::Method, b.0).was(a.0).rust(items.clone()).breaks(meaning));
        }
        params(b.0, a.1, b.1, mixed, lines);
        results(b.0, &a.1.results, &b.1.results, lines);
    }
}

fn params(method: &str, old: &Method, new: &Method, mixed: bool, lines: &mut Vec<Line>) {
    let line = |change, name: &str| {
        let request = side::method_items(method).pop().unwrap_or_default();
        Line::new(change, Subject::Parameter, format!("{method}/{name}"))
            .rust([format!("{request}::{}", names::field(name))])
    };
    let Matched { pairs, removed, added } =
        pair::matched(&old.params, &new.params, |param: &Param| &param.name, |_, _| false);
    let kind = |param: &Param| if param.optional { "setter" } else { "argument" };
    for param in removed {
        lines.push(line(Change::Removed, &param.name).breaks(format!("The {} is gone.", kind(param))));
    }
    for param in added {
        let line = line(Change::Added, &param.name);
        lines.push(if param.optional { line.adds() } else { line.breaks("It takes one more argument.") });
    }
    for (a, b) in &pairs {
        if a.optional != b.optional {
            let word = |param: &Param| if param.optional { "optional" } else { "required" };
            let meaning = format!("It was a{} and is now a{}.", article(kind(a)), article(kind(b)));
            lines.push(line(Change::Changed, &b.name).fact("required", word(a), word(b)).breaks(meaning));
        }
        let differs = if mixed { a.default.is_some() && b.default.is_some() } else { true };
        if differs && a.default != b.default {
            let text = |default: &Option<Value>| default.as_ref().map(ToString::to_string).unwrap_or_default();
            let aspect = if a.optional && b.optional { "default" } else { "sample" };
            lines.push(line(Change::Changed, &b.name).fact(aspect, text(&a.default), text(&b.default)));
        }
    }
    let was: Vec<&str> =
        pairs.iter().filter(|(a, b)| !a.optional && !b.optional).map(|(a, _)| a.name.as_str()).collect();
    let is: Vec<&str> = new.params.iter().map(|p| p.name.as_str()).filter(|name| was.contains(name)).collect();
    if was != is {
        let line = Line::new(Change::Changed, Subject::Method, method).rust(side::method_items(method));
        let line = line.fact("order of parameters", was.join(", "), is.join(", "));
        lines.push(line.breaks("The order of the arguments changed."));
    }
}

fn article(noun: &str) -> String {
    if noun.starts_with('a') { format!("n {noun}") } else { format!(" {noun}") }
}

fn results(method: &str, old: &[String], new: &[String], lines: &mut Vec<Line>) {
    let line = |change, name: &str| {
        Line::new(change, Subject::Result, format!("{method}#result/{name}"))
            .rust(side::method_items(method).into_iter().take(1))
    };
    for name in old.iter().filter(|name| !new.contains(name)) {
        lines.push(line(Change::Removed, name).breaks("The response type changed."));
    }
    for name in new.iter().filter(|name| !old.contains(name)) {
        lines.push(line(Change::Added, name).breaks("The response type may have changed."));
    }
}

/// Compares enums that both sides have. Returns those that only one side has.
fn enums(old: &Reduced, new: &Reduced, mixed: bool, lines: &mut Vec<Line>) -> Vec<String> {
    let mut skipped: Vec<String> = Vec::new();
    for name in old.enums.keys().chain(new.enums.keys().filter(|name| !old.enums.contains_key(*name))) {
        match (old.enums.get(name), new.enums.get(name)) {
            (Some(was), Some(is)) => values(name, was, is, lines),
            _ if mixed => skipped.push(name.clone()),
            (Some(_), None) => {
                lines.push(
                    Line::new(Change::Removed, Subject::Type, name).breaks(format!("Gone: `{}`.", side::item(name))),
                );
            }
            _ => lines.push(Line::new(Change::Added, Subject::Type, name).rust([side::item(name)]).adds()),
        }
    }
    skipped
}

fn values(name: &str, old: &BTreeMap<String, i64>, new: &BTreeMap<String, i64>, lines: &mut Vec<Line>) {
    let line = |change, value: &str| Line::new(change, Subject::Value, format!("{name}/{value}"));
    let Matched { pairs, removed, added } = pair::matched(old, new, |item| item.0.as_str(), |a, b| a.1 == b.1);
    for (value, _) in removed {
        lines.push(line(Change::Removed, value).breaks("The variant is gone."));
    }
    for (value, _) in added {
        lines.push(line(Change::Added, value).adds());
    }
    for ((was, a), (is, b)) in pairs {
        if was != is {
            lines.push(line(Change::Renamed, is).was(format!("{name}/{was}")).breaks("The variant was renamed."));
        }
        if a != b {
            let changed = line(Change::Changed, is).fact("number", a.to_string(), b.to_string());
            lines.push(changed.recompile("A program built earlier uses the old number."));
        }
    }
}
