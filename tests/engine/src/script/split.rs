//! Splits a script into statements.

/// A statement with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its text, without the semicolon.
    pub(super) text: String,
    /// Where it starts in the script, in bytes.
    pub(super) start: usize,
    /// Whether it is a control statement.
    pub(super) control: bool,
}

/// Keywords of control statements, which end with their line as well.
const CONTROL: [&str; 17] = [
    "if",
    "elseif",
    "else",
    "end",
    "endif",
    "for",
    "next",
    "do",
    "loop",
    "sub",
    "endsub",
    "call",
    "exit",
    "switch",
    "endswitch",
    "case",
    "default",
];

/// Keywords of control statements that open a block.
pub(super) fn control_words() -> impl Iterator<Item = &'static str> {
    CONTROL.into_iter().filter(|word| ["call", "do", "exit", "for", "if", "sub", "switch"].contains(word))
}

/// Splits a script at its semicolons, and at line ends after control statements.
pub(super) fn split(script: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut at = 0;
    while at < script.len() {
        at = skip_blank(script, at);
        if at >= script.len() {
            break;
        }
        let rest = &script[at..];
        let word = first_word(rest);
        let (length, taken, control) = match word.as_str() {
            "rem" | "trace" => {
                let length = rest.find(';').unwrap_or(rest.len());
                (length, length + 1, false)
            }
            // On the next line another condition starts.
            "else" if !first_word(rest[4..].trim_start_matches([' ', '\t'])).starts_with("if") => (4, 4, true),
            word if CONTROL.contains(&word) && !assigns(rest) => {
                let (length, taken) = control_length(rest, matches!(word, "if" | "elseif" | "else"));
                (length, taken, true)
            }
            _ => {
                let length = expansion_length(rest).unwrap_or_else(|| statement_length(rest));
                (length, length + 1, false)
            }
        };
        let text = rest[..length].trim_end();
        if !text.is_empty() && word != "rem" {
            statements.push(Statement { text: text.to_owned(), start: at, control });
        }
        at += taken;
        // Consecutive semicolons, or one after `THEN`, have no effect.
        at = skip_semicolon(script, at.min(script.len()), control);
    }
    statements
}

fn skip_semicolon(script: &str, at: usize, control: bool) -> usize {
    let next = skip_blank(script, at);
    if control && script[next..].starts_with(';') { next + 1 } else { at }
}

/// Whether a name is assigned to or labels a table, as in `end = 1` and `Default:`.
fn assigns(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    rest.trim_start().starts_with(['=', ':'])
}

/// The first word with ASCII letters in lower case, so that its length does not change; empty if there is none.
pub(super) fn first_word(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    text[..end].to_ascii_lowercase()
}

fn skip_blank(script: &str, mut at: usize) -> usize {
    loop {
        let rest = &script[at..];
        // Editors can leave invisible marks.
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if trimmed.starts_with("/*") {
            at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
        } else {
            return at;
        }
    }
}

/// Length up to the semicolon, skipping quotes, brackets and comments.
fn statement_length(text: &str) -> usize {
    scan(text, |rest, _| rest.starts_with(';').then_some(())).map_or(text.len(), |(at, ())| at)
}

/// Length of a dollar-sign expansion before a control statement: its expansion contains the semicolon.
fn expansion_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("$(")?;
    let mut depth = 0_i32;
    let (end, ()) = scan(inside, |rest, _| {
        match rest.as_bytes()[0] {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(()),
            b')' => depth -= 1,
            _ => {}
        }
        None
    })?;
    let length = 2 + end + 1;
    let (line, after) = text[length..].split_once('\n')?;
    let after = &after[skip_blank(after, 0)..];
    let is_control = CONTROL.contains(&first_word(after).as_str()) && !assigns(after);
    (line.trim().is_empty() && is_control).then_some(length)
}

/// Length of a control statement, and of the text to skip: it ends with its line, its semicolon, or after `THEN`.
fn control_length(text: &str, has_then: bool) -> (usize, usize) {
    let end = scan(text, |rest, word_start| {
        if rest.starts_with(';') || (rest.starts_with('\n') && !has_then) {
            return Some(false);
        }
        (has_then && word_start && first_word(rest) == "then").then_some(true)
    });
    match end {
        Some((at, true)) => (at + 4, at + 4),
        Some((at, false)) => (at, at + 1),
        None => (text.len(), text.len()),
    }
}

/// Scans a text outside of quotes and comments until a position is found.
pub(super) fn scan<T>(text: &str, mut found: impl FnMut(&str, bool) -> Option<T>) -> Option<(usize, T)> {
    let mut at = 0;
    let mut previous = ' ';
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let word_start = !(previous.is_alphanumeric() || previous == '_');
        if let Some(result) = found(rest, word_start) {
            return Some((at, result));
        }
        let length = match c {
            '\'' | '"' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            // `lib://` does not start a comment.
            '/' if rest.starts_with("//") && previous != ':' => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => c.len_utf8(),
        };
        previous = c;
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<String> {
        split(script).into_iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_end_a_statement() {
        assert_eq!(
            texts("SET a=';'; // x;\nLOAD * INLINE [a;b]; /* ; */ DROP TABLE t;"),
            ["SET a=';'", "LOAD * INLINE [a;b]", "DROP TABLE t"]
        );
        assert_eq!(texts("REM it's; TRACE don't;x;"), ["TRACE don't", "x"]);
        assert_eq!(texts("LOAD * FROM lib://a/b.csv;"), ["LOAD * FROM lib://a/b.csv"]);
    }

    #[test]
    fn control_statements_end_with_their_line() {
        assert_eq!(
            texts("FOR i=1 to 3\nLOAD 1;\nNEXT i\nIF a=1 THEN x; ELSE y; END IF"),
            ["FOR i=1 to 3", "LOAD 1", "NEXT i", "IF a=1 THEN", "x", "ELSE", "y", "END IF"]
        );
        assert_eq!(
            texts("ELSE\nIF a THEN\nELSE IF b THEN\nEND SUB\nENDSUB"),
            ["ELSE", "IF a THEN", "ELSE IF b THEN", "END SUB", "ENDSUB"]
        );
        assert_eq!(texts("Default:\nLOAD 1; next = 2; CALL a;"), ["Default:\nLOAD 1", "next = 2", "CALL a"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_splitter(text in "(\\PC|\n){0,60}") {
            for statement in split(&text) {
                assert!(text[statement.start..].starts_with(&statement.text));
            }
        }
    }
}
