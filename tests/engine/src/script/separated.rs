//! Texts of separated values, cut into cells.

use super::load::{Format, Quoting};

/// The records of a text. Blanks around a cell are not part of it, unless they are in quotes.
pub(super) fn records(text: &str, format: &Format) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (record, length) = record(rest, format);
        records.push(record);
        rest = &rest[length..];
    }
    records
}

/// The first record, and its length with its line end.
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

/// A text after its opening quote, up to the one that closes it, which is the last that is no blank in its cell; and its
/// length with the blanks after it. Only modern quotes hold line ends.
fn quoted(text: &str, quote: char, format: &Format) -> Option<(String, usize)> {
    let mut cell = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            let after = text[at + 1..].trim_start_matches(|c| is_blank(c, format));
            if after.is_empty() || after.starts_with(['\n', '\r', char::from(format.delimiter)]) {
                return Some((cell, text.len() - after.len()));
            }
            // A doubled one stands for one.
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
    fn either_quote_holds_a_value_if_it_is_first_and_last() {
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
        fn no_text_upsets_the_reader(text in "[a,'\" \r\n\t;é]{0,40}") {
            for quoting in [Quoting::None, Quoting::Standard, Quoting::Modern] {
                let lines = records(&text, &Format { quoting, ..Format::default() }).len();
                assert!(lines <= text.matches(['\n', '\r']).count() + 1);
            }
        }
    }
}
