//! The format specification after a source.

use super::Reader;
use crate::expression::{Symbol, Token};
use crate::script::{Outcome, ScriptError};

/// The format specification after a source.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) struct Format {
    pub(in crate::script) kind: Kind,
    /// Whether there is a specification.
    pub(in crate::script) named: bool,
    pub(in crate::script) delimiter: u8,
    pub(in crate::script) labels: bool,
    pub(in crate::script) quoting: Quoting,
    pub(in crate::script) header_lines: usize,
    pub(in crate::script) comment: Option<String>,
    pub(in crate::script) encoding: Encoding,
}

/// The type of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script) enum Kind {
    /// Separated values.
    Text,
    Qvd,
    /// A list of objects.
    Json,
    /// A type that the test engine does not read, with its keyword.
    Other(&'static str),
}

/// The quotes that enclose a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Quoting {
    None,
    /// Either quote, within a line.
    Standard,
    /// Double quotes, which can span lines.
    Modern,
}

/// How to decode a file. A byte order mark takes precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Encoding {
    /// UTF-8, or Windows-1252 if the file is not valid UTF-8.
    Unsaid,
    /// A Windows code page.
    CodePage(u16),
}

impl Default for Format {
    fn default() -> Self {
        Self {
            kind: Kind::Text,
            named: false,
            delimiter: b',',
            labels: true,
            quoting: Quoting::Standard,
            header_lines: 0,
            comment: None,
            encoding: Encoding::Unsaid,
        }
    }
}

const UTF8: u16 = 65001;
const UTF16: u16 = 1200;
const ANSI: u16 = 1252;

/// File types that are not supported.
const OTHER_KINDS: [&str; 11] =
    ["ooxml", "biff", "qvx", "xml", "xmlsimple", "html", "kml", "parquet", "dif", "fix", "url"];

impl Reader<'_> {
    pub(super) fn format(&mut self) -> Outcome<Format> {
        let mut format = Format::default();
        if !self.parser.accept("(") {
            return Ok(format);
        }
        format.named = true;
        let mut has_table = false;
        loop {
            if self.parser.accept(")") {
                if has_table && format.kind == Kind::Json {
                    return Err(ScriptError::not_implemented("FROM a table of a JSON file"));
                }
                return Ok(format);
            }
            if self.parser.accept(",") {
                continue;
            }
            let Some(Symbol::Word(word)) = self.parser.symbol() else { return Err(self.unexpected(")")) };
            self.parser.skip();
            match word.to_lowercase().as_str() {
                "qvd" => format.kind = Kind::Qvd,
                "json" => format.kind = Kind::Json,
                "delimiter" => {
                    self.require("is")?;
                    format.delimiter = self.delimiter()?;
                }
                "codepage" => {
                    self.require("is")?;
                    format.encoding = Encoding::CodePage(self.number()? as u16);
                }
                "utf8" => format.encoding = Encoding::CodePage(UTF8),
                "unicode" => format.encoding = Encoding::CodePage(UTF16),
                "ansi" => format.encoding = Encoding::CodePage(ANSI),
                "oem" => format.encoding = Encoding::CodePage(437),
                "mac" => format.encoding = Encoding::CodePage(10000),
                "no" if self.parser.accept_keyword("labels") => format.labels = false,
                "no" if self.parser.accept_keyword("quotes") => format.quoting = Quoting::None,
                "explicit" => return Err(ScriptError::not_implemented("Explicit labels")),
                "msq" => format.quoting = Quoting::Modern,
                "header" => {
                    self.parser.accept_keyword("size");
                    self.require("is")?;
                    match self.parser.accept_keyword("line") {
                        true => format.header_lines = 1,
                        false => format.header_lines = self.number()? as usize,
                    }
                    let _ = self.parser.accept_keyword("lines") || self.parser.accept_keyword("line");
                }
                "comment" => {
                    self.require("is")?;
                    format.comment = Some(self.name("text")?);
                }
                word => {
                    has_table |= word == "table";
                    if let Some(kind) = OTHER_KINDS.into_iter().find(|kind| *kind == word) {
                        format.kind = Kind::Other(kind);
                    }
                    // The other options are for other types, or have no effect: `txt`, `embedded labels`, `table is x`.
                    self.pass_member()?;
                }
            }
        }
    }

    /// Skips the rest of a list member.
    fn pass_member(&mut self) -> Outcome<()> {
        loop {
            match self.parser.sign() {
                Some("," | ")") => return Ok(()),
                Some("(") => self.pass_parentheses()?,
                _ if self.parser.token().is_none() => return Err(self.unexpected(")")),
                _ => self.parser.skip(),
            }
        }
    }

    fn number(&mut self) -> Outcome<f64> {
        match self.parser.token() {
            Some(Token { symbol: Symbol::Number(number), .. }) => {
                self.parser.skip();
                Ok(*number)
            }
            _ => Err(self.unexpected("number")),
        }
    }

    fn delimiter(&mut self) -> Outcome<u8> {
        let text = self.name("delimiter")?;
        let code = |digits: &str| u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii);
        match text.as_str() {
            "\\t" => Ok(b'\t'),
            "\\\\" => Ok(b'\\'),
            text if text.eq_ignore_ascii_case("tab") => Ok(b'\t'),
            text if text.len() == 1 && text.is_ascii() => Ok(text.as_bytes()[0]),
            text => text
                .strip_prefix("\\x")
                .and_then(code)
                .ok_or_else(|| ScriptError::not_implemented(&format!("Delimiter '{text}'"))),
        }
    }
}
