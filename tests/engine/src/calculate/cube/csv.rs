//! A cube as a file of separated values.

use super::Cube;
use crate::error::{EngineError, Result, code};

/// The code of an export that has nothing to write.
const NO_DATA: i32 = 13_001;

impl Cube {
    /// The cube as a CSV file's text, as `ExportData` writes it: a line of titles, then the rows.
    /// Pivot and stacked cubes are written as the straight table they are made of.
    pub fn csv(&self) -> Result<String> {
        if let Some((error, message)) = &self.error {
            return Err(EngineError::new(*error, message.as_str(), "The hypercube could not be calculated"));
        }
        if self.columns.is_empty() {
            return Err(EngineError::new(NO_DATA, "", "No data to export"));
        }
        let failed = |error: csv::Error| EngineError::new(code::INVALID_OBJECT, "", error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        let dimensions = self.dimensions.len();
        let titles = self.columns.iter().map(|column| match column.checked_sub(dimensions) {
            None => self.dimension_title(*column),
            Some(measure) => self.measures[measure].title.clone(),
        });
        writer.write_record(titles).map_err(failed)?;
        for row in &self.rows {
            let cells = self.columns.iter().map(|column| match column.checked_sub(dimensions) {
                None => self.dimensions[*column].text(row.key[*column]).to_owned(),
                Some(measure) => self.shown(measure, &row.values[measure]),
            });
            writer.write_record(cells).map_err(failed)?;
        }
        let bytes =
            writer.into_inner().map_err(|error| EngineError::new(code::INVALID_OBJECT, "", error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn dimension_title(&self, at: usize) -> String {
        // Infos of dimensions that are not shown hold an error.
        let mut shown = self.dimension_infos.iter().filter(|info| info.get("qError").is_none());
        shown.nth(at).and_then(|info| info["qFallbackTitle"].as_str()).unwrap_or_default().to_owned()
    }
}
