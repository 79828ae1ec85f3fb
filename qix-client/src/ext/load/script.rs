//! Tables as a load script.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use serde::Serialize;

use super::LoadError;
use super::cell::LoadValue;
use super::column::{LoadColumn, NumberKind};
use super::date;
use super::row::{RowError, RowSerializer};

/// Maximum size of one inline table in bytes: larger ones become several that are concatenated.
const LONGEST: usize = 256 * 1024;

/// All settings that affect how values are read and displayed, so that loads are the same on every server: ISO 8601
/// dates and weeks, English names.
const SETTINGS: &str = "///$tab Main
SET ThousandSep=',';
SET DecimalSep='.';
SET MoneyThousandSep=',';
SET MoneyDecimalSep='.';
SET MoneyFormat='#,##0.00';
SET TimeFormat='hh:mm:ss';
SET DateFormat='YYYY-MM-DD';
SET TimestampFormat='YYYY-MM-DD hh:mm:ss[.fff]';
SET FirstWeekDay=0;
SET BrokenWeeks=0;
SET ReferenceDay=4;
SET FirstMonthOfYear=1;
SET CollationLocale='en-US';
SET MonthNames='Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec';
SET LongMonthNames='January;February;March;April;May;June;July;August;September;October;November;December';
SET DayNames='Mon;Tue;Wed;Thu;Fri;Sat;Sun';
SET LongDayNames='Monday;Tuesday;Wednesday;Thursday;Friday;Saturday;Sunday';
SET NumericalAbbreviation='3:k;6:M;9:G;12:T;15:P;18:E;21:Z;24:Y;-3:m;-6:μ;-9:n;-12:p;-15:f;-18:a;-21:z;-24:y';
";

/// Tables of a program.
#[derive(Debug, Default)]
pub(super) struct Tables {
    tables: Vec<LoadTable>,
    pub(super) dates: BTreeSet<String>,
    pub(super) timestamps: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct LoadTable {
    name: String,
    fields: Vec<String>,
    places: HashMap<String, usize>,
    /// The values of each row; rows can be shorter than others.
    rows: Vec<Vec<LoadValue>>,
}

impl Tables {
    pub(super) fn add<T: Serialize>(&mut self, name: &str, rows: impl IntoIterator<Item = T>) -> Result<(), LoadError> {
        let at = match self.tables.iter().position(|table| table.name == name) {
            Some(at) => at,
            None => {
                self.tables.push(LoadTable { name: name.to_owned(), ..LoadTable::default() });
                self.tables.len() - 1
            }
        };
        rows.into_iter().try_for_each(|row| self.tables[at].add(&row))
    }

    /// The script that loads the tables.
    pub(super) fn script(mut self) -> Result<String, LoadError> {
        let has = |name: &String| self.tables.iter().any(|table| table.places.contains_key(name));
        if let Some(field) = self.dates.iter().chain(&self.timestamps).find(|name| !has(name)) {
            return Err(LoadError::NoField { field: field.clone() });
        }
        let mut script = SETTINGS.to_owned();
        let mut tables = std::mem::take(&mut self.tables);
        for table in &mut tables {
            let kinds = table.fields.iter().map(|name| self.kind(name)).collect::<Vec<_>>();
            table.number(&kinds)?;
            table.write(&kinds, &mut script)?;
        }
        Ok(script)
    }

    fn kind(&self, field: &str) -> NumberKind {
        match field {
            field if self.timestamps.contains(field) => NumberKind::Timestamp,
            field if self.dates.contains(field) => NumberKind::Date,
            _ => NumberKind::Plain,
        }
    }
}

impl LoadTable {
    fn add<T: Serialize>(&mut self, row: &T) -> Result<(), LoadError> {
        let at = self.rows.len();
        let values = row.serialize(RowSerializer).map_err(|error| match error {
            RowError::NoRow(found) => LoadError::Row { table: self.name.clone(), row: at, found },
            RowError::Value { field, problem } => {
                LoadError::Value { table: self.name.clone(), row: at, field, problem }
            }
        })?;
        let mut cells = vec![LoadValue::Null; self.fields.len()];
        for (name, cell) in values {
            let place = match self.places.get(&name) {
                Some(place) => *place,
                None => {
                    self.places.insert(name.clone(), self.fields.len());
                    self.fields.push(name);
                    cells.push(LoadValue::Null);
                    cells.len() - 1
                }
            };
            cells[place] = cell;
        }
        self.rows.push(cells);
        Ok(())
    }

    /// Converts the strings of dates to numbers.
    fn number(&mut self, kinds: &[NumberKind]) -> Result<(), LoadError> {
        for (at, row) in self.rows.iter_mut().enumerate() {
            for (place, cell) in row.iter_mut().enumerate() {
                let (LoadValue::Text(text), kind) = (&*cell, kinds[place]) else { continue };
                let (number, form) = match kind {
                    NumberKind::Plain => continue,
                    NumberKind::Date => (date::date(text), "2024-01-31"),
                    NumberKind::Timestamp => (date::timestamp(text), "2024-01-31T12:30:00Z"),
                };
                let Some(number) = number else {
                    let problem = format!("`{text}` is not a date such as `{form}`");
                    let (table, field) = (self.name.clone(), self.fields[place].clone());
                    return Err(LoadError::Value { table, row: at, field, problem });
                };
                *cell = LoadValue::Number(number);
            }
        }
        Ok(())
    }

    fn write(&self, kinds: &[NumberKind], script: &mut String) -> Result<(), LoadError> {
        if self.rows.is_empty() || self.fields.is_empty() {
            return Err(LoadError::NoRows { table: self.name.clone() });
        }
        let cell = |row: usize, place: usize| self.rows[row].get(place).unwrap_or(&LoadValue::Null);
        let column = |place: usize| LoadColumn::of(kinds[place], (0..self.rows.len()).map(|row| cell(row, place)));
        let columns: Vec<LoadColumn> = (0..self.fields.len()).map(column).collect();
        let mut items = Vec::with_capacity(columns.len());
        for (place, (column, name)) in columns.iter().zip(&self.fields).enumerate() {
            items.push(format!("  {} AS {}", column.expression(&short(place)), quoted(name)?));
        }
        let items = items.join(",\n");
        let header = (0..columns.len()).map(short).collect::<Vec<_>>().join(",");
        let table = quoted(&self.name)?;
        let mut row = 0;
        while row < self.rows.len() {
            // Writing to a string does not fail.
            match row {
                0 => write!(script, "\n{table}:\nNoConcatenate LOAD\n{items}\nINLINE [\n{header}\n").ok(),
                _ => write!(script, "\nConcatenate({table}) LOAD\n{items}\nINLINE [\n{header}\n").ok(),
            };
            let begin = script.len();
            while row < self.rows.len() && script.len() - begin < LONGEST {
                for (place, column) in columns.iter().enumerate() {
                    if place > 0 {
                        script.push(',');
                    }
                    column.write(cell(row, place), script);
                }
                script.push('\n');
                row += 1;
            }
            script.push_str("];\n");
        }
        Ok(())
    }
}

/// The name of a column within the inline table.
fn short(place: usize) -> String {
    format!("f{}", place + 1)
}

/// A quoted name for a script.
fn quoted(name: &str) -> Result<String, LoadError> {
    let wrong = |problem| Err(LoadError::Name { name: name.to_owned(), problem });
    match name {
        "" => wrong("it is empty"),
        name if name.trim() != name => wrong("it starts or ends with a space"),
        name if name.contains("$(") => wrong("`$(` is a variable in scripts"),
        name if name.contains(char::is_control) => wrong("it contains a line break or another control character"),
        name if name.contains(']') => Ok(format!("\"{}\"", name.replace('"', "\"\""))),
        name => Ok(format!("[{name}]")),
    }
}
