//! Statements that consist of names and keywords.

use super::load::name_of;
use super::statement::Parsed;
use super::{Outcome, ScriptError, UNEXPECTED};
use crate::expression::{Parser, Symbol, Token, tokenize};

/// Parses names and the keywords between them.
pub(super) struct Names<'a> {
    text: &'a str,
    parser: Parser<'a>,
}

impl<'a> Names<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, parser: Parser::new(text, tokens) }
    }

    /// Whether the statement is about tables, not fields.
    fn tables(&mut self) -> Outcome<bool> {
        if self.parser.accept_keyword("tables") || self.parser.accept_keyword("table") {
            return Ok(true);
        }
        if self.parser.accept_keyword("fields") || self.parser.accept_keyword("field") {
            return Ok(false);
        }
        Err(self.parser.error("Unexpected token, expected one of: 'TABLE', 'FIELD'").into())
    }

    pub(super) fn name(&mut self) -> Outcome<String> {
        let name = match self.parser.token() {
            Some(Token { symbol: Symbol::Number(_), start, end }) => Some(self.text[*start..*end].to_owned()),
            Some(token) => name_of(&token.symbol),
            None => None,
        };
        self.parser.skip();
        name.ok_or_else(|| {
            self.parser.back();
            self.parser.error("Unexpected token, expected a name").into()
        })
    }

    /// A name, or `*`.
    fn pattern(&mut self) -> Outcome<String> {
        if self.parser.accept("*") { Ok("*".to_owned()) } else { self.name() }
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Outcome<T>) -> Outcome<Vec<T>> {
        let mut items = vec![one(self)?];
        while self.parser.accept(",") {
            items.push(one(self)?);
        }
        Ok(items)
    }

    pub(super) fn names(&mut self) -> Outcome<Vec<String>> {
        self.list(Self::name)
    }

    pub(super) fn patterns(&mut self) -> Outcome<Vec<String>> {
        self.list(Self::pattern)
    }

    /// Pairs of names with a keyword between them.
    fn pairs(&mut self, keyword: &str) -> Outcome<Vec<(String, String)>> {
        self.list(|names| {
            let from = names.name()?;
            names.require(keyword)?;
            Ok((from, names.name()?))
        })
    }

    /// Names, some with another name after `AS`.
    pub(super) fn renamed(&mut self) -> Outcome<Vec<(String, String)>> {
        self.list(|names| {
            let from = names.name()?;
            let to = if names.accept("as") { names.name()? } else { from.clone() };
            Ok((from, to))
        })
    }

    pub(super) fn accept(&mut self, keyword: &str) -> bool {
        self.parser.accept_keyword(keyword)
    }

    pub(super) fn accept_all(&mut self) -> bool {
        self.parser.accept("*")
    }

    pub(super) fn require(&mut self, keyword: &str) -> Outcome<()> {
        if self.parser.accept_keyword(keyword) {
            return Ok(());
        }
        let message = format!("Unexpected token, expected one of: '{}'", keyword.to_uppercase());
        Err(self.parser.error(message).into())
    }

    pub(super) fn end(&mut self) -> Outcome<()> {
        match self.parser.token() {
            None => Ok(()),
            Some(_) => Err(self.parser.error("Unexpected token, expected end of statement").into()),
        }
    }
}

pub(super) fn drop_items(text: &str) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut names = Names::new(text, &tokens);
    if names.tables()? {
        let tables = names.names()?;
        names.end()?;
        return Ok(Parsed::DropTables(tables));
    }
    let fields = names.names()?;
    let tables = if names.accept("from") { names.names()? } else { Vec::new() };
    names.end()?;
    Ok(Parsed::DropFields(fields, tables))
}

pub(super) fn rename(text: &str) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut names = Names::new(text, &tokens);
    let tables = names.tables()?;
    let parsed = if names.accept("using") {
        Parsed::RenameBy { tables, map: names.name()? }
    } else {
        let pairs = names.pairs("to")?;
        if tables { Parsed::RenameTables(pairs) } else { Parsed::RenameFields(pairs) }
    };
    names.end()?;
    Ok(parsed)
}

pub(super) fn alias(text: &str) -> Outcome<Parsed> {
    let tokens = tokenize(text)?;
    let mut names = Names::new(text, &tokens);
    let pairs = names.pairs("as")?;
    names.end()?;
    Ok(Parsed::Alias(pairs))
}

/// Fields with their tags or comments.
pub(super) fn tag(text: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    let tokens = tokenize(text)?;
    let mut names = Names::new(text, &tokens);
    if names.tables()? {
        return Err(ScriptError::not_implemented("TAG or COMMENT of tables"));
    }
    if names.accept("using") {
        return Err(ScriptError::not_implemented("TAG or COMMENT with a map"));
    }
    let fields = names.names()?;
    if names.accept("using") {
        return Err(ScriptError::not_implemented("TAG or COMMENT with a map"));
    }
    names.require("with")?;
    let tags = names.names()?;
    names.end()?;
    Ok((fields, tags))
}

pub(super) fn comment(text: &str) -> Outcome<Parsed> {
    let (fields, mut texts) = tag(text)?;
    match (texts.pop(), texts.is_empty()) {
        (Some(text), true) => Ok(Parsed::Comment(fields, text)),
        _ => Err(ScriptError::new(UNEXPECTED, "", "Unexpected token, expected end of statement")),
    }
}
