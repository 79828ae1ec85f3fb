//! Assembles rows of pivot data: each row contains all measures of its values, as in a straight cube.

use std::collections::HashMap;

use qix_schema::Error;
use qix_schema::cells::{Node, PivotPage, StackPage, Tree};
use qix_schema::types::NxDimCellType;

use super::heading::{EMPTY, Heading, Leaf, TooDeep, visit_leaves};
use super::queue::{Queue, Slot};
use crate::ext::rows::RowsError;
use crate::ext::rows::collect::PageSink;
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
    /// Whether they include the level of the measures if that is on the left.
    measures_among_levels: bool,
    /// Titles of the measures.
    measures: Vec<String>,
    totals: bool,
    /// The number of leaves of a stacked cube so far.
    leaves: usize,
    /// The number of rows that were taken.
    taken: usize,
    /// Rows that wait for the next page.
    waiting: Queue<'static>,
    /// The number of rows that have left the queue.
    passed: usize,
    /// The positions of incomplete rows, by their element numbers.
    partial: HashMap<Vec<i32>, usize>,
    /// The position of the row of the last value, which most values share with the one before, and its element numbers.
    last: Option<usize>,
    last_key: Vec<i32>,
    /// The element numbers of a value.
    key: Vec<i32>,
}

/// The headings of a value, by level. A collapsed level does not have one.
type Headings<'h, 'p> = &'h [Option<&'p Node<'p>>];

impl Assembler {
    pub(super) fn new(columns: &Columns, path: &str, totals: bool) -> Self {
        let measures: Vec<String> = columns.titles_of_cells().skip(columns.levels.len()).map(str::to_owned).collect();
        Self {
            path: path.to_owned(),
            levels: columns.levels.clone(),
            levels_on_left: columns.levels_on_left,
            measures_among_levels: columns.measures_among_levels && measures.len() > 1,
            measures,
            totals,
            leaves: 0,
            taken: 0,
            waiting: Queue::default(),
            passed: 0,
            partial: HashMap::new(),
            last: None,
            last_key: Vec::new(),
            key: Vec::new(),
        }
    }

    /// The number of leaves of a stacked cube so far.
    pub(super) fn leaves(&self) -> usize {
        self.leaves
    }

    /// The rows that wait for a page, to which it is added.
    pub(super) fn queue<'p>(&mut self) -> Queue<'p> {
        std::mem::take(&mut self.waiting)
    }

    /// Adds a page of a pivot table.
    pub(super) fn pivot<'p>(
        &mut self,
        page: &'p PivotPage<'p>,
        area: Area,
        queue: &mut Queue<'p>,
    ) -> Result<(), Error> {
        let (left, top) = (self.side(&page.left)?, self.side(&page.top)?);
        // Without measures there are headings only.
        let rows = if self.measures.is_empty() { left.len() } else { page.data.len() };
        if rows != area.height || left.len() != rows {
            return Err(
                RowsError::Incomplete { row: area.top, expected: area.height, found: rows.min(left.len()) }.into()
            );
        }
        let first_on_top = self.first_on_top(&left, &top)?;
        let mut headings = vec![None; self.levels.len()];
        for (row, left) in left.iter().enumerate() {
            let values = page.data.get(row).filter(|_| !self.measures.is_empty());
            if values.is_some_and(|values| values.len() != area.width || top.len() != area.width) {
                return Err(self.strange("a row has other columns than the headings on top"));
            }
            let left_is_total = left.is_total();
            for (column, top) in top.iter().enumerate() {
                if !self.totals && (left_is_total || top.is_total()) {
                    continue;
                }
                // The name of the only measure can be on both sides.
                if left.measure.is_some() && top.measure.is_some() && self.measures.len() > 1 {
                    return Err(self.strange("both sides name measures"));
                }
                headings.fill(None);
                left.fill(&mut headings);
                top.fill(&mut headings[first_on_top..]);
                let crossing = !left.headings.is_empty() && !top.headings.is_empty();
                let value = values.and_then(|values| values.get(column));
                self.value(queue, &headings, left.measure.or(top.measure), value, crossing)?;
            }
        }
        Ok(())
    }

    /// The first level on top. Levels at the end of a side are missing from a page if all nodes above them are
    /// closed. The depth of the page overrides the definition, which may count dimensions that are not shown.
    fn first_on_top(&self, left: &[Leaf<'_>], top: &[Leaf<'_>]) -> Result<usize, Error> {
        let with_measures = self.measures_among_levels && left.iter().any(|leaf| leaf.measure.is_some());
        let on_left = self.levels_on_left.saturating_sub(usize::from(with_measures));
        let least = depth(left);
        match self.levels.len().checked_sub(depth(top)) {
            Some(most) if least <= most => Ok(on_left.clamp(least, most)),
            _ => Err(self.too_deep()),
        }
    }

    /// The rows or columns of a pivot table; a side without headings has one.
    fn side<'p>(&self, nodes: &'p [Node<'p>]) -> Result<Vec<Leaf<'p>>, Error> {
        let mut leaves = Vec::new();
        let visited = visit_leaves(nodes, self.levels.len(), |leaf| {
            leaves.push(leaf.clone());
            Ok::<_, TooDeep>(())
        });
        visited.map_err(|TooDeep| self.too_deep())?;
        if leaves.is_empty() {
            leaves.push(Leaf::default());
        }
        Ok(leaves)
    }

    /// Adds a page of a stacked cube.
    pub(super) fn stacked<'p>(&mut self, page: &'p StackPage<'p>, queue: &mut Queue<'p>) -> Result<(), Error> {
        let levels = self.levels.len();
        let mut headings = vec![None; levels];
        // Values are one level below the dimensions.
        let visited = visit_leaves(&page.data, levels + 1, |leaf| {
            self.leaves += 1;
            if !self.totals && leaf.is_total() {
                return Ok(());
            }
            // However many levels are closed, a branch ends with its value.
            let (value, dimensions) = match leaf.headings.split_last() {
                Some((value, above)) if !self.measures.is_empty() => (Some(*value), above),
                _ => (None, &leaf.headings[..leaf.headings.len().min(levels)]),
            };
            if value.is_some_and(|value| !value.is_value()) || !self.measures.is_empty() && value.is_none() {
                return Err(self.strange("a branch ends without a value").into());
            }
            headings.fill(None);
            headings.iter_mut().zip(dimensions).for_each(|(place, heading)| *place = Some(*heading));
            Ok::<_, Stopped>(self.value(queue, &headings, leaf.measure, value, false)?)
        });
        visited.map_err(|stopped| stopped.0.unwrap_or_else(|| self.too_deep()))
    }

    /// Adds nodes of a tree. Returns the number of nodes of the first dimension.
    pub(super) fn tree<'p>(&self, tree: &'p Tree<'p>, queue: &mut Queue<'p>) -> Result<usize, Error> {
        let levels = self.levels.len();
        if levels == 0 {
            return Err(self.strange("a tree without dimensions has no nodes"));
        }
        let mut headings = vec![None; levels];
        let visited = visit_leaves(&tree.nodes, levels, |leaf| {
            if !self.totals && leaf.is_total() {
                return Ok::<_, TooDeep>(());
            }
            headings.fill(None);
            leaf.fill(&mut headings);
            let row = self.push(queue, &headings, false);
            let values = leaf.places.last().map_or(&[][..], |at| tree.values(*at));
            for measure in 0..self.measures.len() {
                queue.set(row, levels + measure, values.get(measure).map_or(Slot::Null, Slot::Measure));
            }
            Ok(())
        });
        visited.map_err(|TooDeep| self.too_deep())?;
        let mut roots = 0;
        Ok(tree
            .nodes
            .iter()
            .filter(|node| {
                if node.level == 0 {
                    roots = usize::from(node.kind == NxDimCellType::Root);
                }
                node.level == roots
            })
            .count())
    }

    /// Receives the value below headings.
    fn value<'p>(
        &mut self,
        queue: &mut Queue<'p>,
        headings: Headings<'_, 'p>,
        measure: Option<&Node<'_>>,
        value: Option<&'p Node<'p>>,
        crossing: bool,
    ) -> Result<(), Error> {
        let dimensions = self.levels.len();
        if self.measures.len() < 2 {
            let row = self.push(queue, headings, crossing);
            if let Some(value) = value {
                queue.set(row, dimensions, Slot::Measure(value));
            }
            return Ok(());
        }
        let measure = self.measure(measure)?;
        self.key.clear();
        self.key.extend(headings.iter().map(|heading| heading.map_or(EMPTY, |heading| heading.elem_no)));
        let at = match self.last {
            Some(at) if self.key == self.last_key => at,
            _ => self.find(queue, headings, crossing),
        };
        if let Some(value) = value {
            queue.set(at - self.passed, dimensions + measure, Slot::Measure(value));
        }
        if queue.is_whole(at - self.passed) {
            self.last = None;
        }
        Ok(())
    }

    /// Finds the incomplete row of a value, or adds one.
    fn find<'p>(&mut self, queue: &mut Queue<'p>, headings: Headings<'_, 'p>, crossing: bool) -> usize {
        if let Some(at) = self.last.take() {
            self.partial.insert(self.last_key.clone(), at);
        }
        let at = self.partial.remove(&self.key);
        let at = at.unwrap_or_else(|| self.passed + self.push(queue, headings, crossing));
        self.last_key.clone_from(&self.key);
        self.last = Some(at);
        at
    }

    /// Adds a row without measures.
    fn push<'p>(&self, queue: &mut Queue<'p>, headings: Headings<'_, 'p>, crossing: bool) -> usize {
        let row = queue.push(self.levels.len(), self.measures.len(), crossing);
        let cells = queue.row_mut(row);
        for (column, heading) in self.levels.iter().zip(headings) {
            cells[*column] = heading.map_or(Slot::Closed, Slot::Dimension);
        }
        row
    }

    /// The measure of a heading: by its title, otherwise by its number.
    fn measure(&self, heading: Option<&Node<'_>>) -> Result<usize, Error> {
        let Some(heading) = heading else { return Err(self.strange("a value has no measure")) };
        let mut titled = self.measures.iter().enumerate().filter(|(_, title)| **title == heading.text);
        let number = || usize::try_from(heading.elem_no).ok().filter(|at| *at < self.measures.len());
        match (titled.next(), titled.next()) {
            (Some((at, _)), None) => Ok(at),
            _ => number().ok_or_else(|| self.strange("a heading names an unknown measure")),
        }
    }

    /// The complete rows as a page, if any. The others wait for the next page, unless this is the last
    /// one: then what has not arrived is null.
    pub(super) fn take<K: PageSink>(
        &mut self,
        mut queue: Queue<'_>,
        is_last: bool,
        sink: impl FnOnce(usize, usize) -> K,
    ) -> Option<Result<K::Page, Error>> {
        let dimensions = self.levels.len();
        if is_last {
            queue.complete(dimensions);
            self.partial.clear();
            self.last = None;
        }
        let whole = queue.whole();
        let count = queue.first(whole, dimensions).count();
        let page = (count > 0).then(|| {
            let mut sink = sink(self.taken, count);
            for row in queue.first(whole, dimensions) {
                row.iter().enumerate().for_each(|(column, slot)| sink.cell(column, slot.cell()));
                sink.end_row();
            }
            sink.finish()
        });
        self.passed += whole;
        self.taken += count;
        self.waiting = queue.after(whole);
        page
    }

    fn too_deep(&self) -> Error {
        self.strange("there are more levels of headings than dimensions")
    }

    fn strange(&self, problem: &str) -> Error {
        RowsError::Headings { path: self.path.clone(), problem: problem.to_owned() }.into()
    }
}

/// The number of levels of headings, without that of the measures.
fn depth(leaves: &[Leaf<'_>]) -> usize {
    leaves.iter().map(|leaf| leaf.headings.len()).max().unwrap_or(0)
}

/// Why reading stops: the tree is too deep, or another error.
struct Stopped(Option<Error>);

impl From<TooDeep> for Stopped {
    fn from(_: TooDeep) -> Self {
        Self(None)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self(Some(error))
    }
}
