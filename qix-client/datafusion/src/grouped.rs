//! `GROUP BY` over one table as a cube.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column as ColumnRef, ScalarValue, TableReference};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::error::Result;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{max, min, sum};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    Aggregate, Expr, LogicalPlan, LogicalPlanBuilder, TableScan as Leaf, TableType, cast, lit, when,
};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::expressions::col;
use datafusion::physical_plan::projection::ProjectionExec;
use qix_client::quote_name;

use crate::engine::Engine;
use crate::model::{Column, Kind, Table};
use crate::scan::{Grouped, Measure, Read, TableScan};
use crate::table::{EngineTable, selections};

/// An optimizer rule that lets the engine group the rows of a table.
///
/// It replaces an aggregation of rows by an aggregation of the rows of a cube, which has the groups and their sums,
/// numbers of values, smallest, and largest values. DataFusion therefore decides what is equal and what an empty group
/// is, and only few rows are moved.
///
/// It applies to `count`, `sum`, `min`, `max`, and `avg` of numbers and dates, to `DISTINCT`, and to groups by any
/// expression. It does not apply to fields that associate tables, because the engine would also aggregate the values in
/// other tables.
#[derive(Debug, Default)]
pub(crate) struct GroupByCube;

/// The name of the rule.
pub(crate) const NAME: &str = "qix_group_by_cube";

impl OptimizerRule for GroupByCube {
    fn name(&self) -> &str {
        NAME
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Aggregate(aggregate) = &plan else { return Ok(Transformed::no(plan)) };
        Ok(match rewrite(aggregate)? {
            Some(new) => Transformed::yes(new),
            None => Transformed::no(plan),
        })
    }
}

fn rewrite(aggregate: &Aggregate) -> Result<Option<LogicalPlan>> {
    let mut dimensions = BTreeSet::new();
    let mut conditions = Vec::new();
    let Some((scan, qualifier)) = leaf(&aggregate.input, &mut conditions) else { return Ok(None) };
    let provider = source_as_provider(&scan.source)?;
    let Some(own) = provider.downcast_ref::<EngineTable>() else { return Ok(None) };
    let table = &own.table;
    let Some(counter) = table.counter() else { return Ok(None) };
    for part in aggregate.group_expr.iter().chain(&conditions) {
        if part.is_volatile() || matches!(part, Expr::GroupingSet(_)) || part.contains_outer() {
            return Ok(None);
        }
        for name in part.column_refs() {
            let Some(at) = table.position(&name.name) else { return Ok(None) };
            dimensions.insert(at);
        }
    }
    let mut cube = Cube { table, qualifier: &qualifier, measures: Vec::new() };
    let mut partials = Vec::new();
    let mut results = Vec::new();
    for function in &aggregate.aggr_expr {
        let Some(result) = cube.result(function, counter, &mut partials) else { return Ok(None) };
        results.push(result);
    }
    let measures = cube.measures;
    let columns: Vec<usize> = dimensions.into_iter().collect();
    let groups = table.groups(&columns);
    if groups.saturating_mul(2) > table.rows && scan.filters.is_empty() {
        return Ok(None);
    }
    let read = TableScan {
        table: Arc::clone(table),
        columns: columns.into(),
        read: Read::Cube(Grouped { counter: counter.to_owned(), measures: Some(measures) }),
        selections: selections(table, &scan.filters)?,
    };
    let grouped = GroupedTable::new(Arc::clone(&own.engine), read);
    if has_duplicates(&grouped.schema) {
        return Ok(None);
    }
    let leaf = LogicalPlanBuilder::scan(scan.table_name.clone(), provider_as_source(Arc::new(grouped)), None)?;
    let input = above(&aggregate.input, leaf)?;
    let aggregated = input.aggregate(aggregate.group_expr.clone(), partials)?.build()?;
    let keys = aggregate.group_expr.len();
    let mut outputs = Vec::new();
    for at in 0..keys {
        outputs.push(Expr::Column(ColumnRef::from(aggregated.schema().qualified_field(at))));
    }
    for result in results {
        outputs.push(result.finish(&aggregated, keys)?);
    }
    for (at, output) in outputs.iter_mut().enumerate() {
        let (relation, field) = aggregate.schema.qualified_field(at);
        *output = std::mem::take(output).alias_qualified(relation.cloned(), field.name());
    }
    Ok(Some(LogicalPlanBuilder::from(aggregated).project(outputs)?.build()?))
}

/// The scan below, and how its columns are qualified above it. Collects the conditions between.
fn leaf<'p>(plan: &'p LogicalPlan, conditions: &mut Vec<Expr>) -> Option<(&'p Leaf, TableReference)> {
    match plan {
        LogicalPlan::TableScan(scan) if scan.fetch.is_none() => Some((scan, scan.table_name.clone())),
        LogicalPlan::SubqueryAlias(alias) => {
            let (scan, _) = leaf(&alias.input, conditions)?;
            Some((scan, alias.alias.clone()))
        }
        LogicalPlan::Filter(filter) => {
            conditions.push(filter.predicate.clone());
            leaf(&filter.input, conditions)
        }
        LogicalPlan::Projection(projection) if projection.expr.iter().all(|part| matches!(part, Expr::Column(_))) => {
            leaf(&projection.input, conditions)
        }
        _ => None,
    }
}

/// What is above the scan, above another leaf.
fn above(plan: &LogicalPlan, leaf: LogicalPlanBuilder) -> Result<LogicalPlanBuilder> {
    match plan {
        LogicalPlan::SubqueryAlias(alias) => above(&alias.input, leaf)?.alias(alias.alias.clone()),
        LogicalPlan::Filter(filter) => above(&filter.input, leaf)?.filter(filter.predicate.clone()),
        LogicalPlan::Projection(projection) => above(&projection.input, leaf),
        _ => Ok(leaf),
    }
}

fn has_duplicates(schema: &SchemaRef) -> bool {
    let mut names = BTreeSet::new();
    !schema.fields().iter().all(|field| names.insert(field.name()))
}

struct Cube<'t> {
    table: &'t Table,
    qualifier: &'t TableReference,
    measures: Vec<Measure>,
}

/// A result, from the positions of the aggregations of the cube's rows.
enum Finish {
    /// As it is.
    Own(usize),
    /// A number, 0 if there are no rows.
    Count(usize),
    /// A sum divided by a number.
    Average(usize, usize),
}

impl Finish {
    fn finish(self, plan: &LogicalPlan, keys: usize) -> Result<Expr> {
        let column = |at: usize| Expr::Column(ColumnRef::from(plan.schema().qualified_field(keys + at)));
        Ok(match self {
            Self::Own(at) => column(at),
            Self::Count(at) => coalesce(vec![column(at), lit(0_i64)]),
            Self::Average(total, count) => {
                let mean = cast(column(total), DataType::Float64) / cast(column(count), DataType::Float64);
                when(column(count).gt(lit(0_i64)), mean).end()?
            }
        })
    }
}

impl<'t> Cube<'t> {
    /// How the cube answers an aggregation; `None` if it cannot.
    fn result(&mut self, function: &Expr, counter: &str, partials: &mut Vec<Expr>) -> Option<Finish> {
        let mut function = function;
        while let Expr::Alias(alias) = function {
            function = &alias.expr;
        }
        let Expr::AggregateFunction(AggregateFunction { func, params }) = function else { return None };
        if params.distinct || params.filter.is_some() || !params.order_by.is_empty() {
            return None;
        }
        let [argument] = params.args.as_slice() else { return None };
        let mut add = |partial: Expr| match partials.iter().position(|own| *own == partial) {
            Some(at) => at,
            None => {
                partials.push(partial);
                partials.len() - 1
            }
        };
        if func.name() == "count" && matches!(argument, Expr::Literal(value, _) if !value.is_null()) {
            let rows = self.column(&format!("Count({})", quote_name(counter)));
            return Some(Finish::Count(add(sum(rows))));
        }
        let column = self.argument(argument)?;
        if column.is_key || column.is_mixed {
            return None;
        }
        if func.name() == "count" {
            // Texts can be counted, too.
            let count = self.measure("Count", column, Kind::Integer);
            return Some(Finish::Count(add(sum(count))));
        }
        if matches!(column.kind, Kind::Text | Kind::Boolean) {
            return None;
        }
        match func.name() {
            "min" => {
                let least = self.measure("Min", column, column.kind);
                Some(Finish::Own(add(min(least))))
            }
            "max" => {
                let most = self.measure("Max", column, column.kind);
                Some(Finish::Own(add(max(most))))
            }
            "sum" => {
                let total = self.total(column)?;
                Some(Finish::Own(add(sum(total))))
            }
            "avg" => {
                let total = self.total(column)?;
                let count = self.measure("Count", column, Kind::Integer);
                Some(Finish::Average(add(sum(total)), add(sum(count))))
            }
            _ => None,
        }
    }

    /// The column that is aggregated. `avg` converts it to a number first.
    fn argument(&self, argument: &Expr) -> Option<&'t Column> {
        let name = match argument {
            Expr::Column(name) => name,
            Expr::Cast(to) if *to.field.data_type() == DataType::Float64 => match &*to.expr {
                Expr::Column(name) => name,
                _ => return None,
            },
            _ => return None,
        };
        self.table.position(&name.name).map(|at| &self.table.columns[at])
    }

    /// The sum of a group, which is null if all values are null. The engine's sum is 0 then.
    fn total(&mut self, column: &Column) -> Option<Expr> {
        if !matches!(column.kind, Kind::Number | Kind::Integer) {
            return None;
        }
        let total = self.measure("Sum", column, column.kind);
        if column.kind == Kind::Integer {
            // The engine adds numbers of 53 bits. If this is not larger, no sum in between was.
            self.measure_of(format!("Sum(Fabs({}))", quote_name(&column.field)), Kind::Integer);
        }
        if !column.has_null {
            return Some(total);
        }
        let count = self.measure("Count", column, Kind::Integer);
        when(count.gt(lit(0_i64)), total).otherwise(Expr::Literal(ScalarValue::Null, None)).ok()
    }

    fn measure(&mut self, function: &str, column: &Column, kind: Kind) -> Expr {
        self.measure_of(format!("{function}({})", quote_name(&column.field)), kind)
    }

    fn measure_of(&mut self, expression: String, kind: Kind) -> Expr {
        let own = self.column(&expression);
        let measure = Measure { expression, kind };
        if !self.measures.contains(&measure) {
            self.measures.push(measure);
        }
        own
    }

    fn column(&self, name: &str) -> Expr {
        Expr::Column(ColumnRef::new(Some(self.qualifier.clone()), name))
    }
}

/// The groups of a table.
#[derive(Clone, Debug)]
pub(crate) struct GroupedTable {
    pub(crate) engine: Arc<Engine>,
    pub(crate) scan: TableScan,
    schema: SchemaRef,
}

impl GroupedTable {
    pub(crate) fn new(engine: Arc<Engine>, scan: TableScan) -> Self {
        let schema = scan.schema();
        Self { engine, scan, schema }
    }
}

#[async_trait]
impl TableProvider for GroupedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = self.scan.clone().plan(&self.engine, 1, limit);
        let Some(projection) = projection else { return Ok(plan) };
        // All measures are read, because some of them check others.
        let names = projection.iter().map(|at| self.schema.field(*at).name());
        let columns = names.map(|name| Ok((col(name, &self.schema)?, name.clone()))).collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(ProjectionExec::try_new(columns, plan)?))
    }
}
