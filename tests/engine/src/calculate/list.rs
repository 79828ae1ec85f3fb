//! A calculated list object.

use serde_json::Value;

use super::Context;
use crate::error::{EngineError, Result};
use crate::selection::{Part, Pick};

/// A list object after its calculation.
#[derive(Debug)]
pub struct List {}

impl List {
    /// Calculates a list from a `ListObjectDef`; with a search text it holds only what the search finds.
    pub fn new(_definition: &Value, _search: Option<&str>, _context: &Context<'_>) -> Result<Self> {
        Err(EngineError::not_implemented("list objects"))
    }

    /// The `ListObject` for a layout, with the initial pages of the definition.
    pub fn layout(&self) -> Value {
        Value::Null
    }

    /// Pages, `[NxDataPage]`.
    pub fn data_pages(&self, _pages: &[Value]) -> Result<Value> {
        Err(EngineError::not_implemented("list objects"))
    }

    /// Name of the field that selections in the list go to.
    pub fn field(&self) -> &str {
        ""
    }

    /// What to select for element numbers.
    pub fn pick_values(&self, _elements: &[i64]) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("list objects"))
    }

    /// What to select for a part of the list; a list that is searched offers only what was found.
    pub fn pick_part(&self, _part: Part) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("list objects"))
    }

    /// What to select for ranges of numbers (`[Range]`).
    pub fn pick_ranges(&self, _ranges: &[Value]) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("list objects"))
    }
}
