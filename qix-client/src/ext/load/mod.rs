//! Loads data of the program as tables of an app, with an inline script.

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

/// Loads rows as tables; see [`DocExt::load_rows`](crate::DocExt::load_rows). The result is the app.
#[derive(Debug)]
pub struct LoadRows {
    target: Destination,
    tables: Result<Tables, LoadError>,
}

#[derive(Debug)]
enum Destination {
    NewApp(Session),
    App(Doc),
}

impl LoadRows {
    pub(super) fn new<T: Serialize>(doc: &Doc, table: String, rows: impl IntoIterator<Item = T>) -> Pending<Self> {
        Self::into_target(Destination::App(doc.clone()), table, rows)
    }

    fn into_target<T: Serialize>(
        target: Destination,
        table: String,
        rows: impl IntoIterator<Item = T>,
    ) -> Pending<Self> {
        Pending::new(Self { target, tables: Ok(Tables::default()) }).with_rows(table, rows)
    }
}

impl Session {
    /// Loads rows as a table of a new session app; see [`DocExt::load_rows`](crate::DocExt::load_rows).
    ///
    /// # Errors
    ///
    /// Also returns the errors of [`create_session_app`](GlobalApi::create_session_app), such as 1002 if the session
    /// has an open app.
    pub fn load_rows<T: Serialize>(
        &self,
        table: impl Into<String>,
        rows: impl IntoIterator<Item = T>,
    ) -> Pending<LoadRows> {
        LoadRows::into_target(Destination::NewApp(self.clone()), table.into(), rows)
    }
}

/// # Loading rows
impl Pending<LoadRows> {
    /// Loads rows as another table, or adds them to a table that was added before.
    pub fn with_rows<T: Serialize>(mut self, table: impl Into<String>, rows: impl IntoIterator<Item = T>) -> Self {
        self.operation.tables = self.operation.tables.and_then(|mut tables| {
            tables.add(&table.into(), rows)?;
            Ok(tables)
        });
        self
    }

    /// Loads fields as dates: strings such as `2024-01-31`, which is how chrono serializes dates, and days since
    /// December 30, 1899.
    pub fn with_dates<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        if let Ok(tables) = &mut self.operation.tables {
            tables.dates.extend(fields.into_iter().map(Into::into));
        }
        self
    }

    /// Loads fields as timestamps: strings such as `2024-01-31T12:30:00.5Z`, and days since December 30, 1899. Times
    /// with a UTC offset are converted to UTC.
    pub fn with_timestamps<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        if let Ok(tables) = &mut self.operation.tables {
            tables.timestamps.extend(fields.into_iter().map(Into::into));
        }
        self
    }

    /// Returns the script, for example to add statements:
    /// `doc.reload().with_script(script + more)`.
    ///
    /// # Errors
    ///
    /// Returns a [`LoadError`] if the rows are not a table.
    pub fn script(self) -> Result<String, Error> {
        Ok(self.operation.tables?.script()?)
    }
}

impl Run for LoadRows {
    type Output = Doc;

    async fn run(self, options: CallOptions) -> Result<Doc, Error> {
        let script = self.tables?.script()?;
        let doc = match self.target {
            Destination::NewApp(session) => session.create_session_app().with_options(options.clone()).await?.doc,
            Destination::App(doc) => doc,
        };
        Reload::new(&doc).with_script(script).with_options(options).await?;
        Ok(doc)
    }
}
