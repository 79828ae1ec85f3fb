//! The declared results of SQL statements.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::rows::Input;
use super::split::first_word;
use crate::value::{Dual, Settings, interpret};

/// The result of a SQL statement. The engine has no database: a statement without a declared result makes the reload
/// fail.
///
/// A script must open the connection first. Keywords match in any case, and any white space matches any other.
///
/// ```
/// use qix_test_engine::{App, SqlResult};
/// use serde_json::json;
///
/// let sales = SqlResult::new("warehouse", "SELECT region, amount FROM sales", ["region", "amount"])
///     .row([json!("North"), json!(120)])
///     .row([json!("South"), json!(null)]);
/// let app = App::new("a")
///     .script("LIB CONNECT TO 'warehouse';\nSales: LOAD *; SQL SELECT region, amount FROM sales;")
///     .sql_result(sales);
/// # let _ = app;
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlResult {
    connection: String,
    statement: String,
    fields: Vec<String>,
    #[serde(default)]
    rows: Vec<Vec<Value>>,
}

impl SqlResult {
    /// Creates a result without rows: the name of the data connection, the statement, and the names of its fields.
    pub fn new<F: Into<String>>(
        connection: impl Into<String>,
        statement: impl Into<String>,
        fields: impl IntoIterator<Item = F>,
    ) -> Self {
        Self {
            connection: connection.into(),
            statement: statement.into(),
            fields: fields.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Each value is a string, a number, or null.
    #[must_use]
    pub fn row(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.rows.push(values.into_iter().collect());
        self
    }

    /// Reads a JSON file: a list of results, each with `connection`, `statement`, `fields`, and `rows`.
    ///
    /// # Errors
    /// If the file cannot be read or does not have this form.
    pub fn from_file(file: impl AsRef<Path>) -> io::Result<Vec<Self>> {
        let file = file.as_ref();
        let fault = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| fault(&error))?;
        serde_json::from_str(&text).map_err(|error| fault(&error))
    }

    fn name(&self) -> String {
        format!("the result of `{}` on `{}`", self.statement, self.connection)
    }

    fn check(&self) -> Result<(), String> {
        let mut names = HashSet::new();
        if self.fields.is_empty() {
            return Err(format!("{} has no fields", self.name()));
        }
        if let Some(field) = self.fields.iter().find(|field| !names.insert(field.as_str())) {
            return Err(format!("{} has the field `{field}` twice", self.name()));
        }
        for (at, row) in self.rows.iter().enumerate() {
            if row.len() != self.fields.len() {
                let (found, wanted) = (row.len(), self.fields.len());
                return Err(format!("{} has {found} instead of {wanted} values in row {}", self.name(), at + 1));
            }
            if let Some(value) = row.iter().find(|value| value.is_object() || value.is_array() || value.is_boolean()) {
                return Err(format!("{}: expected a text, a number, or null, found {value}", self.name()));
            }
        }
        Ok(())
    }

    /// Its rows. Texts that look like numbers are numbers, as in all sources.
    pub(super) fn input(&self, settings: &Settings) -> Input {
        let value = |value: &Value| match value {
            Value::Number(number) => Dual::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => interpret(text, settings),
            _ => Dual::Null,
        };
        let names = self.fields.iter().map(|field| field.as_str().into()).collect();
        Input::new(names, self.rows.iter().map(|row| row.iter().map(value).collect()).collect())
    }
}

/// The declared results of all statements.
#[derive(Clone, Debug, Default)]
pub struct Databases(Vec<Arc<SqlResult>>);

impl Databases {
    /// Adds a result.
    ///
    /// # Errors
    /// If it is inconsistent, or the statement has a result already.
    pub fn add(&mut self, result: SqlResult) -> Result<(), String> {
        result.check()?;
        if self.find(&result.connection, &result.statement).is_some() {
            return Err(format!("{} is declared twice", result.name()));
        }
        self.0.push(Arc::new(result));
        Ok(())
    }

    /// Adds the results of another list, which take precedence.
    pub(crate) fn and(&self, own: &Self) -> Self {
        Self(own.0.iter().chain(&self.0).cloned().collect())
    }

    pub(super) fn has(&self, connection: &str) -> bool {
        self.0.iter().any(|result| result.connection == connection)
    }

    pub(super) fn find(&self, connection: &str, statement: &str) -> Option<Arc<SqlResult>> {
        let wanted = comparable(statement);
        let found =
            |result: &&Arc<SqlResult>| result.connection == connection && comparable(&result.statement) == wanted;
        self.0.iter().find(found).cloned()
    }
}

/// A statement without `SQL`, in lower case and with single blanks outside of quotes.
fn comparable(statement: &str) -> String {
    let statement = statement.trim().trim_end_matches(';').trim_end();
    let mut rest = match first_word(statement) {
        word if word == "sql" => statement[word.len()..].trim_start(),
        _ => statement,
    };
    let mut result = String::with_capacity(rest.len());
    while let Some(c) = rest.chars().next() {
        let close = match c {
            '\'' | '"' | '`' => Some(c),
            '[' => Some(']'),
            _ => None,
        };
        let length = match close {
            Some(close) => rest[1..].find(close).map_or(rest.len(), |end| end + 2),
            None if c.is_whitespace() => rest.len() - rest.trim_start().len(),
            None => c.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        match close {
            Some(_) => result.push_str(part),
            None if c.is_whitespace() => result.push(' '),
            None => result.extend(part.chars().flat_map(char::to_lowercase)),
        }
        rest = after;
    }
    result
}

/// The name of the table that a statement selects from, which is also the name of the loaded table.
pub(super) fn table_of(statement: &str) -> Option<&str> {
    let (at, ()) =
        super::split::scan(statement, |rest, word_start| (word_start && first_word(rest) == "from").then_some(()))?;
    let rest = statement[at + 4..].trim_start();
    let mut end = 0;
    while let Some(c) = rest[end..].chars().next().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '(' | ')' | ';'))
    {
        let close = match c {
            '"' | '`' => Some(c),
            '[' => Some(']'),
            _ => None,
        };
        end += match close {
            Some(close) => rest[end + 1..].find(close).map_or(rest.len() - end, |length| length + 2),
            None => c.len_utf8(),
        };
    }
    let path = &rest[..end];
    let unquoted = super::statement::unquoted(path);
    let name = if unquoted.len() < path.len() {
        unquoted
    } else {
        super::statement::unquoted(path.rsplit('.').next().unwrap_or(path))
    };
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn statements_match_outside_of_quotes_in_any_case() {
        let mut databases = Databases::default();
        databases.add(SqlResult::new("db", "SELECT a\nFROM t WHERE b = 'X  y'", ["a"])).unwrap();
        let found = |connection: &str, statement: &str| databases.find(connection, statement).is_some();
        assert!(found("db", "sql select A from  T where b = 'X  y' ;"));
        assert!(!found("db", "select a from t where b = 'x  y'"));
        assert!(!found("db", "select a from t where b = 'X y'"));
        assert!(!found("DB", "select a from t where b = 'X  y'"));
        assert!(!found("db", "select a from t"));
    }

    #[test]
    fn inconsistent_results_are_refused() {
        let fault = |result: SqlResult| Databases::default().add(result).expect_err("it is inconsistent");
        let result = || SqlResult::new("db", "SELECT a", ["a", "b"]);
        assert!(fault(result().row([json!(1)])).contains("1 instead of 2 values in row 1"));
        assert!(fault(result().row([json!(1), json!(true)])).contains("found true"));
        assert!(fault(SqlResult::new("db", "SELECT a", ["a", "a"])).contains("the field `a` twice"));
        assert!(fault(SqlResult::new("db", "SELECT a", [""; 0])).contains("has no fields"));
        let mut databases = Databases::default();
        databases.add(result()).unwrap();
        assert!(databases.add(SqlResult::new("db", "sql  select A;", ["c"])).unwrap_err().contains("twice"));
    }

    #[test]
    fn a_statement_names_its_table() {
        assert_eq!(table_of("SELECT a FROM t"), Some("t"));
        assert_eq!(table_of("select a, 'from x' from \"s\".[t u] WHERE b"), Some("t u"));
        assert_eq!(table_of("SELECT a FROM [s.t]"), Some("s.t"));
        assert_eq!(table_of("SELECT a FROM s.t, u"), Some("t"));
        assert_eq!(table_of("EXEC p"), None);
        assert_eq!(table_of("SELECT a FROM (SELECT 1)"), None);
    }
}
