//! The syntax of `LOAD`.

use std::sync::Arc;

use super::{Outcome, ScriptError, UNEXPECTED};
use crate::data::JoinSide;
use crate::expression::{Expression, Parser, Symbol, Token};

/// A `LOAD` statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Load {
    pub(super) label: Option<String>,
    pub(super) prefixes: Vec<Prefix>,
    pub(super) distinct: bool,
    pub(super) fields: Vec<Item>,
    pub(super) source: Source,
    pub(super) filter: Option<Expression>,
    pub(super) repeat: Option<Expression>,
    pub(super) group: Vec<Expression>,
    /// Fields to sort by, and whether downwards.
    pub(super) order: Vec<(String, bool)>,
}

/// What happens with the loaded table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Prefix {
    Concatenate(Option<String>),
    NoConcatenate,
    Join(JoinSide, Option<String>),
    Keep(JoinSide, Option<String>),
    Mapping,
    CrossTable { attribute: String, data: String, qualifiers: usize },
}

/// A member of the field list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// `*`
    All,
    /// An expression with its name.
    Field(Expression, Arc<str>),
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// The `LOAD` that follows.
    Preceding,
    Inline(String, Format),
    Resident(String),
    Generated(Expression, String),
    File(String, Format),
}

/// The format specification after a source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Format {
    pub(super) delimiter: u8,
    pub(super) labels: bool,
    pub(super) quoting: Quoting,
    pub(super) header_lines: usize,
    pub(super) comment: Option<String>,
}

/// Which quotes hold a value together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    None,
    /// Either quote, within a line.
    Standard,
    /// Double quotes, over several lines too.
    Modern,
}

impl Default for Format {
    fn default() -> Self {
        Self { delimiter: b',', labels: true, quoting: Quoting::Standard, header_lines: 0, comment: None }
    }
}

/// Whether a statement is a `LOAD`, whatever stands before that word.
pub(super) fn is_load(tokens: &[Token]) -> bool {
    let words = ["load", "select"];
    let mut depth = 0;
    for token in tokens {
        match &token.symbol {
            Symbol::Sign("(") => depth += 1,
            Symbol::Sign(")") => depth -= 1,
            Symbol::Sign("=") => return false,
            Symbol::Word(word) if depth == 0 && words.iter().any(|other| word.eq_ignore_ascii_case(other)) => {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// Parses a `LOAD` statement.
pub(super) fn parse(text: &str, tokens: &[Token]) -> Outcome<Load> {
    let mut reader = Reader { text, tokens, parser: Parser::new(text, tokens) };
    let load = reader.load()?;
    match reader.parser.token() {
        None => Ok(load),
        Some(token) => {
            let word = &text[token.start..token.end];
            Err(reader.parser.error(format!("Unexpected token: '{word}', expected nothing")).into())
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    parser: Parser<'a>,
}

impl Reader<'_> {
    fn load(&mut self) -> Outcome<Load> {
        let label = match self.tokens {
            [name, Token { symbol: Symbol::Sign(":"), .. }, ..] => {
                self.parser.skip();
                self.parser.skip();
                Some(name_of(&name.symbol).ok_or_else(|| self.unexpected("table label"))?)
            }
            _ => None,
        };
        let prefixes = self.prefixes()?;
        if self.parser.keyword("select") || self.parser.keyword("sql") {
            return Err(ScriptError::not_implemented("SELECT"));
        }
        if !self.parser.accept_keyword("load") {
            return Err(self.unexpected("LOAD"));
        }
        let distinct = self.parser.accept_keyword("distinct");
        let fields = self.fields()?;
        let source = self.source()?;
        let mut load = Load {
            label,
            prefixes,
            distinct,
            fields,
            source,
            filter: None,
            repeat: None,
            group: Vec::new(),
            order: Vec::new(),
        };
        loop {
            if self.parser.accept_keyword("where") {
                load.filter = Some(self.parser.expression()?);
            } else if self.parser.accept_keyword("while") {
                load.repeat = Some(self.parser.expression()?);
            } else if self.parser.accept_keyword("group") {
                self.require("by")?;
                load.group = self.list(|reader| Ok(reader.parser.expression()?))?;
            } else if self.parser.accept_keyword("order") {
                self.require("by")?;
                load.order = self.list(|reader| {
                    let field = reader.name("field name")?;
                    let down = reader.parser.accept_keyword("desc");
                    if !down {
                        reader.parser.accept_keyword("asc");
                    }
                    Ok((field, down))
                })?;
            } else {
                return Ok(load);
            }
        }
    }

    fn unexpected(&self, wanted: &str) -> Box<ScriptError> {
        let found = self.parser.token().map_or("end of statement", |token| &self.text[token.start..token.end]);
        let mut error: Box<ScriptError> =
            self.parser.error(format!("Unexpected token: '{found}', expected one of: '{wanted}'")).into();
        error.code = UNEXPECTED;
        error.parameter = found.into();
        error
    }

    fn require(&mut self, keyword: &str) -> Outcome<()> {
        if self.parser.accept_keyword(keyword) { Ok(()) } else { Err(self.unexpected(keyword)) }
    }

    fn name(&mut self, wanted: &str) -> Outcome<String> {
        let name = self.parser.symbol().as_ref().and_then(name_of).ok_or_else(|| self.unexpected(wanted))?;
        self.parser.skip();
        Ok(name)
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Outcome<T>) -> Outcome<Vec<T>> {
        let mut items = vec![one(self)?];
        while self.parser.accept(",") {
            items.push(one(self)?);
        }
        Ok(items)
    }

    fn prefixes(&mut self) -> Outcome<Vec<Prefix>> {
        let mut prefixes = Vec::new();
        loop {
            let side = [
                ("outer", JoinSide::Outer),
                ("inner", JoinSide::Inner),
                ("left", JoinSide::Left),
                ("right", JoinSide::Right),
            ]
            .into_iter()
            .find(|(word, _)| self.parser.keyword(word));
            if let Some((word, _)) = side {
                self.parser.accept_keyword(word);
            }
            let join_side = side.map_or(JoinSide::Outer, |(_, side)| side);
            if self.parser.accept_keyword("join") {
                prefixes.push(Prefix::Join(join_side, self.of_table()?));
            } else if self.parser.accept_keyword("keep") {
                prefixes.push(Prefix::Keep(join_side, self.of_table()?));
            } else if side.is_some() {
                return Err(self.unexpected("JOIN"));
            } else if self.parser.accept_keyword("concatenate") {
                prefixes.push(Prefix::Concatenate(self.of_table()?));
            } else if self.parser.accept_keyword("noconcatenate") {
                prefixes.push(Prefix::NoConcatenate);
            } else if self.parser.accept_keyword("mapping") {
                prefixes.push(Prefix::Mapping);
            } else if self.parser.accept_keyword("crosstable") {
                prefixes.push(self.cross_table()?);
            } else if self.parser.accept_keyword("buffer")
                || self.parser.accept_keyword("add")
                || self.parser.accept_keyword("replace")
            {
                // How a file is read again makes no difference to one load.
            } else {
                for word in [
                    "intervalmatch",
                    "hierarchy",
                    "hierarchybelongsto",
                    "generic",
                    "semantic",
                    "sample",
                    "info",
                    "bundle",
                    "first",
                ] {
                    if self.parser.keyword(word) {
                        return Err(ScriptError::not_implemented(&word.to_uppercase()));
                    }
                }
                return Ok(prefixes);
            }
        }
    }

    fn of_table(&mut self) -> Outcome<Option<String>> {
        if !self.parser.accept("(") {
            return Ok(None);
        }
        let name = self.name("table name")?;
        self.parser.expect(")")?;
        Ok(Some(name))
    }

    fn cross_table(&mut self) -> Outcome<Prefix> {
        self.parser.expect("(")?;
        let attribute = self.name("field name")?;
        self.parser.expect(",")?;
        let data = self.name("field name")?;
        let mut qualifiers = 1;
        if self.parser.accept(",") {
            let Some(Symbol::Number(count)) = self.parser.symbol() else { return Err(self.unexpected("number")) };
            self.parser.skip();
            qualifiers = count as usize;
        }
        self.parser.expect(")")?;
        Ok(Prefix::CrossTable { attribute, data, qualifiers })
    }

    fn fields(&mut self) -> Outcome<Vec<Item>> {
        self.list(|reader| {
            if reader.parser.accept("*") {
                return Ok(Item::All);
            }
            let start = reader.parser.position();
            let expression = reader.parser.expression()?;
            let end = reader.parser.position();
            let name: Arc<str> = if reader.parser.accept_keyword("as") {
                reader.name("field name")?.into()
            } else if let Expression::Name(name, ..) = &expression {
                Arc::clone(name)
            } else {
                let text = &reader.text[reader.tokens[start].start..reader.tokens[end - 1].end];
                text.into()
            };
            Ok(Item::Field(expression, name))
        })
    }

    fn source(&mut self) -> Outcome<Source> {
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
        if self.parser.accept_keyword("from") {
            let path = self.path()?;
            let format = self.format()?;
            return Ok(Source::File(path, format));
        }
        for word in ["from_field", "extension"] {
            if self.parser.keyword(word) {
                return Err(ScriptError::not_implemented(&word.to_uppercase()));
            }
        }
        Ok(Source::Preceding)
    }

    fn path(&mut self) -> Outcome<String> {
        if let Some(Symbol::Bracketed(path) | Symbol::Text(path) | Symbol::Quoted(path)) = self.parser.symbol() {
            self.parser.skip();
            return Ok(path.to_string());
        }
        let ends = ["where", "while", "group", "order"];
        let start = self.parser.token().map(|token| token.start);
        let mut end = start;
        while let Some(token) = self.parser.token() {
            if token.symbol == Symbol::Sign("(") || ends.iter().any(|word| self.parser.keyword(word)) {
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

    fn format(&mut self) -> Outcome<Format> {
        let mut format = Format::default();
        if !self.parser.accept("(") {
            return Ok(format);
        }
        while !self.parser.accept(")") {
            if self.parser.accept_keyword("delimiter") {
                self.require("is")?;
                format.delimiter = self.delimiter()?;
            } else if self.parser.accept_keyword("no") {
                if self.parser.accept_keyword("labels") {
                    format.labels = false;
                } else if self.parser.accept_keyword("quotes") {
                    format.quoting = Quoting::None;
                } else {
                    self.parser.skip();
                }
            } else if self.parser.accept_keyword("msq") {
                format.quoting = Quoting::Modern;
            } else if self.parser.accept_keyword("header") {
                self.require("is")?;
                if let Some(Symbol::Number(lines)) = self.parser.symbol() {
                    format.header_lines = lines as usize;
                }
                self.parser.skip();
                self.parser.accept_keyword("lines");
                self.parser.accept_keyword("line");
            } else if self.parser.accept_keyword("comment") {
                self.require("is")?;
                format.comment = Some(self.name("text")?);
            } else if let Some(kind) =
                ["ooxml", "biff", "qvd", "qvx", "xml", "html", "kml", "json", "parquet", "dif", "fix"]
                    .into_iter()
                    .find(|kind| self.parser.keyword(kind))
            {
                return Err(ScriptError::not_implemented(&format!("Files of type {kind}")));
            } else if self.parser.token().is_none() {
                return Err(self.unexpected(")"));
            } else {
                // Words that change nothing here: txt, utf8, embedded labels, codepage is 1252 …
                self.parser.skip();
            }
        }
        Ok(format)
    }

    fn delimiter(&mut self) -> Outcome<u8> {
        let text = self.name("delimiter")?;
        match text.as_str() {
            "\\t" => Ok(b'\t'),
            "spaces" => Ok(b' '),
            text if text.len() == 1 => Ok(text.as_bytes()[0]),
            _ => Err(ScriptError::not_implemented(&format!("Delimiter '{text}'"))),
        }
    }
}

/// The name or text that a token is.
pub(super) fn name_of(symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Word(name) | Symbol::Bracketed(name) | Symbol::Quoted(name) | Symbol::Text(name) => {
            Some(name.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::tokenize;

    fn load(text: &str) -> Outcome<Load> {
        parse(text, &tokenize(text).unwrap())
    }

    #[test]
    fn every_clause_has_its_place() {
        let load = load(
            "T: LEFT JOIN (Other) LOAD DISTINCT a, b*2 as [b two], Left(c, 1), * RESIDENT X WHERE a>1 GROUP BY a, b ORDER BY a desc, b",
        )
        .unwrap();
        assert_eq!(load.label.as_deref(), Some("T"));
        assert_eq!(load.prefixes, [Prefix::Join(JoinSide::Left, Some("Other".into()))]);
        let names: Vec<&str> = load
            .fields
            .iter()
            .filter_map(|item| match item {
                Item::Field(_, name) => Some(&**name),
                Item::All => None,
            })
            .collect();
        assert_eq!(names, ["a", "b two", "Left(c, 1)"]);
        assert_eq!(load.order, [("a".to_owned(), true), ("b".to_owned(), false)]);
        assert_eq!(load.group.len(), 2);
    }

    #[test]
    fn sources_and_formats() {
        let Source::File(path, format) =
            load("LOAD * FROM [lib://d/x y.csv] (txt, utf8, no labels, delimiter is ';', msq)").unwrap().source
        else {
            panic!()
        };
        assert_eq!((path.as_str(), format.delimiter, format.labels), ("lib://d/x y.csv", b';', false));
        assert!(
            matches!(load("LOAD * FROM d/x.csv (txt)").unwrap().source, Source::File(path, _) if path == "d/x.csv")
        );
        assert!(
            matches!(load("LOAD RecNo() AUTOGENERATE (10)").unwrap().source, Source::Generated(_, text) if text == "10")
        );
        assert_eq!(load("LOAD * FROM [x.qvd] (qvd)").unwrap_err().code, crate::error::code::NOT_IMPLEMENTED);
    }

    #[test]
    fn errors_tell_what_was_found() {
        assert!(load("LOAD a RESIDENT").unwrap_err().message.contains("table name"));
        assert!(load("LOAD a RESIDENT b c").unwrap_err().message.contains("'c'"));
        assert!(load("LOAD a b INLINE [x]").unwrap_err().message.contains("'b'"));
    }
}
