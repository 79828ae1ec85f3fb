//! Pretty-prints JSON, preserving the order of members and the form of numbers.

use crate::tokens::{Token, Tokens};

/// Values up to this length stay on one line.
const LINE: usize = 80;

/// Formats a compact JSON text over several lines.
pub(super) fn pretty(json: &str) -> String {
    let mut out = String::new();
    value(&mut Tokens::new(json), &mut out, 0);
    out
}

fn value(tokens: &mut Tokens<'_>, out: &mut String, depth: usize) {
    let before = tokens.clone();
    let object = match tokens.next() {
        Some(Token::Object) => true,
        Some(Token::List) => false,
        Some(Token::Text(text) | Token::Scalar(text)) => return out.push_str(text),
        Some(Token::End) | None => return,
    };
    let mut after = before.clone();
    after.skip_value();
    let whole = before.until(&after);
    if whole.len() <= LINE || tokens.at_end() {
        out.push_str(whole);
        *tokens = after;
        return;
    }
    out.push(if object { '{' } else { '[' });
    let mut first = true;
    while !tokens.at_end() {
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        line(out, depth + 1);
        if object && let Some(Token::Text(key)) = tokens.next() {
            out.push_str(key);
            out.push_str(": ");
        }
        value(tokens, out, depth + 1);
    }
    tokens.next();
    line(out, depth);
    out.push(if object { '}' } else { ']' });
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn long_values_are_spread_and_short_ones_are_not() {
        let long = "x".repeat(80);
        let json = format!(r#"{{"b":[1e400,{{}}],"a":["{long}",{{"c":1}}],"e":[]}}"#);
        let expected =
            format!("{{\n  \"b\": [1e400,{{}}],\n  \"a\": [\n    \"{long}\",\n    {{\"c\":1}}\n  ],\n  \"e\": []\n}}");
        assert_eq!(pretty(&json), expected);
    }
}
