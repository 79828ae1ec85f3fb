//! The syntax of statements that create tables: `LOAD`, `SELECT`, and their prefixes.

mod format;
mod prefix;
mod source;

use std::sync::Arc;

use super::{Outcome, ScriptError, UNEXPECTED};
use crate::expression::{Expression, Parser, Symbol, Token, tokenize};

pub(super) use format::{Encoding, Format, Kind, Quoting};
pub(super) use prefix::Prefix;
pub(super) use source::Source;

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
    /// Fields to sort by, and whether in descending order.
    pub(super) order: Vec<(String, bool)>,
}

/// A member of the field list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// `*`
    All,
    /// An expression with its name.
    Field(Expression, Arc<str>),
}

/// Parses a statement that creates a table; `None` for other statements.
pub(super) fn parse(text: &str) -> Outcome<Option<Load>> {
    let Some((start, word)) = source::table_word(text) else { return Ok(None) };
    // Statements for databases are not in the script's language.
    let end = if word == "load" { text.len() } else { start };
    let tokens = merged(text, tokenize(&source::masked(&text[..end]))?);
    let mut reader = Reader { text, tokens: &tokens, parser: Parser::new(text, &tokens), label: None };
    let mut load = reader.head()?;
    if word == "load" {
        reader.body(&mut load)?;
    } else {
        load.source = match word.as_str() {
            "sql" | "select" => Source::Database("SQL SELECT".to_owned(), text[start..].to_owned()),
            "sqlcolumns" | "sqltables" | "sqltypes" => Source::Database(word.to_uppercase(), text[start..].to_owned()),
            "direct" => Source::Absent("DIRECT QUERY".to_owned()),
            word => Source::Absent(word.to_uppercase()),
        };
        load.fields = vec![Item::All];
    }
    match reader.parser.token() {
        None => Ok(Some(load)),
        Some(_) => Err(reader.unexpected("end of statement")),
    }
}

/// Parses the name of a file to store to, with its format.
pub(super) fn file(text: &str) -> Outcome<(String, Format)> {
    let tokens = tokenize(&source::masked_path(text))?;
    let mut reader = Reader { text, tokens: &tokens, parser: Parser::new(text, &tokens), label: None };
    let path = reader.path()?;
    let mut format = reader.format()?;
    if !format.named {
        format.kind = Kind::Qvd;
    }
    match reader.parser.token() {
        None => Ok((path, format)),
        Some(_) => Err(reader.unexpected("end of statement")),
    }
}

/// Column positions in files with fixed records, `@1:5` and `@6:n`, are one word.
fn merged(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    let mut result: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    let is_place = |token: &Token| matches!(&token.symbol, Symbol::Word(word) if is_column(word));
    while let Some(mut token) = tokens.next() {
        if is_place(&token)
            && tokens.peek().is_some_and(|next| next.symbol == Symbol::Sign(":") && next.start == token.end)
        {
            for part in tokens.by_ref().take(2) {
                token.end = part.end;
            }
            token.symbol = Symbol::Word(text[token.start..token.end].into());
        }
        result.push(token);
    }
    result
}

fn is_column(word: &str) -> bool {
    word.strip_prefix('@').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    parser: Parser<'a>,
    label: Option<String>,
}

impl Reader<'_> {
    /// Skips a label, if there is one.
    fn accept_label(&mut self) -> bool {
        let [name, Token { symbol: Symbol::Sign(":"), .. }, ..] = &self.tokens[self.parser.position()..] else {
            return false;
        };
        let Some(name) = name_of(&name.symbol) else { return false };
        self.parser.skip();
        self.parser.skip();
        self.label = Some(name);
        true
    }

    /// The label and the prefixes.
    fn head(&mut self) -> Outcome<Load> {
        let prefixes = self.prefixes()?;
        Ok(Load {
            label: self.label.take(),
            prefixes,
            distinct: false,
            fields: Vec::new(),
            source: Source::Preceding,
            filter: None,
            repeat: None,
            group: Vec::new(),
            order: Vec::new(),
        })
    }

    /// The part after the prefixes.
    fn body(&mut self, load: &mut Load) -> Outcome<()> {
        self.require("load")?;
        load.distinct = self.parser.accept_keyword("distinct");
        load.fields = self.fields()?;
        load.source = self.source()?;
        loop {
            // Each clause comes once, and only resident tables are sorted.
            let resident = matches!(load.source, Source::Resident(_));
            let again = (self.parser.keyword("where") && load.filter.is_some())
                || (self.parser.keyword("while") && load.repeat.is_some())
                || (self.parser.keyword("group") && !load.group.is_empty())
                || (self.parser.keyword("order") && !(resident && load.order.is_empty()));
            if again {
                return Err(self.unexpected("end of statement"));
            }
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
                return Ok(());
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

    fn fields(&mut self) -> Outcome<Vec<Item>> {
        self.list(|reader| {
            if reader.parser.accept("*") {
                return Ok(Item::All);
            }
            let start = reader.parser.position();
            let expression = reader.parser.expression()?;
            let end = reader.parser.position();
            let name: Arc<str> = if reader.parser.accept_keyword("as") {
                match reader.parser.token() {
                    // A number is a name there.
                    Some(Token { symbol: Symbol::Number(_), start, end }) => {
                        reader.parser.skip();
                        reader.text[*start..*end].into()
                    }
                    _ => reader.name("field name")?.into(),
                }
            } else if let Expression::Name(name, ..) = &expression {
                Arc::clone(name)
            } else {
                let text = &reader.text[reader.tokens[start].start..reader.tokens[end - 1].end];
                text.into()
            };
            Ok(Item::Field(expression, name))
        })
    }
}

/// The name or text of a token.
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
    use crate::data::JoinSide;

    fn load(text: &str) -> Outcome<Load> {
        parse(text).map(|load| load.expect("it makes a table"))
    }

    #[test]
    fn every_clause_is_parsed() {
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
        let file = |text: &str| match load(text).unwrap().source {
            Source::File(path, format) => (path, format.kind),
            source => panic!("{source:?}"),
        };
        assert_eq!(file("LOAD * FROM [x.qvd] (qvd)"), ("x.qvd".into(), Kind::Qvd));
        assert_eq!(file("LOAD * FROM ..\\a b\\x.qvd(qvd) WHERE a"), ("..\\a b\\x.qvd".into(), Kind::Qvd));
        assert_eq!(file("LOAD from, to FROM C:\\x.csv where to = 1"), ("C:\\x.csv".into(), Kind::Text));
        assert_eq!(
            file(
                "LOAD * FROM [x.xlsx] (ooxml, embedded labels, header is 2 lines, table is [a b], filters(Remove(Row, Pos(Top, 1))))"
            ),
            ("x.xlsx".into(), Kind::Other("ooxml"))
        );
        assert_eq!(file("LOAD @1:5 as a, @6:n as b FROM x.txt (fix, codepage is 1252)").1, Kind::Other("fix"));
        assert_eq!(load("LOAD * FROM x.qvd").unwrap_err().code, crate::error::code::NOT_IMPLEMENTED);
        assert!(
            matches!(load("LOAD * FROM_FIELD (t, f) (txt, no labels)").unwrap().source, Source::Field { table, .. } if table == "t")
        );
    }

    #[test]
    fn a_label_comes_before_or_after_prefixes() {
        for text in ["[a b]: LEFT JOIN (t) LOAD 1 AS x", "LEFT JOIN (t) [a b]: LOAD 1 AS x"] {
            let load = load(text).unwrap();
            assert_eq!(load.label.as_deref(), Some("a b"));
            assert_eq!(load.prefixes, [Prefix::Join(JoinSide::Left, Some("t".into()))]);
        }
    }

    #[test]
    fn statements_for_databases_are_not_parsed() {
        for text in [
            "t: SQL SELECT \"a\", `b`, c != 1, '{\\' FROM [x].y WHERE d LIKE '%it''s%' ? @ ~",
            "CONCATENATE (t) SELECT * FROM JSON (wrap on) \"root\" PK \"__KEY\"",
            "DIRECT QUERY DIMENSION a MEASURE b DETAIL c FROM d",
            "[autoCalendar]: DECLARE FIELD DEFINITION Tagged ('$date') FIELDS Year($1) AS [Year] Tagged ('$axis')",
            "SQLTABLES",
        ] {
            assert!(matches!(load(text).unwrap().source, Source::Database(..) | Source::Absent(_)), "{text}");
        }
    }

    #[test]
    fn errors_name_what_was_found() {
        assert!(load("LOAD a RESIDENT").unwrap_err().message.contains("table name"));
        assert!(load("LOAD a RESIDENT b c").unwrap_err().message.contains("'c'"));
        assert!(load("LOAD a b INLINE [x]").unwrap_err().message.contains("'b'"));
        for (text, found) in [
            ("LOAD a INLINE [a] ORDER BY a", "'ORDER'"),
            ("LOAD a FROM x.csv (txt) ORDER BY a", "'ORDER'"),
            ("LOAD a ORDER BY a", "'ORDER'"),
            ("LOAD a RESIDENT b WHERE 1 WHERE 2", "'WHERE'"),
            ("LOAD a RESIDENT b ORDER BY a ORDER BY a", "'ORDER'"),
            ("LOAD Sum(a) RESIDENT b GROUP BY a GROUP BY b", "'GROUP'"),
        ] {
            assert!(load(text).unwrap_err().message.contains(found), "{text}");
        }
    }
}
