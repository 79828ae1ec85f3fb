//! Pages of a straight cube.

use serde_json::{Value, json};

use super::{Cube, Row};
use crate::calculate::definition::{Mode, whole};
use crate::calculate::limit::{COLLAPSED, OTHERS};
use crate::calculate::{MOST_CELLS, column, format};
use crate::error::{EngineError, Result, code};
use crate::value::Dual;

/// A requested part of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Page {
    /// Reads `[NxPage]`. Returns an error if they have too many cells in total.
    pub(crate) fn read(pages: &[Value]) -> Result<Vec<Self>> {
        let at = |page: &Value, member: &str| whole(page, member, 0).max(0);
        let negative = |page: &Value| ["qLeft", "qTop", "qWidth", "qHeight"].iter().any(|of| whole(page, of, 0) < 0);
        if pages.iter().any(negative) {
            return Err(EngineError::invalid_parameter("qPages"));
        }
        let cells = pages
            .iter()
            .map(|page| at(page, "qWidth").saturating_mul(at(page, "qHeight")))
            .fold(0_i64, i64::saturating_add);
        if cells > MOST_CELLS {
            return Err(EngineError::new(code::PAGES_TOO_LARGE, "qPages", "Calculation pages too large"));
        }
        let size = |page: &Value, member: &str| usize::try_from(at(page, member)).unwrap_or(0);
        Ok(pages
            .iter()
            .map(|page| Self {
                left: size(page, "qLeft"),
                top: size(page, "qTop"),
                width: size(page, "qWidth"),
                height: size(page, "qHeight"),
            })
            .collect())
    }

    /// The columns and rows of a table of the given size that are in the page.
    pub(crate) fn within(self, width: usize, height: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let range = |start: usize, length: usize, size: usize| start.min(size)..start.saturating_add(length).min(size);
        (range(self.left, self.width, width), range(self.top, self.height, height))
    }

    /// `qArea` of a page.
    pub(crate) fn area(self, width: usize, height: usize) -> Value {
        json!({ "qLeft": self.left, "qTop": self.top, "qWidth": width, "qHeight": height })
    }
}

impl Cube {
    /// Pages of a straight cube, `[NxDataPage]`; `pages` is `[NxPage]`.
    pub fn data_pages(&self, pages: &[Value]) -> Result<Value> {
        self.ready(Mode::Straight)?;
        let pages = Page::read(pages)?;
        Ok(pages.into_iter().map(|page| self.data_page(page)).collect::<Vec<_>>().into())
    }

    fn data_page(&self, page: Page) -> Value {
        let (columns, rows) = page.within(self.columns.len(), self.rows.len());
        let matrix: Vec<Value> = self.rows[rows.clone()]
            .iter()
            .map(|row| {
                self.columns[columns.clone()].iter().map(|column| self.cell(row, *column)).collect::<Vec<_>>().into()
            })
            .collect();
        let tails = if matrix.is_empty() { json!([]) } else { json!([{ "qUp": 0, "qDown": 0 }]) };
        json!({ "qMatrix": matrix, "qTails": tails, "qArea": page.area(columns.len(), rows.len()) })
    }

    pub(super) fn cell(&self, row: &Row, column: usize) -> Value {
        format::cell(match self.dimensions.get(column) {
            Some(_) => self.dimension_cell(column, row.key[column]),
            None => self.measure_cell(row, column - self.dimensions.len()),
        })
    }

    pub(super) fn dimension_cell(&self, at: usize, element: u32) -> Value {
        let dimension = &self.dimensions[at];
        let mut cell = match (dimension.value(element), element) {
            (Some(shown), _) => json!({
                "qText": &*shown.text,
                "qNum": shown.value.wire_number(),
                "qElemNumber": element,
                "qState": shown.state.wire(),
            }),
            (None, OTHERS) => {
                let text = dimension.text(element);
                json!({ "qText": text, "qNum": "NaN", "qElemNumber": -3, "qState": "L", "qIsOtherCell": true })
            }
            (None, COLLAPSED) => json!({ "qNum": "NaN", "qElemNumber": -4, "qState": "L", "qIsEmpty": true }),
            (None, _) => {
                let text = dimension.text(element);
                json!({ "qText": text, "qNum": "NaN", "qElemNumber": -2, "qState": "L", "qIsNull": true })
            }
        };
        dimension.put_attributes(&mut cell, element, &self.settings);
        cell
    }

    fn measure_cell(&self, row: &Row, at: usize) -> Value {
        let measure = &self.measures[at];
        let value = &row.values[at];
        let mut cell = json!({
            "qText": format::shown(value, measure.definition.format.as_ref(), &self.settings),
            "qNum": value.wire_number(),
            "qElemNumber": 0,
            "qState": "L",
        });
        if value.is_null() {
            cell["qIsNull"] = true.into();
        }
        if let Some(values) = row.attributes.get(at).filter(|values| !values.is_empty()) {
            cell["qAttrExps"] =
                column::attribute_values(&measure.definition.attributes, values.iter().map(Some), &self.settings);
        }
        cell
    }

    /// The cells with the measures' totals.
    pub(super) fn grand_totals(&self) -> Value {
        let cell = |(value, measure): (&Dual, &super::Measure)| {
            json!({
                "qText": format::shown(value, measure.definition.format.as_ref(), &self.settings),
                "qNum": value.wire_number(),
                "qElemNumber": -1,
                "qState": "X",
                "qIsTotalCell": true,
            })
        };
        self.totals.iter().zip(&self.measures).map(cell).collect::<Vec<_>>().into()
    }
}
