//! A small schema, and helpers that check each report against the generated code of both sides.

use std::sync::OnceLock;

use qix_codegen::companion::Companion;
use qix_codegen::diff::{self, Change, Diff, Effect, Line, Step};
use qix_codegen::model::{EnumValue, Kind, Member, Method, Model, Param, ResultValue, TypeRef};
use qix_codegen::snapshot;

use crate::api::Api;

pub(crate) fn base() -> Model {
    snapshot::read(include_str!("base.json")).unwrap()
}

pub(crate) fn companion() -> Companion {
    Companion::read(
        r#"{
            "returns": { "Doc.GetField": "Field", "Doc.CreateField": "Field" },
            "reads": ["Doc.GetField", "Doc.GetScores"],
            "writes": ["Doc.CreateField", "Doc.DoReload", "Doc.Save", "Field.Lock", "Field.OldLock"],
            "extended": ["Def"],
            "presence": ["qError"],
            "members": {},
            "rare": { "Cell": ["qNote"] },
            "instead": {}
        }"#,
    )
    .unwrap()
}

/// Compares the base with a changed copy, in both directions.
pub(crate) fn changed(change: impl FnOnce(&mut Model)) -> Diff {
    static BASE: OnceLock<(Model, Api)> = OnceLock::new();
    let (base, api) = BASE.get_or_init(|| (base(), Api::of(&base(), &companion()).unwrap()));
    both_ways((base, api), change, &companion())
}

pub(crate) fn between(old: &Model, change: impl FnOnce(&mut Model)) -> Diff {
    between_with(old, change, &companion())
}

pub(crate) fn between_with(old: &Model, change: impl FnOnce(&mut Model), companion: &Companion) -> Diff {
    both_ways((old, &Api::of(old, companion).unwrap()), change, companion)
}

fn both_ways((old, was): (&Model, &Api), change: impl FnOnce(&mut Model), companion: &Companion) -> Diff {
    let mut new = old.clone();
    change(&mut new);
    let is = Api::of(&new, companion).expect("the changed schema can be generated");
    verdict((&new, &is), (old, was), companion);
    verdict((old, was), (&new, &is), companion)
}

/// Compares two models with known APIs.
pub(crate) fn verdict((old, was): (&Model, &Api), (new, is): (&Model, &Api), companion: &Companion) -> Diff {
    let diff = diff::models(old, new, companion);
    let broken = was.broken_in(is);
    let context = || format!("{}\nbroken in the generated code: {broken:#?}", diff.to_text(None));
    // A string whose encoding changes is a breaking change, although its Rust type is the same.
    let unseen = |line: &Line| {
        line.effect == Effect::Breaks && line.aspect == Some("kind") && line.meaning.contains("its encoding changed")
    };
    let breaking = diff.changes.iter().filter(|line| line.effect == Effect::Breaks && !unseen(line)).count();
    assert_eq!(breaking > 0, !broken.is_empty(), "{}", context());
    if was.adds(is) {
        assert!(diff.step() >= Step::Minor, "{}", context());
    }
    if facts(old) != facts(new) {
        assert!(diff.step() > Step::None, "a difference was not seen");
    }
    let undone = was.undone_in(is);
    let recompile = diff.count(Effect::Recompile) > 0;
    if broken.is_empty() {
        assert_eq!(recompile, !undone.is_empty(), "{}\nundone: {undone:#?}", context());
    }
    for line in &diff.changes {
        let side = if line.change == Change::Removed { was } else { is };
        for item in &line.rust {
            assert!(side.has(item), "`{item}` of {line:?} is not in the generated code\n{}", side.list());
        }
    }
    // A method changes together with its request.
    let follows = |item: &&String| item.contains("Api::") || item.ends_with("Request::Response");
    for item in broken.iter().filter(|item| !follows(item)) {
        let named = diff.changes.iter().any(|line| line.effect == Effect::Breaks && names(line, item));
        assert!(named, "no line explains `{item}`\n{}", context());
    }
    diff
}

/// All facts except stability and visibility, because stating an inherited mark is not a change.
fn facts(model: &Model) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.retain(|key, _| key != "stability" && key != "visibility");
                members.values_mut().for_each(strip);
            }
            serde_json::Value::Array(elements) => elements.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut facts = serde_json::to_value(model).unwrap();
    strip(&mut facts);
    facts
}

/// Whether a line names an item of the generated code or its owner.
fn names(line: &Line, item: &str) -> bool {
    let item = item.split(": ").next().unwrap();
    // A rare member also has a getter and a setter outside of the box.
    let owner = |path: &str| {
        let owner = path.split("::").take(2).collect::<Vec<_>>().join("::");
        owner.trim_end_matches("Rare").to_owned()
    };
    let mut named = line.rust.iter().map(String::as_str).chain(line.meaning.split('`').skip(1).step_by(2));
    line.meaning.ends_with(" more.") || named.any(|name| item.starts_with(name) || owner(name) == owner(item))
}

/// The lines in short form, without the line about the engine version.
pub(crate) fn summary(diff: &Diff) -> Vec<String> {
    let short = |line: &Line| {
        let effect = match line.effect {
            Effect::Breaks => "breaks",
            Effect::Recompile => "recompile",
            Effect::Compatible => "compatible",
        };
        let what = match (&line.was, line.aspect, &line.from, &line.to) {
            (Some(was), ..) => format!(", was {was}"),
            (None, Some(aspect), from, to) => {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                format!(", {aspect}: {} → {}", text(from), text(to))
            }
            _ => String::new(),
        };
        let (step, change, subject) = (line.step.words(), line.change.words(), line.subject.words());
        format!("{effect} {step}: {change} {subject} {}{what}", line.item)
    };
    diff.changes.iter().map(short).collect()
}

/// The only line for an item, with its effect.
#[track_caller]
pub(crate) fn meaning<'a>(diff: &'a Diff, item: &str) -> &'a str {
    let lines: Vec<&Line> = diff.changes.iter().filter(|line| line.item == item).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    &lines[0].meaning
}

pub(crate) fn method<'a>(model: &'a mut Model, name: &str) -> &'a mut Method {
    model.methods.get_mut(name).unwrap()
}

pub(crate) fn param<'a>(model: &'a mut Model, method: &str, name: &str) -> &'a mut Param {
    model.methods.get_mut(method).unwrap().params.iter_mut().find(|param| param.name == name).unwrap()
}

pub(crate) fn members<'a>(model: &'a mut Model, ty: &str) -> &'a mut Vec<Member> {
    match &mut model.types.get_mut(ty).unwrap().kind {
        Kind::Struct { members, .. } => members,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn member<'a>(model: &'a mut Model, ty: &str, name: &str) -> &'a mut Member {
    members(model, ty).iter_mut().find(|member| member.name == name).unwrap()
}

pub(crate) fn values<'a>(model: &'a mut Model, ty: &str) -> &'a mut Vec<EnumValue> {
    match &mut model.types.get_mut(ty).unwrap().kind {
        Kind::Enum { values } => values,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn ty(word: &str) -> TypeRef {
    word.parse().unwrap()
}

pub(crate) fn new_param(name: &str, word: &str, required: bool) -> Param {
    Param { name: name.into(), ty: ty(word), required, default: None, marks: Default::default() }
}

pub(crate) fn new_member(name: &str, word: &str) -> Member {
    Member { name: name.into(), ty: ty(word), default: None, required: false, marks: Default::default() }
}

pub(crate) fn new_value(title: &str, long: Option<&str>, number: i64) -> EnumValue {
    EnumValue { title: title.into(), long: long.map(str::to_owned), number, marks: Default::default() }
}

pub(crate) fn new_result(name: &str, word: &str) -> ResultValue {
    ResultValue { name: name.into(), ty: ty(word) }
}
