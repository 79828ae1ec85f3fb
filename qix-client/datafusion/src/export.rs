//! Tables of apps as Parquet files.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use datafusion::arrow::array::{AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::model::Table;
use crate::scan::{Part, Read, Scan, Source, TableScan};
use crate::table::EngineTable;

/// Writes all tables of an app to Parquet files, on this machine or on a cluster.
///
/// The files are written by the tasks that read the rows. A task that is repeated, because its machine has failed, leaves
/// a file behind, maybe a complete one. Each attempt therefore writes to a file of its own, in a folder beside the
/// target. When all tasks have ended, the files of those whose results arrived become the target folder, in one step, and
/// the others are deleted. If the target folder exists, the export is complete.
///
/// On a cluster, all machines must reach the folder by the same path.
///
/// ```
/// use std::sync::Arc;
///
/// use datafusion::prelude::SessionContext;
/// use qix_client::Session;
/// use qix_datafusion::{Engine, EngineExport};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let test_engine = qix_test_engine::TestEngine::start().await?;
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let engine = Arc::new(Engine::new("prod", Session::builder().url(test_engine.url())));
/// let context = SessionContext::new();
/// let catalog = qix_datafusion::register(&context, engine).await?;
/// let tables = catalog.load("sales").await?;
/// let files = EngineExport::new(&tables, folder.join("sales"))?.run(&context).await?;
/// assert_eq!(files[0].path, folder.join("sales/Sales-0.parquet"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EngineExport {
    pub(crate) engine: Arc<Engine>,
    pub(crate) scan: ExportScan,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportedFile {
    /// The table.
    pub table: String,
    /// Where it is.
    pub path: PathBuf,
    /// The number of rows.
    pub rows: u64,
}

/// The tables that are written, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ExportScan {
    tables: Vec<(Table, Read)>,
    target: PathBuf,
    /// The folder of the attempts.
    attempts: PathBuf,
}

impl EngineExport {
    /// Exports tables of an app into a folder, which must not exist.
    ///
    /// # Errors
    ///
    /// Returns an error if no table is given, or if the folder has no name.
    pub fn new(tables: &[EngineTable], target: impl Into<PathBuf>) -> Result<Self> {
        let target = target.into();
        let plan = |reason: &str| DataFusionError::Plan(format!("cannot export to `{}`: {reason}", target.display()));
        let first = tables.first().ok_or_else(|| plan("an export needs at least one table"))?;
        if target.file_name().is_none() {
            return Err(plan("the folder has no name"));
        }
        let attempts = beside(&target, "attempts").join(unique());
        let read = |table: &EngineTable| {
            let columns = (0..table.table.columns.len()).collect();
            Ok((table.table.as_ref().clone(), table.read(columns, &[], None)?.read))
        };
        let tables = tables.iter().map(read).collect::<Result<_>>()?;
        Ok(Self { engine: Arc::clone(&first.engine), scan: ExportScan { tables, target, attempts } })
    }

    /// Writes the files, and returns them.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be written, or if a table has other rows than expected. The target folder does
    /// not exist then.
    pub async fn run(&self, context: &SessionContext) -> Result<Vec<ExportedFile>> {
        let batches = context.read_table(Arc::new(self.clone()))?.collect().await?;
        self.finish(&batches)
    }

    /// Moves the files of the tasks that returned a result.
    fn finish(&self, batches: &[RecordBatch]) -> Result<Vec<ExportedFile>> {
        let complete = self.scan.attempts.join("complete");
        fs::create_dir_all(&complete)?;
        let mut files: Vec<ExportedFile> = Vec::new();
        for batch in batches {
            let (tables, rows) = (batch.column(0).as_string::<i32>(), batch.column(2).as_primitive::<Int64Type>());
            for (at, attempt) in batch.column(1).as_string::<i32>().iter().enumerate() {
                let table = tables.value(at).to_owned();
                let number = files.iter().filter(|file| file.table == table).count();
                let name = format!("{}-{number}.parquet", file_name(&table));
                fs::rename(self.scan.attempts.join(attempt.unwrap_or_default()), complete.join(&name))?;
                let path = self.scan.target.join(name);
                files.push(ExportedFile { table, path, rows: rows.value(at) as u64 });
            }
        }
        for (table, _) in &self.scan.tables {
            let rows: u64 = files.iter().filter(|file| file.table == table.name).map(|file| file.rows).sum();
            if rows != table.rows {
                let (app, name, wanted) = (&table.app, &table.name, table.rows);
                return Err(DataFusionError::Execution(format!(
                    "app `{app}`, table `{name}`: {rows} rows were written instead of {wanted}"
                )));
            }
        }
        // Nothing else is left when the target appears, even if this process ends here.
        let last = beside(&self.scan.target, "complete");
        if last.exists() {
            fs::remove_dir_all(&last)?;
        }
        fs::rename(&complete, &last)?;
        // Attempts of earlier runs, too.
        fs::remove_dir_all(beside(&self.scan.target, "attempts"))?;
        fs::rename(&last, &self.scan.target)?;
        Ok(files)
    }
}

/// A hidden folder beside another one.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{what}"))
}

/// A table's name as that of a file. Characters that file systems refuse are replaced.
fn file_name(table: &str) -> String {
    table.chars().map(|c| if c.is_alphanumeric() || " -_.()".contains(c) { c } else { '_' }).collect()
}

/// A name that no other attempt has, with the ID of the process.
fn unique() -> String {
    use std::hash::BuildHasher;
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let random = std::collections::hash_map::RandomState::new().hash_one(number);
    format!("{}-{random:016x}", std::process::id())
}

impl ExportScan {
    pub(crate) fn app(&self) -> &str {
        self.tables.first().map_or("", |(table, _)| &table.app)
    }

    /// The columns of the result: one row for each file.
    pub(crate) fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("table", DataType::Utf8, false),
            Field::new("attempt", DataType::Utf8, false),
            Field::new("rows", DataType::Int64, false),
        ]))
    }

    fn scan_of(&self, table: usize) -> Result<TableScan> {
        let (table, read) = self
            .tables
            .get(table)
            .cloned()
            .ok_or_else(|| DataFusionError::Internal(format!("there is no table {table} in the export")))?;
        let columns = (0..table.columns.len()).collect();
        Ok(TableScan { table: Arc::new(table), columns, read, selections: Vec::new() })
    }

    /// Writes a file, and returns its row of the result.
    pub(crate) async fn write(&self, engine: Arc<Engine>, part: Part) -> Result<RecordBatch> {
        let scan = self.scan_of(part.table)?;
        let mut batches = scan.read(engine, part.rows, None).await?;
        // An attempt that cannot read leaves no file.
        let mut next = batches.try_next().await?;
        let attempt = format!("{}.parquet", unique());
        let mut file = Attempt::create(&self.attempts, &attempt)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = ArrowWriter::try_new(file.file.try_clone()?, scan.schema(), Some(properties))?;
        let mut rows = 0;
        while let Some(batch) = next {
            writer.write(&batch)?;
            rows += batch.num_rows() as i64;
            next = batches.try_next().await?;
        }
        writer.close()?;
        file.keep()?;
        let table: &str = &scan.table.name;
        let columns = (StringArray::from(vec![table]), StringArray::from(vec![attempt]), Int64Array::from(vec![rows]));
        let columns = vec![Arc::new(columns.0) as _, Arc::new(columns.1) as _, Arc::new(columns.2) as _];
        Ok(RecordBatch::try_new(Self::schema(), columns)?)
    }
}

/// A file that is deleted unless it is complete.
struct Attempt {
    path: PathBuf,
    file: File,
    is_complete: bool,
}

impl Attempt {
    fn create(folder: &Path, name: &str) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(name);
        Ok(Self { file: File::create_new(&path)?, path, is_complete: false })
    }

    fn keep(&mut self) -> Result<()> {
        self.file.sync_all()?;
        self.is_complete = true;
        Ok(())
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.is_complete {
            // The folder is deleted after the export in any case.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl fmt::Display for ExportScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.tables.iter().map(|(table, _)| table.name.as_str()).collect();
        write!(f, "export of [{}] to {}", names.join(", "), self.target.display())
    }
}

#[async_trait]
impl TableProvider for EngineExport {
    fn schema(&self) -> SchemaRef {
        ExportScan::schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = |columns: &Vec<usize>| *columns == [0, 1, 2];
        if !projection.is_none_or(all) || limit.is_some() {
            return Err(DataFusionError::Plan(
                "an export can only be run as a whole; use `EngineExport::run`".to_owned(),
            ));
        }
        let most = state.config().target_partitions().min(self.engine.most_sessions());
        let mut parts = Vec::new();
        for table in 0..self.scan.tables.len() {
            parts.extend(self.scan.scan_of(table)?.parts(most).map(|rows| Part { table, rows }));
        }
        // A partition for each file, so that a failed task repeats little.
        let partitions = parts.into_iter().map(|part| vec![part]);
        Ok(Source::new(Arc::clone(&self.engine), Scan::Export(self.scan.clone())).plan(partitions, limit))
    }
}
