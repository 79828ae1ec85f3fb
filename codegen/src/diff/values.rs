//! Compares enum values. On the wire, a value is its title, long name, or number; in Rust, it is a variant.

use super::line::{Change, Line, Subject};
use super::pair::{self, Matched};
use super::{Sides, marks};
use crate::model::EnumValue;
use crate::plan::{TypePlan, Variant};

type Item<'a> = (&'a EnumValue, &'a Variant);

type Whole<'a> = (&'a TypePlan, &'a [EnumValue], &'a [Variant]);

pub(super) fn compare(
    sides: &Sides<'_>,
    (old_plan, old, old_variants): Whole<'_>,
    (plan, new, new_variants): Whole<'_>,
    lines: &mut Vec<Line>,
) {
    let name = &plan.wire;
    let (api_old, api_new) = (marks::of_api(&sides.old.model), marks::of_api(&sides.new.model));
    let rust = |variant: &Variant| format!("types::{}::{}", plan.name, variant.name);
    let path = |value: &EnumValue| format!("{name}/{}", value.title);
    // The number identifies a value, not its name.
    let renamed = |a: Item<'_>, b: Item<'_>| a.0.number == b.0.number;
    let Matched { pairs, removed, added } = pair::matched(
        old.iter().zip(old_variants),
        new.iter().zip(new_variants),
        |item: Item<'_>| &item.0.title,
        renamed,
    );
    for (value, variant) in removed {
        let line = Line::new(Change::Removed, Subject::Value, path(value)).rust([rust(variant)]);
        lines.push(line.breaks(format!("The variant `{}` is gone.", rust(variant))));
    }
    for (value, variant) in added {
        let line = Line::new(Change::Added, Subject::Value, path(value)).rust([rust(variant)]).adds();
        lines.push(line.meaning("It was `Unrecognized` before."));
    }
    let defaults = pairs.iter().any(|((_, was), (_, is))| was.default && is.default);
    for ((a, was), (b, is)) in pairs {
        let line = |change| Line::new(change, Subject::Value, path(b)).rust([rust(is)]);
        let became = format!("The variant `{}` became `{}`.", rust(was), rust(is));
        let effect = |line: Line, meaning: &str| {
            if was.name == is.name { line.recompile(meaning) } else { line.breaks(became.clone()) }
        };
        let mut said = false;
        if a.title != b.title {
            let line = line(Change::Renamed).was(format!("{}/{}", old_plan.wire, a.title));
            lines.push(effect(
                line,
                "The variant is the same. A program built earlier writes and reads the old string.",
            ));
            said = true;
        }
        if a.long != b.long {
            let text = |value: &EnumValue| value.long.clone().unwrap_or_default();
            let line = line(Change::Changed).fact("long name", text(a), text(b));
            lines.push(effect(line, "The variant is the same. A program built earlier uses the old name."));
            said = true;
        }
        if a.number != b.number {
            let line = line(Change::Changed).fact("number", a.number.to_string(), b.number.to_string());
            lines.push(effect(line, "The variant is the same. A program built earlier uses the old number."));
            said = true;
        }
        if was.name != is.name && !said {
            let because = "The common leading words of the enum's values, which variants omit, changed.";
            let line = line(Change::Changed).fact("variant", &was.name, &is.name);
            lines.push(line.breaks(format!("{became} {because}")));
        }
        let about = marks::About { subject: Subject::Value, item: path(b), rust: vec![rust(is)], warns: true };
        let (old, new) = ([&a.marks, &old_plan.marks, &api_old], [&b.marks, &plan.marks, &api_new]);
        marks::compare(&about, &old, &new, lines);
    }
    if !defaults {
        default(plan, old_variants, new_variants, lines);
    }
}

/// The default variant changed.
fn default(plan: &TypePlan, old: &[Variant], new: &[Variant], lines: &mut Vec<Line>) {
    let of =
        |variants: &[Variant]| variants.iter().find(|variant| variant.default).map(|variant| variant.value.clone());
    let (Some(was), Some(is)) = (of(old), of(new)) else { return };
    let line = Line::new(Change::Changed, Subject::Type, &plan.wire).rust([format!("types::{}", plan.name)]);
    let meaning = format!(
        "`{}::default()` and the value of an absent member match the engine only after recompiling.",
        plan.name
    );
    lines.push(line.fact("default", was.title, is.title).recompile(meaning));
}
