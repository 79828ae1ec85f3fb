//! Rows out of values that stand apart: a row has all measures of its values, as in a straight cube.

use std::collections::{HashMap, VecDeque};

use qix_schema::Error;
use qix_schema::types::{NxCell, NxDimCellType, NxPivotPage, NxPivotValuePoint, NxStackPage, NxStackedPivotCell};

use super::heading::{Heading, Leaf, leaves};
use super::{Area, RowsError};
use crate::ext::rows::columns::Columns;

/// Puts rows together, page by page.
///
/// A row waits until all its measures have come, and the rows after it wait for it. That is no wait at all, but where
/// the measures stand on the left and outside of a dimension: there it is one for all rows below that dimension.
pub(super) struct Assembler {
    path: String,
    /// The column of each level.
    levels: Vec<usize>,
    /// Titles of the measures.
    measures: Vec<String>,
    totals: bool,
    /// Ends of a stacked cube that have come.
    leaves: usize,
    /// Rows that have been taken.
    taken: usize,
    rows: VecDeque<Row>,
    /// How many rows are no longer in `rows`.
    passed: usize,
    /// The places of rows that are not whole, by the numbers of their values.
    partial: HashMap<Vec<i32>, usize>,
}

struct Row {
    dimensions: Vec<NxCell>,
    measures: Vec<Option<NxCell>>,
    /// Whether it stands where values on the left and on top cross, for which there need not be data.
    crossing: bool,
}

impl Row {
    fn is_whole(&self) -> bool {
        self.measures.iter().all(Option::is_some)
    }

    fn is_gap(&self) -> bool {
        let is_null = |cell: &Option<NxCell>| cell.as_ref().is_none_or(|cell| cell.is_null);
        self.crossing && !self.measures.is_empty() && self.measures.iter().all(is_null)
    }

    fn into_cells(self) -> Vec<NxCell> {
        let mut cells = self.dimensions;
        cells.extend(self.measures.into_iter().flatten());
        cells
    }
}

impl Assembler {
    pub(super) fn new(columns: &Columns, path: &str, totals: bool) -> Self {
        let measures = columns.titles().skip(columns.levels.len()).map(str::to_owned).collect();
        Self {
            path: path.to_owned(),
            levels: columns.levels.clone(),
            measures,
            totals,
            leaves: 0,
            taken: 0,
            rows: VecDeque::new(),
            passed: 0,
            partial: HashMap::new(),
        }
    }

    /// How many ends of a stacked cube have come.
    pub(super) fn leaves(&self) -> usize {
        self.leaves
    }

    /// Takes a page of a pivot.
    pub(super) fn pivot(&mut self, page: &NxPivotPage, area: Area) -> Result<(), Error> {
        let (left, top) = (self.side(&page.left)?, self.side(&page.top)?);
        // Without measures there are headings only.
        let rows = if self.measures.is_empty() { left.len() } else { page.data.len() };
        if rows != area.height || left.len() != rows {
            return Err(
                RowsError::Incomplete { row: area.top, expected: area.height, found: rows.min(left.len()) }.into()
            );
        }
        for (row, left) in left.iter().enumerate() {
            let values = page.data.get(row).filter(|_| !self.measures.is_empty());
            if values.is_some_and(|values| values.len() != area.width || top.len() != area.width) {
                return Err(self.strange("a row has other columns than the headings on top"));
            }
            for (column, top) in top.iter().enumerate() {
                if !self.totals && (left.is_total() || top.is_total()) {
                    continue;
                }
                let headings: Vec<_> = left.headings.iter().chain(&top.headings).copied().collect();
                let crossing = !left.headings.is_empty() && !top.headings.is_empty();
                let value = values.and_then(|values| values.get(column)).map(of_point);
                self.value(&headings, left.measure.or(top.measure), value, crossing)?;
            }
        }
        Ok(())
    }

    /// The rows or columns of a pivot; a side without headings has one.
    fn side<'p, H: Heading>(&self, nodes: &'p [H]) -> Result<Vec<Leaf<'p, H>>, Error> {
        if nodes.is_empty() {
            return Ok(vec![Leaf { headings: Vec::new(), measure: None }]);
        }
        self.leaves_of(nodes, self.levels.len())
    }

    fn leaves_of<'p, H: Heading>(&self, nodes: &'p [H], levels: usize) -> Result<Vec<Leaf<'p, H>>, Error> {
        leaves(nodes, levels).ok_or_else(|| self.strange("there are more levels of headings than dimensions"))
    }

    /// Takes a page of a stacked cube.
    pub(super) fn stacked(&mut self, page: &NxStackPage) -> Result<(), Error> {
        // Values stand one level below the dimensions.
        let levels = self.levels.len();
        let found = self.leaves_of(&page.data, levels + 1)?;
        self.leaves += found.len();
        for leaf in found {
            if !self.totals && leaf.is_total() {
                continue;
            }
            let value = leaf.headings.get(levels).filter(|_| !self.measures.is_empty());
            if value.is_none() && !self.measures.is_empty() {
                return Err(self.strange("a value is not as far down as there are dimensions"));
            }
            let headings = leaf.headings.get(..levels).unwrap_or(&leaf.headings);
            self.value(headings, leaf.measure, value.copied().map(of_end), false)?;
        }
        Ok(())
    }

    /// Takes what stands below headings.
    fn value<H: Heading>(
        &mut self,
        headings: &[&H],
        measure: Option<&H>,
        value: Option<NxCell>,
        crossing: bool,
    ) -> Result<(), Error> {
        if headings.len() != self.levels.len() {
            return Err(self.strange("there are fewer levels of headings than dimensions"));
        }
        let new = |assembler: &Self| Row {
            dimensions: assembler.dimensions(headings),
            measures: vec![None; assembler.measures.len()],
            crossing,
        };
        if self.measures.len() < 2 {
            let measures = value.into_iter().map(Some).collect();
            self.rows.push_back(Row { measures, ..new(self) });
            return Ok(());
        }
        let measure = self.measure(measure)?;
        let key: Vec<i32> = headings.iter().map(|heading| heading.element()).collect();
        let at = match self.partial.get(&key) {
            Some(at) => *at,
            None => {
                let at = self.passed + self.rows.len();
                self.rows.push_back(new(self));
                self.partial.insert(key.clone(), at);
                at
            }
        };
        let row = &mut self.rows[at - self.passed];
        row.measures[measure] = value;
        if row.is_whole() {
            self.partial.remove(&key);
        }
        Ok(())
    }

    fn dimensions<H: Heading>(&self, headings: &[&H]) -> Vec<NxCell> {
        let mut cells = vec![NxCell::default(); headings.len()];
        for (column, heading) in self.levels.iter().zip(headings) {
            cells[*column] = heading.cell();
        }
        cells
    }

    /// Which measure a heading names: by its title, else by its number.
    fn measure<H: Heading>(&self, heading: Option<&H>) -> Result<usize, Error> {
        let Some(heading) = heading else { return Err(self.strange("a value does not tell its measure")) };
        let mut titled = self.measures.iter().enumerate().filter(|(_, title)| *title == heading.text());
        let number = || usize::try_from(heading.element()).ok().filter(|at| *at < self.measures.len());
        match (titled.next(), titled.next()) {
            (Some((at, _)), None) => Ok(at),
            _ => number().ok_or_else(|| self.strange("a heading names a measure that is not there")),
        }
    }

    /// Takes rows that are not whole as they are: nothing more will come.
    pub(super) fn end(&mut self) {
        self.partial.clear();
        for row in &mut self.rows {
            row.measures.iter_mut().filter(|cell| cell.is_none()).for_each(|cell| *cell = Some(null()));
        }
    }

    /// The rows that are whole, after the number of the first of them.
    pub(super) fn take(&mut self) -> (usize, Vec<Vec<NxCell>>) {
        let whole = self.rows.iter().take_while(|row| row.is_whole()).count();
        self.passed += whole;
        let rows: Vec<_> = self.rows.drain(..whole).filter(|row| !row.is_gap()).map(Row::into_cells).collect();
        let first = self.taken;
        self.taken += rows.len();
        (first, rows)
    }

    fn strange(&self, problem: &str) -> Error {
        RowsError::Headings { path: self.path.clone(), problem: problem.to_owned() }.into()
    }
}

fn of_point(point: &NxPivotValuePoint) -> NxCell {
    of_value(&point.text, point.num, &point.type_)
}

fn of_end(end: &NxStackedPivotCell) -> NxCell {
    of_value(&end.text, end.value, &end.type_)
}

fn of_value(text: &str, num: f64, kind: &NxDimCellType) -> NxCell {
    let is_null = matches!(kind, NxDimCellType::Null | NxDimCellType::Empty);
    NxCell::default().with_text(text).with_num(num).with_is_null(is_null)
}

/// The value of a measure that has none.
fn null() -> NxCell {
    of_value("", f64::NAN, &NxDimCellType::Null)
}
