//! The tables of an app, as SQL sees them.

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::error::Result;
use qix_client::prelude::*;
use qix_client::quote_name;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::engine::Engine;
use crate::error::failed;

/// A table of a data model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) app: String,
    pub(crate) name: String,
    pub(crate) rows: u64,
    /// All fields, in the order of the cells in a row.
    pub(crate) columns: Vec<Column>,
    /// The time of the reload that the numbers here belong to.
    pub(crate) reloaded: String,
}

/// A field of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) field: String,
    pub(crate) kind: Kind,
    /// Whether other tables contain the field.
    pub(crate) is_key: bool,
    pub(crate) has_null: bool,
    /// Whether the column contains null and the empty string, which look the same in rows of tables.
    pub(crate) has_blanks: bool,
    /// Whether the field contains both numbers and texts. What is displayed for a number is then its value.
    pub(crate) is_mixed: bool,
    /// The number of distinct values in this table.
    pub(crate) values: u64,
    /// The number of distinct values in all tables.
    pub(crate) all_values: u64,
}

/// The type of a column: a [`ColumnType`] that can be sent to another machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Kind {
    Text,
    Number,
    Integer,
    Date,
    Timestamp,
    Boolean,
}

impl Kind {
    pub(crate) fn column_type(self) -> ColumnType {
        match self {
            Self::Text => ColumnType::Text,
            Self::Number => ColumnType::Number,
            Self::Integer => ColumnType::Integer,
            Self::Date => ColumnType::Date,
            Self::Timestamp => ColumnType::Timestamp,
            Self::Boolean => ColumnType::Boolean,
        }
    }

    /// The kind of columns of an Arrow type, if any.
    pub(crate) fn of_arrow(of: &DataType) -> Option<Self> {
        let all = [Self::Text, Self::Number, Self::Integer, Self::Date, Self::Timestamp, Self::Boolean];
        all.into_iter().find(|kind| kind.column_type().data_type() == *of)
    }

    fn of_tags(tags: &[String]) -> Self {
        match ColumnType::of_tags(tags) {
            ColumnType::Number => Self::Number,
            ColumnType::Integer => Self::Integer,
            ColumnType::Date => Self::Date,
            ColumnType::Timestamp => Self::Timestamp,
            ColumnType::Boolean => Self::Boolean,
            _ => Self::Text,
        }
    }
}

impl Column {
    pub(crate) fn arrow(&self) -> Field {
        Field::new(&self.field, self.kind.column_type().data_type(), true)
    }
}

/// The schema of some columns.
pub(crate) fn schema<'c>(columns: impl IntoIterator<Item = &'c Column>) -> SchemaRef {
    Arc::new(Schema::new(columns.into_iter().map(Column::arrow).collect::<Vec<_>>()))
}

/// Reads the tables of an app, except for tables that contain no fields.
pub(crate) async fn tables(engine: &Engine, app: &str) -> Result<Vec<Table>> {
    let lease = engine.open(app).await?;
    let tables = read(lease.doc(), app).await.map_err(|error| failed(format_args!("app `{app}`"), error))?;
    lease.hand_back();
    Ok(tables)
}

async fn read(doc: &Doc, app: &str) -> Result<Vec<Table>, qix_client::Error> {
    let reloaded = last_reload(doc).await?;
    let model = doc.get_tables_and_keys(Size::default(), Size::default(), 0, false, false).await?;
    let mut tables = Vec::new();
    for record in model.tr {
        let mut columns = Vec::new();
        for field in &record.fields {
            columns.push(column(doc, field).await?);
        }
        let rows = u64::try_from(record.no_of_rows).unwrap_or(0);
        tables.push(Table { app: app.to_owned(), name: record.name, rows, columns, reloaded: reloaded.clone() });
    }
    Ok(tables)
}

/// The time of the last reload, in the engine's notation.
pub(crate) async fn last_reload(doc: &Doc) -> Result<String, qix_client::Error> {
    Ok(doc.get_app_layout().await?.last_reload_time)
}

async fn column(doc: &Doc, field: &FieldInTableData) -> Result<Column, qix_client::Error> {
    let tagged = |tag: &str| field.tags.iter().any(|own| own == tag);
    let kind = Kind::of_tags(&field.tags);
    let is_text = kind == Kind::Text;
    let has_blanks = is_text && field.has_null && has_empty_string(doc, &field.name).await?;
    Ok(Column {
        field: field.name.clone(),
        kind,
        is_key: field.key_type != KeyType::NotKey || field.is_synthetic,
        has_null: field.has_null,
        has_blanks,
        is_mixed: is_text && !tagged("$text") && field.n_present_distinct_values > 0,
        values: u64::try_from(field.n_present_distinct_values).unwrap_or(0),
        all_values: u64::try_from(field.n_total_distinct_values).unwrap_or(0),
    })
}

/// Whether any value of a field is the empty string.
async fn has_empty_string(doc: &Doc, field: &str) -> Result<bool, qix_client::Error> {
    let field = quote_name(field);
    let count = format!("Count({{1}} If(not IsNull({field}) and Len({field}) = 0, 1))");
    Ok(doc.evaluate_ex(&count).await?.number > 0.0)
}
