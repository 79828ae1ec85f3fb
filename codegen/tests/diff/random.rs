//! Random changes: the report must agree with the generated code. For more rounds:
//! `ROUNDS=2000 cargo test -p qix-codegen --test diff random`.

use qix_codegen::model::{Deprecation, Kind, Method, Model, Stability, Type, TypeRef};

use crate::api::Api;
use crate::support::{base, companion, new_member, new_param, new_result, new_value, verdict};

/// Pseudorandom numbers with a fixed seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

const WORDS: [&str; 6] = ["qName", "qCount", "qFrameDef", "qNameEx", "qExtra2", "qTitles"];
const TYPES: [&str; 10] =
    ["string", "boolean", "int32", "int64", "integer", "double", "Frame", "Kind", "[Cell]", "Bytes"];

fn change(dice: &mut Dice, model: &mut Model) {
    let ty = |dice: &mut Dice| -> TypeRef { dice.pick(&TYPES).parse().unwrap() };
    let methods: Vec<String> = model.methods.keys().cloned().collect();
    let name = dice.pick(&methods).clone();
    let (word, kind) = (*dice.pick(&WORDS), ty(dice).to_string());
    let method = model.methods.get_mut(&name).unwrap();
    let at = |dice: &mut Dice, len: usize| dice.roll(len + 1);
    match dice.roll(22) {
        0 => drop(model.methods.remove(&name)),
        1 => drop(model.methods.insert(format!("{name}Ex"), Method::default())),
        2 => {
            let method = model.methods.remove(&name).unwrap();
            model.methods.insert(format!("{name}Now"), method);
        }
        3 => {
            let at = at(dice, method.params.len());
            method.params.insert(at, new_param(word, &kind, dice.roll(2) == 0));
        }
        4 if !method.params.is_empty() => drop(method.params.remove(dice.roll(method.params.len()))),
        5 if !method.params.is_empty() => {
            let index = dice.roll(method.params.len());
            match dice.roll(5) {
                0 => method.params[index].required ^= true,
                1 => method.params[index].ty = ty(dice),
                2 => method.params[index].name = word.into(),
                3 => method.params[index].marks.deprecated = Some(Deprecation::default()),
                _ => method.params[index].name.push_str("Id"),
            }
        }
        6 if method.params.len() > 1 => {
            let (a, b) = (dice.roll(method.params.len()), dice.roll(method.params.len()));
            method.params.swap(a, b);
        }
        7 => {
            let at = at(dice, method.results.len());
            method.results.insert(at, new_result(word, &kind));
        }
        8 if !method.results.is_empty() => drop(method.results.remove(dice.roll(method.results.len()))),
        9 if !method.results.is_empty() => {
            let index = dice.roll(method.results.len());
            if dice.roll(2) == 0 {
                method.results[index].ty = ty(dice)
            } else {
                method.results[index].name = word.into()
            }
        }
        10 => method.marks.stability = Some(*dice.pick(&[Stability::Stable, Stability::Experimental])),
        11 => method.marks.deprecated = if dice.roll(2) == 0 { None } else { Some(Deprecation::default()) },
        12 => drop(
            model
                .types
                .insert(word.trim_start_matches('q').into(), Type { kind: Kind::Open, marks: Default::default() }),
        ),
        13 => {
            model.errors.insert(format!("LOCERR_{}", word.to_uppercase()), i64::try_from(dice.roll(20)).unwrap());
        }
        14 => drop(model.errors.pop_first()),
        _ => {
            let types: Vec<String> = model.types.keys().filter(|name| *name != "ObjectInterface").cloned().collect();
            let name = dice.pick(&types).clone();
            inside(dice, model, &name, word, &kind);
        }
    }
}

/// Changes something within a type.
fn inside(dice: &mut Dice, model: &mut Model, name: &str, word: &str, kind: &str) {
    match &mut model.types.get_mut(name).unwrap().kind {
        Kind::Struct { members, .. } => {
            let index = dice.roll(members.len());
            match dice.roll(7) {
                0 => members.insert(index, new_member(word, kind)),
                1 if members.len() > 1 => drop(members.remove(index)),
                2 if !members.is_empty() => members[index].ty = kind.parse().unwrap(),
                3 if !members.is_empty() => members[index].name = word.into(),
                4 if !members.is_empty() => members[index].name.push_str("Def"),
                5 if !members.is_empty() => members[index].required ^= true,
                _ => members.reverse(),
            }
        }
        Kind::Enum { values } => {
            let number = i64::try_from(dice.roll(6)).unwrap();
            let index = dice.roll(values.len());
            match dice.roll(5) {
                0 => values.push(new_value(word, Some(&format!("DATA_{word}")), number)),
                1 if values.len() > 1 => drop(values.remove(index)),
                2 => values[index].title = word.into(),
                3 => values[index].number = number,
                _ => values[index].long = None,
            }
            values.sort_by_key(|value| value.number);
        }
        Kind::Array { items } => *items = kind.parse().unwrap(),
        other => *other = if dice.roll(2) == 0 { Kind::Open } else { Kind::Text { encoding: None } },
    }
}

#[test]
fn the_verdict_agrees_with_the_code() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(60);
    let companion = companion();
    let begin = || (base(), Api::of(&base(), &companion).unwrap());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut compared = 0;
    let mut old = begin();
    for round in 0..rounds {
        let mut new = old.0.clone();
        for _ in 0..=dice.roll(3) {
            change(&mut dice, &mut new);
        }
        if let Some(api) = Api::of(&new, &companion) {
            verdict((&old.0, &old.1), (&new, &api), &companion);
            verdict((&new, &api), (&old.0, &old.1), &companion);
            compared += 1;
            // The changed model is the base of the next change, with occasional restarts.
            old = if round % 12 == 0 { begin() } else { (new, api) };
        }
    }
    assert!(compared * 2 > rounds, "only {compared} could be generated");
}
