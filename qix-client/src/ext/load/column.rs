//! One column of an inline table: how its values are written, and how the script reads them back.
//!
//! The quoting of inline tables is not used. A string is written as it is unless it contains characters that a
//! script could interpret; such a character is written as its number, `~2c.` for a comma.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::cell::LoadValue;

/// The text for null.
const NULL: &str = "~-";

/// Prefix of strings in a column with numbers.
const TEXT: &str = "~t";

/// Placeholder for an empty string, because a row of empty cells would be skipped.
const EMPTY: &str = "~.";

/// The kind of numbers in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum NumberKind {
    #[default]
    Plain,
    Date,
    Timestamp,
}

/// The content of a column.
#[derive(Debug, Default)]
pub(super) struct LoadColumn {
    kind: NumberKind,
    numbers: bool,
    texts: bool,
    nulls: bool,
    empty: bool,
    coded: BTreeSet<char>,
}

impl LoadColumn {
    /// The column of cells.
    pub(super) fn of<'a>(kind: NumberKind, cells: impl Iterator<Item = &'a LoadValue>) -> Self {
        let mut column = Self { kind, ..Self::default() };
        for cell in cells {
            match cell {
                LoadValue::Null => column.nulls = true,
                LoadValue::Number(_) => column.numbers = true,
                LoadValue::Text(text) => {
                    column.texts = true;
                    column.empty |= text.is_empty();
                    column.coded.extend(marked(text).filter(|(_, coded)| *coded).map(|(c, _)| c));
                }
            }
        }
        column
    }

    /// Writes a value.
    pub(super) fn write(&self, cell: &LoadValue, out: &mut String) {
        match cell {
            LoadValue::Null => out.push_str(NULL),
            LoadValue::Number(number) => out.push_str(&plain(*number)),
            LoadValue::Text(text) => {
                if self.numbers {
                    out.push_str(TEXT);
                }
                if text.is_empty() {
                    out.push_str(EMPTY);
                }
                for (c, coded) in marked(text) {
                    if coded {
                        out.push_str(&code(c));
                    } else {
                        out.push(c);
                    }
                }
            }
        }
    }

    /// The expression that reads the values of a field.
    pub(super) fn expression(&self, field: &str) -> String {
        let number = match self.kind {
            NumberKind::Plain => field.to_owned(),
            NumberKind::Date => format!("Date({field},'YYYY-MM-DD')"),
            NumberKind::Timestamp => format!("Timestamp({field},'YYYY-MM-DD hh:mm:ss[.fff]')"),
        };
        let value = match (self.texts, self.numbers) {
            (false, _) => number,
            (true, false) => self.text(field.to_owned()),
            (true, true) => {
                format!("If(Left({field},2)='{TEXT}',{},{number})", self.text(format!("Mid({field},3)")))
            }
        };
        if self.nulls { format!("If({field}='{NULL}',Null(),{value})") } else { value }
    }

    fn text(&self, mut value: String) -> String {
        if self.empty {
            value = format!("Replace({value},'{EMPTY}','')");
        }
        // The escape character is decoded last, so that the text after it is not mistaken for a code.
        let (signs, others): (Vec<char>, Vec<char>) = self.coded.iter().partition(|c| **c == '~');
        for c in others.into_iter().chain(signs) {
            value = format!("Replace({value},'{}',Chr({}))", code(c), u32::from(c));
        }
        format!("Text({value})")
    }
}

fn code(c: char) -> String {
    let mut code = String::new();
    // Writing to a string does not fail.
    write!(code, "~{:x}.", u32::from(c)).ok();
    code
}

/// The characters of a string, and whether each of them must be encoded.
fn marked(text: &str) -> impl Iterator<Item = (char, bool)> {
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start().len();
    text.char_indices().map(move |(at, c)| {
        let mark = match c {
            '~' | ',' | '"' | '\'' | '`' | '\u{b4}' | '[' | ']' | '$' | '\u{feff}' => true,
            ' ' => at < start || at >= end,
            // The start or end of a comment.
            '/' | '*' => text[..at].ends_with(['/', '*']) || text[at + 1..].starts_with(['/', '*']),
            c => c.is_control() || c.is_whitespace(),
        };
        (c, mark)
    })
}

/// A number as a script reads it, with all necessary digits.
fn plain(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        size if (1e-5..1e16).contains(&size) => number.to_string(),
        _ => format!("{number:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[LoadValue]) -> (Vec<String>, String) {
        let column = LoadColumn::of(NumberKind::Plain, cells.iter());
        let write = |cell| {
            let mut out = String::new();
            column.write(cell, &mut out);
            out
        };
        (cells.iter().map(write).collect(), column.expression("f"))
    }

    fn text(text: &str) -> LoadValue {
        LoadValue::Text(text.to_owned())
    }

    #[test]
    fn harmless_text_stays_readable() {
        assert_eq!(
            column(&[text("North"), text("007"), text("a b")]),
            (vec!["North".to_owned(), "007".to_owned(), "a b".to_owned()], "Text(f)".to_owned())
        );
        assert_eq!(column(&[LoadValue::Number(1.5), LoadValue::Number(-3.0)]).1, "f");
        assert_eq!(column(&[text("https://x")]).0, ["https:~2f.~2f.x"]);
        assert_eq!(column(&[text("1/2*3")]).0, ["1/2*3"]);
    }

    #[test]
    fn the_rest_is_coded_and_read_back() {
        let (written, expression) = column(&[text(" a,"), text("~2c."), LoadValue::Null]);
        assert_eq!(written, ["~20.a~2c.", "~7e.2c.", "~-"]);
        assert_eq!(
            expression,
            "If(f='~-',Null(),Text(Replace(Replace(Replace(f,'~20.',Chr(32)),'~2c.',Chr(44)),'~7e.',Chr(126))))"
        );
        let (written, expression) = column(&[LoadValue::Number(7.0), text("7"), text("")]);
        assert_eq!(written, ["7", "~t7", "~t~."]);
        assert_eq!(expression, "If(Left(f,2)='~t',Text(Replace(Mid(f,3),'~.','')),f)");
    }

    proptest::proptest! {
        #[test]
        fn a_number_is_read_back_as_it_was(number: f64) {
            if number.is_finite() {
                assert_eq!(plain(number).parse::<f64>().unwrap(), number);
            }
        }

        #[test]
        fn nothing_of_a_script_is_left_in_a_text(value in "\\PC*|[\\[\\]~,'\"`$()/*\r\n\t; x]{0,20}") {
            let (written, _) = column(&[text(&value)]);
            assert!(!written[0].is_empty() && written[0].trim() == written[0]);
            assert!(!written[0].contains(['[', ']', ',', '"', '\'', '`', '$', '\n', '\r']));
            assert!(!written[0].contains("//") && !written[0].contains("/*") && !written[0].contains("*/"));
        }
    }
}
