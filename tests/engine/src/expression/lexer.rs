//! The lexer of expressions.

use std::sync::Arc;

use super::parser::ParseError;

/// A token with its position in the text, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The kind of token.
    pub symbol: Symbol,
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub enum Symbol {
    /// A number.
    Number(f64),
    /// A text in single quotes.
    Text(Arc<str>),
    /// A bare word: keyword, function or field.
    Word(Arc<str>),
    /// A name in brackets.
    Bracketed(Arc<str>),
    /// A name, or a search in a set, in double quotes or grave accents.
    Quoted(Arc<str>),
    /// An operator or other sign.
    Sign(&'static str),
}

const SIGNS: [&str; 27] = [
    "<=", ">=", "<>", "+=", "-=", "*=", "/=", "(", ")", ",", "+", "-", "*", "/", "&", "=", "<", ">", "{", "}", ";",
    ":", "^", "!", "?", "|", "$",
];

/// Whether a character can start a bare word.
fn starts_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '@' | '#' | '%' | '~')
}

/// Whether a character can be inside of a bare word.
fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '#' | '%' | '~' | '.' | '$')
}

/// Splits a text into tokens, without comments.
pub fn tokenize(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        // `lib://` does not start a comment.
        if rest.starts_with("//") && !text[..at].ends_with(':') {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            continue;
        }
        let symbol = if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let length = number_length(rest);
            at += length;
            Symbol::Number(rest[..length].parse().unwrap_or(f64::NAN))
        } else if let Some(close) = closing(c) {
            let (content, length) = quoted(rest, close).ok_or_else(|| ParseError {
                message: match c {
                    '\'' => "Unterminated string".into(),
                    _ => format!("'{close}' expected"),
                },
                start,
                end: text.len(),
            })?;
            at += length;
            match c {
                '\'' => Symbol::Text(content.into()),
                '[' => Symbol::Bracketed(content.into()),
                _ => Symbol::Quoted(content.into()),
            }
        } else if starts_word(c) || (c == '$' && rest[1..].starts_with(starts_word)) {
            let length =
                rest[c.len_utf8()..].find(|c| !continues_word(c)).map_or(rest.len(), |length| length + c.len_utf8());
            at += length;
            Symbol::Word(rest[..length].into())
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            at += sign.len();
            Symbol::Sign(sign)
        } else {
            return Err(ParseError { message: format!("Unexpected token: '{c}'"), start, end: start + c.len_utf8() });
        };
        tokens.push(Token { symbol, start, end: at });
    }
    Ok(tokens)
}

fn closing(open: char) -> Option<char> {
    match open {
        '\'' | '"' | '`' => Some(open),
        '[' => Some(']'),
        '\u{b4}' => Some('\u{b4}'),
        _ => None,
    }
}

/// The content of a quoted text at the start, with doubled quotes resolved, and its length including the quotes.
fn quoted(text: &str, close: char) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != close {
            content.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == close) {
            content.push(c);
            chars.next();
        } else {
            return Some((content, at + c.len_utf8()));
        }
    }
    None
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let count = bytes.get(at + 1 + sign..).map_or(0, |_| digits(at + 1 + sign));
        if count > 0 {
            at += 1 + sign + count;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str) -> Vec<Symbol> {
        tokenize(text).unwrap().into_iter().map(|token| token.symbol).collect()
    }

    #[test]
    fn quotes_are_doubled_inside_quotes() {
        assert_eq!(symbols("'it''s'"), [Symbol::Text("it's".into())]);
        assert_eq!(symbols("[a]]b]"), [Symbol::Bracketed("a]b".into())]);
        assert_eq!(symbols("\"x y\""), [Symbol::Quoted("x y".into())]);
        assert!(tokenize("'open").is_err());
    }

    #[test]
    fn numbers_words_and_comments() {
        assert_eq!(symbols("1.5e2 .5"), [Symbol::Number(150.0), Symbol::Number(0.5)]);
        assert_eq!(
            symbols("Date#(x) // rest"),
            [Symbol::Word("Date#".into()), Symbol::Sign("("), Symbol::Word("x".into()), Symbol::Sign(")")]
        );
        assert_eq!(symbols("a/*b*/<=c").len(), 3);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_lexer(text in "\\PC*") {
            let _ = tokenize(&text);
        }
    }
}
