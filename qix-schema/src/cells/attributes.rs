//! The results of attribute expressions of a cell.

use std::borrow::Cow;

use crate::types::{NxAttributeExpressionValues, NxSimpleValue};
use crate::wire::Wire;

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
