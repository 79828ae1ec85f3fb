//! Separated values.

use std::sync::Arc;

use super::load::{Format, Quoting};
use super::rows::Input;
use crate::value::{Dual, Settings, interpret};

/// Parses separated values. Cells that equal `NullInterpret` are null.
pub(super) fn read(text: &str, format: &Format, settings: &Settings, null: Option<&str>) -> Input {
    let text = text.trim_start_matches('\u{feff}');
    let mut names: Option<Vec<Arc<str>>> = None;
    let mut rows = Vec::new();
    let mut skip = format.header_lines;
    for record in records(text, format) {
        let blank = record.iter().all(|cell| cell.trim().is_empty());
        let comment =
            format.comment.as_ref().is_some_and(|mark| record.first().is_some_and(|cell| cell.starts_with(mark)));
        if skip > 0 || (blank && record.len() <= 1) || comment {
            skip = skip.saturating_sub(1);
            continue;
        }
        let cells = record.iter().map(String::as_str);
        match &names {
            None if format.labels => {
                names = Some(cells.map(|cell| cell.trim_matches(['[', ']', '\'']).into()).collect());
                continue;
            }
            None => names = Some((1..=record.len()).map(|at| format!("@{at}").into()).collect()),
            Some(_) => {}
        }
        let mut row: Vec<Dual> =
            cells.map(|cell| if null == Some(cell) { Dual::Null } else { interpret(cell, settings) }).collect();
        row.resize(names.as_ref().map_or(0, Vec::len), Dual::Null);
        rows.push(row);
    }
    Input::new(names.unwrap_or_default(), rows)
}

/// Formats columns as separated values, with their names in the first line.
pub(super) fn write(columns: &[(Arc<str>, Vec<Dual>)], delimiter: u8) -> String {
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                text.push(char::from(delimiter));
            }
            if cell.contains(['"', '\n', '\r', char::from(delimiter)]) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push_str("\r\n");
    };
    line(&mut columns.iter().map(|(name, _)| &**name));
    for row in 0..rows {
        // A null is an empty cell.
        let cells: Vec<_> = columns
            .iter()
            .map(|(_, values)| match &values[row] {
                Dual::Null => "".into(),
                value => value.as_text(),
            })
            .collect();
        line(&mut cells.iter().map(|cell| &**cell));
    }
    text
}

/// The records of a text. Blanks around a cell are dropped, unless they are in quotes.
fn records(text: &str, format: &Format) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (record, length) = record(rest, format);
        records.push(record);
        rest = &rest[length..];
    }
    records
}

/// The first record, and its length including its line end.
fn record(text: &str, format: &Format) -> (Vec<String>, usize) {
    let delimiter = char::from(format.delimiter);
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (cell, length) = cell(&text[at..], format);
        cells.push(cell);
        at += length;
        let rest = &text[at..];
        if rest.starts_with(delimiter) {
            at += 1;
            continue;
        }
        let end = if rest.starts_with("\r\n") { 2 } else { rest.len().min(1) };
        return (cells, at + end);
    }
}

fn is_blank(c: char, format: &Format) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r') && c != char::from(format.delimiter)
}

/// The first cell, and its length up to the delimiter or the line end.
fn cell(text: &str, format: &Format) -> (String, usize) {
    let inside = text.trim_start_matches(|c| is_blank(c, format));
    let quotes: &[char] = match format.quoting {
        Quoting::None => &[],
        Quoting::Standard => &['"', '\''],
        Quoting::Modern => &['"'],
    };
    if let Some(quote) = inside.chars().next().filter(|c| quotes.contains(c))
        && let Some((cell, length)) = quoted(&inside[1..], quote, format)
    {
        return (cell, text.len() - inside.len() + 1 + length);
    }
    let end = text.find(|c| c == char::from(format.delimiter) || matches!(c, '\n' | '\r')).unwrap_or(text.len());
    (text[..end].trim().to_owned(), end)
}

/// The content of a quoted cell after its opening quote, and its length including blanks after the closing quote,
/// which must be the last character of the cell except for blanks. Only modern quotes can contain line ends.
fn quoted(text: &str, quote: char, format: &Format) -> Option<(String, usize)> {
    let mut cell = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            let after = text[at + 1..].trim_start_matches(|c| is_blank(c, format));
            if after.is_empty() || after.starts_with(['\n', '\r', char::from(format.delimiter)]) {
                return Some((cell, text.len() - after.len()));
            }
            // A doubled quote is one quote.
            chars.next_if(|(_, next)| *next == quote);
        } else if matches!(c, '\n' | '\r') && format.quoting != Quoting::Modern {
            return None;
        }
        cell.push(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, quoting: Quoting) -> Vec<Vec<String>> {
        records(text, &Format { quoting, ..Format::default() })
    }

    #[test]
    fn quotes_blanks_and_short_rows() {
        let input = read("\n a , b\n\"x, \"\"y\"\"\", 1\n\n z\n", &Format::default(), &Settings::default(), None);
        assert_eq!(input.names(), [Arc::from("a"), Arc::from("b")]);
        assert_eq!(input.rows(), [vec![Dual::text("x, \"y\""), Dual::Number(1.0)], vec![Dual::text("z"), Dual::Null]]);
    }

    #[test]
    fn without_labels_fields_have_numbers() {
        let format = Format { labels: false, delimiter: b';', header_lines: 1, ..Format::default() };
        let input = read("title\n1;2\n", &format, &Settings::default(), None);
        assert_eq!(input.names(), [Arc::from("@1"), Arc::from("@2")]);
        assert_eq!(input.rows().len(), 1);
    }

    #[test]
    fn written_values_are_read_back() {
        let values = |texts: [&str; 3]| texts.map(|text| interpret(text, &Settings::default())).to_vec();
        let columns = [("a b".into(), values(["1", "x;\"y\"", ""])), ("c".into(), values(["two\nlines", "-", "3"]))];
        let text = write(&columns, b';');
        let format = Format { delimiter: b';', quoting: Quoting::Modern, ..Format::default() };
        let input = read(&text, &format, &Settings::default(), None);
        assert_eq!(input.names(), [Arc::from("a b"), Arc::from("c")]);
        assert_eq!(input.rows()[1], [columns[0].1[1].clone(), columns[1].1[1].clone()]);
        assert_eq!(input.rows().len(), 3);
    }

    #[test]
    fn both_kinds_of_quotes_enclose_a_value() {
        let one = |text: &str| cells(text, Quoting::Standard).concat();
        assert_eq!(one("'a, b', \" c \" ,d"), ["a, b", " c ", "d"]);
        assert_eq!(one("'tis, it's, 5' 3\""), ["'tis", "it's", "5' 3\""]);
        assert_eq!(one("\"x, \"\"y\"\"\", ''''"), ["x, \"y\"", "'"]);
        assert_eq!(one("'', \"\""), ["", ""]);
    }

    #[test]
    fn only_modern_quotes_hold_line_ends() {
        let text = "\"a\nb\",'c'\r\nd";
        assert_eq!(cells(text, Quoting::Modern), [vec!["a\nb", "'c'"], vec!["d"]]);
        assert_eq!(cells(text, Quoting::Standard), [vec!["\"a"], vec!["b\"", "c"], vec!["d"]]);
        assert_eq!(cells("'a','b", Quoting::None), [["'a'", "'b"]]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_reader(text in "[a,'\" \r\n\t;é]{0,40}") {
            for quoting in [Quoting::None, Quoting::Standard, Quoting::Modern] {
                let lines = records(&text, &Format { quoting, ..Format::default() }).len();
                assert!(lines <= text.matches(['\n', '\r']).count() + 1);
            }
        }
    }
}
