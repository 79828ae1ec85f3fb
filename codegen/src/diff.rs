//! Compares two versions of the engine's API: what changed, and what each change means for callers of the generated
//! Rust code.
//!
//! Whether something breaks is decided by comparing the plans of the generated code, not the schemas: what has the same
//! form in Rust does not break, and what has another form does, even where the schema says the same.

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

/// What differs between two versions.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    /// The engine version of the old side.
    pub old: String,
    /// The engine version of the new side.
    pub new: String,
    /// The changes: first what breaks, then what needs a recompile, then the rest.
    pub changes: Vec<Line>,
    /// What was not compared, and what else deserves a look.
    pub notes: Vec<String>,
}

impl Diff {
    /// The semver step that all changes together ask for.
    pub fn step(&self) -> Step {
        self.changes.iter().map(|line| line.step).max().unwrap_or_default()
    }

    /// How many changes have an effect.
    pub fn count(&self, effect: Effect) -> usize {
        self.changes.iter().filter(|line| line.effect == effect).count()
    }

    /// Whether callers may have to change their code.
    pub fn breaks(&self) -> bool {
        self.count(Effect::Breaks) > 0
    }

    /// The new name of an item that was renamed, by the paths that documentation uses.
    pub fn renamed(&self, item: &str) -> Option<&str> {
        self.changes.iter().find(|line| line.was.as_deref() == Some(item)).map(|line| line.item.as_str())
    }

    /// For people. `version` is that of the generated crate, to which the step applies.
    pub fn to_text(&self, version: Option<&str>) -> String {
        text::write(self, version)
    }

    /// For a changelog.
    pub fn to_markdown(&self, version: Option<&str>) -> String {
        markdown::write(self, version)
    }

    /// For scripts.
    ///
    /// # Errors
    ///
    /// None that is known; the serializer's.
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
/// A legacy file lacks most of what a schema says; then only what both sides know is compared, and a note says so.
pub fn compare(old: &Input, new: &Input, companion: &Companion) -> Diff {
    match (old, new) {
        (Input::Model(old), Input::Model(new)) => models(old, new, companion),
        _ => legacy::compare(old, new),
    }
}

/// Compares two models, each completed by the companion.
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

/// The two sides, and the types that have another name in the new one.
pub(crate) struct Sides<'a> {
    old: &'a Side,
    new: &'a Side,
    types: &'a pair::Renames,
}

/// What is said about the API as a whole.
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

/// What the companion lacks for the new side and did not lack for the old one, and what keeps it from being generated.
fn notes(old: &Model, new: &Model, companion: &Companion) -> Vec<String> {
    let all = |model: &Model| -> Vec<String> {
        let mut model = model.clone();
        let found = companion.complete(&mut model).unwrap_or_else(|Faults(faults)| faults);
        found.iter().map(ToString::to_string).collect()
    };
    let known = all(old);
    let mut notes: Vec<String> = all(new).into_iter().filter(|note| !known.contains(note)).collect();
    for fault in Side::of(new, companion).faults {
        notes.push(format!("`gen` cannot use the new side as it is: {fault}"));
    }
    notes
}
