//! Positions in a script: tabs, lines, columns.

use super::{Position, ScriptError};

/// Completes an error whose `position.text` is a byte offset in the script.
pub(super) fn located(mut error: Box<ScriptError>, script: &str) -> Box<ScriptError> {
    error.position = position(script, error.position.text, error.position.length);
    error
}

/// The position of a byte offset.
pub(super) fn position(script: &str, offset: usize, length: usize) -> Position {
    let offset = (0..=offset.min(script.len())).rev().find(|at| script.is_char_boundary(*at)).unwrap_or(0);
    let before = &script[..offset];
    let (mut tab, mut line, mut first) = (0, 0, true);
    let lines: Vec<&str> = before.split('\n').collect();
    for (at, text) in lines.iter().enumerate() {
        let last = at + 1 == lines.len();
        if text.starts_with("///$tab") {
            tab += usize::from(!first);
            line = 0;
        } else if !last {
            line += 1;
        }
        first &= text.trim().is_empty();
    }
    Position {
        text: before.chars().count(),
        length,
        tab,
        line,
        column: lines.last().map_or(0, |line| line.chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_their_tab() {
        let script = "///$tab A\nx;\ny;\n///$tab B\nz; here";
        let at = position(script, script.find("here").unwrap(), 4);
        assert_eq!((at.tab, at.line, at.column), (1, 0, 3));
        let at = position(script, script.find('y').unwrap(), 1);
        assert_eq!((at.tab, at.line, at.column), (0, 1, 0));
    }
}
