//! Positions in a load script: tabs, lines, columns.

use std::fmt;

/// A position in a load script or an expression, as in an editor: from 1, with lines counted within their tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptPlace {
    /// The title of the tab; empty in a script without tabs.
    pub tab: String,
    /// The line in the tab.
    pub line: usize,
    /// The column in the line, in characters.
    pub column: usize,
    /// Number of characters in the line that are at fault, at least one.
    pub length: usize,
    /// The line.
    pub text: String,
}

/// Writes a position and a message, followed by the line with a marker.
pub(in crate::ext) fn write_marked(f: &mut fmt::Formatter<'_>, place: &ScriptPlace, message: &str) -> fmt::Result {
    if !place.tab.is_empty() {
        write!(f, "tab `{}`, ", place.tab)?;
    }
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    // Keeps tabs, so that the marker is aligned.
    let blank = |c: char| if c == '\t' { '\t' } else { ' ' };
    let indent: String = place.text.chars().take(place.column - 1).map(blank).collect();
    let mark = "^".repeat(place.length);
    let ScriptPlace { column, text, .. } = place;
    write!(f, "line {number}, column {column}: {message}\n {number} | {text}\n {margin} | {indent}{mark}")
}

/// The start of a tab.
const TAB: &str = "///$tab";

/// The text of a script.
#[derive(Clone, Copy, Debug)]
pub(in crate::ext) struct Script<'t>(&'t str);

impl<'t> Script<'t> {
    pub(in crate::ext) fn new(text: &'t str) -> Self {
        Self(text)
    }

    /// The position of a byte offset.
    fn at(self, offset: usize, length: usize) -> ScriptPlace {
        let before = &self.0[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let (mut tab, mut line) = ("", 1);
        for text in before[..start].lines() {
            if let Some(title) = text.strip_prefix(TAB) {
                (tab, line) = (title.trim(), 1);
            } else {
                line += 1;
            }
        }
        let text = self.0[start..].lines().next().unwrap_or_default();
        if let Some(title) = text.strip_prefix(TAB) {
            (tab, line) = (title.trim(), 1);
        }
        let column = before[start..].chars().count() + 1;
        let left = (text.chars().count() + 1).saturating_sub(column).max(1);
        ScriptPlace { tab: tab.to_owned(), line, column, length: length.clamp(1, left), text: text.to_owned() }
    }

    /// The position after a number of characters from the start; `None` beyond the end.
    pub(in crate::ext) fn at_char(self, chars: i32, length: i32) -> Option<ScriptPlace> {
        let count = |number| usize::try_from(number).ok();
        let offset = self.0.char_indices().nth(count(chars)?)?.0;
        Some(self.at(offset, count(length).unwrap_or(0)))
    }

    /// The position of a column in a line of a tab, all counted from 0.
    pub(super) fn at_line(self, tab: i32, line: i32, column: i32) -> Option<ScriptPlace> {
        let count = |number| usize::try_from(number).ok();
        let (tab, line) = (count(tab)?, count(line)?);
        let (mut tabs, mut lines, mut offset) = (0, 0, 0);
        for text in self.0.split_inclusive('\n') {
            if text.starts_with(TAB) {
                // Text before the first tab counts as a tab.
                tabs += usize::from(offset > 0 && !self.0[..offset].trim().is_empty());
                lines = 0;
            } else if (tabs, lines) == (tab, line) {
                let column = text.trim_end().char_indices().nth(count(column)?).map_or(0, |(at, _)| at);
                return Some(self.at(offset + column, 1));
            } else {
                lines += 1;
            }
            offset += text.len();
        }
        None
    }

    /// The position of a statement, if it occurs once in the script; the fault starts after its first `right` bytes.
    pub(super) fn find(self, statement: &str, right: usize) -> Option<ScriptPlace> {
        let begin = statement.len() - statement.trim_start().len();
        let statement = statement.trim();
        if statement.is_empty() {
            return None;
        }
        let mut found = self.0.match_indices(statement).map(|(at, _)| at);
        let at = found.next().filter(|_| found.next().is_none())?;
        let right = right.saturating_sub(begin);
        let right = if statement.is_char_boundary(right) && right < statement.len() { right } else { 0 };
        // Spaces are never the fault.
        let rest = &statement[right..];
        let right = right + rest.len() - rest.trim_start().len();
        let word = statement[right..].split(|c: char| c.is_whitespace() || ";,()".contains(c)).next();
        Some(self.at(at + right, word.map_or(1, |word| word.chars().count())))
    }
}

impl Script<'_> {
    /// The position of a statement in a line of the script, counted from 0 across all tabs.
    ///
    /// The line is used only if it starts like the statement: the text of an included file is not in the script, and an
    /// engine that does not report the line seems to return the first one.
    pub(super) fn in_line(self, statement: &str, line: i32) -> Option<ScriptPlace> {
        let line = usize::try_from(line).ok()?;
        let start: usize = self.0.split_inclusive('\n').take(line).map(str::len).sum();
        let text = self.0[start..].lines().next()?;
        let begin = text.len() - text.trim_start().len();
        let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_lowercase();
        let statement = statement.trim();
        if statement.is_empty() && line > 0 {
            return Some(self.at(start + begin, text.trim().chars().count()));
        }
        // The line can start with another statement.
        let found = statement.lines().next().and_then(|first| text.find(first.trim()));
        let begin = found.or_else(|| (word(text) == word(statement)).then_some(begin))?;
        let length = text[begin..].split_whitespace().next().map_or(1, |word| word.chars().count());
        (!statement.is_empty()).then(|| self.at(start + begin, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "///$tab Main\r\nSET a=1;\r\n///$tab Länge\r\nLOAD ä,\r\n  bad FROM x;\r\n";

    fn short(place: Option<ScriptPlace>) -> (String, usize, usize, usize, String) {
        let place = place.unwrap();
        (place.tab, place.line, place.column, place.length, place.text)
    }

    fn expected(
        tab: &str,
        line: usize,
        column: usize,
        length: usize,
        text: &str,
    ) -> (String, usize, usize, usize, String) {
        (tab.to_owned(), line, column, length, text.to_owned())
    }

    #[test]
    fn lines_are_counted_in_their_tab_and_columns_in_characters() {
        let script = Script::new(TWO);
        let chars = TWO[..TWO.find("bad").unwrap()].chars().count() as i32;
        let bad = expected("Länge", 2, 3, 3, "  bad FROM x;");
        assert_eq!(short(script.at_char(chars, 3)), bad);
        assert_eq!(short(script.at_char(chars, 999)), expected("Länge", 2, 3, 11, "  bad FROM x;"));
        assert_eq!(short(script.at_line(1, 1, 2)), expected("Länge", 2, 3, 1, "  bad FROM x;"));
        assert_eq!(short(script.at_line(0, 0, 0)), expected("Main", 1, 1, 1, "SET a=1;"));
        assert_eq!(short(Script::new("x;\ny").at_char(3, 0)), expected("", 2, 1, 1, "y"));
        for (chars, length) in [(-1, 1), (i32::MAX, 1)] {
            assert_eq!(script.at_char(chars, length), None);
        }
        assert_eq!(script.at_line(2, 0, 0), None);
        assert_eq!(script.at_line(-1, 0, 0), None);
        assert_eq!(Script::new("").at_char(0, 1), None);
    }

    #[test]
    fn a_statement_is_found_if_it_occurs_once() {
        let script = Script::new(TWO);
        let statement = "LOAD ä,\r\n  bad FROM x";
        let right = statement.find("bad").unwrap();
        assert_eq!(short(script.find(statement, right)), expected("Länge", 2, 3, 3, "  bad FROM x;"));
        assert_eq!(short(script.find(statement, right - 1)), expected("Länge", 2, 3, 3, "  bad FROM x;"));
        assert_eq!(short(script.find(statement, 0)), expected("Länge", 1, 1, 4, "LOAD ä,"));
        assert_eq!(short(script.find(statement, 99)), expected("Länge", 1, 1, 4, "LOAD ä,"));
        assert_eq!(script.find("LOAD c", 0), None);
        assert_eq!(script.find(" ", 0), None);
        assert_eq!(Script::new("DROP TABLE t;\nDROP TABLE t;").find("DROP TABLE t", 0), None);
    }

    #[test]
    fn lines_of_the_whole_script_are_counted_from_0() {
        let script = Script::new(TWO);
        assert_eq!(short(script.in_line("SET a=1", 1)), expected("Main", 1, 1, 3, "SET a=1;"));
        assert_eq!(short(script.in_line("LOAD ä,\n  bad FROM x", 3)), expected("Länge", 1, 1, 4, "LOAD ä,"));
        assert_eq!(short(script.in_line("bad FROM x", 4)), expected("Länge", 2, 3, 3, "  bad FROM x;"));
        let twice = Script::new("DROP TABLE t;\nDROP TABLE t; DROP TABLE u;\nload $(x);");
        assert_eq!(short(twice.in_line("DROP TABLE t", 1)), expected("", 2, 1, 4, "DROP TABLE t; DROP TABLE u;"));
        assert_eq!(short(twice.in_line("DROP TABLE u", 1)), expected("", 2, 15, 4, "DROP TABLE t; DROP TABLE u;"));
        assert_eq!(short(twice.in_line("DROP TABLE t", 0)), expected("", 1, 1, 4, "DROP TABLE t;"));
        // Expanded text is not in the script, but the line starts the same.
        assert_eq!(short(twice.in_line("LOAD 1 AS n", 2)), expected("", 3, 1, 4, "load $(x);"));
        assert_eq!(short(twice.in_line("", 2)), expected("", 3, 1, 10, "load $(x);"));
        for (statement, line) in [("", 0), ("", 3), ("DROP TABLE t", 2), ("DROP TABLE t", -1), ("LOAD 1", i32::MAX)] {
            assert_eq!(twice.in_line(statement, line), None, "{statement} {line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_position_panics(text in "(///\\$tab|ä|x|;|\r\n|\n| ){0,20}", chars: i8, length: i8, tab in -1..3, line in -1..5, column in -1..5) {
            let script = Script::new(&text);
            let places = [script.at_char(chars.into(), length.into()), script.at_line(tab, line, column), script.find("x;", 1), script.in_line("x;", line), script.in_line("", line)];
            for place in places.into_iter().flatten() {
                assert!(place.line >= 1 && place.column >= 1 && place.length >= 1);
                assert!(text.contains(&place.text));
            }
        }
    }
}
