//! The load script: from text to tables.

mod block;
mod control;
mod file;
mod host;
mod load;
mod place;
mod rows;
mod runner;
mod separated;
mod sources;
mod split;
mod split_field;
mod statement;
mod tables;

pub use self::sources::{Source, sources};

use std::fmt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use self::runner::Runner;
use crate::calculate::Variables;
use crate::data::Data;
use crate::error::code;
use crate::expression::ParseError;

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

impl ScriptError {
    /// An error of a code; its place is filled in by whoever knows the statement.
    fn new(code: i32, parameter: impl Into<String>, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            code,
            parameter: parameter.into(),
            line: String::new(),
            line_end: String::new(),
            position: Position::default(),
        })
    }

    fn field(name: &str) -> Box<Self> {
        Self::new(FIELD_NOT_FOUND, name, format!("Field '{name}' not found"))
    }

    fn table(name: &str) -> Box<Self> {
        Self::new(TABLE_NOT_FOUND, name, format!("Table '{name}' not found"))
    }

    fn not_implemented(what: &str) -> Box<Self> {
        Self::new(code::NOT_IMPLEMENTED, what, format!("{what}: not implemented by the test engine"))
    }

    fn aborted() -> Box<Self> {
        Self::new(code::ABORTED, "", "Execution of script was aborted")
    }
}

impl From<ParseError> for Box<ScriptError> {
    fn from(error: ParseError) -> Self {
        let mut result = ScriptError::new(UNEXPECTED, "", error.message.clone());
        result.position.text = error.start;
        result.position.length = error.end.saturating_sub(error.start);
        result
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}): {}", self.message, self.position.line + 1, self.line)
    }
}

impl std::error::Error for ScriptError {}

/// What running a statement may end with.
type Outcome<T> = Result<T, Box<ScriptError>>;

const TABLE_NOT_FOUND: i32 = 11001;
const UNKNOWN_STATEMENT: i32 = 11002;
const UNEXPECTED: i32 = 11003;
const FIELD_NOT_FOUND: i32 = 11013;
const NAME_TAKEN: i32 = 11016;
const CANNOT_OPEN: i32 = 11020;
const AUTOGENERATE_COUNT: i32 = 11021;
const CONTROL_MISMATCH: i32 = 11023;
const OUTSIDE: i32 = 11026;
const AGGREGATION_REQUIRED: i32 = 11031;
const NO_PREVIOUS_TABLE: i32 = 11046;

/// Runs a script from an empty app.
pub fn run(script: &str, options: Options<'_>) -> Result<Loaded, Box<ScriptError>> {
    let blocks = block::parse(script).map_err(|error| place::located(error, script))?;
    let mut runner = Runner::new(script, options);
    runner.run(&blocks)?;
    Ok(runner.finish())
}

/// Syntax errors of a script, as `ScriptSyntaxError` wants them, without running it.
pub fn check(script: &str) -> Vec<Position> {
    let blocks = match block::parse(script) {
        Ok(blocks) => blocks,
        Err(error) => return vec![place::located(error, script).position],
    };
    let mut errors = Vec::new();
    block::statements(&blocks, &mut |statement| {
        // What a dollar-sign expansion makes of a statement is known only when it runs.
        if statement.text.contains("$(") {
            return;
        }
        if let Err(mut error) = statement::parse(&statement.text) {
            error.position.text += statement.start;
            errors.push(place::located(error, script).position);
        }
    });
    errors
}

#[cfg(test)]
mod tests;
