//! Parsing of statements.

use super::load::{self, Load};
use super::names::{self, Names};
use super::split::first_word;
use super::store::{self, StoreTable};
use super::{Outcome, ScriptError, UNEXPECTED, UNKNOWN_STATEMENT};
use crate::expression::{Parser, tokenize};

/// A parsed statement.
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
    /// Fields or tables to rename, with a map of names.
    RenameBy {
        tables: bool,
        map: String,
    },
    Tag(Vec<String>, Vec<String>),
    Untag(Vec<String>, Vec<String>),
    Comment(Vec<String>, String),
    Trace(String),
    /// Patterns of fields to qualify, or no longer.
    Qualify(Vec<String>, bool),
    /// Patterns of fields whose nulls are values, or no longer.
    NullAsValue(Vec<String>, bool),
    /// Names for fields of later loads.
    Alias(Vec<(String, String)>),
    /// Patterns of fields whose values a map replaces in later loads.
    Map(Vec<String>, String),
    Unmap(Vec<String>),
    /// The base folder of relative paths.
    Directory(String),
    Store(StoreTable),
    /// A condition, whether it must hold, and the dependent statement.
    When(String, bool, Box<Parsed>),
    /// Opening a connection: the name of the statement, and the text after `TO`.
    Connect(String, String),
    /// Closing it.
    Disconnect,
    /// A statement without an effect here.
    Nothing,
}

/// Statements that have no effect in a test engine.
const IDLE: [&str; 2] = ["sleep", "flushlog"];

/// Statements that the test engine does not implement. Their content is not parsed.
const ABSENT: [&str; 10] =
    ["binary", "section", "execute", "derive", "declare", "star", "loosen", "force", "inputfield", "search"];

/// The statement that opens a data connection.
pub(super) const LIB_CONNECT: &str = "LIB CONNECT";

/// Keywords that open a connection.
const CONNECT: [&str; 7] = ["lib", "connect", "connect32", "connect64", "odbc", "oledb", "custom"];

/// Parses a statement.
pub(super) fn parse(text: &str) -> Outcome<Parsed> {
    let word = first_word(text);
    let rest = text[word.len().min(text.len())..].trim_start();
    // A table or a variable can have the name of a statement.
    if rest.starts_with(':') || (rest.starts_with('=') && !matches!(word.as_str(), "set" | "let")) {
        return table_or_assignment(text);
    }
    match word.as_str() {
        "set" | "let" => assignment(rest, word == "let"),
        "qualify" | "unqualify" => Ok(Parsed::Qualify(patterns(rest), word == "qualify")),
        "nullasvalue" | "nullasnull" => Ok(Parsed::NullAsValue(patterns(rest), word == "nullasvalue")),
        "trace" => Ok(Parsed::Trace(rest.to_owned())),
        "drop" => names::drop_items(rest),
        "rename" => names::rename(rest),
        "tag" => names::tag(rest).map(|(fields, tags)| Parsed::Tag(fields, tags)),
        "untag" => names::tag(rest).map(|(fields, tags)| Parsed::Untag(fields, tags)),
        "comment" => names::comment(rest),
        "alias" => names::alias(rest),
        "unmap" => Ok(Parsed::Unmap(patterns(rest))),
        "map" => map(rest),
        "directory" => Ok(Parsed::Directory(unquoted(rest).to_owned())),
        "store" => store::parse(rest).map(Parsed::Store),
        "when" | "unless" => conditional(rest, word == "when"),
        "autonumber" => Err(ScriptError::not_implemented("AUTONUMBER")),
        "disconnect" => Ok(Parsed::Disconnect),
        word if IDLE.contains(&word) => Ok(Parsed::Nothing),
        word if CONNECT.contains(&word) => {
            let name = absent(word, rest);
            let target = rest[first_word(rest).len()..].trim_start();
            let target = if word.starts_with("connect") { rest } else { target };
            let target =
                target.strip_prefix(['T', 't']).and_then(|rest| rest.strip_prefix(['O', 'o'])).unwrap_or(target);
            Ok(Parsed::Connect(name, unquoted(target.trim()).to_owned()))
        }
        word if ABSENT.contains(&word) => Err(ScriptError::not_implemented(&absent(word, rest))),
        _ => table_or_assignment(text),
    }
}

/// The name of an unsupported statement: its first two words.
fn absent(word: &str, rest: &str) -> String {
    let second = first_word(rest);
    let named = matches!(word, "lib" | "odbc" | "oledb" | "custom" | "section" | "loosen" | "force");
    if named { format!("{word} {second}").to_uppercase() } else { word.to_uppercase() }
}

fn table_or_assignment(text: &str) -> Outcome<Parsed> {
    if let Some(load) = load::parse(text)? {
        return Ok(Parsed::Load(Box::new(load)));
    }
    let tokens = tokenize(text)?;
    if tokens.iter().position(|token| token.symbol == crate::expression::Symbol::Sign("=")) == Some(1) {
        return assignment(text, true);
    }
    Err(ScriptError::new(UNKNOWN_STATEMENT, text, format!("Unknown statement: {text}")))
}

fn assignment(text: &str, is_let: bool) -> Outcome<Parsed> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(ScriptError::new(UNEXPECTED, text, "Unexpected end of statement, expected one of: '='"));
    };
    let name = unquoted(name.trim()).to_owned();
    let value = value.trim();
    Ok(if is_let { Parsed::Let(name, value.to_owned()) } else { Parsed::Set(name, set_text(value)) })
}

/// The value of `SET`: the text, or the content of the quotes around all of it.
fn set_text(value: &str) -> String {
    let inside = unquoted(value);
    if inside.len() == value.len() { value.to_owned() } else { inside.replace("''", "'") }
}

/// Names with wildcards.
fn patterns(text: &str) -> Vec<String> {
    text.split(',').map(|pattern| unquoted(pattern.trim()).to_owned()).collect()
}

fn map(rest: &str) -> Outcome<Parsed> {
    let tokens = tokenize(rest)?;
    let mut names = Names::new(rest, &tokens);
    let fields = names.patterns()?;
    names.require("using")?;
    let map = names.name()?;
    names.end()?;
    Ok(Parsed::Map(fields, map))
}

/// `WHEN condition statement`
fn conditional(text: &str, holds: bool) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut parser = Parser::new(text, &tokens);
    parser.expression()?;
    let Some(token) = parser.token() else {
        return Err(parser.error("Unexpected end of statement, expected a statement").into());
    };
    let condition = text[..token.start].trim_end().to_owned();
    Ok(Parsed::When(condition, holds, Box::new(parse(&text[token.start..])?)))
}

/// A text without the quotes around all of it.
pub(super) fn unquoted(text: &str) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::code;

    #[test]
    fn assignments() {
        assert_eq!(parse("SET a = 'x;y'").unwrap(), Parsed::Set("a".into(), "x;y".into()));
        assert_eq!(parse("SET a=Sum({<F={'x'}>} b)").unwrap(), Parsed::Set("a".into(), "Sum({<F={'x'}>} b)".into()));
        assert_eq!(parse("SET a='','x'").unwrap(), Parsed::Set("a".into(), "'','x'".into()));
        assert_eq!(parse("SET a='it''s'").unwrap(), Parsed::Set("a".into(), "it's".into()));
        assert_eq!(parse("SET a='x'&'y'").unwrap(), Parsed::Set("a".into(), "'x'&'y'".into()));
        assert_eq!(parse("LET a = 1+1").unwrap(), Parsed::Let("a".into(), "1+1".into()));
        assert_eq!(parse("a = 1+1").unwrap(), Parsed::Let("a".into(), "1+1".into()));
        assert_eq!(parse("store = 1+1").unwrap(), Parsed::Let("store".into(), "1+1".into()));
        assert_eq!(parse("[a b] = 1").unwrap(), Parsed::Let("a b".into(), "1".into()));
        assert!(parse("SET a").is_err());
    }

    #[test]
    fn other_statements() {
        assert_eq!(parse("DROP TABLES a, [b c]").unwrap(), Parsed::DropTables(vec!["a".into(), "b c".into()]));
        assert_eq!(parse("drop field x from y").unwrap(), Parsed::DropFields(vec!["x".into()], vec!["y".into()]));
        assert_eq!(parse("RENAME FIELD a TO b").unwrap(), Parsed::RenameFields(vec![("a".into(), "b".into())]));
        assert_eq!(parse("RENAME FIELDS USING m").unwrap(), Parsed::RenameBy { tables: false, map: "m".into() });
        assert_eq!(parse("MAP *, a USING m").unwrap(), Parsed::Map(vec!["*".into(), "a".into()], "m".into()));
        assert_eq!(parse("ALIAS a AS b, c AS [d e]").unwrap(), {
            Parsed::Alias(vec![("a".into(), "b".into()), ("c".into(), "d e".into())])
        });
        assert_eq!(parse("LAOD * INLINE [a]").unwrap_err().code, UNKNOWN_STATEMENT);
        assert!(matches!(parse("Set: LOAD 1 AUTOGENERATE 1").unwrap(), Parsed::Load(_)));
        assert!(matches!(parse("[drop]: LOAD 1 AUTOGENERATE 1").unwrap(), Parsed::Load(_)));
    }

    #[test]
    fn a_statement_can_depend_on_a_condition() {
        assert_eq!(
            parse("WHEN a > 1 DROP TABLE t").unwrap(),
            Parsed::When("a > 1".into(), true, Box::new(Parsed::DropTables(vec!["t".into()])))
        );
        assert_eq!(
            parse("unless Len('x') SET b = 1").unwrap(),
            Parsed::When("Len('x')".into(), false, Box::new(Parsed::Set("b".into(), "1".into())))
        );
        assert!(parse("WHEN a").is_err());
    }

    #[test]
    fn connections_have_a_target() {
        for (statement, name, target) in [
            ("LIB CONNECT TO 'x (y)'", "LIB CONNECT", "x (y)"),
            ("lib connect to [a b]", "LIB CONNECT", "a b"),
            ("ODBC CONNECT TO [dsn;uid=x]", "ODBC CONNECT", "dsn;uid=x"),
            ("OLEDB CONNECT32 TO [Provider=x]", "OLEDB CONNECT32", "Provider=x"),
            ("CUSTOM CONNECT TO \"Provider=x\"", "CUSTOM CONNECT", "Provider=x"),
            ("CONNECT TO 'x'", "CONNECT", "x"),
        ] {
            assert_eq!(parse(statement).unwrap(), Parsed::Connect(name.into(), target.into()));
        }
    }

    #[test]
    fn unsupported_statements_are_named() {
        for (statement, name) in [
            ("BINARY [lib://a/b.qvf]", "BINARY"),
            ("SECTION ACCESS", "SECTION ACCESS"),
            ("SEARCH EXCLUDE *", "SEARCH"),
            ("EXECUTE cmd /c x", "EXECUTE"),
            ("t: SEMANTIC LOAD * RESIDENT x", "SEMANTIC"),
            ("INFO LOAD a, b RESIDENT x", "INFO"),
            ("LOAD a EXTENSION r.ScriptEval('x')", "EXTENSION"),
            ("AUTONUMBER * USING x", "AUTONUMBER"),
            ("DECLARE FIELD DEFINITION x TAGGED ('$date') FIELDS Year($1) As y", "DECLARE"),
            ("DERIVE FIELDS FROM FIELDS d USING x", "DERIVE"),
        ] {
            let error = parse(statement).unwrap_err();
            assert_eq!((error.code, error.parameter.as_str()), (code::NOT_IMPLEMENTED, name), "{statement}");
        }
    }
}
