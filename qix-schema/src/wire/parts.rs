//! Takes a JSON text apart without building values.

use std::borrow::Cow;

use super::fault::Fault;
use super::skip::skip;
use super::string::string;
use super::text::{ListStart, ObjectStart, after_member, elements, end, name_of_member, open_list, open_object, trim};

/// The text of the value that a JSON text consists of, without whitespace around it.
pub fn value(json: &str) -> Option<&str> {
    let (value, rest) = start(json).ok()?;
    end(rest).ok()?;
    Some(value)
}

/// The names and values of the members of a JSON object. `None` if the text is not an object.
pub fn members(json: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut found = Vec::new();
    let ObjectStart::Members(mut text) = object(json)? else { return Some(found) };
    loop {
        let (name, value) = name_of_member(text).ok()?;
        let (value, rest) = start(value).ok()?;
        found.push((name, value));
        let (rest, done) = after_member(rest).ok()?;
        if done {
            return end(rest).ok().map(|_| found);
        }
        text = rest;
    }
}

fn object(json: &str) -> Option<ObjectStart<'_>> {
    let text = trim(json);
    let start = text.starts_with('{').then(|| open_object(text, "").ok()).flatten()?;
    if let ObjectStart::Empty(rest) = start {
        end(rest).ok()?;
    }
    Some(start)
}

/// The elements of a JSON list. `None` if the text is not a list.
pub fn items(json: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let text = trim(json);
    let rest = match open_list(text.starts_with('[').then_some(text)?).ok()? {
        ListStart::Elements(text) => elements(text, |text| {
            let (value, rest) = start(text)?;
            found.push(value);
            Ok(rest)
        }),
        ListStart::Empty(rest) | ListStart::Null(rest) => Ok(rest),
    };
    end(rest.ok()?).ok().map(|_| found)
}

/// The string that a JSON text consists of.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    let (text, rest) = string(trim(json)).ok()?;
    end(rest).ok().map(|_| text)
}

/// A string as JSON.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("each string can be written")
}

/// The value at the start of a text, and the rest after it. `None` if the text does not start with a value.
pub fn first(text: &str) -> Option<(&str, &str)> {
    start(text).ok()
}

fn start(text: &str) -> Result<(&str, &str), Box<Fault>> {
    let text = trim(text);
    let rest = skip(text)?;
    Ok((&text[..text.len() - rest.len()], rest))
}

#[cfg(test)]
mod tests {
    use super::{items, members, quoted, text, value};

    #[test]
    fn a_text_is_taken_apart() {
        let object = r#" {"a" : 1, "\u0062":[{"c":2} ] , "c":"x" } "#;
        let found = members(object).unwrap();
        assert_eq!(
            found.iter().map(|(name, value)| (&**name, *value)).collect::<Vec<_>>(),
            [("a", "1"), ("b", r#"[{"c":2} ]"#), ("c", "\"x\"")]
        );
        assert_eq!(items(" [1, [2] ,{} ]").unwrap(), ["1", "[2]", "{}"]);
        assert_eq!((members("{ }").unwrap().len(), items("[ ] ").unwrap().len()), (0, 0));
        assert_eq!(text(r#" "a\n" "#).as_deref(), Some("a\n"));
        assert_eq!(value(" null "), Some("null"));
        assert_eq!(text(&quoted("a\"\u{1}é")).as_deref(), Some("a\"\u{1}é"));
    }

    #[test]
    fn other_texts_have_no_parts() {
        for json in ["", "1", "null", "[]", "{", "{\"a\"}", "{\"a\":1,}", "{\"a\":1}x", "{}x"] {
            assert!(members(json).is_none(), "{json}");
        }
        for json in ["", "1", "null", "{}", "[", "[1,]", "[1]x", "[]x"] {
            assert!(items(json).is_none(), "{json}");
        }
        for json in ["", "1", "\"", "\"\\ud800\"", "\"a\"x"] {
            assert!(text(json).is_none(), "{json}");
        }
        assert_eq!((value("1 2"), value("")), (None, None));
    }
}
