//! Data of the program as tables of an app, by an inline script.

mod cell;
mod column;
mod date;
mod error;
mod row;
mod script;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use qix_schema::{Doc, Error, GlobalApi};
use serde::Serialize;

use crate::{Reload, Session};

pub use error::LoadError;
use script::Tables;

/// Loading rows of the program's own.
pub trait LoadRows {
    /// Loads rows as a table: into a new session app, or into an app that is open, whose script and data they replace.
    ///
    /// A row is a struct or a map; its fields' names, as serde has them, are those of the columns. Numbers stay numbers,
    /// texts stay texts, whatever they look like; `None` is null; true is -1 and false is 0; `NaN` is null. A field that
    /// only some rows have is null in the others. Tables are associated by the fields that they share, as always.
    ///
    /// The rows are written into a load script of inline tables, so that everything that a script can do can follow;
    /// see [`script`](Loading::script). What an inline table would take for something else (delimiters, brackets, quotes,
    /// line ends, blanks at the ends, `$(…)`) is written in a code and read back by the script.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Sale {
    ///     region: &'static str,
    ///     day: &'static str,
    ///     amount: Option<f64>,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// let sales = [
    ///     Sale { region: "North", day: "2024-01-31", amount: Some(12.5) },
    ///     Sale { region: "South [new]", day: "2024-02-01", amount: None },
    /// ];
    /// let doc = session.load_rows("Sales", sales).with_dates(["day"]).await?;
    /// assert_eq!(doc.evaluate("Sum(amount)").await?, "12.5");
    /// assert_eq!(doc.evaluate("Year(Max(day)) & Only({<day={45323}>} region)").await?, "2024South [new]");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoadError`] if the rows are no table, before anything is sent; otherwise what [`Reload::reload`] says, and for a
    /// new app what [`create_session_app`](GlobalApi::create_session_app) says, such as 1002 if the session has an app
    /// open.
    fn load_rows<T: Serialize>(&self, table: &str, rows: impl IntoIterator<Item = T>) -> Loading<'_>;
}

impl LoadRows for Session {
    fn load_rows<T: Serialize>(&self, table: &str, rows: impl IntoIterator<Item = T>) -> Loading<'_> {
        Loading { target: Target::NewApp(self), tables: Ok(Tables::default()) }.and_rows(table, rows)
    }
}

impl LoadRows for Doc {
    fn load_rows<T: Serialize>(&self, table: &str, rows: impl IntoIterator<Item = T>) -> Loading<'_> {
        Loading { target: Target::App(self), tables: Ok(Tables::default()) }.and_rows(table, rows)
    }
}

/// Tables that are about to be loaded; awaiting it loads them, and gives the app. See [`LoadRows::load_rows`].
#[must_use = "nothing is loaded before this is awaited"]
pub struct Loading<'a> {
    target: Target<'a>,
    tables: Result<Tables, LoadError>,
}

#[derive(Debug)]
enum Target<'a> {
    NewApp(&'a Session),
    App(&'a Doc),
}

impl<'a> Loading<'a> {
    /// Loads rows as one more table; rows for a table that is there already are added to it.
    pub fn and_rows<T: Serialize>(mut self, table: &str, rows: impl IntoIterator<Item = T>) -> Self {
        self.tables = self.tables.and_then(|mut tables| {
            tables.add(table, rows)?;
            Ok(tables)
        });
        self
    }

    /// Makes dates of fields: of texts such as `2024-01-31`, which chrono's dates are for serde, and of numbers of days
    /// since 30 December 1899.
    pub fn with_dates<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        if let Ok(tables) = &mut self.tables {
            tables.dates.extend(fields.into_iter().map(Into::into));
        }
        self
    }

    /// Makes dates with times of fields: of texts such as `2024-01-31T12:30:00.5Z`, and of numbers of days since 30
    /// December 1899. A time that says how far it is from UTC is turned into UTC.
    pub fn with_timestamps<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        if let Ok(tables) = &mut self.tables {
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
        Ok(self.tables?.script()?)
    }

    async fn load(self) -> Result<Doc, Error> {
        let script = self.tables?.script()?;
        let doc = match self.target {
            Target::NewApp(session) => session.create_session_app().await?.doc,
            Target::App(doc) => doc.clone(),
        };
        doc.reload().with_script(script).await?;
        Ok(doc)
    }
}

impl<'a> IntoFuture for Loading<'a> {
    type Output = Result<Doc, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.load())
    }
}

impl fmt::Debug for Loading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loading").field("target", &self.target).finish_non_exhaustive()
    }
}
