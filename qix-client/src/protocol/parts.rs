//! The members of a JSON object, for reading a few of them: without types, whose code would be in every program.

use std::borrow::Cow;

pub(crate) use qix_schema::__private::parts::{first, items, members, quoted, text, value};

/// The members of an object. Of those with the same name, the last one counts.
#[derive(Default)]
pub(crate) struct Parts<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Parts<'a> {
    /// `None` if the text is not an object.
    pub(crate) fn of(json: &'a str) -> Option<Self> {
        members(json).map(Self)
    }

    /// The JSON text of a member, unless it is `null`.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().rfind(|(known, _)| known == name)?;
        Some(*value).filter(|value| *value != "null")
    }

    /// A member that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        text(self.get(name)?)
    }

    /// A member that is a string, or an empty string.
    pub(crate) fn string(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().into_owned()
    }

    /// Whether a member is `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Whether a member is `false`.
    pub(crate) fn is_false(&self, name: &str) -> bool {
        self.get(name) == Some("false")
    }
}
