//! The run of a script.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::block::{self, Block};
use super::control::Sub;
use super::host::{Place, World};
use super::load::{Load, Source};
use super::rows::{self, Input, Purpose};
use super::split::{Statement, first_word};
use super::statement::{self, Parsed};
use super::{AUTOGENERATE_COUNT, Loaded, NAME_TAKEN, Options, Outcome, Progress, ScriptError, file, place, tables};
use crate::calculate::Variables;
use crate::data::{Data, Store};
use crate::expression::{self, Aggregation, Binder, Expression, bind, evaluate};
use crate::value::{Dual, Settings, interpret};

/// Rows that one statement may generate, so that a slip of the pen does not take all memory.
const MOST_GENERATED: f64 = 50_000_000.0;

/// What comes after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    LeaveLoop,
    LeaveSub,
    Stop,
}

/// A script that runs.
pub(super) struct Runner<'a> {
    script: String,
    folder: Option<&'a Path>,
    cancel: &'a AtomicBool,
    progress: &'a mut dyn FnMut(Progress),
    pub(super) variables: Variables,
    pub(super) subs: HashMap<String, Sub>,
    pub(super) depth: usize,
    world: World,
    /// Patterns of fields that are, or are no longer, named after their table.
    qualified: Vec<(String, bool)>,
    /// `LOAD`s that wait for the one that feeds them.
    waiting: Vec<(Load, Statement)>,
}

/// Names outside of any table are variables.
struct Named<'a>(&'a Variables, &'a Settings);

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

/// Whether the last pattern that fits a field says so.
fn is_qualified(patterns: &[(String, bool)], field: &str) -> bool {
    let last = patterns.iter().rev().find(|(pattern, _)| crate::value::wild_match(field, pattern));
    last.is_some_and(|(_, on)| *on)
}

impl<'a> Runner<'a> {
    pub(super) fn new(script: &str, options: Options<'a>) -> Self {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let settings = Settings::from_variables(&options.variables);
        Self {
            script: script.to_owned(),
            folder: options.folder,
            cancel: options.cancel,
            progress: options.progress,
            variables: options.variables,
            subs: HashMap::new(),
            depth: 0,
            world: World {
                store: Store::default(),
                maps: HashMap::new(),
                settings,
                numbered: RefCell::default(),
                // The same numbers in every run, so that tests can rely on them.
                random: Cell::new(1),
                now: 25_569.0 + (elapsed.as_secs() as f64) / 86_400.0,
            },
            qualified: Vec::new(),
            waiting: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, blocks: &[Block]) -> Outcome<()> {
        self.blocks(blocks)?;
        self.settle_waiting()
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
                    self.plain(statement).map_err(|error| self.at(error, statement))?;
                    Flow::On
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

    /// Replaces `$(…)` in a statement.
    pub(super) fn expand(&self, text: &str) -> String {
        expression::expand(text, &self.variables, &mut |expression| {
            self.value(expression).map_or_else(|_| String::new(), |value| value.as_text().into_owned())
        })
    }

    /// The value of an expression outside of any table.
    pub(super) fn value(&self, text: &str) -> Outcome<Dual> {
        let mut parsed = expression::parse(text)?;
        rows::quote_names(&mut parsed);
        let Ok(bound) = bind(&parsed, &mut Named(&self.variables, &self.world.settings));
        Ok(evaluate(&bound, &Place::outside(&self.world)))
    }

    pub(super) fn condition(&self, text: &str) -> Outcome<bool> {
        self.value(text).map(|value| value.holds())
    }

    /// The path of `$(Include=path)` or `$(Must_Include=path)`.
    fn included(text: &str) -> Option<&str> {
        let inside = text.trim().strip_prefix("$(")?.strip_suffix(')')?;
        let (word, path) = inside.split_once('=')?;
        let word = word.trim().to_ascii_lowercase();
        (word == "include" || word == "must_include").then(|| path.trim().trim_matches(['[', ']', '\'', '"']))
    }

    fn include(&mut self, path: &str) -> Outcome<()> {
        if self.depth > 64 {
            return Err(ScriptError::new(super::CONTROL_MISMATCH, path, "Scripts include each other too deeply"));
        }
        for found in file::find(path, self.folder)? {
            let text = file::text_of(&found)?;
            let blocks = block::parse(&text)?;
            self.depth += 1;
            let flow = self.blocks(&blocks);
            self.depth -= 1;
            flow?;
        }
        Ok(())
    }

    fn plain(&mut self, statement: &Statement) -> Outcome<()> {
        if let Some(path) = Self::included(&statement.text) {
            let path = self.expand(path);
            return self.include(&path);
        }
        let text = self.expand(&statement.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        let parsed = statement::parse(&text)?;
        if !self.waiting.is_empty() && !matches!(parsed, Parsed::Load(_)) {
            self.settle_waiting()?;
        }
        match parsed {
            Parsed::Load(load) if load.source == Source::Preceding => self.waiting.push((*load, statement.clone())),
            Parsed::Load(load) => self.load(&load)?,
            Parsed::Set(name, text) => self.set(&name, text),
            Parsed::Let(name, text) if text.is_empty() => drop(self.variables.remove(&name)),
            Parsed::Let(name, text) => {
                let value = self.value(&text)?;
                self.set(&name, value.as_text().into_owned());
            }
            Parsed::Trace(text) => (self.progress)(Progress::Note(text)),
            Parsed::DropTables(names) => {
                for name in names {
                    let at = self.world.store.table(&name).ok_or_else(|| ScriptError::table(&name))?;
                    self.world.store.tables.remove(at);
                }
            }
            Parsed::DropFields(fields, tables) => self.drop_fields(&fields, &tables)?,
            Parsed::RenameTables(pairs) => {
                for (from, to) in pairs {
                    let at = self.world.store.table(&from).ok_or_else(|| ScriptError::table(&from))?;
                    if self.world.store.table(&to).is_some() {
                        return Err(ScriptError::new(
                            NAME_TAKEN,
                            to.as_str(),
                            format!("Table name '{to}' is already taken"),
                        ));
                    }
                    self.world.store.tables[at].name = to;
                }
            }
            Parsed::RenameFields(pairs) => {
                for (from, to) in pairs {
                    if !self.world.store.has_field(&from) {
                        return Err(ScriptError::field(&from));
                    }
                    if self.world.store.has_field(&to) {
                        return Err(ScriptError::new(
                            NAME_TAKEN,
                            to.as_str(),
                            format!("Field name '{to}' is already taken"),
                        ));
                    }
                    self.world.store.rename_field(&from, &to);
                }
            }
            Parsed::Tag(fields, tags) => {
                for field in fields {
                    self.world.store.tags.entry(field.as_str().into()).or_default().extend(tags.iter().cloned());
                }
            }
            Parsed::Comment(field, text) => {
                self.world.store.comments.insert(field.as_str().into(), text);
            }
            Parsed::Qualify(patterns, on) => self.qualified.extend(patterns.into_iter().map(|pattern| (pattern, on))),
            Parsed::Nothing => {}
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
        }
        Ok(())
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

    fn load(&mut self, load: &Load) -> Outcome<()> {
        let (input, source, default_name) = self.input(load)?;
        let waiting = std::mem::take(&mut self.waiting);
        let first = waiting.first().map_or(load, |(first, _)| first);
        let name = first.label.clone().unwrap_or(default_name);
        (self.progress)(Progress::Table(format!("{name} << {source}")));
        let mut input = input;
        // From the one that has the source back to the first.
        for (at, each) in std::iter::once(load).chain(waiting.iter().rev().map(|(load, _)| load)).enumerate() {
            let last = at == waiting.len();
            let keeps_fields = last && !first.prefixes.contains(&super::load::Prefix::Mapping);
            let qualified = &self.qualified;
            let rename = |field: &Arc<str>| match is_qualified(qualified, field) && last {
                true => format!("{name}.{field}").into(),
                false => Arc::clone(field),
            };
            let purpose = Purpose { keeps_fields, rename: &rename };
            let mut output = rows::load(each, &input, &mut self.world, &purpose, self.cancel, self.progress)?;
            if last {
                output.name = name;
                (self.progress)(Progress::Fetched(output.rows()));
                return tables::place(first, output, &mut self.world);
            }
            input = output.into_input();
        }
        Ok(())
    }

    /// The rows of a source, what to call it, and what to call a table of it.
    fn input(&mut self, load: &Load) -> Outcome<(Input, String, String)> {
        match &load.source {
            Source::Preceding => Ok((Input::default(), String::new(), String::new())),
            Source::Inline(text, format) => {
                let input = file::read(text, format, &self.world.settings);
                // The engine gives inline data a name of its own making.
                let mark = text.bytes().fold(0_u32, |mark, byte| mark.wrapping_mul(31).wrapping_add(byte.into()));
                let name = format!("INL{:03X}", mark & 0xfff);
                Ok((input, name.clone(), name))
            }
            Source::Generated(count, text) => {
                let Ok(bound) = bind(count, &mut Named(&self.variables, &self.world.settings));
                let count = evaluate(&bound, &Place::outside(&self.world)).to_number();
                let count = count.filter(|count| (0.0..=MOST_GENERATED).contains(count)).ok_or_else(|| {
                    ScriptError::new(AUTOGENERATE_COUNT, text.as_str(), "Autogenerate: generate count is out of range")
                })?;
                let name = format!("AUTOGENERATE({text})");
                Ok((Input::generated(count as usize), name.clone(), name))
            }
            Source::Resident(name) => {
                let store = &self.world.store;
                let draft = &store.tables[store.table(name).ok_or_else(|| ScriptError::table(name))?];
                let symbols: Vec<_> = draft.fields.iter().map(|field| store.symbols.get(field)).collect();
                let rows = (0..draft.rows())
                    .map(|row| {
                        let cells = symbols.iter().zip(&draft.columns);
                        cells
                            .map(|(symbols, column)| symbols.map_or(Dual::Null, |symbols| symbols.value(column[row])))
                            .collect()
                    })
                    .collect();
                let mut input = Input::new(draft.fields.clone(), rows);
                input.sort(&load.order)?;
                Ok((input, name.clone(), format!("{name}-1")))
            }
            Source::File(path, format) => {
                let mut input: Option<Input> = None;
                for found in file::find(path, self.folder)? {
                    let next = file::read(&file::text_of(&found)?, format, &self.world.settings);
                    match &mut input {
                        Some(input) if input.names() == next.names() => input.extend(next),
                        Some(_) => {
                            return Err(ScriptError::not_implemented("Files of different fields under one wild card"));
                        }
                        None => input = Some(next),
                    }
                }
                let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace(['*', '?'], "");
                let input = input.ok_or_else(|| ScriptError::table(path))?;
                Ok((input, stem.clone(), stem))
            }
        }
    }
}
