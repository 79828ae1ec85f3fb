//! Sources of rows.

use super::{Format, Reader};
use crate::expression::{Expression, Symbol};
use crate::script::split::{first_word, scan};
use crate::script::{Outcome, ScriptError};

/// A source of rows.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Source {
    /// The `LOAD` that follows.
    Preceding,
    Inline(String, Format),
    Resident(String),
    Generated(Expression, String),
    File(String, Format),
    /// The values of a loaded field, read as a file.
    Field {
        table: String,
        field: String,
        format: Format,
    },
    /// A statement for a database: its name, and its text.
    Database(String, String),
    /// A source that the test engine does not implement; its first word.
    Absent(String),
}

/// The keyword of a statement that creates a table, in lower case, with its position: it comes after labels and
/// prefixes.
pub(super) fn table_word(text: &str) -> Option<(usize, String)> {
    let mut depth = 0_i32;
    let found = scan(text, |rest, word_start| {
        match rest.as_bytes()[0] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'=' if depth == 0 => return Some(String::new()),
            _ if depth == 0 && word_start => {
                let word = first_word(rest);
                let found = matches!(
                    word.as_str(),
                    "load" | "sql" | "select" | "direct" | "declare" | "sqlcolumns" | "sqltables" | "sqltypes"
                );
                // A label can have that name.
                return found.then_some(word).filter(|word| !rest[word.len()..].trim_start().starts_with(':'));
            }
            _ => {}
        }
        None
    });
    found.filter(|(_, word)| !word.is_empty())
}

/// Masks the bare paths after `FROM` as words, so that the text can be split into tokens. All positions stay the same.
pub(super) fn masked(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, ())) = scan(rest, |rest, word_start| (word_start && first_word(rest) == "from").then_some(())) {
        result.push_str(&rest[..at + 4]);
        rest = &rest[at + 4..];
        let path = masked_path(rest);
        let length = rest.len() - rest.trim_start().len();
        result.push_str(&path[..length]);
        let masked = path[length..].find(|c| c != MASK).unwrap_or(path.len() - length);
        result.push_str(&path[length..length + masked]);
        rest = &rest[length + masked..];
    }
    result + rest
}

const MASK: char = '_';

/// Masks the bare path at the start of a text as a word. A name that is not a path is kept.
pub(super) fn masked_path(text: &str) -> String {
    let path = text.trim_start();
    let start = text.len() - path.len();
    let is_path = |word: &str| word.contains(['/', '\\']) || word.starts_with("..");
    let first = path.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    if path.starts_with(['[', '\'', '"', '`', '$']) || !is_path(first) {
        return text.to_owned();
    }
    // It ends at its format, at a clause or at the end of the line.
    let clause = |word: &str| CLAUSES.iter().any(|clause| word.eq_ignore_ascii_case(clause));
    let mut end = path.find(['(', '\r', '\n']).unwrap_or(path.len());
    let mut at = 0;
    for word in path[..end].split(' ') {
        if clause(word) {
            end = at;
            break;
        }
        at += word.len() + 1;
    }
    let length = path[..end].trim_end().len();
    format!("{}{}{}", &text[..start], MASK.to_string().repeat(length), &text[start + length..])
}

/// Keywords of the clauses after a source.
const CLAUSES: [&str; 4] = ["where", "while", "group", "order"];

impl Reader<'_> {
    pub(super) fn source(&mut self) -> Outcome<Source> {
        if self.parser.accept_keyword("inline") {
            let Some(Symbol::Bracketed(text) | Symbol::Text(text) | Symbol::Quoted(text)) = self.parser.symbol() else {
                return Err(self.unexpected("["));
            };
            self.parser.skip();
            let format = self.format()?;
            return Ok(Source::Inline(text.to_string(), format));
        }
        if self.parser.accept_keyword("resident") {
            return Ok(Source::Resident(self.name("table name")?));
        }
        if self.parser.accept_keyword("autogenerate") {
            let start = self.parser.position();
            let count = self.parser.expression()?;
            let text = &self.text[self.tokens[start].start..self.tokens[self.parser.position() - 1].end];
            return Ok(Source::Generated(count, text.trim_matches(['(', ')']).to_owned()));
        }
        if self.parser.accept_keyword("from_field") {
            self.parser.expect("(")?;
            let table = self.name("table name")?;
            self.parser.expect(",")?;
            let field = self.name("field name")?;
            self.parser.expect(")")?;
            return Ok(Source::Field { table, field, format: self.format()? });
        }
        if self.parser.accept_keyword("from") {
            let path = self.path()?;
            let format = self.format()?;
            if !format.named && path.to_lowercase().ends_with(".qvd") {
                return Err(ScriptError::not_implemented("A QVD file without (qvd)"));
            }
            return Ok(Source::File(path, format));
        }
        if self.parser.keyword("extension") {
            return Err(ScriptError::not_implemented("EXTENSION"));
        }
        Ok(Source::Preceding)
    }

    pub(super) fn path(&mut self) -> Outcome<String> {
        if let Some(Symbol::Bracketed(path) | Symbol::Text(path) | Symbol::Quoted(path)) = self.parser.symbol() {
            self.parser.skip();
            return Ok(path.to_string());
        }
        let start = self.parser.token().map(|token| token.start);
        let mut end = start;
        while let Some(token) = self.parser.token() {
            if token.symbol == Symbol::Sign("(") || CLAUSES.iter().any(|word| self.parser.keyword(word)) {
                break;
            }
            end = Some(token.end);
            self.parser.skip();
        }
        match (start, end) {
            (Some(start), Some(end)) if end > start => Ok(self.text[start..end].to_owned()),
            _ => Err(self.unexpected("file name")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_keyword_comes_after_labels_and_prefixes() {
        let word = |text: &str| table_word(text).map(|(_, word)| word);
        assert_eq!(word("t: LEFT JOIN (x) LOAD a").as_deref(), Some("load"));
        assert_eq!(word("[load]: MAPPING SQL SELECT load FROM x").as_deref(), Some("sql"));
        assert_eq!(word("sql: SELECT 1").as_deref(), Some("select"));
        assert_eq!(word("DIRECT QUERY DIMENSION a FROM b").as_deref(), Some("direct"));
        assert_eq!(word("loader: STORE x"), None);
        assert_eq!(word("vLoad = load"), None);
    }
}
