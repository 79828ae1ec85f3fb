//! Compares two engine versions: what changed, and how each change affects users of the generated Rust code.
//!
//! Whether a change is breaking is decided by comparing the plans of the generated code, not the schemas: a change that
//! does not affect the Rust code is not breaking, and a change that does is breaking even if the schemas agree.

mod errors;
mod input;
mod legacy;
mod line;
mod markdown;
mod marks;
mod members;
mod methods;
mod pair;
mod params;
mod results;
mod side;
mod similar;
mod text;
mod types;
mod values;

use serde::Serialize;

use crate::companion::Companion;
use crate::fault::Faults;
use crate::model::Model;
pub use input::Input;
pub use line::{Change, Effect, Line, Step, Subject};
use side::Side;

/// The differences between two versions.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    /// Engine version of the old side.
    pub old: String,
    /// Engine version of the new side.
    pub new: String,
    /// The changes: breaking changes first, then those that need a recompile, then the rest.
    pub changes: Vec<Line>,
    /// What was not compared, and other notes.
    pub notes: Vec<String>,
}

impl Diff {
    /// The semver step that the changes require.
    pub fn step(&self) -> Step {
        self.changes.iter().map(|line| line.step).max().unwrap_or_default()
    }

    /// Number of changes with an effect.
    pub fn count(&self, effect: Effect) -> usize {
        self.changes.iter().filter(|line| line.effect == effect).count()
    }

    /// Whether any change is breaking.
    pub fn breaks(&self) -> bool {
        self.count(Effect::Breaks) > 0
    }

    /// The new path of a renamed item. Paths have the form used by the documentation.
    pub fn renamed(&self, item: &str) -> Option<&str> {
        self.changes.iter().find(|line| line.was.as_deref() == Some(item)).map(|line| line.item.as_str())
    }

    /// Formats the report as text. `version` is the version of the generated crate, to which the step applies.
    pub fn to_text(&self, version: Option<&str>) -> String {
        text::write(self, version)
    }

    /// Formats the report as Markdown, for a changelog.
    pub fn to_markdown(&self, version: Option<&str>) -> String {
        markdown::write(self, version)
    }

    /// Formats the report as JSON, for scripts.
    ///
    /// # Errors
    ///
    /// Returns errors of the serializer.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Summary {
            breaks: usize,
            recompile: usize,
            compatible: usize,
        }
        #[derive(Serialize)]
        struct Whole<'a> {
            step: Step,
            summary: Summary,
            #[serde(flatten)]
            diff: &'a Diff,
        }
        let summary = Summary {
            breaks: self.count(Effect::Breaks),
            recompile: self.count(Effect::Recompile),
            compatible: self.count(Effect::Compatible),
        };
        serde_json::to_string_pretty(&Whole { step: self.step(), summary, diff: self }).map(|text| text + "\n")
    }
}

/// Compares two inputs.
///
/// A legacy file contains less than a schema; only facts in both files are compared, and a note says so.
pub fn compare(old: &Input, new: &Input, companion: &Companion) -> Diff {
    match (old, new) {
        (Input::Model(old), Input::Model(new)) => models(old, new, companion),
        _ => legacy::compare(old, new),
    }
}

/// Compares two models that have been completed by the companion.
pub fn models(old: &Model, new: &Model, companion: &Companion) -> Diff {
    let notes = notes(old, new, companion);
    let (old, new) = (Side::of(old, companion), Side::of(new, companion));
    let renames = types::renames(&old, &new);
    let sides = Sides { old: &old, new: &new, types: &renames };
    let mut lines = api(&sides);
    methods::compare(&sides, &mut lines);
    types::compare(&sides, &mut lines);
    errors::compare(&sides, &mut lines);
    finish(old.model.engine.clone(), new.model.engine.clone(), lines, notes)
}

fn finish(old: String, new: String, mut lines: Vec<Line>, notes: Vec<String>) -> Diff {
    lines.sort_by(|a, b| b.effect.cmp(&a.effect).then_with(|| (a.subject, &a.item).cmp(&(b.subject, &b.item))));
    Diff { old, new, changes: lines, notes }
}

/// The two sides, and the types that were renamed.
pub(crate) struct Sides<'a> {
    old: &'a Side,
    new: &'a Side,
    types: &'a pair::Renames,
}

/// Changes that affect the API as a whole.
fn api(sides: &Sides<'_>) -> Vec<Line> {
    let (old, new) = (&sides.old.model, &sides.new.model);
    let mut lines = Vec::new();
    let mut differs = |aspect: &'static str, from: &str, to: &str| {
        if from != to {
            lines.push(Line::new(Change::Changed, Subject::Api, "").fact(aspect, from, to));
        }
    };
    differs("engine version", &old.engine, &new.engine);
    differs("title", &old.title, &new.title);
    differs("OpenRPC version", &old.openrpc, &new.openrpc);
    if let Some(line) = lines.iter_mut().find(|line| line.aspect == Some("engine version")) {
        line.rust.push("ENGINE_VERSION".to_owned());
    }
    let about = marks::About { subject: Subject::Api, item: String::new(), rust: Vec::new(), warns: false };
    marks::compare(&about, &[&marks::of_api(old)], &[&marks::of_api(new)], &mut lines);
    lines
}

/// What the companion lacks for the new side but not for the old one, and faults that prevent code generation.
fn notes(old: &Model, new: &Model, companion: &Companion) -> Vec<String> {
    let all = |model: &Model| -> Vec<String> {
        let mut model = model.clone();
        let found = companion.complete(&mut model).unwrap_or_else(|Faults(faults)| faults);
        found.iter().map(ToString::to_string).collect()
    };
    let known = all(old);
    let mut notes: Vec<String> = all(new).into_iter().filter(|note| !known.contains(note)).collect();
    for fault in Side::of(new, companion).faults {
        notes.push(format!("`gen` cannot use the new side: {fault}"));
    }
    notes
}
