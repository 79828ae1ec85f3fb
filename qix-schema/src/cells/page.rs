//! Parser for pages.

use super::{Sink, cell};
use crate::types::NxDataPage;
use crate::wire::{Input, ListStart, ReadObject, Scanned, Stop, TextInput, elements, in_any_order, object, open_list};

/// Reads the pages of a response into a sink; returns the rest of the text.
pub(super) fn read<'a>(text: &'a str, sink: &mut impl Sink, replaced: &mut bool) -> Scanned<'a> {
    object(text, DataPages { sink, seen: false, replaced })
}

struct DataPages<'s, S> {
    sink: &'s mut S,
    seen: bool,
    /// Whether a member occurred twice and the sink has received rows of the first one.
    replaced: &'s mut bool,
}

impl<'a, S: Sink> ReadObject<'a> for DataPages<'_, S> {
    const NAME: &'static str = "an answer";

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qDataPages":"#, |text| {
            *self.replaced |= std::mem::replace(&mut self.seen, true);
            list(text, |text| {
                let page = NxDataPage::default();
                object(text, Page { sink: self.sink, seen: false, replaced: self.replaced, page })
            })
        })
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, &["qDataPages"], self)
    }
}

struct Page<'s, S> {
    sink: &'s mut S,
    seen: bool,
    replaced: &'s mut bool,
    /// Everything but the rows.
    page: NxDataPage,
}

impl<'a, S: Sink> ReadObject<'a> for Page<'_, S> {
    const NAME: &'static str = "NxDataPage";

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qMatrix":"#, |text| {
            *self.replaced |= std::mem::replace(&mut self.seen, true);
            rows(text, self.sink)
        })?;
        text.member(r#"qTails":"#, &mut self.page.tails)?;
        text.member(r#"qArea":"#, &mut self.page.area)?;
        text.member(r#"qIsReduced":"#, &mut self.page.is_reduced)
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, &["qMatrix", "qTails", "qArea", "qIsReduced"], self)
    }
}

#[inline(never)]
fn rows<'a>(text: &'a str, sink: &mut impl Sink) -> Scanned<'a> {
    list(text, |text| {
        let mut column = 0;
        let rest = list(text, |text| {
            let rest = cell::read(text, column, sink);
            column += 1;
            rest
        })?;
        sink.end_row();
        Ok(rest)
    })
}

/// Reads the elements of a list.
#[inline(always)]
pub(super) fn list<'a>(text: &'a str, element: impl FnMut(&'a str) -> Scanned<'a>) -> Scanned<'a> {
    match open_list(text)? {
        ListStart::Elements(text) => elements(text, element),
        ListStart::Empty(rest) | ListStart::Null(rest) => Ok(rest),
    }
}
