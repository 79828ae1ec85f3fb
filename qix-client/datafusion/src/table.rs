//! Tables of apps as tables of DataFusion.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Statistics;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::Engine;
use crate::model::{self, Table};
use crate::scan::{Grouped, Read, Selection, TableScan, selected_column};

/// A table of an app's data model.
///
/// Get it from a [catalog](crate::EngineCatalog).
#[derive(Clone, Debug)]
pub struct EngineTable {
    pub(crate) engine: Arc<Engine>,
    pub(crate) table: Arc<Table>,
    schema: SchemaRef,
}

impl EngineTable {
    pub(crate) fn new(engine: Arc<Engine>, table: Table) -> Self {
        let schema = model::schema(&table.columns);
        Self { engine, table: Arc::new(table), schema }
    }

    /// The scan of some columns of the rows that fulfill all conditions.
    pub(crate) fn read(&self, columns: Vec<usize>, conditions: &[Expr], limit: Option<usize>) -> Result<TableScan> {
        let selections = selections(&self.table, conditions)?;
        let cube = self.table.counter().map(|counter| Grouped { counter: counter.to_owned(), measures: None });
        let read = match cube {
            Some(cube) if !selections.is_empty() || self.table.prefers_cube(&columns, limit) => Read::Cube(cube),
            _ if selections.is_empty() => Read::Rows,
            _ => return Err(DataFusionError::Internal("rows of tables cannot be selected".to_owned())),
        };
        Ok(TableScan { table: Arc::clone(&self.table), columns: columns.into(), read, selections })
    }
}

/// Conditions that the engine evaluates, one for each column.
pub(crate) fn selections(table: &Table, conditions: &[Expr]) -> Result<Vec<Selection>> {
    let mut selections: Vec<Selection> = Vec::new();
    for condition in conditions {
        let Some(column) = selected_column(table, condition) else {
            return Err(DataFusionError::Internal(format!("the engine cannot evaluate `{condition}`")));
        };
        match selections.iter_mut().find(|selection| selection.column == column) {
            Some(own) => own.condition = own.condition.clone().and(condition.clone()),
            None => selections.push(Selection { column, condition: condition.clone() }),
        }
    }
    Ok(selections)
}

impl Table {
    pub(crate) fn position(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.field == field)
    }

    /// A field that has a value in each row of this table, and in no other table. Counting its values counts rows.
    pub(crate) fn counter(&self) -> Option<&str> {
        self.columns.iter().find(|column| !column.has_null && !column.is_key).map(|column| &*column.field)
    }

    /// Whether a cube of the columns is much smaller than the rows, or the only way to read them.
    fn prefers_cube(&self, columns: &[usize], limit: Option<usize>) -> bool {
        if columns.iter().any(|at| self.columns[*at].has_blanks) {
            return true;
        }
        let rows = limit.map_or(self.rows, |limit| self.rows.min(limit as u64));
        let cells = rows.saturating_mul(self.columns.len() as u64);
        self.groups(columns).saturating_mul(columns.len() as u64 + 1) < cells / 2
    }

    /// The most groups that the rows can have by the values of some columns.
    pub(crate) fn groups(&self, columns: &[usize]) -> u64 {
        let values = columns.iter().map(|at| self.columns[*at].values + u64::from(self.columns[*at].has_null));
        values.fold(1, u64::saturating_mul).min(self.rows)
    }
}

#[async_trait]
impl TableProvider for EngineTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let can_select = self.table.counter().is_some();
        let support = |filter: &&Expr| match can_select && selected_column(&self.table, filter).is_some() {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.table.columns.len()).collect());
        let scan = self.read(columns, filters, limit)?;
        Ok(scan.plan(&self.engine, state.config().target_partitions(), limit))
    }

    fn statistics(&self) -> Option<Statistics> {
        let columns = (0..self.table.columns.len()).collect();
        self.read(columns, &[], None).ok().map(|scan| scan.statistics())
    }
}
