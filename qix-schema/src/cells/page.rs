//! Pages, as an answer brings them.

use serde::de::IgnoredAny;

use super::scan::Scan;
use super::{Sink, cell};
use crate::types::{NxGroupTail, Rect};

/// Reads `{"qDataPages":[…]}`; nothing if anything about it is unusual, whatever went to the sink by then.
pub(super) fn read<'a>(text: &'a str, sink: &mut impl Sink<'a>) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.expect(b"{\"qDataPages\":")?;
    list(&mut scan, |scan| page(scan, sink))?;
    scan.expect(b"}")?;
    scan.at_end().then_some(())
}

/// Reads a list, element by element.
#[inline]
fn list<'a>(scan: &mut Scan<'a>, mut element: impl FnMut(&mut Scan<'a>) -> Option<()>) -> Option<()> {
    scan.expect(b"[")?;
    if scan.eat(b"]") {
        return Some(());
    }
    loop {
        element(scan)?;
        if !scan.eat(b",") {
            return scan.expect(b"]");
        }
    }
}

/// Reads a page, its members in any order; none of those that are known may come twice.
fn page<'a>(scan: &mut Scan<'a>, sink: &mut impl Sink<'a>) -> Option<()> {
    let (mut matrix, mut first) = (false, true);
    scan.expect(b"{")?;
    while !scan.eat(b"}") {
        if !std::mem::take(&mut first) {
            scan.expect(b",")?;
        }
        match &*scan.name()? {
            "qMatrix" if !std::mem::replace(&mut matrix, true) => list(scan, |scan| row(scan, sink))?,
            "qMatrix" => return None,
            // Not used, but an answer whose other members do not decode is an error.
            "qTails" => scan.value::<Vec<NxGroupTail>>().map(|_| ())?,
            "qArea" => scan.value::<Rect>().map(|_| ())?,
            "qIsReduced" => scan.flag().map(|_| ())?,
            _ => scan.value::<IgnoredAny>().map(|_| ())?,
        }
    }
    Some(())
}

#[inline]
fn row<'a>(scan: &mut Scan<'a>, sink: &mut impl Sink<'a>) -> Option<()> {
    list(scan, |scan| cell::read(scan).map(|cell| sink.cell(cell)))?;
    sink.end_row();
    Some(())
}
