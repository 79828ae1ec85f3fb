//! The load script: from text to tables.

mod absent;
mod block;
mod control;
mod feed;
mod files;
mod host;
mod language;
mod load;
mod names;
mod place;
mod qvd;
mod rows;
mod runner;
mod scripted;
mod separated;
mod shape;
mod sources;
mod split;
mod split_field;
mod statement;
mod store;
mod tables;

pub use self::files::Folders;
pub(crate) use self::files::library;
pub use self::language::{functions, statements};
pub use self::sources::{Source, sources};

use std::fmt;
use std::sync::atomic::AtomicBool;

use self::runner::Runner;
use self::split::control_words;
use crate::calculate::Variables;
use crate::data::Data;
use crate::error::code;
use crate::expression::ParseError;

/// What a script may reach while it runs.
pub struct Options<'a> {
    /// Where files are read from.
    pub folders: &'a Folders,
    /// Rows to read from a source at most.
    pub limit: Option<usize>,
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
    /// Rows that were stored in a file.
    Stored(usize),
    /// A connection is to be opened; the name of it.
    Connecting(String),
    /// That has failed.
    ConnectFailed(String),
    /// The index for searching is made, and is complete.
    SearchIndex,
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
    /// An error of a code. The caller that knows the statement fills in the place.
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
        let mut result = match absent::function(&error.message) {
            Some(name) => ScriptError::not_implemented(&format!("{name}()")),
            None => ScriptError::new(UNEXPECTED, "", error.message.clone()),
        };
        result.position.text = error.start;
        result.position.length = error.end.saturating_sub(error.start);
        result
    }
}

impl ScriptError {
    /// The line of the whole script, tabs or not, that the error is in. The first is 0.
    pub fn line_number(&self, script: &str) -> usize {
        script.chars().take(self.position.text).filter(|c| *c == '\n').count()
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
const CONNECTION_NOT_FOUND: i32 = 11015;
const NAME_TAKEN: i32 = 11016;
const CANNOT_OPEN: i32 = 11020;
const AUTOGENERATE_COUNT: i32 = 11021;
const CONTROL_MISMATCH: i32 = 11023;
const OUTSIDE: i32 = 11026;
const AGGREGATION_REQUIRED: i32 = 11031;
const NO_PREVIOUS_TABLE: i32 = 11046;
const WRONG_QVD: i32 = 11047;

/// Runs a script from an empty app.
pub fn run(script: &str, options: Options<'_>) -> Result<Loaded, Box<ScriptError>> {
    let blocks = block::parse(script).map_err(|error| place::located(error, script))?;
    let mut runner = Runner::new(script, options);
    runner.run(&blocks)?;
    Ok(runner.finish())
}

/// Syntax errors of a script, found without running it. Statements that this engine does not
/// support are not syntax errors.
pub fn check(script: &str) -> Vec<Box<ScriptError>> {
    let blocks = match block::parse(script) {
        Ok(blocks) => blocks,
        Err(error) => return vec![place::located(error, script)],
    };
    let mut errors = Vec::new();
    block::statements(&blocks, &mut |statement| {
        // What a dollar-sign expansion makes of a statement is known only when it runs.
        if statement.control || statement.text.contains("$(") {
            return;
        }
        match statement::parse(&statement.text) {
            Err(mut error) if error.code != code::NOT_IMPLEMENTED => {
                error.position.text += statement.start;
                errors.push(place::located(error, script));
            }
            _ => {}
        }
    });
    errors
}

#[cfg(test)]
mod tests;
