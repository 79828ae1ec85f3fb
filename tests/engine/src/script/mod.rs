//! The load script: from text to tables.

mod block;
mod control;
mod database;
mod feed;
mod files;
mod hierarchy;
mod host;
mod json;
mod language;
mod load;
mod merge;
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

pub use self::database::{Databases, SqlResult};
pub use self::files::Folders;
pub(crate) use self::files::{NoFolder, library};
pub use self::language::{functions, statements};
pub use self::sources::{Source, sources};

use std::fmt;
use std::sync::atomic::AtomicBool;

use self::runner::Runner;
use self::split::control_words;
use crate::calculate::Variables;
use crate::data::Data;
use crate::error::code;
use crate::expression::{ParseError, absent};

/// Settings for running a script.
pub struct Options<'a> {
    /// Where files are read from.
    pub folders: &'a Folders,
    /// The results of SQL statements.
    pub databases: &'a Databases,
    /// Maximum number of rows to read from a source.
    pub limit: Option<usize>,
    /// Whether the script continues after errors, whatever its `ErrorMode` is.
    pub continues: bool,
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
    /// Number of rows fetched into the table so far; not the final number.
    Fetching(usize),
    /// Number of rows fetched into the table, at its end.
    Fetched(usize),
    /// The text of a `TRACE` statement, or a note of the engine.
    Note(String),
    /// Rows that were stored in a file.
    Stored(usize),
    /// A connection is being opened, with its name.
    Connecting(String),
    /// That connection is open.
    Connected,
    /// Opening that connection failed.
    ConnectFailed(String),
    /// The search index is created and complete.
    SearchIndex,
}

/// The result of a script.
#[derive(Debug)]
pub struct Loaded {
    /// The tables.
    pub data: Data,
    /// Variables, including those from before the script.
    pub variables: Variables,
}

/// Where and why a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    /// The engine's error message.
    pub message: String,
    /// Number of the error among the engine's localized codes, such as 11013.
    pub code: i32,
    /// The subject of the message: the name of a field or table.
    pub parameter: String,
    /// The failed statement, up to the error.
    pub line: String,
    /// The rest of the statement.
    pub line_end: String,
    /// The position of the error.
    pub position: Position,
}

/// A position in a script. All counts start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Characters from the start of the script.
    pub text: usize,
    /// Length of the invalid part.
    pub length: usize,
    /// Script tab (`///$tab`).
    pub tab: usize,
    /// Line in that tab.
    pub line: usize,
    /// Column in that line.
    pub column: usize,
}

impl ScriptError {
    /// Creates an error with a code. The caller that knows the statement sets the position.
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

    fn map(name: &str) -> Box<Self> {
        Self::new(MAP_NOT_FOUND, name, format!("Mapping table '{name}' not found"))
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
        let mut result = match absent::named(&error.message) {
            Some(name) => ScriptError::not_implemented(&format!("{name}()")),
            None => ScriptError::new(UNEXPECTED, "", error.message.clone()),
        };
        result.position.text = error.start;
        result.position.length = error.end.saturating_sub(error.start);
        result
    }
}

impl ScriptError {
    /// The line of the error in the whole script, ignoring tabs. The first line is 0.
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

/// The result of running a statement.
type Outcome<T> = Result<T, Box<ScriptError>>;

const TABLE_NOT_FOUND: i32 = 11001;
const UNKNOWN_STATEMENT: i32 = 11002;
const UNEXPECTED: i32 = 11003;
const FIELD_NOT_FOUND: i32 = 11013;
const MAP_NOT_FOUND: i32 = 11014;
const CONNECTION_NOT_FOUND: i32 = 11015;
const NAME_TAKEN: i32 = 11016;
const CANNOT_OPEN: i32 = 11020;
const AUTOGENERATE_COUNT: i32 = 11021;
const CONTROL_MISMATCH: i32 = 11023;
const OUTSIDE: i32 = 11026;
const ONLY_LIBRARIES: i32 = 11028;
const NO_OPEN_DATABASE: i32 = 11030;
const AGGREGATION_REQUIRED: i32 = 11031;
const CONNECT_ONLY_LIBRARIES: i32 = 11032;
const NO_PREVIOUS_TABLE: i32 = 11046;
const WRONG_QVD: i32 = 11047;
const MERGE_FAILED: i32 = 30101;

/// Runs a script in an empty app.
pub fn run(script: &str, options: Options<'_>) -> Result<Loaded, Box<ScriptError>> {
    let blocks = block::parse(script).map_err(|error| place::located(error, script))?;
    let mut runner = Runner::new(script, options);
    runner.run(&blocks)?;
    Ok(runner.finish())
}

/// Syntax errors of a script, found without running it. Unsupported statements are not syntax errors.
pub fn check(script: &str) -> Vec<Box<ScriptError>> {
    let blocks = match block::parse(script) {
        Ok(blocks) => blocks,
        Err(error) => return vec![place::located(error, script)],
    };
    let mut errors = Vec::new();
    block::statements(&blocks, &mut |statement| {
        // The expansion of a statement is known only when it runs.
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
