//! Compares error codes and groups.

use super::Sides;
use super::line::{Change, Line, Subject};
use super::pair::{self, Matched};
use crate::names;

type Item<'a> = (&'a str, i64);

pub(super) fn compare(sides: &Sides<'_>, lines: &mut Vec<Line>) {
    let (old, new) = (&sides.old.model, &sides.new.model);
    let rust = |name: &str| format!("error_codes::{}", names::error(name));
    let Matched { pairs, removed, added } = pair::matched(
        old.errors.iter().map(|(name, code)| (name.as_str(), *code)),
        new.errors.iter().map(|(name, code)| (name.as_str(), *code)),
        |item: Item<'_>| item.0,
        // The code identifies an error, not its name.
        |a: Item<'_>, b: Item<'_>| a.1 == b.1,
    );
    for (name, _) in removed {
        let line = Line::new(Change::Removed, Subject::Error, name).rust([rust(name)]);
        lines.push(line.breaks(format!("The constant `{}` is gone.", rust(name))));
    }
    for (name, _) in added {
        lines.push(Line::new(Change::Added, Subject::Error, name).rust([rust(name)]).adds());
    }
    for ((was, a), (is, b)) in pairs {
        let line = |change| Line::new(change, Subject::Error, is).rust([rust(is)]);
        if was != is {
            let line = line(Change::Renamed).was(was);
            lines.push(if rust(was) == rust(is) {
                line.recompile("The same constant.")
            } else {
                line.breaks(format!("The constant `{}` became `{}`.", rust(was), rust(is)))
            });
        }
        if a != b {
            let meaning = "A program built earlier treats the old code as this error.";
            lines.push(line(Change::Changed).fact("code", a.to_string(), b.to_string()).recompile(meaning));
        }
    }
    groups(sides, lines);
}

fn groups(sides: &Sides<'_>, lines: &mut Vec<Line>) {
    let (old, new) = (&sides.old.model.error_groups, &sides.new.model.error_groups);
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        lines.push(Line::new(Change::Removed, Subject::ErrorGroup, name));
    }
    for (name, is) in new {
        match old.get(name) {
            None => lines.push(Line::new(Change::Added, Subject::ErrorGroup, name)),
            Some(was) if was != is => {
                let more = |a: &[String], b: &[String]| b.iter().filter(|error| !a.contains(error)).count();
                let (gone, come) = (more(is, was), more(was, is));
                let line = Line::new(Change::Changed, Subject::ErrorGroup, name);
                lines.push(
                    line.fact("errors", was.len().to_string(), is.len().to_string())
                        .meaning(format!("{come} added, {gone} removed.")),
                );
            }
            Some(_) => {}
        }
    }
}
