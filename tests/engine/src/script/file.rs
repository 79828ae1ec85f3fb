//! Rows of inline data and of files.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::load::Format;
use super::rows::Input;
use super::separated::records;
use super::{CANNOT_OPEN, OUTSIDE, Outcome, ScriptError};
use crate::value::{Dual, Settings, interpret, wild_match};

/// Rows of a text of separated values.
pub(super) fn read(text: &str, format: &Format, settings: &Settings) -> Input {
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
        let mut row: Vec<Dual> = cells.map(|cell| interpret(cell, settings)).collect();
        row.resize(names.as_ref().map_or(0, Vec::len), Dual::Null);
        rows.push(row);
    }
    Input::new(names.unwrap_or_default(), rows)
}

/// The files that a path in a script means; one with wild cards can mean several.
pub(super) fn find(path: &str, folder: Option<&Path>) -> Outcome<Vec<PathBuf>> {
    let cannot_open = || {
        ScriptError::new(
            CANNOT_OPEN,
            path,
            format!("Cannot open file: '{path}' (The system cannot find the file specified.)"),
        )
    };
    let folder = folder.ok_or_else(cannot_open)?;
    // A connection's name stands for the one folder that there is.
    let inside = match path.get(..6).filter(|head| head.eq_ignore_ascii_case("lib://")) {
        Some(_) => path[6..].split_once('/').map_or("", |(_, rest)| rest),
        None => path,
    };
    let inside = inside.replace('\\', "/");
    let relative = Path::new(&inside);
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(ScriptError::new(OUTSIDE, path, format!("The path '{path}' leads out of the data folder")));
    }
    let full = folder.join(relative);
    let name = relative.file_name().and_then(|name| name.to_str()).ok_or_else(cannot_open)?;
    if !name.contains(['*', '?']) {
        return if full.is_file() { Ok(vec![full]) } else { Err(cannot_open()) };
    }
    let entries = std::fs::read_dir(full.parent().unwrap_or(folder)).map_err(|_| cannot_open())?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| {
            file.is_file()
                && file.file_name().and_then(|name| name.to_str()).is_some_and(|other| wild_match(other, name))
        })
        .collect();
    found.sort();
    Ok(found)
}

/// The text of a file.
pub(super) fn text_of(file: &Path) -> Outcome<String> {
    let bytes = std::fs::read(file).map_err(|error| {
        ScriptError::new(
            CANNOT_OPEN,
            file.display().to_string(),
            format!("Cannot open file: '{}' ({error})", file.display()),
        )
    })?;
    Ok(match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_blanks_and_short_rows() {
        let input = read("\n a , b\n\"x, \"\"y\"\"\", 1\n\n z\n", &Format::default(), &Settings::default());
        assert_eq!(input.names(), [Arc::from("a"), Arc::from("b")]);
        assert_eq!(input.rows(), [vec![Dual::text("x, \"y\""), Dual::Number(1.0)], vec![Dual::text("z"), Dual::Null]]);
    }

    #[test]
    fn without_labels_fields_have_numbers() {
        let format = Format { labels: false, delimiter: b';', header_lines: 1, ..Format::default() };
        let input = read("title\n1;2\n", &format, &Settings::default());
        assert_eq!(input.names(), [Arc::from("@1"), Arc::from("@2")]);
        assert_eq!(input.rows().len(), 1);
    }

    #[test]
    fn paths_stay_in_the_folder() {
        let folder = Some(Path::new("/nowhere"));
        assert_eq!(find("../x.csv", folder).unwrap_err().code, OUTSIDE);
        assert_eq!(find("lib://data/../x.csv", folder).unwrap_err().code, OUTSIDE);
        assert_eq!(find("/etc/passwd", folder).unwrap_err().code, OUTSIDE);
        assert_eq!(find("x.csv", folder).unwrap_err().code, CANNOT_OPEN);
        assert_eq!(find("x.csv", None).unwrap_err().code, CANNOT_OPEN);
    }
}
