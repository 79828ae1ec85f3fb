//! The results of attribute expressions of a cell.

use std::borrow::Cow;

use super::page::list;
use super::tree::string;
use crate::types::{NxAttributeExpressionValues, NxSimpleValue};
use crate::wire::{ReadObject, Record, Scanned, Stop, TextInput, Wire, in_any_order, object};

/// The results, decoded or not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attributes<'a> {
    /// The JSON text of an [`NxAttributeExpressionValues`].
    Text(&'a str),
    Values(&'a [NxSimpleValue]),
}

impl<'a> Attributes<'a> {
    pub(super) fn values(self) -> Cow<'a, [NxSimpleValue]> {
        match self {
            Self::Values(values) => Cow::Borrowed(values),
            Self::Text(text) => {
                let mut decoded = NxAttributeExpressionValues::default();
                // The page's parser has read the text before, so it decodes.
                match decoded.scan(text) {
                    Ok(_) => Cow::Owned(decoded.values),
                    Err(_) => Cow::Borrowed(&[]),
                }
            }
        }
    }
}

impl Default for Attributes<'_> {
    fn default() -> Self {
        Self::Values(&[])
    }
}

impl PartialEq for Attributes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.values() == other.values()
    }
}

impl<'a> From<Option<&'a NxAttributeExpressionValues>> for Attributes<'a> {
    fn from(values: Option<&'a NxAttributeExpressionValues>) -> Self {
        values.map_or_else(Self::default, |values| Self::Values(&values.values))
    }
}

/// Checks the text of an [`NxAttributeExpressionValues`] without keeping it; returns the rest. Faults are errors even if the
/// results are not used.
#[inline(never)]
pub(super) fn check(text: &str) -> Scanned<'_> {
    object(text, CheckResults)
}

struct CheckResults;

impl<'a> ReadObject<'a> for CheckResults {
    const NAME: &'static str = NxAttributeExpressionValues::NAME;

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qValues":"#, |text| list(text, |text| object(text, CheckResult::default())))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, NxAttributeExpressionValues::MEMBERS, self)
    }
}

#[derive(Default)]
struct CheckResult<'a> {
    text: Cow<'a, str>,
    num: f64,
}

impl<'a> ReadObject<'a> for CheckResult<'a> {
    const NAME: &'static str = NxSimpleValue::NAME;

    #[inline(always)]
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qText":"#, |text| string(&mut self.text, text))?;
        text.take(r#"qNum":"#, |text| self.num.scan_inline(text))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, NxSimpleValue::MEMBERS, self)
    }
}
