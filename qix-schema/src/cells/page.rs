//! Pages, as an answer brings them.

use serde::de::IgnoredAny;

use super::scan::Scan;
use super::{Cell, cell};
use crate::types::{NxCell, NxDataPage};

/// What pages are read into.
pub(super) trait Target {
    /// Whether a [`Cell`] is all that is wanted of a cell.
    const SLIM: bool;

    fn cell(&mut self, column: usize, cell: Cell<'_>);

    /// Takes a cell that the general decoder had to read.
    fn whole_cell(&mut self, column: usize, cell: NxCell);

    fn end_row(&mut self);

    /// Ends a page, all of which but the rows is told.
    fn end_page(&mut self, page: NxDataPage);
}

/// Reads `{"qDataPages":[…]}`; nothing if anything about it is unusual, whatever came to the target by then.
pub(super) fn read(text: &str, target: &mut impl Target) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.expect(b"{\"qDataPages\":")?;
    list(&mut scan, |scan, _| {
        let (page, after) = page(*scan, target)?;
        target.end_page(page);
        *scan = after;
        Some(())
    })?;
    scan.expect(b"}")?;
    scan.at_end().then_some(())
}

/// Reads a list, element by element.
#[inline(always)]
fn list<'a>(scan: &mut Scan<'a>, mut element: impl FnMut(&mut Scan<'a>, usize) -> Option<()>) -> Option<()> {
    scan.expect(b"[")?;
    if scan.eat(b"]") {
        return Some(());
    }
    for index in 0.. {
        element(scan, index)?;
        if !scan.eat(b",") {
            break;
        }
    }
    scan.expect(b"]")
}

/// Reads a page, its members in any order; none of those that are known may come twice.
fn page<'a>(mut scan: Scan<'a>, target: &mut impl Target) -> Option<(NxDataPage, Scan<'a>)> {
    const MEMBERS: [&str; 4] = ["qMatrix", "qTails", "qArea", "qIsReduced"];
    let (mut page, mut seen, mut first) = (NxDataPage::default(), [false; MEMBERS.len()], true);
    let mut unescaped = String::new();
    scan.expect(b"{")?;
    while !scan.eat(b"}") {
        if !std::mem::take(&mut first) {
            scan.expect(b",")?;
        }
        let name = scan.name(&mut unescaped)?;
        let member = MEMBERS.iter().position(|member| *member == name);
        if member.is_some_and(|member| std::mem::replace(&mut seen[member], true)) {
            return None;
        }
        scan = match member {
            Some(0) => rows(scan, target)?,
            Some(1) => scan.value(&mut page.tails)?,
            Some(2) => scan.value(&mut page.area)?,
            Some(3) => scan.value(&mut page.is_reduced)?,
            _ => scan.value(&mut IgnoredAny)?,
        }
    }
    Some((page, scan))
}

#[inline(never)]
fn rows<'a>(mut scan: Scan<'a>, target: &mut impl Target) -> Option<Scan<'a>> {
    let mut unescaped = String::new();
    list(&mut scan, |scan, _| {
        list(scan, |scan, column| cell::read(scan, &mut unescaped, column, target))?;
        target.end_row();
        Some(())
    })?;
    Some(scan)
}
