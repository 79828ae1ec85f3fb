//! Expressions, cubes and lists over data and selections.

mod context;
mod cube;
mod list;

pub use context::{Context, Library, NoLibrary, Variables};
pub use cube::{Cube, Expansion, Side};
pub use list::List;

use serde_json::Value;

use crate::error::{EngineError, Result};
use crate::selection::Pick;
use crate::value::Dual;

/// Cells that one request for pages may ask for.
pub const MOST_CELLS: i64 = 10_000;

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpressionCheck {
    /// The error, empty if there is none.
    pub error: String,
    /// Start and length of field names that do not exist.
    pub bad_fields: Vec<(usize, usize)>,
    /// Start and length of field names that could be taken for something else.
    pub dangerous_fields: Vec<(usize, usize)>,
}

/// The value of an expression; its error is what the engine answers as the expression's text.
pub fn evaluate(_expression: &str, _context: &Context<'_>) -> std::result::Result<Dual, String> {
    Err("Not implemented by the test engine".into())
}

/// The text of a `StringExpr`, `qStringExpression` or plain string: an expression if it starts with `=`.
pub fn evaluate_string(_definition: &Value, _context: &Context<'_>) -> String {
    String::new()
}

/// Checks an expression as `CheckExpression` does.
pub fn check_expression(_expression: &str, _labels: &[String], _context: &Context<'_>) -> ExpressionCheck {
    ExpressionCheck::default()
}

/// Replaces `$(…)` in a text, as `ExpandExpression` does.
pub fn expand(_text: &str, _context: &Context<'_>) -> Result<String> {
    Err(EngineError::not_implemented("expand"))
}

/// The values of a field that a search string finds, such as `*a*`, `>=5<7` or `=Sum(Sales)>10`.
pub fn search(_field: &str, _text: &str, _context: &Context<'_>) -> Result<Pick> {
    Err(EngineError::not_implemented("search"))
}

/// Element numbers of a field's values that equal the given ones (`FieldValue` objects).
pub fn find_values(_field: &str, _values: &[Value], _context: &Context<'_>) -> Result<Pick> {
    Err(EngineError::not_implemented("find_values"))
}

/// `SelectionObject` of a state: what is selected, with counts.
pub fn current_selections(_context: &Context<'_>) -> Value {
    serde_json::json!({})
}

/// `NxStateCounts` of a field in the context's state.
pub fn state_counts(_field: &str, _context: &Context<'_>) -> Result<Value> {
    Err(EngineError::not_implemented("state counts"))
}
