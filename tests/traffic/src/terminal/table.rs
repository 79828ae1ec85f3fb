//! Tables and their cells.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::value::RawValue;

use crate::{Log, Message, Micros, Object};

/// Maximum number of characters of a payload in a table.
const EXCERPT: usize = 80;

/// A table without borders. Columns whose title starts with `>` are aligned to the right.
pub(crate) fn table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(titles.iter().map(|title| title.trim_start_matches('>')));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for (column, title) in table.column_iter_mut().zip(titles) {
        column.set_padding((0, 2));
        if title.starts_with('>') {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

/// Rows up to a limit (0 for all), and the number of omitted rows.
pub(crate) fn limited<T>(rows: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, usize) {
    let mut rows = rows.fuse();
    let most = if limit == 0 { usize::MAX } else { limit };
    let shown: Vec<T> = rows.by_ref().take(most).collect();
    (shown, rows.count())
}

/// A note about omitted rows.
pub(crate) fn more(missing: usize) -> String {
    if missing == 0 { String::new() } else { format!("… {missing} more; --limit 0 shows all\n") }
}

/// Removes control characters, so that a log cannot control the terminal.
pub(crate) fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// The abbreviated payload of a message.
pub(crate) fn excerpt(message: &Message) -> String {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(&message.text).unwrap_or_default();
    let payload = ["params", "error", "result"].iter().find_map(|name| members.get(*name)).map_or("", |raw| raw.get());
    match payload.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{}…", &payload[..at]),
        None => payload.to_owned(),
    }
}

/// A time, or a dash if the log contains no times.
pub(crate) fn time(time: Option<Micros>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.to_string())
}

/// The first handles of a list of objects.
pub(crate) fn handles(log: &Log, objects: &[usize]) -> String {
    let mut text: Vec<String> = objects.iter().take(6).map(|object| log.objects[*object].handle.to_string()).collect();
    if objects.len() > 6 {
        text.push(format!("+{}", objects.len() - 6));
    }
    text.join(" ")
}

/// Description of an object: `GenericObject table "a"`.
pub(crate) fn name(object: &Object) -> String {
    let mut name = object.class().to_owned();
    if let Some(kind) = object.kind.as_deref().filter(|kind| !kind.is_empty()) {
        name = format!("{name} {kind}");
    }
    if let Some(id) = &object.id {
        name = format!("{name} {id:?}");
    }
    name
}

/// A number of bytes in readable form.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::{limited, more, printable, size, table};

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["1".to_owned(), "a".to_owned()], vec!["10".to_owned(), "b\u{1b}[2J".to_owned()]];
        assert_eq!(table(&[">n", "text"], rows), " n  text\n 1  a\n10  b\u{fffd}[2J\n");
    }

    #[test]
    fn omitted_rows_are_counted() {
        let (rows, missing) = limited(0..5, 2);
        assert_eq!((rows.len(), more(missing).as_str()), (2, "… 3 more; --limit 0 shows all\n"));
        assert_eq!(limited(0..5, 0).1, 0);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([999, 12_345, 68_000_000].map(size), ["999 B", "12.3 kB", "68.0 MB"]);
        assert_eq!(printable("a\u{202e}b\n"), "a\u{fffd}b\u{fffd}");
    }
}
