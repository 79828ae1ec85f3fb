//! One cell.

use super::scan::Scan;
use super::{Cell, Sink};
use crate::types::{NxAttributeDimValues, NxAttributeExpressionValues, NxCell, StateEnumType};

/// Reads a cell: by hand in the usual layout, by the general decoder in any other.
#[inline(always)]
pub(super) fn read(scan: &mut Scan<'_>, unescaped: &mut String, column: usize, sink: &mut impl Sink) -> Option<()> {
    let start = *scan;
    match usual(scan, unescaped) {
        Some(cell) => sink.cell(column, cell),
        None => {
            *scan = start;
            sink.cell(column, Cell::from(&unusual(scan)?));
        }
    }
    Some(())
}

#[cold]
#[inline(never)]
fn unusual(scan: &mut Scan<'_>) -> Option<NxCell> {
    scan.value()
}

/// Reads a cell with its members in the order that engines write them in.
#[inline(always)]
pub(super) fn usual<'a: 't, 't>(scan: &mut Scan<'a>, unescaped: &'t mut String) -> Option<Cell<'t>> {
    scan.expect(b"{\"qText\":\"")?;
    let text = scan.string(unescaped)?;
    scan.expect(b",\"qNum\":")?;
    let num = number(scan)?;
    // Cells of measures all end like this.
    if scan.eat(b",\"qElemNumber\":0,\"qState\":\"L\"}") {
        return Some(Cell { text, num, ..Cell::default() });
    }
    scan.expect(b",\"qElemNumber\":")?;
    let elem_number = scan.integer()?;
    scan.expect(b",\"qState\":\"")?;
    let state = state(scan)?;
    let cell = Cell { text, num, elem_number, state, ..Cell::default() };
    if scan.eat(b"}") { Some(cell) } else { members(scan, cell) }
}

/// Reads what few cells have after the usual members.
#[inline(never)]
fn members<'t>(scan: &mut Scan<'_>, mut cell: Cell<'t>) -> Option<Cell<'t>> {
    while !scan.eat(b"}") {
        if scan.eat(b",\"qIsNull\":true") {
            cell.is_null = true;
        } else if scan.eat(b",\"qIsTotalCell\":true") {
            cell.is_total_cell = true;
        } else if scan.eat(b",\"qIsOtherCell\":true") {
            cell.is_other_cell = true;
        } else if scan.eat(b",\"qIsEmpty\":true") {
            cell.is_empty = true;
        } else if scan.eat(b",\"qAttrExps\":") {
            // Not used, but an answer whose other members do not decode is an error.
            scan.value::<NxAttributeExpressionValues>()?;
        } else if scan.eat(b",\"qAttrDims\":") {
            scan.value::<NxAttributeDimValues>()?;
        } else {
            return None;
        }
    }
    Some(cell)
}

/// A number, or the text that stands for none.
#[inline(always)]
fn number(scan: &mut Scan<'_>) -> Option<f64> {
    if scan.eat(b"\"NaN\"") { Some(f64::NAN) } else { scan.number() }
}

/// The rest of a state, by its title.
#[inline(always)]
fn state(scan: &mut Scan<'_>) -> Option<&'static StateEnumType> {
    if scan.eat(b"O\"") { Some(&StateEnumType::Option) } else { rare_state(scan) }
}

#[inline(never)]
fn rare_state(scan: &mut Scan<'_>) -> Option<&'static StateEnumType> {
    const TITLES: [(&[u8], &StateEnumType); 7] = [
        (b"L\"", &StateEnumType::Locked),
        (b"S\"", &StateEnumType::Selected),
        (b"A\"", &StateEnumType::Alternative),
        (b"X\"", &StateEnumType::Excluded),
        (b"D\"", &StateEnumType::Deselected),
        (b"XS\"", &StateEnumType::SelectedExcluded),
        (b"XL\"", &StateEnumType::LockedExcluded),
    ];
    TITLES.iter().find(|(title, _)| scan.eat_bytes(title)).map(|(_, state)| *state)
}
