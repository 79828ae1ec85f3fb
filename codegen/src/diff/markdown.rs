//! Formats a report as Markdown.

use super::line::{Change, Effect, Line};
use super::{Diff, text};

pub(super) fn write(diff: &Diff, version: Option<&str>) -> String {
    let mut out = format!("## Engine {} → {}\n\n{}\n", diff.old, diff.new, text::summary(diff, version));
    for (title, belongs) in sections() {
        let lines: Vec<&Line> = diff.changes.iter().filter(|line| belongs(line)).collect();
        if lines.is_empty() {
            continue;
        }
        out.push_str(&format!("\n### {title}\n\n"));
        for group in text::folded(&lines) {
            out.push_str(&item(&group));
        }
    }
    if !diff.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        for note in &diff.notes {
            out.push_str(&format!("- {}\n", note.replace('\n', " ")));
        }
    }
    out
}

type Belongs = fn(&Line) -> bool;

/// The headings and their lines. Every line belongs to exactly one heading.
fn sections() -> [(&'static str, Belongs); 6] {
    fn compatible(line: &Line, change: Change) -> bool {
        line.effect == Effect::Compatible && line.change == change
    }
    [
        ("Breaking", |line| line.effect == Effect::Breaks),
        ("Needs a recompile", |line| line.effect == Effect::Recompile),
        ("Added", |line| compatible(line, Change::Added)),
        ("Deprecated", |line| compatible(line, Change::Deprecated)),
        ("Made stable", |line| compatible(line, Change::Stabilized)),
        ("Other", |line| {
            let own = [Change::Added, Change::Deprecated, Change::Stabilized];
            line.effect == Effect::Compatible && !own.contains(&line.change)
        }),
    ]
}

fn item(group: &[&Line]) -> String {
    let line = group[0];
    let (head, tail) = text::words(group);
    // Formats schema names as code, because some contain characters that Markdown interprets as emphasis.
    let head = match (group.len(), line.item.is_empty()) {
        (1, false) => {
            let item = line.item.replace("#result/", "/");
            head.replacen(&item, &format!("`{item}`"), 1)
        }
        _ => head,
    };
    let change = match line.change {
        Change::Added | Change::Deprecated | Change::Stabilized if line.effect == Effect::Compatible => String::new(),
        change => format!("{}: ", change.words()),
    };
    let dash = if tail.is_empty() { "" } else { " — " };
    format!("- {change}{head}{dash}{tail}\n")
}
