//! Pages, as an answer brings them.

use serde::de::IgnoredAny;

use super::scan::Scan;
use super::{Sink, cell};
use crate::types::{NxGroupTail, Rect};

/// Reads `{"qDataPages":[…]}`; nothing if anything about it is unusual, whatever went to the sink by then.
pub(super) fn read(text: &str, sink: &mut impl Sink) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.expect(b"{\"qDataPages\":")?;
    list(&mut scan, |scan, _| page(scan, sink))?;
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
fn page(scan: &mut Scan<'_>, sink: &mut impl Sink) -> Option<()> {
    let (mut matrix, mut first) = (false, true);
    let mut unescaped = String::new();
    scan.expect(b"{")?;
    while !scan.eat(b"}") {
        if !std::mem::take(&mut first) {
            scan.expect(b",")?;
        }
        *scan = match scan.name(&mut unescaped)? {
            "qMatrix" if !std::mem::replace(&mut matrix, true) => rows(*scan, sink)?,
            "qMatrix" => return None,
            // Not used, but an answer whose other members do not decode is an error.
            "qTails" => scan.value::<Vec<NxGroupTail>>()?.1,
            "qArea" => scan.value::<Rect>()?.1,
            "qIsReduced" => scan.value::<bool>()?.1,
            _ => scan.value::<IgnoredAny>()?.1,
        }
    }
    Some(())
}

#[inline(never)]
fn rows<'a>(mut scan: Scan<'a>, sink: &mut impl Sink) -> Option<Scan<'a>> {
    let mut unescaped = String::new();
    list(&mut scan, |scan, _| {
        list(scan, |scan, column| cell::read(scan, &mut unescaped, column, sink))?;
        sink.end_row();
        Some(())
    })?;
    Some(scan)
}
