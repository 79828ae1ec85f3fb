//! A JSON document that can be changed. Parts that do not change stay text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::parts;

/// A document, or a part of one.
#[derive(Clone, Debug)]
pub(crate) enum Document {
    /// A value that has not been divided.
    Text(Slice),
    Object(Members),
    List(Vec<Document>),
}

/// The members of an object, in the order of the text. Of members with the same name, the last one counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(Vec<(Name, Document)>);

/// The name of a member.
#[derive(Clone, Debug)]
struct Name {
    /// As it is written between quotation marks.
    written: Slice,
    /// Whether it is written with escapes.
    escaped: bool,
}

/// A part of a text that is shared with others.
#[derive(Clone)]
pub(crate) struct Slice {
    text: Arc<str>,
    range: Range<usize>,
}

impl Document {
    pub(crate) fn text(json: &str) -> Self {
        Self::Text(json.into())
    }

    /// Divides a text into members or elements, if it has any.
    pub(crate) fn divide(&mut self) -> &mut Self {
        if let Self::Text(whole) = self {
            let text = whole.as_str();
            let value = |value| Self::Text(whole.part(value));
            // The text is JSON, so only values without parts fail.
            if text.starts_with('[')
                && let Some(items) = parts::items(text)
            {
                *self = Self::List(items.into_iter().map(value).collect());
            } else if text.starts_with('{')
                && let Some(members) = parts::members(text)
            {
                let name = |name: Cow<'_, str>| match name {
                    Cow::Borrowed(name) => Name { written: whole.part(name), escaped: false },
                    Cow::Owned(name) => Name::from(&*name),
                };
                *self = Self::Object(Members(members.into_iter().map(|(of, json)| (name(of), value(json))).collect()));
            }
        }
        self
    }

    /// The JSON text.
    pub(crate) fn json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    /// Appends the JSON text.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text.as_str()),
            Self::Object(Members(members)) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    out.push_str(if at == 0 { "\"" } else { ",\"" });
                    out.push_str(name.written.as_str());
                    out.push_str("\":");
                    value.write(out);
                }
                out.push('}');
            }
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
        }
    }
}

impl Members {
    pub(crate) fn insert(&mut self, name: &str, value: Document) {
        match self.position(name) {
            Some(at) => self.0[at].1 = value,
            None => self.0.push((Name::from(name), value)),
        }
    }

    /// The value of a member. Creates the member if it is missing.
    pub(crate) fn entry(&mut self, name: &str, missing: impl FnOnce() -> Document) -> &mut Document {
        let at = self.position(name).unwrap_or_else(|| {
            self.0.push((Name::from(name), missing()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Document> {
        let value = self.position(name).map(|at| self.0.remove(at).1)?;
        self.0.retain(|(other, _)| !other.is(name));
        Some(value)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().rposition(|(other, _)| other.is(name))
    }
}

impl Slice {
    fn as_str(&self) -> &str {
        &self.text[self.range.clone()]
    }

    /// A part of this text, which a parser has returned.
    fn part(&self, part: &str) -> Self {
        let start = part.as_ptr().addr() - self.text.as_ptr().addr();
        Self { text: Arc::clone(&self.text), range: start..start + part.len() }
    }
}

impl Name {
    fn is(&self, name: &str) -> bool {
        match self.escaped {
            // Most names have other lengths.
            false => self.written.range.len() == name.len() && self.written.as_str() == name,
            true => parts::text(&format!("\"{}\"", self.written.as_str())).is_some_and(|own| own == name),
        }
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        let json = parts::quoted(name);
        let (range, escaped) = (1..json.len() - 1, json.contains('\\'));
        Self { written: Slice { text: json.into(), range }, escaped }
    }
}

impl From<&str> for Slice {
    fn from(text: &str) -> Self {
        Self { text: text.into(), range: 0..text.len() }
    }
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    fn text(document: &Document) -> String {
        let mut text = String::new();
        document.write(&mut text);
        text
    }

    #[test]
    fn a_divided_document_has_the_same_text() {
        for json in [r#"{"b":1,"a":{"x":[1.50,2]},"é\n\"":null}"#, "[]", "{}", r#"["a",[],{"b":{}}]"#, "1e400", "null"]
        {
            let mut whole = Document::text(json);
            whole.divide();
            assert_eq!(text(&whole), json);
        }
    }

    #[test]
    fn names_are_compared_without_their_escapes() {
        let mut whole = Document::text(r#"{"a\u0062":1,"c\\d":2,"e":3,"e":4}"#);
        let Document::Object(members) = whole.divide() else { panic!("it is an object") };
        let mut removed = |name| members.remove(name).map(|value| text(&value));
        assert_eq!(removed("ab").as_deref(), Some("1"));
        assert_eq!(removed("c\\\\d"), None);
        assert_eq!(removed("c\\d").as_deref(), Some("2"));
        assert_eq!(removed("e").as_deref(), Some("4"), "the last of two");
        assert_eq!(text(&whole), "{}");
    }
}
