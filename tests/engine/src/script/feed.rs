//! Runs loads: from the rows of a source to a table.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::database;
use super::files::{Files, text};
use super::host::{Place, last_fit};
use super::load::{Format, Kind, Load, Prefix, Source};
use super::rows::{self, Change, Input, Output, Purpose};
use super::runner::{Named, Runner};
use super::{AUTOGENERATE_COUNT, Outcome, Progress, ScriptError, json, qvd, separated, tables};
use crate::expression::{bind, evaluate};
use crate::value::Dual;

/// Maximum number of rows that one statement can generate, so that a typo does not use up all memory.
const MOST_GENERATED: f64 = 50_000_000.0;

impl Runner<'_> {
    /// Runs a load, and the preceding loads that it feeds.
    pub(super) fn load(&mut self, load: &Load) -> Outcome<()> {
        let first = self.waiting.first().map_or(load, |(first, _)| first);
        if first.prefixes.contains(&Prefix::PartialOnly) {
            self.waiting.clear();
            return Ok(());
        }
        let (mut input, source, default_name) = self.input(load)?;
        if let Some(limit) = self.limit {
            input.limit(limit);
        }
        let waiting = std::mem::take(&mut self.waiting);
        let first = waiting.first().map_or(load, |(first, _)| first);
        let name = first.label.clone().unwrap_or(default_name);
        if name.is_empty() && !first.prefixes.contains(&Prefix::Mapping) {
            return Err(ScriptError::not_implemented("A statement without FROM for a table without a name"));
        }
        (self.progress)(Progress::Table(format!("{name} << {source}")));
        let null = self.variables.get("NullValue").cloned().unwrap_or_default();
        // From the one with the source back to the first.
        for (at, each) in std::iter::once(load).chain(waiting.iter().rev().map(|(load, _)| load)).enumerate() {
            let last = at == waiting.len();
            let keeps_fields = last && !first.prefixes.contains(&Prefix::Mapping);
            let rules = std::mem::take(&mut self.world.rules);
            let rename = |field: &Arc<str>| {
                let field =
                    rules.aliases.get(&**field).map_or_else(|| Arc::clone(field), |alias| alias.as_str().into());
                match keeps_fields && last_fit(&rules.qualified, &field) == Some(&true) {
                    true => format!("{name}.{field}").into(),
                    false => field,
                }
            };
            let maps = self.world.maps.clone();
            let change = |field: &str| {
                let map = last_fit(&rules.mapped, field).and_then(Option::as_ref).filter(|_| keeps_fields);
                Change {
                    map: map.and_then(|map| maps.get(map)).cloned(),
                    null: (keeps_fields && last_fit(&rules.valued, field) == Some(&true))
                        .then(|| Dual::text(null.as_str())),
                }
            };
            let purpose = Purpose { keeps_fields, rename: &rename, change: &change };
            // `DISTINCT` is about the table that is created; in a load that feeds another one, it has no effect.
            let mut each = Cow::Borrowed(each);
            if !last && each.distinct {
                each.to_mut().distinct = false;
            }
            let output = rows::load(&each, &input, &mut self.world, &purpose, self.cancel, self.progress);
            self.world.rules = rules;
            let mut output = output?;
            if last {
                output.name = name;
                (self.progress)(Progress::Fetched(output.rows()));
                let variable = merged_to(first, &output);
                tables::place(first, output, &mut self.world)?;
                if let Some((variable, highest)) = variable {
                    self.set(&variable, highest.as_text().into_owned());
                }
                return Ok(());
            }
            input = output.into_input();
        }
        Ok(())
    }

    /// The rows of a source, the name of the source, and the name of its table.
    fn input(&mut self, load: &Load) -> Outcome<(Input, String, String)> {
        match &load.source {
            Source::Preceding => Ok((Input::default(), String::new(), String::new())),
            Source::Inline(text, format) => {
                let null = self.variables.get("NullInterpret").map(String::as_str);
                let input = separated::read(text, format, &self.world.settings, null);
                // The engine generates a name for inline data.
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
            Source::Field { table, field, format } => {
                let store = &self.world.store;
                let at = store.table(table).ok_or_else(|| ScriptError::table(table))?;
                let draft = &store.tables[at];
                let place = draft.place(field).ok_or_else(|| ScriptError::field(field))?;
                let symbols = store.symbols.get(&draft.fields[place]);
                let mut seen = HashSet::new();
                let mut input: Option<Input> = None;
                for code in draft.columns[place].iter().filter(|code| seen.insert(**code)) {
                    let value = symbols.map_or(Dual::Null, |symbols| symbols.value(*code));
                    let next = self.table(value.as_text().as_bytes(), format, field)?;
                    merge(&mut input, next)?;
                }
                Ok((input.unwrap_or_default(), field.clone(), field.clone()))
            }
            Source::Database(name, statement) => self.database(name, statement),
            Source::Absent(word) => Err(ScriptError::not_implemented(word)),
            Source::File(path, format) => {
                let mut input: Option<Input> = None;
                for found in self.world.files.find(path)? {
                    let next = self.table(&self.world.files.read(&found)?, format, path)?;
                    let next = next.of_file(Files::shown(path, &found));
                    merge(&mut input, next)?;
                }
                let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace(['*', '?'], "");
                let input = input.ok_or_else(|| ScriptError::table(path))?;
                Ok((input, stem.clone(), stem))
            }
        }
    }

    /// The declared result of a statement for the open connection.
    fn database(&self, name: &str, statement: &str) -> Outcome<(Input, String, String)> {
        let connection = self.connection.as_deref().ok_or_else(|| {
            ScriptError::new(super::NO_OPEN_DATABASE, name, format!("{name}: no database connection is open"))
        })?;
        let Some(result) = self.databases.find(connection, statement) else {
            let mut error = ScriptError::not_implemented(name);
            error.message.push_str(&format!(" (no result is declared for this statement on '{connection}')"));
            return Err(error);
        };
        let table = database::table_of(statement).unwrap_or_default();
        Ok((result.input(&self.world.settings), table.to_owned(), table.to_owned()))
    }

    /// The rows of a file.
    fn table(&self, bytes: &[u8], format: &Format, path: &str) -> Outcome<Input> {
        match format.kind {
            Kind::Qvd => qvd::read(bytes).map_err(|fault| fault.about(path)),
            Kind::Json => json::read(&text(bytes, format.encoding)?, path, &self.world.settings),
            Kind::Text => {
                let null = self.variables.get("NullInterpret").map(String::as_str);
                Ok(separated::read(&text(bytes, format.encoding)?, format, &self.world.settings, null))
            }
            Kind::Other(kind) => Err(ScriptError::not_implemented(&format!("FROM a file of type {kind}"))),
        }
    }
}

/// The variable of a `MERGE` with its value: the highest of the sequence.
fn merged_to(load: &Load, output: &Output) -> Option<(String, Dual)> {
    let merge = load.prefixes.iter().find_map(|prefix| match prefix {
        Prefix::Merge(merge) => Some(merge),
        _ => None,
    })?;
    let place = output.place(merge.sequence.as_deref()?)?;
    let values = (0..output.rows()).map(|row| output.value(place, row));
    let numbered = values.filter_map(|value| Some((value.to_number()?, value)));
    let (_, highest) = numbered.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    Some((merge.variable.clone()?, highest))
}

/// Adds the rows of one file to those of the earlier files.
fn merge(input: &mut Option<Input>, next: Input) -> Outcome<()> {
    match input {
        Some(input) if input.names() == next.names() => input.extend(next),
        Some(_) => return Err(ScriptError::not_implemented("Files of different fields under one wild card")),
        None => *input = Some(next),
    }
    Ok(())
}
