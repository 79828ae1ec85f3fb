//! Messages in the text of a console.

use std::fmt::Write as _;

use super::literal;

/// What comes before a message, and its direction.
const MARKS: [(&str, char); 8] = [
    ("-->", '>'),
    ("<--", '<'),
    ("sent", '>'),
    ("sent:", '>'),
    ("Sent:", '>'),
    ("received", '<'),
    ("received:", '<'),
    ("Received:", '<'),
];

/// The messages in a text, as lines of ours. Other text is skipped.
pub(super) fn lines(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let message = start(&rest[..end]).and_then(|(dir, at)| Some((dir, at, literal::read(&rest[at..])?)));
        match message {
            Some((dir, at, value)) => {
                let mark = if value.abbreviated { ",\"abbreviated\":true" } else { "" };
                writeln!(out, "{{\"dir\":\"{dir}\",\"msg\":{}{mark}}}", value.json).expect("a string has room");
                rest = &rest[at + value.length..];
            }
            None => rest = &rest[end..],
        }
    }
    out
}

/// The direction of a message that starts in a line, and where.
fn start(line: &str) -> Option<(char, usize)> {
    let brace = line.find('{')?;
    // Firefox writes the class of an object.
    let before = line[..brace].trim_end();
    let before = before.strip_suffix("Object").unwrap_or(before).trim_end();
    let word = before.rsplit([' ', '\t', '\'', '"']).find(|word| !word.is_empty())?;
    MARKS.iter().find(|(mark, _)| *mark == word).map(|(_, dir)| (*dir, brace))
}
