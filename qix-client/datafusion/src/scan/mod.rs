//! What is read from the engine, as a plan that can run on another machine.
//!
//! A scan is a file scan with virtual files, one for each range of rows. Schedulers of clusters know file scans: they
//! give each task some of the files. They do not know plans of other crates, and would run all of their partitions in
//! each task.

mod cube;
mod rows;
mod select;
mod values;

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::{FileRange, PartitionedFile};
use datafusion::datasource::physical_plan::{
    FileGroup, FileOpenFuture, FileOpener, FileScanConfig, FileScanConfigBuilder, FileSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::object_store::ObjectStore;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::{DisplayFormatType, ExecutionPlan};
use futures_util::{FutureExt, StreamExt, TryFutureExt, stream};
use serde::{Deserialize, Serialize};

pub(crate) use self::select::selected_column;
use crate::engine::Engine;
use crate::model::{Column, Kind, Table};

/// What is read from a table.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
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

impl Scan {
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
        let parts = match self.read {
            Read::Rows => partitions.min(engine.most_sessions()).max(1) as u64,
            Read::Cube(_) => 1,
        };
        let rows = self.table.rows;
        let parts = parts.min(rows.div_ceil(ROWS_OF_PART)).max(1);
        let bounds = (0..parts).map(|part| rows * part / parts..rows * (part + 1) / parts);
        let groups = bounds.map(|range| FileGroup::new(vec![self.file(range)])).collect();
        let statistics = self.statistics();
        let source = Arc::new(Source::new(Arc::clone(engine), self));
        source.plan(groups, statistics, limit)
    }

    /// The virtual file for a range of rows.
    fn file(&self, rows: std::ops::Range<u64>) -> PartitionedFile {
        let mut file = PartitionedFile::new(format!("{}/{}", self.table.app, self.table.name), self.table.rows);
        file.range = Some(FileRange { start: rows.start as i64, end: rows.end as i64 });
        file
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

/// The fewest rows for which another session is worth it.
const ROWS_OF_PART: u64 = 1_000;

/// The scan in a plan of DataFusion.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) engine: Arc<Engine>,
    pub(crate) scan: Arc<Scan>,
    schema: TableSchema,
    metrics: ExecutionPlanMetricsSet,
}

impl Source {
    pub(crate) fn new(engine: Arc<Engine>, scan: Scan) -> Self {
        let schema = TableSchema::from(scan.schema());
        Self { engine, scan: Arc::new(scan), schema, metrics: ExecutionPlanMetricsSet::new() }
    }

    pub(crate) fn plan(
        self: Arc<Self>,
        groups: Vec<FileGroup>,
        statistics: Statistics,
        limit: Option<usize>,
    ) -> Arc<dyn ExecutionPlan> {
        // Every runtime knows the local file system. Nothing is read from it.
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), self)
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_limit(limit)
            .build();
        DataSourceExec::from_data_source(config)
    }
}

impl FileSource for Source {
    fn create_file_opener(
        &self,
        _: Arc<dyn ObjectStore>,
        config: &FileScanConfig,
        _: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let (engine, scan) = (Arc::clone(&self.engine), Arc::clone(&self.scan));
        Ok(Arc::new(Opener { engine, scan, limit: config.limit }))
    }

    fn table_schema(&self) -> &TableSchema {
        &self.schema
    }

    fn with_batch_size(&self, _: usize) -> Arc<dyn FileSource> {
        // A batch is a page.
        Arc::new(self.clone())
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        "qix"
    }

    fn fmt_extra(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scan = &self.scan;
        write!(f, ", engine={}, app={}", self.engine.name(), scan.table.app)?;
        match &scan.read {
            Read::Rows => write!(f, ", rows of {} with {} fields", scan.table.name, scan.table.columns.len())?,
            Read::Cube(grouped) => {
                let dimensions: Vec<&str> = scan.columns().map(|column| column.field.as_str()).collect();
                write!(f, ", cube of [{}] by [{}", dimensions.join(", "), cube::count(&grouped.counter))?;
                for measure in grouped.measures.iter().flatten() {
                    write!(f, ", {}", measure.expression)?;
                }
                f.write_str("]")?;
            }
        }
        if !scan.selections.is_empty() {
            let conditions = scan.selections.iter().map(|selection| selection.condition.to_string());
            write!(f, ", selected=[{}]", conditions.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }

    fn supports_repartitioning(&self) -> bool {
        false
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
}

/// Reads the range of rows that a virtual file is.
struct Opener {
    engine: Arc<Engine>,
    scan: Arc<Scan>,
    limit: Option<usize>,
}

impl FileOpener for Opener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let (engine, scan, limit) = (Arc::clone(&self.engine), Arc::clone(&self.scan), self.limit);
        let range = file.range.ok_or_else(|| DataFusionError::Internal("a file has no range of rows".to_owned()))?;
        let mut range = range.start as u64..range.end as u64;
        if let Read::Cube(grouped) = scan.read.clone() {
            let reading = async move { cube::read(&engine, &scan, &grouped, limit).await };
            return Ok(reading.map_ok(|batches| stream::iter(batches.into_iter().map(Ok)).boxed()).boxed());
        }
        if let Some(limit) = limit {
            range.end = range.end.min(range.start + limit as u64);
        }
        let batches = rows::read(engine, Arc::clone(&scan.table), Arc::clone(&scan.columns), range);
        Ok(std::future::ready(Ok(batches.boxed())).boxed())
    }
}
