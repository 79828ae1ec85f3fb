//! Parser for one cell.

use super::attributes::{Attributes, check};
use super::{Cell, Sink};
use crate::types::{NxAttributeDimValues, NxCell, StateEnumType};
use crate::wire::{Scanned, Wire, float_inline, integer, plain_inline};

/// Reads a cell: directly if it has the common form, otherwise through [`NxCell`].
#[inline(always)]
pub(super) fn read<'a>(text: &'a str, column: usize, sink: &mut impl Sink) -> Scanned<'a> {
    match usual(text) {
        Some((cell, rest)) => {
            sink.cell(column, cell);
            Ok(rest)
        }
        None => unusual(text, column, sink),
    }
}

#[cold]
#[inline(never)]
fn unusual<'a>(text: &'a str, column: usize, sink: &mut impl Sink) -> Scanned<'a> {
    let mut cell = NxCell::default();
    let rest = cell.scan(text)?;
    sink.cell(column, Cell::from(&cell));
    Ok(rest)
}

/// Reads a cell whose members are in the order in which engines write them.
#[inline(always)]
pub(super) fn usual(text: &str) -> Option<(Cell<'_>, &str)> {
    let (text, rest) = plain_inline(text.strip_prefix("{\"qText\":\"")?)?;
    let rest = rest.strip_prefix(",\"qNum\":")?;
    let (num, rest) = match rest.strip_prefix("\"NaN\"") {
        Some(rest) => (f64::NAN, rest),
        None => {
            let (num, length) = float_inline(rest.as_bytes())?;
            (num, rest.get(length..)?)
        }
    };
    // All measure cells end like this.
    if let Some(rest) = rest.strip_prefix(",\"qElemNumber\":0,\"qState\":\"L\"}") {
        return Some((Cell { text, num, ..Cell::default() }, rest));
    }
    let rest = rest.strip_prefix(",\"qElemNumber\":")?;
    let (elem_number, length) = integer(rest.as_bytes())?;
    let rest = rest.get(length..)?.strip_prefix(",\"qState\":\"")?;
    let (state, rest) = match rest.strip_prefix("O\"") {
        Some(rest) => (&StateEnumType::Option, rest),
        None => rare_state(rest)?,
    };
    let cell = Cell { text, num, elem_number, state, ..Cell::default() };
    match rest.strip_prefix("}") {
        Some(rest) => Some((cell, rest)),
        None => members(rest, cell),
    }
}

/// Reads the rare members after the common ones.
#[inline(never)]
fn members<'a>(mut rest: &'a str, mut cell: Cell<'a>) -> Option<(Cell<'a>, &'a str)> {
    loop {
        rest = if let Some(rest) = rest.strip_prefix("}") {
            return Some((cell, rest));
        } else if let Some(text) = rest.strip_prefix(",\"qAttrExps\":") {
            let rest = check(text).ok()?;
            cell.attributes = Attributes::Text(&text[..text.len() - rest.len()]);
            rest
        } else if let Some(rest) = rest.strip_prefix(",\"qAttrDims\":") {
            NxAttributeDimValues::default().scan(rest).ok()?
        } else if let Some(rest) = rest.strip_prefix(",\"qIsNull\":true") {
            cell.is_null = true;
            rest
        } else if let Some(rest) = rest.strip_prefix(",\"qIsTotalCell\":true") {
            cell.is_total_cell = true;
            rest
        } else if let Some(rest) = rest.strip_prefix(",\"qIsOtherCell\":true") {
            cell.is_other_cell = true;
            rest
        } else {
            cell.is_empty = true;
            rest.strip_prefix(",\"qIsEmpty\":true")?
        }
    }
}

#[inline(never)]
fn rare_state(text: &str) -> Option<(&'static StateEnumType, &str)> {
    const TITLES: [(&str, &StateEnumType); 7] = [
        ("L\"", &StateEnumType::Locked),
        ("S\"", &StateEnumType::Selected),
        ("A\"", &StateEnumType::Alternative),
        ("X\"", &StateEnumType::Excluded),
        ("D\"", &StateEnumType::Deselected),
        ("XS\"", &StateEnumType::SelectedExcluded),
        ("XL\"", &StateEnumType::LockedExcluded),
    ];
    TITLES.iter().find_map(|(title, state)| text.strip_prefix(title).map(|rest| (*state, rest)))
}
