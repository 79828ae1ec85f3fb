//! Searches for a string in messages as written in a log.

use regex::{Regex, RegexBuilder};

/// A search string. Ignores case and JSON escapes.
#[derive(Debug)]
pub(crate) struct Needle(Regex);

impl Needle {
    pub(crate) fn new(text: &str) -> Self {
        let pattern: String = text.chars().map(any_spelling).collect();
        let pattern = RegexBuilder::new(&pattern).case_insensitive(true).size_limit(usize::MAX).build();
        Self(pattern.expect("every character is escaped"))
    }

    pub(crate) fn is_in(&self, message: &str) -> bool {
        self.0.is_match(message)
    }
}

/// A pattern for all ways to write a character in JSON.
fn any_spelling(c: char) -> String {
    let plain = regex::escape(&c.to_string());
    let short = match c {
        '\n' => r"|\\n",
        '\t' => r"|\\t",
        '\r' => r"|\\r",
        '"' => r#"|\\""#,
        '/' => r"|\\/",
        '\\' => return r"(?:\\\\|\\u005c)".to_owned(),
        ' '..='~' => return plain,
        _ => "",
    };
    let units: String = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!(r"\\u{unit:04x}")).collect();
    format!("(?:{plain}{short}|{units})")
}

#[cfg(test)]
mod tests {
    use super::Needle;

    #[test]
    fn a_string_is_found_in_any_json_spelling() {
        assert!(Needle::new("SUM(sales)").is_in(r#"{"q": "=Sum(Sales)"}"#));
        assert!(Needle::new("a\nb\\\"").is_in(r#""a\nb\\\"""#));
        for written in ["\"Zürich 😀\"", r#""Z\u00FCrich \ud83d\ude00""#] {
            assert!(Needle::new("zürich 😀").is_in(written), "{written}");
        }
        assert!(!Needle::new("a.c").is_in("abc"));
    }
}
