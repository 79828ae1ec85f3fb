//! Parser for pages.

use serde::de::IgnoredAny;

use super::scan::Scan;
use super::{Cell, cell};
use crate::types::{NxCell, NxDataPage};

/// Receives pages.
pub(super) trait Target {
    /// Whether the target needs only what a [`Cell`] contains.
    const SLIM: bool;

    fn cell(&mut self, column: usize, cell: Cell<'_>);

    /// Receives a cell that the general decoder had to read.
    fn whole_cell(&mut self, column: usize, cell: NxCell);

    fn end_row(&mut self);

    /// Ends a page. Contains everything but the rows.
    fn end_page(&mut self, page: NxDataPage);
}

/// Reads `{"qDataPages":[…]}`; returns `None` for other input, even if the target has received cells.
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

/// Reads the elements of a list.
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

/// Reads a page with its members in any order. Known members must not occur twice.
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
