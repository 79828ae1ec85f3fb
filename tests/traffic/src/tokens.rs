//! Tokenizer for valid JSON.

/// A token. Strings and scalars are in source form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `{`
    Object,
    /// `[`
    List,
    /// `}` or `]`
    End,
    /// A string with its quotes.
    Text(&'a str),
    /// A number, `true`, `false` or `null`.
    Scalar(&'a str),
}

const PASSED_OVER: [char; 6] = [' ', '\t', '\r', '\n', ',', ':'];

/// Reads tokens. Skips commas and colons, which are redundant in valid JSON.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(json: &'a str) -> Self {
        Self { rest: json }
    }

    /// Whether the current object or list ends here.
    pub(crate) fn at_end(&self) -> bool {
        let next = self.rest.trim_start_matches(PASSED_OVER).as_bytes().first();
        next.is_none_or(|byte| matches!(byte, b'}' | b']'))
    }

    /// The text from here to a later position.
    pub(crate) fn until(&self, later: &Self) -> &'a str {
        let length = self.rest.len().saturating_sub(later.rest.len());
        self.rest.get(..length).unwrap_or_default().trim_matches(PASSED_OVER)
    }

    /// Skips one value of any depth.
    pub(crate) fn skip_value(&mut self) {
        let mut open = 0_usize;
        for token in self.by_ref() {
            match token {
                Token::Object | Token::List => open += 1,
                Token::End => open = open.saturating_sub(1),
                Token::Text(_) | Token::Scalar(_) => {}
            }
            if open == 0 {
                break;
            }
        }
    }

    /// Skips the rest of the current object or list; returns its number of values and keys.
    pub(crate) fn skip_rest(&mut self) -> usize {
        let mut count = 0;
        while !self.at_end() {
            self.skip_value();
            count += 1;
        }
        self.next();
        count
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (token, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        token
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.rest = self.rest.trim_start_matches(PASSED_OVER);
        Some(match self.rest.as_bytes().first()? {
            b'{' => {
                self.take(1);
                Token::Object
            }
            b'[' => {
                self.take(1);
                Token::List
            }
            b'}' | b']' => {
                self.take(1);
                Token::End
            }
            b'"' => {
                let length = text_length(self.rest.as_bytes());
                Token::Text(self.take(length))
            }
            _ => {
                let scalar = |c: char| !matches!(c, ',' | ':' | '}' | ']' | ' ' | '\t' | '\r' | '\n');
                let length = self.rest.find(|c| !scalar(c)).unwrap_or(self.rest.len());
                Token::Scalar(self.take(length))
            }
        })
    }
}

/// The length of the string that starts here, including both quotes.
fn text_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{Token, Tokens};

    #[test]
    fn tokens_are_in_source_form() {
        let tokens: Vec<_> = Tokens::new(r#" {"a\"}": [1e400, null], "b" : "" } "#).collect();
        let expected = [
            Token::Object,
            Token::Text(r#""a\"}""#),
            Token::List,
            Token::Scalar("1e400"),
            Token::Scalar("null"),
            Token::End,
            Token::Text("\"b\""),
            Token::Text("\"\""),
            Token::End,
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn a_value_is_skipped_completely() {
        let mut tokens = Tokens::new(r#"[[1, {"a": [2]}], 3, 4, 5]"#);
        tokens.next();
        tokens.skip_value();
        assert_eq!(tokens.next(), Some(Token::Scalar("3")));
        assert_eq!(tokens.skip_rest(), 2);
        assert_eq!(tokens.next(), None);
    }

    #[test]
    fn tokenizing_invalid_json_ends() {
        for text in ["\"", "\"\\", "[", "}", "é,\u{1}"] {
            assert!(Tokens::new(text).count() < 4);
        }
    }
}
