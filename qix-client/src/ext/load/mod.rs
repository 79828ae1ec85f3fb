//! Data of the program as tables of an app, by an inline script.

mod cell;
mod column;
mod date;
mod error;
mod row;
mod script;

use qix_schema::rpc::CallOptions;
use qix_schema::{Doc, Error, GlobalApi};
use serde::Serialize;

use super::pending::Pending;
use super::pending::sealed::Run;
use super::reload::Reload;
use crate::session::Session;

pub use error::LoadError;
use script::Tables;

/// Loading rows of the program as tables: see [`DocExt::load_rows`](crate::DocExt::load_rows). The result is the app.
#[derive(Debug)]
pub struct LoadRows {
    target: Target,
    tables: Result<Tables, LoadError>,
}

#[derive(Debug)]
enum Target {
    NewApp(Session),
    App(Doc),
}

impl LoadRows {
    pub(super) fn new<T: Serialize>(doc: &Doc, table: &str, rows: impl IntoIterator<Item = T>) -> Pending<Self> {
        Self::into_target(Target::App(doc.clone()), table, rows)
    }

    fn into_target<T: Serialize>(target: Target, table: &str, rows: impl IntoIterator<Item = T>) -> Pending<Self> {
        Pending::new(Self { target, tables: Ok(Tables::default()) }).with_rows(table, rows)
    }
}

impl Session {
    /// Loads rows as a table of a new session app: see [`DocExt::load_rows`](crate::DocExt::load_rows).
    ///
    /// # Errors
    ///
    /// Also what [`create_session_app`](GlobalApi::create_session_app) returns, such as 1002 if the session has an app
    /// open.
    pub fn load_rows<T: Serialize>(&self, table: &str, rows: impl IntoIterator<Item = T>) -> Pending<LoadRows> {
        LoadRows::into_target(Target::NewApp(self.clone()), table, rows)
    }
}

/// # Loading rows
impl Pending<LoadRows> {
    /// Loads rows as one more table; rows for a table that is there already are added to it.
    pub fn with_rows<T: Serialize>(mut self, table: &str, rows: impl IntoIterator<Item = T>) -> Self {
        self.operation.tables = self.operation.tables.and_then(|mut tables| {
            tables.add(table, rows)?;
            Ok(tables)
        });
        self
    }

    /// Makes dates of fields: of texts such as `2024-01-31`, which chrono's dates are for serde, and of numbers of days
    /// since 30 December 1899.
    pub fn with_dates<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        if let Ok(tables) = &mut self.operation.tables {
            tables.dates.extend(fields.into_iter().map(Into::into));
        }
        self
    }

    /// Makes dates with times of fields: of texts such as `2024-01-31T12:30:00.5Z`, and of numbers of days since 30
    /// December 1899. A time that says how far it is from UTC is turned into UTC.
    pub fn with_timestamps<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        if let Ok(tables) = &mut self.operation.tables {
            tables.timestamps.extend(fields.into_iter().map(Into::into));
        }
        self
    }

    /// The script, to be read, or to be run with more statements after it:
    /// `doc.reload().with_script(script + more)`.
    ///
    /// # Errors
    ///
    /// [`LoadError`] if the rows are no table.
    pub fn script(self) -> Result<String, Error> {
        Ok(self.operation.tables?.script()?)
    }
}

impl Run for LoadRows {
    type Output = Doc;

    async fn run(self, options: CallOptions) -> Result<Doc, Error> {
        let script = self.tables?.script()?;
        let doc = match self.target {
            Target::NewApp(session) => session.create_session_app().with_options(options.clone()).await?.doc,
            Target::App(doc) => doc,
        };
        Reload::new(&doc).with_script(script).with_options(options).await?;
        Ok(doc)
    }
}
