//! Parser for one cell.

use super::Cell;
use super::page::Target;
use super::scan::Scan;
use crate::types::{NxAttributeDimValues, NxAttributeExpressionValues, NxCell, StateEnumType};

/// Reads a cell: with the hand-written parser if it has the common form, otherwise with the general decoder.
#[inline(always)]
pub(super) fn read<T: Target>(
    scan: &mut Scan<'_>,
    unescaped: &mut String,
    column: usize,
    target: &mut T,
) -> Option<()> {
    let mut after = *scan;
    match usual(&mut after, unescaped, T::SLIM) {
        Some(cell) => target.cell(column, cell),
        None => after = unusual(*scan, column, target)?,
    }
    *scan = after;
    Some(())
}

#[cold]
#[inline(never)]
fn unusual<'a>(scan: Scan<'a>, column: usize, target: &mut impl Target) -> Option<Scan<'a>> {
    let mut cell = NxCell::default();
    let after = scan.value(&mut cell)?;
    target.whole_cell(column, cell);
    Some(after)
}

/// Reads a cell whose members are in the order in which engines write them.
#[inline(always)]
pub(super) fn usual<'a: 't, 't>(scan: &mut Scan<'a>, unescaped: &'t mut String, slim: bool) -> Option<Cell<'t>> {
    scan.expect(b"{\"qText\":\"")?;
    let text = scan.string(unescaped)?;
    scan.expect(b",\"qNum\":")?;
    let num = number(scan)?;
    // All measure cells end like this.
    if scan.eat(b",\"qElemNumber\":0,\"qState\":\"L\"}") {
        return Some(Cell { text, num, ..Cell::default() });
    }
    scan.expect(b",\"qElemNumber\":")?;
    let elem_number = scan.integer()?;
    scan.expect(b",\"qState\":\"")?;
    let state = state(scan)?;
    let cell = Cell { text, num, elem_number, state, ..Cell::default() };
    if scan.eat(b"}") {
        return Some(cell);
    }
    let (cell, after) = members(*scan, cell, slim)?;
    *scan = after;
    Some(cell)
}

/// Reads the rare members after the common ones. Members that [`Cell`] does not have are allowed only if not needed.
#[inline(never)]
fn members<'a, 't>(mut scan: Scan<'a>, mut cell: Cell<'t>, slim: bool) -> Option<(Cell<'t>, Scan<'a>)> {
    while !scan.eat(b"}") {
        if scan.eat(b",\"qIsNull\":true") {
            cell.is_null = true;
        } else if scan.eat(b",\"qIsTotalCell\":true") {
            cell.is_total_cell = true;
        } else if scan.eat(b",\"qIsOtherCell\":true") {
            cell.is_other_cell = true;
        } else if scan.eat(b",\"qIsEmpty\":true") {
            cell.is_empty = true;
        } else if slim && scan.eat(b",\"qAttrExps\":") {
            // Members that do not decode are errors, even if they are not used.
            scan = scan.value(&mut NxAttributeExpressionValues::default())?;
        } else if slim && scan.eat(b",\"qAttrDims\":") {
            scan = scan.value(&mut NxAttributeDimValues::default())?;
        } else {
            return None;
        }
    }
    Some((cell, scan))
}

/// A number, or a string such as `"NaN"`.
#[inline(always)]
fn number(scan: &mut Scan<'_>) -> Option<f64> {
    if scan.eat(b"\"NaN\"") { Some(f64::NAN) } else { scan.number() }
}

/// The remainder of a state.
#[inline(always)]
fn state(scan: &mut Scan<'_>) -> Option<&'static StateEnumType> {
    if scan.eat(b"O\"") {
        return Some(&StateEnumType::Option);
    }
    let (state, after) = rare_state(*scan)?;
    *scan = after;
    Some(state)
}

#[inline(never)]
fn rare_state(mut scan: Scan<'_>) -> Option<(&'static StateEnumType, Scan<'_>)> {
    const TITLES: [(&[u8], &StateEnumType); 7] = [
        (b"L\"", &StateEnumType::Locked),
        (b"S\"", &StateEnumType::Selected),
        (b"A\"", &StateEnumType::Alternative),
        (b"X\"", &StateEnumType::Excluded),
        (b"D\"", &StateEnumType::Deselected),
        (b"XS\"", &StateEnumType::SelectedExcluded),
        (b"XL\"", &StateEnumType::LockedExcluded),
    ];
    let (_, state) = TITLES.iter().find(|(title, _)| scan.eat_bytes(title))?;
    Some((state, scan))
}
