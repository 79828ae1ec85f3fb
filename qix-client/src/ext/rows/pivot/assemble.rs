//! Assembles rows of pivot data: each row contains all measures of its values, as in a straight cube.

use std::collections::{HashMap, VecDeque};
use std::slice;

use qix_schema::Error;
use qix_schema::types::{
    NxCell, NxDimCellType, NxPivotPage, NxPivotValuePoint, NxStackPage, NxStackedPivotCell, NxTreeNode, NxTreeValue,
};

use super::heading::{EMPTY, Heading, Leaf, closed, depth, leaves, with_results};
use crate::ext::rows::RowsError;
use crate::ext::rows::columns::Columns;
use crate::ext::rows::pages::Area;

/// Assembles rows, page by page.
///
/// A row waits until all of its measures have arrived, and later rows wait for it. This matters only if the measures
/// are on the left and outside of a dimension: then all rows below that dimension wait.
pub(super) struct Assembler {
    path: String,
    /// The column of each level.
    levels: Vec<usize>,
    /// The number of levels that the definition puts on the left.
    levels_on_left: usize,
    /// Titles of the measures.
    measures: Vec<String>,
    totals: bool,
    /// The number of leaves of a stacked cube so far.
    leaves: usize,
    /// The number of rows that were taken.
    taken: usize,
    rows: VecDeque<PivotRow>,
    /// The number of rows that are no longer in `rows`.
    passed: usize,
    /// The positions of incomplete rows, by their element numbers.
    partial: HashMap<Vec<i32>, usize>,
}

struct PivotRow {
    dimensions: Vec<NxCell>,
    measures: Vec<Option<NxCell>>,
    /// Whether it is a combination of left and top values, which may have no data.
    crossing: bool,
}

impl PivotRow {
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
        let measures = columns.titles_of_cells().skip(columns.levels.len()).map(str::to_owned).collect();
        Self {
            path: path.to_owned(),
            levels: columns.levels.clone(),
            levels_on_left: columns.levels_on_left,
            measures,
            totals,
            leaves: 0,
            taken: 0,
            rows: VecDeque::new(),
            passed: 0,
            partial: HashMap::new(),
        }
    }

    /// The number of leaves of a stacked cube so far.
    pub(super) fn leaves(&self) -> usize {
        self.leaves
    }

    /// Adds a page of a pivot table.
    pub(super) fn pivot(&mut self, page: &NxPivotPage, area: Area) -> Result<(), Error> {
        let (left, top) = (self.side(&page.left)?, self.side(&page.top)?);
        // Without measures there are headings only.
        let rows = if self.measures.is_empty() { left.len() } else { page.data.len() };
        if rows != area.height || left.len() != rows {
            return Err(
                RowsError::Incomplete { row: area.top, expected: area.height, found: rows.min(left.len()) }.into()
            );
        }
        let first_on_top = self.first_on_top(depth(&left), depth(&top))?;
        for (row, left) in left.iter().enumerate() {
            let values = page.data.get(row).filter(|_| !self.measures.is_empty());
            if values.is_some_and(|values| values.len() != area.width || top.len() != area.width) {
                return Err(self.strange("a row has other columns than the headings on top"));
            }
            for (column, top) in top.iter().enumerate() {
                if !self.totals && (left.is_total() || top.is_total()) {
                    continue;
                }
                if left.measure.is_some() && top.measure.is_some() {
                    return Err(self.strange("both sides name measures"));
                }
                let mut headings = vec![None; self.levels.len()];
                left.fill(&mut headings);
                top.fill(&mut headings[first_on_top..]);
                let crossing = !left.headings.is_empty() && !top.headings.is_empty();
                let value = values.and_then(|values| values.get(column)).map(of_point);
                self.value(&headings, left.measure.or(top.measure), value, crossing)?;
            }
        }
        Ok(())
    }

    /// The first level on top. Levels at the end of a side are missing from a page if all nodes above them are
    /// closed. The depth of the page overrides the definition, which may count dimensions that are not shown.
    fn first_on_top(&self, left: usize, top: usize) -> Result<usize, Error> {
        match self.levels.len().checked_sub(top) {
            Some(most) if left <= most => Ok(self.levels_on_left.clamp(left, most)),
            _ => Err(self.strange("there are more levels of headings than dimensions")),
        }
    }

    /// The rows or columns of a pivot table; a side without headings has one.
    fn side<'p, H: Heading>(&self, nodes: &'p [H]) -> Result<Vec<Leaf<'p, H>>, Error> {
        if nodes.is_empty() {
            return Ok(vec![Leaf { headings: Vec::new(), measure: None }]);
        }
        self.leaves_of(nodes, self.levels.len())
    }

    fn leaves_of<'p, H: Heading>(&self, nodes: &'p [H], levels: usize) -> Result<Vec<Leaf<'p, H>>, Error> {
        leaves(nodes, levels).ok_or_else(|| self.strange("there are more levels of headings than dimensions"))
    }

    /// Adds a page of a stacked cube.
    pub(super) fn stacked(&mut self, page: &NxStackPage) -> Result<(), Error> {
        // Values are one level below the dimensions.
        let levels = self.levels.len();
        let found = self.leaves_of(&page.data, levels + 1)?;
        self.leaves += found.len();
        for leaf in found {
            if !self.totals && leaf.is_total() {
                continue;
            }
            // However many levels are closed, a branch ends with its value.
            let (value, dimensions) = match leaf.headings.split_last() {
                Some((value, above)) if !self.measures.is_empty() => (Some(*value), above),
                _ => (None, &leaf.headings[..leaf.headings.len().min(levels)]),
            };
            if value.is_some_and(|value| !value.is_value()) || !self.measures.is_empty() && value.is_none() {
                return Err(self.strange("a branch ends without a value"));
            }
            let mut headings = vec![None; levels];
            let Some(filled) = headings.get_mut(..dimensions.len()) else {
                return Err(self.strange("there are more levels of headings than dimensions"));
            };
            filled.iter_mut().zip(dimensions).for_each(|(place, heading)| *place = Some(*heading));
            self.value(&headings, leaf.measure, value.map(of_end), false)?;
        }
        Ok(())
    }

    /// Adds nodes of a tree. Returns the number of nodes of the first dimension.
    pub(super) fn tree(&mut self, nodes: &[NxTreeNode]) -> Result<usize, Error> {
        let levels = self.levels.len();
        if levels == 0 {
            return Err(self.strange("a tree without dimensions has no nodes"));
        }
        let mut found = 0;
        for nodes in nodes
            .iter()
            .map(|node| if node.type_ == NxDimCellType::Root { node.below() } else { slice::from_ref(node) })
        {
            found += nodes.len();
            for leaf in self.leaves_of(nodes, levels)? {
                if !self.totals && leaf.is_total() {
                    continue;
                }
                let mut headings = vec![None; levels];
                leaf.fill(&mut headings);
                let values = leaf.headings.last().map_or(&[][..], |last| &last.values);
                let value = |at| Some(values.get(at).map_or_else(null, of_tree_value));
                let measures = (0..self.measures.len()).map(value).collect();
                self.rows.push_back(PivotRow { dimensions: self.dimensions(&headings), measures, crossing: false });
            }
        }
        Ok(found)
    }

    /// Receives the values below headings. A collapsed level does not have a heading.
    fn value<H: Heading>(
        &mut self,
        headings: &[Option<&H>],
        measure: Option<&H>,
        value: Option<NxCell>,
        crossing: bool,
    ) -> Result<(), Error> {
        let new = |assembler: &Self| PivotRow {
            dimensions: assembler.dimensions(headings),
            measures: vec![None; assembler.measures.len()],
            crossing,
        };
        if self.measures.len() < 2 {
            let measures = value.into_iter().map(Some).collect();
            self.rows.push_back(PivotRow { measures, ..new(self) });
            return Ok(());
        }
        let measure = self.measure(measure)?;
        let key: Vec<i32> = headings.iter().map(|heading| heading.map_or(EMPTY, Heading::element)).collect();
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

    fn dimensions<H: Heading>(&self, headings: &[Option<&H>]) -> Vec<NxCell> {
        let mut cells = vec![NxCell::default(); headings.len()];
        for (column, heading) in self.levels.iter().zip(headings) {
            cells[*column] = heading.map_or_else(closed, Heading::cell);
        }
        cells
    }

    /// The measure of a heading: by its title, otherwise by its number.
    fn measure<H: Heading>(&self, heading: Option<&H>) -> Result<usize, Error> {
        let Some(heading) = heading else { return Err(self.strange("a value has no measure")) };
        let mut titled = self.measures.iter().enumerate().filter(|(_, title)| *title == heading.text());
        let number = || usize::try_from(heading.element()).ok().filter(|at| *at < self.measures.len());
        match (titled.next(), titled.next()) {
            (Some((at, _)), None) => Ok(at),
            _ => number().ok_or_else(|| self.strange("a heading names an unknown measure")),
        }
    }

    /// Completes rows that are still incomplete, because no more pages will arrive.
    pub(super) fn end(&mut self) {
        self.partial.clear();
        for row in &mut self.rows {
            row.measures.iter_mut().filter(|cell| cell.is_none()).for_each(|cell| *cell = Some(null()));
        }
    }

    /// The complete rows, after the number of the first one.
    pub(super) fn take(&mut self) -> (usize, Vec<Vec<NxCell>>) {
        let whole = self.rows.iter().take_while(|row| row.is_whole()).count();
        self.passed += whole;
        let rows: Vec<_> = self.rows.drain(..whole).filter(|row| !row.is_gap()).map(PivotRow::into_cells).collect();
        let first = self.taken;
        self.taken += rows.len();
        (first, rows)
    }

    fn strange(&self, problem: &str) -> Error {
        RowsError::Headings { path: self.path.clone(), problem: problem.to_owned() }.into()
    }
}

fn of_point(point: &NxPivotValuePoint) -> NxCell {
    with_results(of_value(&point.text, point.num, &point.type_), point.attr_exps())
}

fn of_end(end: &NxStackedPivotCell) -> NxCell {
    with_results(of_value(&end.text, end.value, &end.type_), end.attr_exps())
}

fn of_value(text: &str, num: f64, kind: &NxDimCellType) -> NxCell {
    let is_null = matches!(kind, NxDimCellType::Null | NxDimCellType::Empty);
    NxCell::default().with_text(text).with_num(num).with_is_null(is_null)
}

fn of_tree_value(value: &NxTreeValue) -> NxCell {
    with_results(NxCell::default().with_text(value.text.as_str()).with_num(value.value), Some(&value.attr_exps))
}

/// The value of a measure without one.
fn null() -> NxCell {
    of_value("", f64::NAN, &NxDimCellType::Null)
}
