//! The execution of a script.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use super::block::{self, Block};
use super::control::Sub;
use super::database::Databases;
use super::files::{Files, days, text};
use super::host::{Place, Rules, World};
use super::load::{Load, Source};
use super::rows;
use super::split::{Statement, first_word};
use super::statement::{self, LIB_CONNECT, Parsed};
use super::{
    CONNECT_ONLY_LIBRARIES, FIELD_NOT_FOUND, Loaded, NAME_TAKEN, Options, Outcome, Position, Progress, ScriptError,
    TABLE_NOT_FOUND, place,
};
use crate::calculate::Variables;
use crate::data::{Data, Store};
use crate::error::code;
use crate::expression::{self, Aggregation, Binder, Expression, bind, evaluate};
use crate::value::{Dual, Settings, interpret};

/// What to execute after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    LeaveLoop,
    LeaveSub,
    Stop,
}

/// A running script.
pub(super) struct Runner<'a> {
    script: String,
    /// Maximum number of rows to read from a source.
    pub(super) limit: Option<usize>,
    continues: bool,
    pub(super) cancel: &'a AtomicBool,
    pub(super) progress: &'a mut dyn FnMut(Progress),
    pub(super) variables: Variables,
    pub(super) subs: HashMap<String, Sub>,
    pub(super) depth: usize,
    pub(super) world: World,
    pub(super) databases: &'a Databases,
    /// The open data connection.
    pub(super) connection: Option<String>,
    /// `LOAD`s that wait for the one that feeds them.
    pub(super) waiting: Vec<(Load, Statement)>,
}

/// Names outside of tables are variables.
pub(super) struct Named<'a>(pub(super) &'a Variables, pub(super) &'a Settings);

impl Binder for Named<'_> {
    type Error = Infallible;

    fn name(&mut self, name: &str, _: usize, _: usize) -> Result<Expression, Infallible> {
        let value = self.0.get(name).map_or(Dual::Null, |text| interpret(text, self.1));
        Ok(Expression::Value(value))
    }

    fn aggregation(&mut self, _: &Aggregation) -> Result<Expression, Infallible> {
        Ok(Expression::Value(Dual::Null))
    }
}

impl<'a> Runner<'a> {
    pub(super) fn new(script: &str, options: Options<'a>) -> Self {
        let settings = Settings::from_variables(&options.variables);
        Self {
            script: script.to_owned(),
            limit: options.limit,
            continues: options.continues,
            cancel: options.cancel,
            progress: options.progress,
            variables: options.variables,
            subs: HashMap::new(),
            depth: 0,
            world: World {
                store: Store::default(),
                maps: HashMap::new(),
                files: Files::new(options.folders),
                settings,
                numbered: RefCell::default(),
                // The same numbers in every run, so that tests can rely on them.
                random: Cell::new(1),
                now: days(SystemTime::now()),
                rules: Rules::default(),
            },
            databases: options.databases,
            connection: None,
            waiting: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, blocks: &[Block]) -> Outcome<()> {
        self.blocks(blocks)?;
        self.settle_waiting()?;
        if self.variables.get("CreateSearchIndexOnReload").is_some_and(|wanted| wanted == "1") {
            (self.progress)(Progress::SearchIndex);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Loaded {
        Loaded { data: Data::from_store(self.world.store, &self.world.settings), variables: self.variables }
    }

    pub(super) fn blocks(&mut self, blocks: &[Block]) -> Outcome<Flow> {
        for block in blocks {
            let flow = match block {
                Block::Plain(statement) if statement.control => match first_word(&statement.text).as_str() {
                    "exit" => self.exit(statement)?,
                    _ => self.call(statement)?,
                },
                Block::Plain(statement) => {
                    self.check_cancelled()?;
                    let done = self.plain(statement).map_err(|error| self.at(error, statement));
                    self.settle_error(done)?
                }
                Block::If(parts) => self.conditions(parts)?,
                Block::Switch(statement, parts) => self.switch(statement, parts)?,
                Block::For(statement, blocks) => self.each(statement, blocks)?,
                Block::Do(start, blocks, end) => self.repeat(start, blocks, end)?,
                Block::Sub(statement, blocks) => {
                    self.define(statement, blocks);
                    Flow::On
                }
            };
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    /// With `ErrorMode` 0, a script continues after an error. An unsupported statement stops it in any case.
    fn settle_error(&mut self, done: Outcome<Flow>) -> Outcome<Flow> {
        let goes_on = self.continues || self.variables.get("ErrorMode").is_some_and(|mode| mode.trim() == "0");
        let error = match done {
            Ok(flow) => {
                if goes_on {
                    self.set("ScriptError", "0".to_owned());
                }
                return Ok(flow);
            }
            Err(error) => error,
        };
        if !goes_on || matches!(error.code, code::NOT_IMPLEMENTED | code::ABORTED) {
            return Err(error);
        }
        self.waiting.clear();
        let number = match error.code {
            super::UNEXPECTED | super::UNKNOWN_STATEMENT => 2,
            super::CANNOT_OPEN => 8,
            TABLE_NOT_FOUND => 10,
            FIELD_NOT_FOUND => 11,
            _ => 1,
        };
        let count = self.variables.get("ScriptErrorCount").and_then(|count| count.parse::<u32>().ok()).unwrap_or(0);
        self.set("ScriptError", number.to_string());
        self.set("ScriptErrorCount", (count + 1).to_string());
        (self.progress)(Progress::Note(format!("Error: {}", error.message)));
        Ok(Flow::On)
    }

    pub(super) fn check_cancelled(&self) -> Outcome<()> {
        if self.cancel.load(Ordering::Relaxed) { Err(ScriptError::aborted()) } else { Ok(()) }
    }

    /// An error with the statement that it is in.
    pub(super) fn at(&self, mut error: Box<ScriptError>, statement: &Statement) -> Box<ScriptError> {
        if !error.line.is_empty() {
            return error;
        }
        // Offsets hold only while nothing was expanded before them.
        let text = &statement.text;
        let within = if text.contains("$(") || !text.is_char_boundary(error.position.text.min(text.len())) {
            0
        } else {
            error.position.text.min(text.len())
        };
        let (line, line_end) = text.split_at(within);
        (error.line, error.line_end) =
            if within == 0 { (text.clone(), String::new()) } else { (line.to_owned(), line_end.to_owned()) };
        error.position.text = statement.start + within;
        if error.position.length == 0 {
            error.position.length = text.len() - within;
        }
        place::located(error, &self.script)
    }

    pub(super) fn set(&mut self, name: &str, text: String) {
        self.variables.insert(name.to_owned(), text);
        self.world.settings = Settings::from_variables(&self.variables);
    }

    fn unset(&mut self, name: &str) {
        self.variables.remove(name);
        self.world.settings = Settings::from_variables(&self.variables);
    }

    /// Replaces `$(…)` in a statement.
    pub(super) fn expand(&self, text: &str) -> String {
        expression::expand(text, &self.variables, &mut |expression| {
            self.value(expression).map_or_else(|_| String::new(), |value| value.as_text().into_owned())
        })
    }

    /// The value of an expression outside of any table.
    pub(super) fn value(&self, text: &str) -> Outcome<Dual> {
        let mut parsed = expression::parse(text)?;
        rows::check_functions(&parsed)?;
        rows::quote_names(&mut parsed);
        rows::check_maps(&parsed, &self.world)?;
        let Ok(bound) = bind(&parsed, &mut Named(&self.variables, &self.world.settings));
        Ok(evaluate(&bound, &Place::outside(&self.world)))
    }

    pub(super) fn condition(&self, text: &str) -> Outcome<bool> {
        self.value(text).map(|value| value.holds())
    }

    /// The path of `$(Include=path)` or `$(Must_Include=path)`.
    /// A missing file is an error only with `Must_Include`.
    fn included(text: &str) -> Option<(&str, bool)> {
        let inside = text.trim().strip_prefix("$(")?.strip_suffix(')')?;
        let (word, path) = inside.split_once('=')?;
        let word = word.trim().to_ascii_lowercase();
        let path = path.trim().trim_matches(['[', ']', '\'', '"']);
        (word == "include" || word == "must_include").then_some((path, word == "must_include"))
    }

    fn include(&mut self, path: &str, must: bool) -> Outcome<()> {
        if self.depth > 64 {
            return Err(ScriptError::new(super::CONTROL_MISMATCH, path, "Scripts include each other too deeply"));
        }
        let found = match self.world.files.find(path) {
            Err(error) if error.code == super::CANNOT_OPEN && !must => Vec::new(),
            found => found?,
        };
        for found in found {
            let text = text(&self.world.files.read(&found)?, super::load::Encoding::Unsaid)?;
            let blocks = block::parse(&text)?;
            self.depth += 1;
            let flow = self.blocks(&blocks);
            self.depth -= 1;
            flow?;
        }
        Ok(())
    }

    fn plain(&mut self, statement: &Statement) -> Outcome<Flow> {
        if let Some((path, must)) = Self::included(&statement.text) {
            let path = self.expand(path);
            return self.include(&path, must).map(|()| Flow::On);
        }
        let text = self.expand(&statement.text);
        if text.trim().is_empty() {
            return Ok(Flow::On);
        }
        // An expansion can be several statements. `TRACE` and the like end at the first semicolon.
        if statement.text.contains("$(") && block::has_several(&text) {
            return self.nested(&text);
        }
        let parsed = statement::parse(&text)?;
        self.perform(parsed, statement).map(|()| Flow::On)
    }

    /// Runs statements that are not in the text of the script. Errors are reported at the statement that includes them.
    fn nested(&mut self, text: &str) -> Outcome<Flow> {
        if self.depth > 64 {
            return Err(ScriptError::new(super::CONTROL_MISMATCH, "", "Statements expand to statements too deeply"));
        }
        let blocks = block::parse(text)?;
        self.depth += 1;
        let flow = self.blocks(&blocks);
        self.depth -= 1;
        flow.map_err(|mut error| {
            error.line.clear();
            error.line_end.clear();
            error.position = Position::default();
            error
        })
    }

    fn perform(&mut self, parsed: Parsed, statement: &Statement) -> Outcome<()> {
        if !self.waiting.is_empty() && !matches!(parsed, Parsed::Load(_)) {
            self.settle_waiting()?;
        }
        match parsed {
            Parsed::Load(load) if load.source == Source::Preceding => self.waiting.push((*load, statement.clone())),
            Parsed::Load(load) => self.load(&load)?,
            Parsed::Set(name, text) => self.set(&name, text),
            Parsed::Let(name, text) if text.is_empty() => self.unset(&name),
            Parsed::Let(name, text) => {
                match self.value(&text)? {
                    // A null removes the variable.
                    Dual::Null => self.unset(&name),
                    value => self.set(&name, value.as_text().into_owned()),
                }
            }
            Parsed::Trace(text) => (self.progress)(Progress::Note(text)),
            Parsed::DropTables(names) => {
                for name in names {
                    let at = self.world.store.table(&name).ok_or_else(|| ScriptError::table(&name))?;
                    let dropped = self.world.store.tables.remove(at);
                    dropped.fields.iter().for_each(|field| self.forget_unused(field));
                }
            }
            Parsed::DropFields(fields, tables) => self.drop_fields(&fields, &tables)?,
            Parsed::RenameTables(pairs) => {
                for (from, to) in pairs {
                    self.rename_table(&from, to)?;
                }
            }
            Parsed::RenameFields(pairs) => {
                for (from, to) in pairs {
                    self.rename_field(&from, &to)?;
                }
            }
            Parsed::Tag(fields, tags) => {
                for field in fields {
                    self.world.store.tags.entry(field.as_str().into()).or_default().extend(tags.iter().cloned());
                }
            }
            Parsed::Untag(fields, tags) => {
                for field in fields {
                    if let Some(known) = self.world.store.tags.get_mut(field.as_str()) {
                        known.retain(|tag| !tags.contains(tag));
                    }
                }
            }
            Parsed::Comment(fields, text) => {
                for field in fields {
                    self.world.store.comments.insert(field.as_str().into(), text.clone());
                }
            }
            Parsed::RenameBy { tables, map } => self.rename_by(tables, &map)?,
            Parsed::Qualify(patterns, on) => {
                self.world.rules.qualified.extend(patterns.into_iter().map(|pattern| (pattern, on)));
            }
            Parsed::NullAsValue(patterns, on) => {
                self.world.rules.valued.extend(patterns.into_iter().map(|pattern| (pattern, on)));
            }
            Parsed::Alias(pairs) => self.world.rules.aliases.extend(pairs),
            Parsed::Map(patterns, map) => {
                let map = Some(map);
                self.world.rules.mapped.extend(patterns.into_iter().map(|pattern| (pattern, map.clone())));
            }
            Parsed::Unmap(patterns) => {
                self.world.rules.mapped.extend(patterns.into_iter().map(|pattern| (pattern, None)));
            }
            Parsed::Directory(path) => self.world.files.set_directory(path)?,
            Parsed::Store(store) => {
                let rows = store.run(&self.world.store, &self.world.files)?;
                (self.progress)(Progress::Stored(rows));
            }
            Parsed::When(condition, holds, parsed) => {
                if self.condition(&condition)? == holds {
                    self.perform(*parsed, statement)?;
                }
            }
            // In standard mode, a script can only open data connections.
            Parsed::Connect(statement, _) if statement != LIB_CONNECT => {
                let message = format!("{statement} is not supported in standard mode: use {LIB_CONNECT}");
                return Err(ScriptError::new(CONNECT_ONLY_LIBRARIES, statement, message));
            }
            Parsed::Connect(statement, target) => {
                // A connection string can contain a password.
                let shown = target.split(';').next().unwrap_or_default().to_owned();
                (self.progress)(Progress::Connecting(shown.clone()));
                if !self.databases.has(&target) {
                    (self.progress)(Progress::ConnectFailed(shown));
                    return Err(ScriptError::not_implemented(&statement));
                }
                (self.progress)(Progress::Connected);
                self.connection = Some(target);
            }
            Parsed::Disconnect => self.connection = None,
            Parsed::Nothing => {}
        }
        Ok(())
    }

    fn rename_table(&mut self, from: &str, to: String) -> Outcome<()> {
        let at = self.world.store.table(from).ok_or_else(|| ScriptError::table(from))?;
        if self.world.store.table(&to).is_some() {
            return Err(ScriptError::new(NAME_TAKEN, to.as_str(), format!("Table name '{to}' is already taken")));
        }
        self.world.store.tables[at].name = to;
        Ok(())
    }

    fn rename_field(&mut self, from: &str, to: &str) -> Outcome<()> {
        if !self.world.store.has_field(from) {
            return Err(ScriptError::field(from));
        }
        if self.world.store.has_field(to) {
            return Err(ScriptError::new(NAME_TAKEN, to, format!("Field name '{to}' is already taken")));
        }
        self.world.store.rename_field(from, to);
        Ok(())
    }

    /// Renames everything that has an entry in a map.
    fn rename_by(&mut self, tables: bool, map: &str) -> Outcome<()> {
        let map = self.world.maps.get(map).ok_or_else(|| ScriptError::map(map))?;
        let store = &self.world.store;
        let names: Vec<String> = match tables {
            true => store.tables.iter().map(|table| table.name.clone()).collect(),
            false => store.order.iter().map(|field| field.to_string()).filter(|field| store.has_field(field)).collect(),
        };
        let new = |name: &String| Some(map.get(&Dual::text(name.as_str()))?.as_text().into_owned());
        let pairs: Vec<_> = names.iter().filter_map(|name| Some((name.clone(), new(name)?))).collect();
        for (from, to) in pairs.into_iter().filter(|(from, to)| from != to) {
            if tables { self.rename_table(&from, to)? } else { self.rename_field(&from, &to)? }
        }
        Ok(())
    }

    fn drop_fields(&mut self, fields: &[String], tables: &[String]) -> Outcome<()> {
        for field in fields {
            if !self.world.store.has_field(field) {
                return Err(ScriptError::field(field));
            }
            if tables.is_empty() {
                self.world.store.drop_field(field, None);
            }
            for table in tables {
                let at = self.world.store.table(table).ok_or_else(|| ScriptError::table(table))?;
                self.world.store.drop_field(field, Some(at));
            }
            self.forget_unused(field);
        }
        Ok(())
    }

    /// Removes the values of a field that is in no table anymore.
    fn forget_unused(&mut self, field: &str) {
        if !self.world.store.has_field(field) {
            self.world.store.symbols.remove(field);
        }
    }

    /// A `LOAD` without a source must be followed by one that feeds it.
    fn settle_waiting(&mut self) -> Outcome<()> {
        match self.waiting.pop() {
            Some((_, statement)) => {
                let error = ScriptError::new(
                    super::UNEXPECTED,
                    "",
                    "Unexpected end of statement, expected one of: 'FROM', 'INLINE', 'RESIDENT', 'AUTOGENERATE', 'LOAD'",
                );
                Err(self.at(error, &statement))
            }
            None => Ok(()),
        }
    }
}
