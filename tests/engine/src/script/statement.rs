//! Statements other than `LOAD`, and which is which.

use super::load::{self, Load, name_of};
use super::split::first_word;
use super::{Outcome, ScriptError, UNKNOWN_STATEMENT};
use crate::expression::{Parser, tokenize};

/// A statement, parsed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parsed {
    Load(Box<Load>),
    /// `SET`: a variable's text.
    Set(String, String),
    /// `LET`: a variable's expression.
    Let(String, String),
    DropTables(Vec<String>),
    DropFields(Vec<String>, Vec<String>),
    RenameTables(Vec<(String, String)>),
    RenameFields(Vec<(String, String)>),
    Tag(Vec<String>, Vec<String>),
    Comment(String, String),
    Trace(String),
    /// Patterns of fields to be named after their table, or no longer.
    Qualify(Vec<String>, bool),
    /// A statement that makes no difference here.
    Nothing,
}

/// Statements that change nothing a test engine has.
const IDLE: [&str; 10] = [
    "directory",
    "sleep",
    "nullasvalue",
    "nullasnull",
    "nullinterpret",
    "search",
    "flushlog",
    "force",
    "loosen",
    "disconnect",
];

/// Parses a statement.
pub(super) fn parse(text: &str) -> Outcome<Parsed> {
    let word = first_word(text);
    let rest = text[word.len().min(text.len())..].trim_start();
    match word.as_str() {
        "set" | "let" if !rest.starts_with(':') => assignment(rest, word == "let"),
        "qualify" | "unqualify" => {
            let patterns = rest.split(',').map(|pattern| unquoted(pattern.trim()).to_owned()).collect();
            Ok(Parsed::Qualify(patterns, word == "qualify"))
        }
        "trace" => Ok(Parsed::Trace(rest.to_owned())),
        "drop" => drop_items(rest),
        "rename" => rename(rest),
        "tag" => tag(rest, "with"),
        "untag" => Ok(Parsed::Nothing),
        "comment" => comment(rest),
        word if IDLE.contains(&word) => Ok(Parsed::Nothing),
        "store" | "sql" | "select" | "lib" | "connect" | "odbc" | "oledb" | "custom" | "binary" | "section"
        | "alias" | "map" | "unmap" | "derive" | "declare" | "autonumber" | "execute" | "direct" | "merge" | "star"
        | "hierarchy" => Err(ScriptError::not_implemented(&word.to_uppercase())),
        _ => {
            let tokens = tokenize(text)?;
            if load::is_load(&tokens) {
                return load::parse(text, &tokens).map(|load| Parsed::Load(Box::new(load)));
            }
            if rest.starts_with('=') {
                return assignment(text, true);
            }
            Err(ScriptError::new(UNKNOWN_STATEMENT, text, format!("Unknown statement: {text}")))
        }
    }
}

fn assignment(text: &str, is_let: bool) -> Outcome<Parsed> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(ScriptError::new(super::UNEXPECTED, text, "Unexpected end of statement, expected one of: '='"));
    };
    let name = unquoted(name.trim()).to_owned();
    let value = value.trim();
    Ok(if is_let { Parsed::Let(name, value.to_owned()) } else { Parsed::Set(name, unquoted(value).replace("''", "'")) })
}

/// A text without the quotes around all of it.
fn unquoted(text: &str) -> &str {
    for quote in ['\'', '"', '`'] {
        let inside = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inside) = inside.filter(|inside| !inside.replace("''", "").contains(quote)) {
            return inside;
        }
    }
    text.strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .filter(|inside| !inside.contains(']'))
        .unwrap_or(text)
}

/// Reads names, keywords between them, and nothing else.
struct Names<'a> {
    parser: Parser<'a>,
}

impl Names<'_> {
    fn kind(&mut self, plural: &str, singular: &str) -> bool {
        self.parser.accept_keyword(plural) || self.parser.accept_keyword(singular)
    }

    fn name(&mut self) -> Outcome<String> {
        match self.parser.symbol().as_ref().and_then(name_of) {
            Some(name) => {
                self.parser.skip();
                Ok(name)
            }
            None => Err(self.parser.error("Unexpected token, expected a name").into()),
        }
    }

    fn list(&mut self) -> Outcome<Vec<String>> {
        let mut names = vec![self.name()?];
        while self.parser.accept(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn pairs(&mut self) -> Outcome<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        loop {
            let from = self.name()?;
            if !self.parser.accept_keyword("to") {
                return Err(self.parser.error("Unexpected token, expected one of: 'TO'").into());
            }
            pairs.push((from, self.name()?));
            if !self.parser.accept(",") {
                return Ok(pairs);
            }
        }
    }

    fn end(&mut self) -> Outcome<()> {
        match self.parser.token() {
            None => Ok(()),
            Some(_) => Err(self.parser.error("Unexpected token, expected nothing").into()),
        }
    }
}

fn drop_items(text: &str) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut names = Names { parser: Parser::new(text, &tokens) };
    if names.kind("tables", "table") {
        let tables = names.list()?;
        names.end()?;
        return Ok(Parsed::DropTables(tables));
    }
    if names.kind("fields", "field") {
        let fields = names.list()?;
        let tables = if names.parser.accept_keyword("from") { names.list()? } else { Vec::new() };
        names.end()?;
        return Ok(Parsed::DropFields(fields, tables));
    }
    Err(names.parser.error("Unexpected token, expected one of: 'TABLE', 'FIELD'").into())
}

fn rename(text: &str) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut names = Names { parser: Parser::new(text, &tokens) };
    let tables = names.kind("tables", "table");
    if !tables && !names.kind("fields", "field") {
        return Err(names.parser.error("Unexpected token, expected one of: 'TABLE', 'FIELD'").into());
    }
    if names.parser.keyword("using") {
        return Err(ScriptError::not_implemented("RENAME … USING"));
    }
    let pairs = names.pairs()?;
    names.end()?;
    Ok(if tables { Parsed::RenameTables(pairs) } else { Parsed::RenameFields(pairs) })
}

fn tag(text: &str, keyword: &str) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut names = Names { parser: Parser::new(text, &tokens) };
    if !names.kind("fields", "field") {
        return Err(ScriptError::not_implemented("TAG of anything but fields"));
    }
    let fields = names.list()?;
    if !names.parser.accept_keyword(keyword) {
        return Err(names.parser.error("Unexpected token, expected one of: 'WITH'").into());
    }
    let tags = names.list()?;
    names.end()?;
    Ok(Parsed::Tag(fields, tags))
}

fn comment(text: &str) -> Outcome<Parsed> {
    match tag(text, "with")? {
        Parsed::Tag(fields, texts) => match (fields.as_slice(), texts.as_slice()) {
            ([field], [text]) => Ok(Parsed::Comment(field.clone(), text.clone())),
            _ => Err(ScriptError::new(super::UNEXPECTED, "", "Unexpected token, expected nothing")),
        },
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments() {
        assert_eq!(parse("SET a = 'x;y'").unwrap(), Parsed::Set("a".into(), "x;y".into()));
        assert_eq!(parse("SET a=Sum({<F={'x'}>} b)").unwrap(), Parsed::Set("a".into(), "Sum({<F={'x'}>} b)".into()));
        assert_eq!(parse("SET a='x'&'y'").unwrap(), Parsed::Set("a".into(), "'x'&'y'".into()));
        assert_eq!(parse("LET a = 1+1").unwrap(), Parsed::Let("a".into(), "1+1".into()));
        assert_eq!(parse("a = 1+1").unwrap(), Parsed::Let("a".into(), "1+1".into()));
        assert!(parse("SET a").is_err());
    }

    #[test]
    fn other_statements() {
        assert_eq!(parse("DROP TABLES a, [b c]").unwrap(), Parsed::DropTables(vec!["a".into(), "b c".into()]));
        assert_eq!(parse("drop field x from y").unwrap(), Parsed::DropFields(vec!["x".into()], vec!["y".into()]));
        assert_eq!(parse("RENAME FIELD a TO b").unwrap(), Parsed::RenameFields(vec![("a".into(), "b".into())]));
        assert_eq!(parse("LAOD * INLINE [a]").unwrap_err().code, UNKNOWN_STATEMENT);
        assert_eq!(parse("STORE t INTO x").unwrap_err().code, crate::error::code::NOT_IMPLEMENTED);
        assert!(matches!(parse("Set: LOAD 1 AUTOGENERATE 1").unwrap(), Parsed::Load(_)));
    }
}
