//! Writes a cube to a Parquet file, a page at a time, and reads it back.
//!
//! ```sh
//! cargo run --manifest-path qix-client/examples/columns/Cargo.toml --bin parquet [FILE]
//! ```

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use futures_util::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use qix_client::arrow_array::cast::AsArray;
use qix_client::arrow_array::types::{Date32Type, Float64Type};
use qix_client::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let orders = qix_columns::orders().await?;
    let folder = tempfile::tempdir()?;
    let path = std::env::args().nth(1).map_or_else(|| folder.path().join("orders.parquet"), PathBuf::from);

    // The writer needs the schema before the first row.
    let mut batches = orders.cube.record_batches();
    let schema = batches.schema().await?;
    for field in schema.fields() {
        println!("{:<8}{}", field.name(), field.data_type());
    }
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(File::create(&path)?, schema.clone(), Some(properties))?;
    let (mut pages, mut rows) = (0, 0);
    while let Some(batch) = batches.try_next().await? {
        writer.write(&batch)?;
        (pages, rows) = (pages + 1, rows + batch.num_rows());
    }
    writer.close()?;
    println!("{rows} rows in {pages} pages, a file of {} kB", std::fs::metadata(&path)?.len() / 1000);

    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path)?)?.build()?;
    let (mut read, mut total, mut undated) = (0, 0.0, 0);
    for batch in reader {
        let batch = batch?;
        assert_eq!(batch.schema(), schema);
        read += batch.num_rows();
        undated += batch.column(1).as_primitive::<Date32Type>().iter().filter(Option::is_none).count();
        total += batch.column(3).as_primitive::<Float64Type>().iter().flatten().sum::<f64>();
    }
    assert_eq!(read, rows);
    let engine = orders.doc.evaluate_ex("Sum(Sales)").await?.number;
    assert_eq!(total, engine);
    println!("read back: {read} rows, {undated} without a day, sales of {total}; the engine says {engine}");
    Ok(())
}
