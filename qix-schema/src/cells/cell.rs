//! One cell.

use super::Cell;
use super::scan::Scan;
use crate::types::{NxCell, StateEnumType};

/// Reads a cell: by hand in the usual layout, by the general decoder in any other.
#[inline(always)]
pub(super) fn read<'a>(scan: &mut Scan<'a>) -> Option<Cell<'a>> {
    let start = *scan;
    usual(scan).or_else(|| {
        *scan = start;
        unusual(scan)
    })
}

#[cold]
fn unusual<'a>(scan: &mut Scan<'a>) -> Option<Cell<'a>> {
    scan.value::<NxCell>().map(Cell::from)
}

/// Reads a cell with its members in the order that engines write them in.
#[inline(always)]
fn usual<'a>(scan: &mut Scan<'a>) -> Option<Cell<'a>> {
    scan.expect(b"{")?;
    if !scan.eat(b"\"qText\":\"") {
        return members(scan, Cell::default(), 0);
    }
    let text = scan.string()?;
    if !scan.eat(b",\"qNum\":") {
        return members(scan, Cell { text, ..Cell::default() }, TEXT);
    }
    let num = number(scan)?;
    if !scan.eat(b",\"qElemNumber\":") {
        return members(scan, Cell { text, num, ..Cell::default() }, TEXT | NUM);
    }
    let elem_number = scan.integer()?;
    if !scan.eat(b",\"qState\":\"") {
        return members(scan, Cell { text, num, elem_number, ..Cell::default() }, TEXT | NUM | ELEM_NUMBER);
    }
    let state = state(scan)?;
    let cell = Cell { text, num, elem_number, state, ..Cell::default() };
    if scan.eat(b"}") { Some(cell) } else { members(scan, cell, TEXT | NUM | ELEM_NUMBER | STATE) }
}

const TEXT: u8 = 1;
const NUM: u8 = 1 << 1;
const ELEM_NUMBER: u8 = 1 << 2;
const STATE: u8 = 1 << 3;
const IS_NULL: u8 = 1 << 4;
const IS_EMPTY: u8 = 1 << 5;
const IS_TOTAL: u8 = 1 << 6;
const IS_OTHER: u8 = 1 << 7;

/// Reads what is left of a cell, in any order; no member may come twice.
#[inline(never)]
fn members<'a>(scan: &mut Scan<'a>, mut cell: Cell<'a>, mut seen: u8) -> Option<Cell<'a>> {
    loop {
        if scan.eat(b"}") {
            return Some(cell);
        }
        if seen != 0 {
            scan.expect(b",")?;
        }
        let member = match &*scan.name()? {
            "qText" => {
                scan.expect(b"\"")?;
                cell.text = scan.string()?;
                TEXT
            }
            "qNum" => {
                cell.num = number(scan)?;
                NUM
            }
            "qElemNumber" => {
                cell.elem_number = scan.integer()?;
                ELEM_NUMBER
            }
            "qState" => {
                scan.expect(b"\"")?;
                cell.state = state(scan)?;
                STATE
            }
            "qIsNull" => {
                cell.is_null = scan.flag()?;
                IS_NULL
            }
            "qIsEmpty" => {
                cell.is_empty = scan.flag()?;
                IS_EMPTY
            }
            "qIsTotalCell" => {
                cell.is_total_cell = scan.flag()?;
                IS_TOTAL
            }
            "qIsOtherCell" => {
                cell.is_other_cell = scan.flag()?;
                IS_OTHER
            }
            _ => return None,
        };
        if seen & member != 0 {
            return None;
        }
        seen |= member;
    }
}

/// A number, or one of the texts that stand for what JSON has no number for.
#[inline]
fn number(scan: &mut Scan<'_>) -> Option<f64> {
    if !scan.eat(b"\"") {
        return scan.number();
    }
    match &*scan.string()? {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// The rest of a state, by its title.
#[inline]
fn state(scan: &mut Scan<'_>) -> Option<StateEnumType> {
    const USUAL: [(&[u8; 2], StateEnumType); 2] = [(b"L\"", StateEnumType::Locked), (b"O\"", StateEnumType::Option)];
    for (title, state) in USUAL {
        if scan.eat(title) {
            return Some(state);
        }
    }
    Some(match scan.string()?.as_bytes() {
        b"S" => StateEnumType::Selected,
        b"A" => StateEnumType::Alternative,
        b"X" => StateEnumType::Excluded,
        b"D" => StateEnumType::Deselected,
        b"XS" => StateEnumType::SelectedExcluded,
        b"XL" => StateEnumType::LockedExcluded,
        _ => return None,
    })
}
