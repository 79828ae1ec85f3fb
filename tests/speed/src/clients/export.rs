//! An export: all rows of a table as record batches, and into a Parquet file.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use futures_util::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use qix_client::prelude::*;

use crate::gauge::{Gauge, Memory, Report};
use crate::server::EXPORTED;

/// Rows in a group of the file, which the writer keeps in memory.
const GROUP: usize = 100_000;

/// Reads a number of rows; writes them if asked to.
pub(super) async fn export(url: &str, rows: u32, is_written: bool) -> Result<Report> {
    let before = Memory::get();
    let session = Session::connect(url).await?;
    let doc = session.open_doc("speed").await?;
    let object = doc.get_object(&format!("{EXPORTED}{rows}")).await?;
    let gauge = Gauge::start();
    let mut batches = object.record_batches();
    let mut file = if is_written { Some(Written::new(&mut batches).await?) } else { None };
    let mut done = 0;
    while let Some(batch) = batches.try_next().await? {
        ensure!(batch.num_columns() == 6);
        done += batch.num_rows() as u64;
        if let Some(file) = &mut file {
            file.writer.write(&batch)?;
        }
    }
    ensure!(done == u64::from(rows), "{done} rows instead of {rows}");
    if let Some(file) = file {
        ensure!(file.end()? == i64::from(rows), "rows are missing in the file");
    }
    Ok(gauge.report(done, before))
}

/// A file that is deleted at the end.
struct Written {
    path: PathBuf,
    writer: ArrowWriter<File>,
}

impl Written {
    async fn new(batches: &mut qix_client::arrow::BatchStream) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("qix-speed-{}.parquet", std::process::id()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let writer = ArrowWriter::try_new(File::create(&path)?, batches.schema().await?, Some(properties))?;
        Ok(Self { path, writer })
    }

    /// Completes the file; returns its number of rows.
    fn end(self) -> Result<i64> {
        let metadata = self.writer.close()?;
        std::fs::remove_file(self.path)?;
        Ok(metadata.file_metadata().num_rows())
    }
}
