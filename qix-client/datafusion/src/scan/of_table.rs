//! What is read from a table of a data model.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use super::source::{Batches, Part, Source, all};
use super::{Scan, cube, rows};
use crate::engine::Engine;
use crate::model::{Column, Kind, Table};

/// What is read from a table.
#[derive(Clone, Debug)]
pub(crate) struct TableScan {
    pub(crate) table: Arc<Table>,
    /// The columns that are read, by their position in the table.
    pub(crate) columns: Arc<[usize]>,
    pub(crate) read: Read,
    /// Conditions on the rows.
    pub(crate) selections: Vec<Selection>,
}

/// How it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Read {
    /// All rows, with all cells.
    Rows,
    /// As a cube of the columns.
    Cube(Grouped),
}

/// A cube whose dimensions are columns of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grouped {
    /// A field that has a value in each row of the table, and in no other table.
    pub(crate) counter: String,
    /// The results of each group, after their number of rows. Without them, each group is repeated as often as it has
    /// rows.
    pub(crate) measures: Option<Vec<Measure>>,
}

/// A result of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Measure {
    pub(crate) expression: String,
    pub(crate) kind: Kind,
}

/// A condition that is evaluated as a selection of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selection {
    pub(crate) column: usize,
    pub(crate) condition: Expr,
}

impl TableScan {
    pub(crate) fn columns(&self) -> impl ExactSizeIterator<Item = &Column> {
        self.columns.iter().map(|at| &self.table.columns[*at])
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        let mut fields: Vec<Field> = self.columns().map(Column::arrow).collect();
        if let Read::Cube(Grouped { counter, measures: Some(measures) }) = &self.read {
            fields.push(Field::new(cube::count(counter), DataType::Int64, true));
            fields.extend(
                measures.iter().map(|own| Field::new(&own.expression, own.kind.column_type().data_type(), true)),
            );
        }
        Arc::new(Schema::new(fields))
    }

    /// The plan that reads it, in at most `partitions` parts at the same time.
    pub(crate) fn plan(self, engine: &Arc<Engine>, partitions: usize, limit: Option<usize>) -> Arc<dyn ExecutionPlan> {
        let most = partitions.min(engine.most_sessions());
        let parts: Vec<Vec<Part>> = self.parts(most).map(|rows| vec![Part { table: 0, rows }]).collect();
        Source::new(Arc::clone(engine), Scan::Table(self)).plan(parts, limit)
    }

    /// Ranges of rows that different sessions can read.
    pub(crate) fn parts(&self, most: usize) -> impl Iterator<Item = Range<u64>> + use<> {
        let rows = self.table.rows;
        let parts = match self.read {
            Read::Rows => rows.div_ceil(ROWS_OF_PART).clamp(1, most.max(1) as u64),
            Read::Cube(_) => 1,
        };
        (0..parts).map(move |part| rows * part / parts..rows * (part + 1) / parts)
    }

    /// Reads a range of rows, at most `limit`, and perhaps the rest of a page.
    pub(crate) async fn read(
        &self,
        engine: Arc<Engine>,
        mut rows: Range<u64>,
        limit: Option<usize>,
    ) -> Result<Batches> {
        if let Read::Cube(grouped) = &self.read {
            return Ok(all(cube::read(&engine, self, grouped, limit).await?));
        }
        if let Some(limit) = limit {
            rows.end = rows.end.min(rows.start + limit as u64);
        }
        Ok(rows::read(engine, Arc::clone(&self.table), Arc::clone(&self.columns), rows).boxed())
    }

    pub(crate) fn statistics(&self) -> Statistics {
        let mut statistics = Statistics::new_unknown(&self.schema());
        let is_grouped = matches!(&self.read, Read::Cube(Grouped { measures: Some(_), .. }));
        if self.selections.is_empty() && !is_grouped {
            statistics.num_rows = Precision::Exact(self.table.rows as usize);
        }
        statistics
    }
}

impl fmt::Display for TableScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.read {
            Read::Rows => write!(f, "rows of {} with {} fields", self.table.name, self.table.columns.len())?,
            Read::Cube(grouped) => {
                let dimensions: Vec<&str> = self.columns().map(|column| column.field.as_str()).collect();
                write!(f, "cube of [{}] by [{}", dimensions.join(", "), cube::count(&grouped.counter))?;
                for measure in grouped.measures.iter().flatten() {
                    write!(f, ", {}", measure.expression)?;
                }
                f.write_str("]")?;
            }
        }
        if !self.selections.is_empty() {
            let conditions = self.selections.iter().map(|selection| selection.condition.to_string());
            write!(f, ", selected=[{}]", conditions.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

/// The fewest rows for which another session is worth it.
const ROWS_OF_PART: u64 = 1_000;
