//! The error in an engine's response: a code, a parameter and a message.

use std::fmt;

/// Codes of the errors that this engine returns.
pub mod code {
    /// The requested item does not exist.
    pub const NOT_FOUND: i32 = 2;
    /// An item of that name exists already.
    pub const ALREADY_EXISTS: i32 = 3;
    /// A path that does not exist.
    pub const INVALID_PATH: i32 = 4;
    /// The caller has no permission.
    pub const ACCESS_DENIED: i32 = 5;
    /// Parameters that are not valid together.
    pub const INVALID_PARAMETERS: i32 = 8;
    /// The request was canceled, or aborted by a selection.
    pub const ABORTED: i32 = 15;
    /// The engine recognizes this but does not support it.
    pub const NOT_IMPLEMENTED: i32 = 20;
    /// The object is not a cube, list or pivot table, which the request requires.
    pub const INVALID_OBJECT: i32 = 6000;
    /// A definition that cannot be calculated.
    pub const INVALID_DEFINITION: i32 = 7000;
    /// A library item that does not exist.
    pub const NOT_IN_LIBRARY: i32 = 7001;
    /// A calculation condition is not met.
    pub const CONDITION_NOT_MET: i32 = 7005;
    /// Pages with more cells than one request may have.
    pub const PAGES_TOO_LARGE: i32 = 7009;
    /// The method exists in the schema but not in this engine.
    pub const METHOD_NOT_FOUND: i32 = -32601;
    /// A parameter is missing or of the wrong type.
    pub const INVALID_PARAMETER: i32 = -32602;
}

/// An error, as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError {
    /// Error code, see [`code`].
    pub code: i32,
    /// The subject of the error.
    pub parameter: String,
    /// The error message.
    pub message: String,
}

/// Result of everything that can fail as a request.
pub type Result<T> = std::result::Result<T, EngineError>;

impl EngineError {
    /// Creates an error with a code about a subject.
    pub fn new(code: i32, parameter: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, parameter: parameter.into(), message: message.into() }
    }

    /// The named item does not exist.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(code::NOT_FOUND, what, "Not found")
    }

    /// A parameter that cannot be used.
    pub fn invalid_parameter(what: impl Into<String>) -> Self {
        Self::new(code::INVALID_PARAMETER, what, "Invalid method parameter(s)")
    }

    /// The request was canceled.
    pub fn aborted() -> Self {
        Self::new(code::ABORTED, "", "Request aborted")
    }

    /// Something that this engine does not support.
    pub fn not_implemented(what: impl Into<String>) -> Self {
        Self::new(code::NOT_IMPLEMENTED, what, "Not implemented by the test engine")
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.message, self.code)?;
        if !self.parameter.is_empty() {
            write!(f, ", {}", self.parameter)?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for EngineError {}
