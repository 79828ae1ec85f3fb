//! Data reduction: fewer points with the shape of the chart.

use serde_json::{Value, json};

use super::straight::Page;
use super::tree::Node;
use super::{Cube, Row};
use crate::calculate::definition::Mode;
use crate::calculate::format;
use crate::error::{EngineError, Result, code};
use crate::value::{Dual, wire_number};

impl Cube {
    /// Pages of rows, `[NxDataPage]`, reduced if there are more rows than the height of a page. With a zoom above 0,
    /// one row represents 2 to its power; with -1, as many as needed; 0 reduces nothing.
    pub fn reduced_pages(&self, pages: &[Value], zoom: i64, how: &str) -> Result<Value> {
        if self.mode != Mode::Stacked {
            self.ready(Mode::Straight)?;
        }
        self.ready(self.mode)?;
        match crate::calculate::definition::enum_name(how) {
            "" | "N" | "DATA_REDUCTION_NONE" => return self.reduced_pages(pages, 0, "D1"),
            "D1" | "DATA_REDUCTION_ONEDIM" | "ST" | "DATA_REDUCTION_STACKED" => {}
            how => return Err(EngineError::new(code::NOT_IMPLEMENTED, how, "This kind of data reduction")),
        }
        let pages = Page::read(pages)?;
        Ok(pages.into_iter().map(|page| self.reduced_page(page, zoom)).collect::<Vec<_>>().into())
    }

    fn reduced_page(&self, page: Page, zoom: i64) -> Value {
        // A page that starts after the first column of a stacked cube requests whole stacks.
        let stacks = self.mode == Mode::Stacked && self.dimensions.len() > 1 && page.left > 0;
        let count = if stacks { self.left_tree.len() } else { self.rows.len() };
        let size = match u32::try_from(zoom) {
            Ok(0) => 1,
            Ok(zoom) => 1_usize.checked_shl(zoom).unwrap_or(usize::MAX),
            Err(_) => count.div_ceil(page.height.max(1)).max(1),
        };
        let mut reduced = if stacks {
            self.stacks_page(page, size)
        } else {
            let longest = |rows: &'_ [Row]| -> Option<usize> {
                (0..rows.len()).max_by(|a, b| reach(&rows[*a]).total_cmp(&reach(&rows[*b])))
            };
            let kept = self.rows.chunks(size).filter_map(|rows| longest(rows).map(|at| &rows[at]));
            self.rows_page(page, &kept.collect::<Vec<_>>())
        };
        if stacks || size > 1 {
            reduced["qIsReduced"] = true.into();
        }
        reduced
    }

    fn rows_page(&self, page: Page, rows: &[&Row]) -> Value {
        let (columns, range) = page.within(self.columns.len(), rows.len());
        let row = |row: &&Row| self.columns[columns.clone()].iter().map(|column| self.cell(row, *column)).collect();
        let matrix: Vec<Vec<Value>> = rows[range.clone()].iter().map(row).collect();
        json!({ "qMatrix": matrix, "qTails": [], "qArea": page.area(columns.len(), range.len()) })
    }

    /// Whole stacks as rows: the value of the outermost dimension in the columns of the dimensions, then how far
    /// the stack extends above and below zero.
    fn stacks_page(&self, page: Page, size: usize) -> Value {
        let dimensions = self.dimensions.len();
        let stacks = self.left_tree.iter().filter(|node| node.kind != 'T');
        let stacks: Vec<Stack<'_>> = stacks.map(|node| Stack::of(node, self.stack_reach(node))).collect();
        let stacks: Vec<Stack<'_>> = stacks.chunks(size).filter_map(Stack::around).collect();
        let (columns, rows) = page.within(dimensions + 2, stacks.len());
        let cell = |Stack { node, above, below }: &Stack<'_>, column: usize| {
            if column < dimensions {
                let at = node.dimension.unwrap_or(0);
                return format::cell(self.dimension_cell(at, node.key[at]));
            }
            let number = if column == dimensions { *above } else { *below };
            json!({
                "qText": self.shown(0, &Dual::Number(number)),
                "qNum": wire_number(number),
                "qElemNumber": 0,
                "qState": "L",
            })
        };
        let row = |stack: &Stack<'_>| columns.clone().map(|column| cell(stack, column)).collect();
        let matrix: Vec<Vec<Value>> = stacks[rows.clone()].iter().map(row).collect();
        json!({ "qMatrix": matrix, "qTails": [], "qArea": page.area(columns.len(), rows.len()) })
    }

    /// The sums of the positive and the negative values below a node.
    fn stack_reach(&self, node: &Node) -> (f64, f64) {
        if node.children.is_empty() {
            let row = self.cells.get(&node.key);
            let number = row.and_then(|row| row.values.get(node.measure.unwrap_or(0))).and_then(Dual::as_number);
            let number = number.unwrap_or(0.0);
            return (number.max(0.0), number.min(0.0));
        }
        let below = node.children.iter().filter(|child| child.kind != 'T').map(|child| self.stack_reach(child));
        below.fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
    }
}

/// A stack of bars.
#[derive(Clone, Copy)]
struct Stack<'n> {
    node: &'n Node,
    /// How far it extends above zero.
    above: f64,
    /// How far it extends below zero, as a negative number.
    below: f64,
}

impl<'n> Stack<'n> {
    fn of(node: &'n Node, (above, below): (f64, f64)) -> Self {
        Self { node, above, below }
    }

    /// The longest of some stacks, with the highest top and the lowest bottom of all of them.
    fn around(stacks: &[Self]) -> Option<Self> {
        let length = |stack: &Self| stack.above.max(-stack.below);
        let longest = stacks.iter().max_by(|a, b| length(a).total_cmp(&length(b)))?;
        let above = stacks.iter().map(|stack| stack.above).fold(0.0, f64::max);
        let below = stacks.iter().map(|stack| stack.below).fold(0.0, f64::min);
        Some(Self { node: longest.node, above, below })
    }
}

/// The distance of a row's first measure from zero.
fn reach(row: &Row) -> f64 {
    row.values.first().and_then(Dual::as_number).map_or(f64::NEG_INFINITY, f64::abs)
}
