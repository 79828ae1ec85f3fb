//! One change and what it means.

use serde::Serialize;

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
    /// Something about it differs.
    Changed,
    /// It should not be used any more.
    Deprecated,
    /// It is no longer deprecated.
    Restored,
    /// It was experimental and is settled now.
    Stabilized,
    /// It was settled and is experimental now.
    Unsettled,
}

impl Change {
    /// In a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
            Self::Deprecated => "deprecated",
            Self::Restored => "restored",
            Self::Stabilized => "made stable",
            Self::Unsettled => "unsettled",
        }
    }
}

/// What kind of item a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The whole API.
    Api,
    /// A class.
    Class,
    /// A method.
    Method,
    /// A parameter of a method.
    Parameter,
    /// A value that a method returns.
    Result,
    /// A struct, an enum or another named type.
    Type,
    /// A member of a struct.
    Member,
    /// A value of an enum.
    Value,
    /// An error code.
    Error,
    /// A group of errors.
    ErrorGroup,
}

impl Subject {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Class => "class",
            Self::Method => "method",
            Self::Parameter => "parameter",
            Self::Result => "result",
            Self::Type => "type",
            Self::Member => "member",
            Self::Value => "value",
            Self::Error => "error code",
            Self::ErrorGroup => "error group",
        }
    }
}

/// What a change means for a program that uses the generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It goes on as before, compiled again or not.
    Compatible,
    /// Its source compiles as it is, but only compiled again does it speak to the new engine rightly.
    Recompile,
    /// Its source may have to change.
    Breaks,
}

/// The part of a version number that a change asks to raise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing changed.
    #[default]
    None,
    /// The last number.
    Patch,
    /// The number in the middle.
    Minor,
    /// The first number.
    Major,
}

impl Step {
    /// In a word.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The version after this step. Below 1.0 the number in the middle stands for the first, as Cargo has it.
    pub fn after(self, version: &str) -> Option<String> {
        let core = version.split(['-', '+']).next()?;
        let numbers: Vec<u64> = core.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [major, minor, patch] = numbers[..] else { return None };
        Some(match (self, major, minor) {
            (Self::None, ..) => version.to_owned(),
            (Self::Major, 0, 0) | (Self::Patch | Self::Minor, 0, _) | (Self::Patch, ..) => {
                format!("{major}.{minor}.{}", patch + 1)
            }
            (Self::Major, 0, _) | (Self::Minor, ..) => format!("{major}.{}.0", minor + 1),
            (Self::Major, ..) => format!("{}.0.0", major + 1),
        })
    }
}

/// From how many characters on a value is cut short for people; scripts get all of it.
const LONG: usize = 100;

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What happened.
    pub change: Change,
    /// To what kind of item.
    pub subject: Subject,
    /// The item by its path, as documentation writes it: `Doc.GetField/qFieldName`; empty for the whole API.
    pub item: String,
    /// The path it had before, if it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What about it differs, if not the item as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<&'static str>,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What it means for callers.
    pub effect: Effect,
    /// The step it asks for.
    pub step: Step,
    /// The Rust items it is about.
    pub rust: Vec<String>,
    /// What it means for callers, in words; empty if the effect says it all.
    pub meaning: String,
}

impl Line {
    pub(super) fn new(change: Change, subject: Subject, item: impl Into<String>) -> Self {
        Self {
            change,
            subject,
            item: item.into(),
            was: None,
            aspect: None,
            from: None,
            to: None,
            effect: Effect::Compatible,
            step: Step::Patch,
            rust: Vec::new(),
            meaning: String::new(),
        }
    }

    pub(super) fn fact(mut self, aspect: &'static str, from: impl Into<String>, to: impl Into<String>) -> Self {
        (self.aspect, self.from, self.to) = (Some(aspect), Some(from.into()), Some(to.into()));
        self
    }

    pub(super) fn was(mut self, was: impl Into<String>) -> Self {
        self.was = Some(was.into());
        self
    }

    pub(super) fn rust(mut self, items: impl IntoIterator<Item = String>) -> Self {
        self.rust.extend(items);
        self
    }

    pub(super) fn meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = meaning.into();
        self
    }

    /// Something is there on top; nothing else changes.
    pub(super) fn adds(self) -> Self {
        Self { effect: Effect::Compatible, step: Step::Minor, ..self }
    }

    pub(super) fn recompile(self, meaning: impl Into<String>) -> Self {
        Self { effect: Effect::Recompile, step: Step::Minor, ..self }.meaning(meaning)
    }

    pub(super) fn breaks(self, meaning: impl Into<String>) -> Self {
        Self { effect: Effect::Breaks, step: Step::Major, ..self }.meaning(meaning)
    }

    /// What differs, in words: `type: int32 → int64`.
    pub(super) fn what(&self) -> String {
        let words = |text: &Option<String>| match text.as_deref() {
            None | Some("") => "none".to_owned(),
            Some(text) if text.chars().count() > LONG => text.chars().take(LONG).chain(['…']).collect(),
            Some(text) => text.to_owned(),
        };
        match (&self.was, self.aspect) {
            (Some(was), _) => format!("was {was}"),
            (None, Some(aspect)) => format!("{aspect}: {} → {}", words(&self.from), words(&self.to)),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn steps_follow_cargo() {
        let after = |step: Step, version| step.after(version).unwrap();
        assert_eq!(after(Step::Major, "1.2.3"), "2.0.0");
        assert_eq!(after(Step::Minor, "1.2.3"), "1.3.0");
        assert_eq!(after(Step::Patch, "1.2.3"), "1.2.4");
        assert_eq!(after(Step::Major, "0.1.4"), "0.2.0");
        assert_eq!(after(Step::Minor, "0.1.4"), "0.1.5");
        assert_eq!(after(Step::Major, "0.0.4"), "0.0.5");
        assert_eq!(after(Step::None, "0.1.4"), "0.1.4");
        assert_eq!(Step::Major.after("one"), None);
    }
}
