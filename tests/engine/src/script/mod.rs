//! The load script: from text to tables.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::calculate::Variables;
use crate::data::Data;

/// What a script may reach while it runs.
pub struct Options<'a> {
    /// Where files are read from, if files may be read; paths and `lib://…/` lead into it and never out.
    pub folder: Option<&'a Path>,
    /// Variables that exist before the script runs.
    pub variables: Variables,
    /// Set to stop the script.
    pub cancel: &'a AtomicBool,
    /// Called with each message while the script runs.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// A message of a running script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A table starts to load; the text is `Table << source`.
    Table(String),
    /// Lines fetched so far into the table; not the last word.
    Fetching(usize),
    /// Lines fetched into the table, at its end.
    Fetched(usize),
    /// A `TRACE` statement's text, or a note of the engine.
    Note(String),
}

/// What a script leaves behind.
#[derive(Debug)]
pub struct Loaded {
    /// The tables.
    pub data: Data,
    /// Variables, those before the script included.
    pub variables: Variables,
}

/// Where and why a script stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    /// What went wrong, as the engine says it.
    pub message: String,
    /// Number of the error among the engine's localized codes, such as 11013.
    pub code: i32,
    /// What the message is about: the field's or table's name.
    pub parameter: String,
    /// The statement at fault, up to the error.
    pub line: String,
    /// The rest of the statement.
    pub line_end: String,
    /// Where.
    pub position: Position,
}

/// A place in a script. All counts start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Characters from the start of the script.
    pub text: usize,
    /// Length of the part at fault.
    pub length: usize,
    /// Script tab (`///$tab`).
    pub tab: usize,
    /// Line in that tab.
    pub line: usize,
    /// Column in that line.
    pub column: usize,
}

/// Runs a script from an empty app.
pub fn run(_script: &str, _options: Options<'_>) -> Result<Loaded, Box<ScriptError>> {
    Err(Box::new(ScriptError {
        message: "Not implemented by the test engine".into(),
        code: crate::error::code::NOT_IMPLEMENTED,
        parameter: String::new(),
        line: String::new(),
        line_end: String::new(),
        position: Position::default(),
    }))
}

/// Syntax errors of a script, as `ScriptSyntaxError` wants them, without running it.
pub fn check(_script: &str) -> Vec<Position> {
    Vec::new()
}
