//! A change and its effect.

use serde::Serialize;

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Added.
    Added,
    /// Removed.
    Removed,
    /// Renamed.
    Renamed,
    /// Changed.
    Changed,
    /// Deprecated.
    Deprecated,
    /// No longer deprecated.
    Restored,
    /// No longer experimental.
    Stabilized,
    /// Now experimental.
    Unsettled,
}

impl Change {
    /// A short description.
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

/// The kind of item that changed.
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
    /// A result of a method.
    Result,
    /// A struct, an enum, or another named type.
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
    /// The kind as text.
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

/// The effect of a change on a program that uses the generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// No effect, with or without recompiling.
    Compatible,
    /// The source compiles unchanged, but must be recompiled to work with the new engine.
    Recompile,
    /// The source may have to change.
    Breaks,
}

/// The part of a version number that a change bumps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing changed.
    #[default]
    None,
    /// The patch version.
    Patch,
    /// The minor version.
    Minor,
    /// The major version.
    Major,
}

impl Step {
    /// The name of the step.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The version after this step. Below 1.0, a breaking change bumps the minor version, like in Cargo.
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

/// Maximum number of characters of a value in text reports; JSON contains the whole value.
const LONG: usize = 100;

/// A change.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What happened.
    pub change: Change,
    /// The kind of item.
    pub subject: Subject,
    /// The path of the item, as used by the documentation: `Doc.GetField/qFieldName`. Empty for the whole API.
    pub item: String,
    /// The previous path, if the item was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What changed, if not the whole item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<&'static str>,
    /// The old value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The effect on users.
    pub effect: Effect,
    /// The semver step that the change requires.
    pub step: Step,
    /// The affected Rust items.
    pub rust: Vec<String>,
    /// The effect in words. Empty if [`Line::effect`] is sufficient.
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

    /// A pure addition.
    pub(super) fn adds(self) -> Self {
        Self { effect: Effect::Compatible, step: Step::Minor, ..self }
    }

    pub(super) fn recompile(self, meaning: impl Into<String>) -> Self {
        Self { effect: Effect::Recompile, step: Step::Minor, ..self }.meaning(meaning)
    }

    pub(super) fn breaks(self, meaning: impl Into<String>) -> Self {
        Self { effect: Effect::Breaks, step: Step::Major, ..self }.meaning(meaning)
    }

    /// The difference in words: `type: int32 → int64`.
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
