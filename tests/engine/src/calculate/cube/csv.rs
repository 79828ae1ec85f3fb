//! Exports of a cube: separated values or a workbook.

use super::Cube;
use crate::error::{EngineError, Result, code};

/// The error code of an export without data.
const NO_DATA: i32 = 13_001;

/// The content of the file: a line of titles, then the rows.
struct Rows {
    titles: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// The text of a value, and its number.
struct Cell {
    text: String,
    number: Option<f64>,
}

impl Cube {
    /// The cube as CSV, as `ExportData` writes it. Pivot and stacked cubes are written as the equivalent straight
    /// table.
    pub fn csv(&self) -> Result<String> {
        self.separated(b',')
    }

    /// The same with another delimiter.
    pub fn separated(&self, delimiter: u8) -> Result<String> {
        let Rows { titles, rows } = self.file_rows()?;
        let failed = |error: csv::Error| EngineError::new(code::INVALID_OBJECT, "", error.to_string());
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(titles).map_err(failed)?;
        for row in rows {
            writer.write_record(row.into_iter().map(|cell| cell.text)).map_err(failed)?;
        }
        let bytes =
            writer.into_inner().map_err(|error| EngineError::new(code::INVALID_OBJECT, "", error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The cube as an Excel workbook of one sheet; numbers stay numbers.
    pub fn workbook(&self) -> Result<Vec<u8>> {
        let Rows { titles, rows } = self.file_rows()?;
        let failed = |error: rust_xlsxwriter::XlsxError| EngineError::new(code::INVALID_OBJECT, "", error.to_string());
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, title) in (0u16..).zip(&titles) {
            sheet.write_string(0, column, title).map_err(failed)?;
        }
        for (line, row) in (1u32..).zip(&rows) {
            for (column, cell) in (0u16..).zip(row) {
                match cell.number {
                    Some(number) => sheet.write_number(line, column, number).map_err(failed)?,
                    None => sheet.write_string(line, column, &cell.text).map_err(failed)?,
                };
            }
        }
        workbook.save_to_buffer().map_err(failed)
    }

    fn file_rows(&self) -> Result<Rows> {
        if let Some((error, message)) = &self.error {
            return Err(EngineError::new(*error, message.as_str(), "The hypercube could not be calculated"));
        }
        if self.columns.is_empty() {
            return Err(EngineError::new(NO_DATA, "", "No data to export"));
        }
        let dimensions = self.dimensions.len();
        let titles = self.columns.iter().map(|column| match column.checked_sub(dimensions) {
            None => self.dimension_title(*column),
            Some(measure) => self.measures[measure].title.clone(),
        });
        let row = |row: &super::Row| {
            let cells = self.columns.iter().map(|column| match column.checked_sub(dimensions) {
                None => Cell { text: self.dimensions[*column].text(row.key[*column]).to_owned(), number: None },
                Some(measure) => {
                    let value = &row.values[measure];
                    Cell { text: self.shown(measure, value), number: value.as_number().filter(|n| n.is_finite()) }
                }
            });
            cells.collect()
        };
        Ok(Rows { titles: titles.collect(), rows: self.rows.iter().map(row).collect() })
    }

    fn dimension_title(&self, at: usize) -> String {
        // Infos of dimensions that are not shown have an error.
        let mut shown = self.dimension_infos.iter().filter(|info| info.get("qError").is_none());
        shown.nth(at).and_then(|info| info["qFallbackTitle"].as_str()).unwrap_or_default().to_owned()
    }
}
