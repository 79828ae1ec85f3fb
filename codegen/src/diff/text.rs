//! Formats a report as text.

use super::line::{Change, Effect, Line, Step, Subject};
use super::{Diff, methods};

/// Minimum number of similar lines to merge into one.
const FOLD: usize = 4;

/// Maximum width of the text.
const WIDTH: usize = 120;

pub(super) fn write(diff: &Diff, version: Option<&str>) -> String {
    let mut out = format!("Engine {} → {}\n", diff.old, diff.new);
    for (effect, title) in sections() {
        let lines: Vec<&Line> = diff.changes.iter().filter(|line| line.effect == effect).collect();
        if lines.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{title}: {}\n", lines.len()));
        for group in folded(&lines) {
            let (head, tail) = words(&group);
            let first = group[0];
            let start = format!("  {:<11} {:<5}  ", first.change.words(), first.step.words());
            let whole = format!("{head}  {tail}");
            if start.chars().count() + whole.trim_end().chars().count() <= WIDTH {
                wrapped(&mut out, &start, whole.trim_end());
            } else {
                wrapped(&mut out, &start, &head);
                wrapped(&mut out, &" ".repeat(start.chars().count() + 2), &tail);
            }
        }
    }
    if !diff.notes.is_empty() {
        out.push_str("\nNotes\n");
        for note in &diff.notes {
            note.lines().for_each(|line| wrapped(&mut out, "  ", line));
        }
    }
    out.push_str(&format!("\n{}\n", summary(diff, version)));
    out
}

pub(super) fn sections() -> [(Effect, &'static str); 3] {
    [(Effect::Breaks, "Breaks callers"), (Effect::Recompile, "Needs a recompile"), (Effect::Compatible, "Compatible")]
}

/// `Breaking: 2. Needs a recompile: 1. Compatible: 40. Semver step: major, 0.1.0 → 0.2.0.`
pub(super) fn summary(diff: &Diff, version: Option<&str>) -> String {
    let step = diff.step();
    if step == Step::None {
        return "No difference.".to_owned();
    }
    let count = |effect| diff.count(effect);
    let (breaks, recompile, compatible) = (count(Effect::Breaks), count(Effect::Recompile), count(Effect::Compatible));
    let version = version.and_then(|version| Some(format!(", {version} → {}", step.after(version)?)));
    format!(
        "Breaking: {breaks}. Needs a recompile: {recompile}. Compatible: {compatible}. Semver step: {}{}.",
        step.words(),
        version.unwrap_or_default()
    )
}

/// Merges lines that say the same about several items of one owner.
pub(super) fn folded<'a>(lines: &[&'a Line]) -> Vec<Vec<&'a Line>> {
    let mut groups: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        match groups.last_mut() {
            Some(group) if alike(group[0], line) => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    let split = |group: Vec<&'a Line>| {
        if group.len() < FOLD { group.into_iter().map(|line| vec![line]).collect() } else { vec![group] }
    };
    groups.into_iter().flat_map(split).collect()
}

fn alike(one: &Line, other: &Line) -> bool {
    let many = matches!(one.subject, Subject::Value | Subject::Error);
    let plain = matches!(one.change, Change::Added | Change::Removed);
    let key = |line: &Line| (line.change, line.subject, line.step, owner(line).to_owned());
    many && plain && key(one) == key(other)
}

fn owner(line: &Line) -> &str {
    line.item.split_once('/').map_or("", |(owner, _)| owner)
}

/// The change, the item, and the effect. The owner of a result or parameter is included.
pub(super) fn words(group: &[&Line]) -> (String, String) {
    let line = group[0];
    if group.len() > 1 {
        let of = if owner(line).is_empty() { String::new() } else { format!(" of {}", owner(line)) };
        let names: Vec<String> = group.iter().map(|line| own_name(line)).collect();
        let within = line.rust.first().and_then(|item| item.rsplit_once("::"));
        let within = within.map(|(module, _)| format!("In `{module}`: ")).unwrap_or_default();
        return (format!("{} {}s{of}", group.len(), line.subject.words()), within + &methods::code(&names));
    }
    let item = line.item.replace("#result/", "/");
    let what = line.what();
    let colon = if what.is_empty() { "" } else { ": " };
    let head = format!("{} {item}", line.subject.words());
    let head = format!("{}{colon}{what}", head.trim_end());
    let tail = match (&line.meaning[..], &line.rust[..]) {
        ("", []) => String::new(),
        ("", rust) => methods::code(rust),
        (meaning, rust) if line.change == Change::Added && line.effect == Effect::Compatible => {
            format!("{}. {meaning}", methods::code(rust))
        }
        (meaning, _) => meaning.to_owned(),
    };
    (head, tail)
}

/// The last segment of a line's Rust item, or of its path.
fn own_name(line: &Line) -> String {
    let wire = || line.item.rsplit('/').next().unwrap_or_default();
    line.rust.first().map_or_else(wire, |item| item.rsplit("::").next().unwrap_or_default()).to_owned()
}

/// Writes indented text, wrapped between words.
fn wrapped(out: &mut String, first: &str, text: &str) {
    let indent = first.chars().count();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
