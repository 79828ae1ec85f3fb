//! Object literals as consoles show them, as JSON: names without quotes, strings in single quotes, and omitted parts.

use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::Value;

/// A value that was read.
pub(super) struct Literal {
    pub(super) json: String,
    /// The length of its text in bytes.
    pub(super) length: usize,
    /// Whether the console has left parts out.
    pub(super) abbreviated: bool,
}

/// Reads an object at the start of a text. Returns `None` if it is not complete.
pub(super) fn read(text: &str) -> Option<Literal> {
    let mut reader = Reader { text, chars: text.char_indices().peekable(), out: String::new(), abbreviated: false };
    reader.value(0)?;
    let length = reader.position();
    Some(Literal { json: reader.out, length, abbreviated: reader.abbreviated })
}

/// Deeper values are not messages.
const DEPTH: usize = 200;

struct Reader<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    out: String,
    abbreviated: bool,
}

impl<'a> Reader<'a> {
    fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(position, _)| *position)
    }

    fn rest(&mut self) -> &'a str {
        let position = self.position();
        &self.text[position..]
    }

    fn peek(&mut self) -> Option<char> {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        self.chars.peek().map(|(_, c)| *c)
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        (self.peek()? == wanted).then(|| {
            self.chars.next();
        })
    }

    fn skip(&mut self, bytes: usize) {
        let end = self.position() + bytes;
        while self.chars.next_if(|(position, _)| *position < end).is_some() {}
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        match self.peek()? {
            '{' => self.list('{', '}', depth),
            '[' if self.left_out() => {
                self.out.push_str("null");
                Some(())
            }
            '[' => self.list('[', ']', depth),
            '"' | '\'' | '`' => {
                let text = self.strings()?;
                self.out.push_str(&Value::from(text).to_string());
                Some(())
            }
            _ => self.word(),
        }
    }

    /// Skips `[Object]` and the like, which stand for a value.
    fn left_out(&mut self) -> bool {
        let rest = self.rest();
        let name = rest[1..].find(']').map(|end| &rest[1..=end]);
        let found = name.filter(|name| ["Object", "Array", "Circular"].iter().any(|known| name.starts_with(known)));
        if let Some(name) = found {
            self.skip(name.len() + 2);
            self.abbreviated = true;
        }
        found.is_some()
    }

    fn list(&mut self, open: char, close: char, depth: usize) -> Option<()> {
        self.take(open)?;
        self.out.push(open);
        let mut first = true;
        while self.peek()? != close {
            if self.rest().starts_with("...") || self.rest().starts_with('…') {
                // The rest of a line such as `... 99 more items`.
                let end = self.rest().find([',', close, '\n'])?;
                self.skip(end);
                self.abbreviated = true;
            } else {
                if !std::mem::take(&mut first) {
                    self.out.push(',');
                }
                if open == '{' {
                    let name = match self.peek()? {
                        '"' | '\'' => self.strings()?,
                        _ => self.name()?,
                    };
                    self.out.push_str(&Value::from(name).to_string());
                    self.take(':')?;
                    self.out.push(':');
                }
                self.value(depth + 1)?;
            }
            if self.peek()? != close {
                self.take(',')?;
            }
        }
        self.take(close)?;
        self.out.push(close);
        Some(())
    }

    fn name(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).filter(|end| *end > 0)?;
        self.skip(end);
        Some(rest[..end].to_owned())
    }

    /// A number or a word. Numbers keep their digits.
    fn word(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "+-.".contains(c))).filter(|end| *end > 0)?;
        let word = &rest[..end];
        let json = match word {
            "undefined" => "null",
            "NaN" | "Infinity" | "-Infinity" => &format!("\"{word}\""),
            "true" | "false" | "null" => word,
            // `1n` is an integer of any size.
            _ => Some(word.trim_end_matches('n')).filter(|word| serde_json::from_str::<f64>(word).is_ok())?,
        };
        self.out.push_str(json);
        self.skip(end);
        Some(())
    }

    /// A string, or several that are joined by plus signs.
    fn strings(&mut self) -> Option<String> {
        let mut text = self.string()?;
        while self.peek() == Some('+') {
            self.chars.next();
            self.peek()?;
            text.push_str(&self.string()?);
        }
        Some(text)
    }

    fn string(&mut self) -> Option<String> {
        let (start, quote) = self.chars.next()?;
        if !matches!(quote, '"' | '\'' | '`') {
            return None;
        }
        if quote == '"'
            && let Some(Ok(text)) = serde_json::Deserializer::from_str(&self.text[start..]).into_iter::<String>().next()
        {
            let length = end_of_json(&self.text[start..])?;
            self.skip(length - 1);
            return Some(text);
        }
        let mut text = String::new();
        loop {
            match self.chars.next()?.1 {
                end if end == quote => return Some(text),
                '\\' => match self.chars.next()?.1 {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    'x' => text.push(self.code(2)?),
                    'u' => text.push(self.code(4)?),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let rest = self.rest().get(..digits)?;
        self.skip(digits);
        Some(char::from_u32(u32::from_str_radix(rest, 16).ok()?).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

/// The length of a JSON string at the start of a text.
fn end_of_json(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        is_end
    });
    end.map(|(position, _)| position + 1)
}

#[cfg(test)]
mod tests {
    fn json(text: &str) -> Option<(String, bool)> {
        super::read(text).map(|literal| (literal.json, literal.abbreviated))
    }

    #[test]
    fn literals_become_json() {
        for (literal, expected) in [
            ("{ a: 1, 'b-c': [ 'x', \"y\\u00e9\" ], d: {} } rest", r#"{"a":1,"b-c":["x","yé"],"d":{}}"#),
            ("{a:'it\\'s \\\\ \\n\\x41\\u00e9'}", r#"{"a":"it's \\ \nAé"}"#),
            (
                "{ n: 12345678901234567890n, m: -0.50, i: -Infinity, u: undefined }",
                r#"{"n":12345678901234567890,"m":-0.50,"i":"-Infinity","u":null}"#,
            ),
        ] {
            assert_eq!(json(literal), Some((expected.to_owned(), false)), "{literal}");
        }
        assert_eq!(
            json("{ a: [Object], b: [ [Array], 2, ... 3 more items ] }"),
            Some((r#"{"a":null,"b":[null,2]}"#.to_owned(), true))
        );
        assert_eq!(json("{a: 1, …}"), Some((r#"{"a":1}"#.to_owned(), true)));
        for broken in ["{", "{a}", "{a:}", "{a: wrong}", "{a: 'x}", "[1, 2", &"[".repeat(100_000)] {
            assert_eq!(json(broken), None);
        }
    }
}
