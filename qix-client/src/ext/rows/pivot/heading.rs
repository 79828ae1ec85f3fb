//! Headings: nodes of the trees around the data of a pivot table, or of the tree of a stacked cube.

use qix_schema::cells::{Cell, Node};
use qix_schema::types::NxDimCellType;

use crate::ext::rows::null::NULL;

/// The element number of a total.
const TOTAL: i32 = -1;
/// The element number below a closed node or a total.
pub(super) const EMPTY: i32 = -4;

/// What a node is among headings.
pub(super) trait Heading {
    fn is_measure(&self) -> bool;
    fn is_total(&self) -> bool;
    /// Whether it can be the value at the end of a branch of a stacked cube, and not one of its headings.
    fn is_value(&self) -> bool;
    /// As the cell of a dimension.
    fn of_dimension(&self) -> Cell<'_>;
    /// As the cell of a measure.
    fn of_measure(&self) -> Cell<'_>;
}

impl Heading for Node<'_> {
    fn is_measure(&self) -> bool {
        self.kind == NxDimCellType::Pseudo
    }

    fn is_total(&self) -> bool {
        self.kind == NxDimCellType::Total && self.elem_no == TOTAL
    }

    fn is_value(&self) -> bool {
        use NxDimCellType::{Empty, Null, Value};
        matches!(self.kind, Value | Null | Empty)
    }

    fn of_dimension(&self) -> Cell<'_> {
        let mut cell = self.cell();
        cell.is_null = matches!(self.elem_no, TOTAL | NULL | EMPTY);
        if cell.is_null {
            (cell.text, cell.num) = ("", f64::NAN);
        }
        cell.is_empty = self.elem_no == EMPTY;
        cell.is_total_cell = self.elem_no == TOTAL;
        cell.is_other_cell = self.kind == NxDimCellType::Other;
        cell
    }

    fn of_measure(&self) -> Cell<'_> {
        let mut cell = self.cell();
        cell.elem_number = 0;
        cell.is_null = matches!(self.kind, NxDimCellType::Null | NxDimCellType::Empty);
        cell
    }
}

/// The cell of a dimension whose level is closed.
pub(super) fn closed() -> Cell<'static> {
    let mut cell = Cell::default();
    (cell.num, cell.elem_number, cell.is_null, cell.is_empty) = (f64::NAN, EMPTY, true, true);
    cell
}

/// The cell of a measure without a value.
pub(super) fn null() -> Cell<'static> {
    let mut cell = Cell::default();
    (cell.num, cell.is_null) = (f64::NAN, true);
    cell
}

/// A row or column: a leaf of a tree of headings.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaf<'p> {
    /// The headings from the outermost to the innermost, without those of measures.
    pub(super) headings: Vec<&'p Node<'p>>,
    /// The heading of the measure.
    pub(super) measure: Option<&'p Node<'p>>,
    /// The positions of the headings among the nodes.
    pub(super) places: Vec<usize>,
}

impl<'p> Leaf<'p> {
    /// Puts the headings at the positions of their levels.
    pub(super) fn fill(&self, levels: &mut [Option<&'p Node<'p>>]) {
        levels.iter_mut().zip(&self.headings).for_each(|(level, heading)| *level = Some(*heading));
    }

    pub(super) fn is_total(&self) -> bool {
        self.headings.iter().any(|heading| heading.is_total())
    }
}

/// A tree is deeper than the cube.
pub(super) struct TooDeep;

/// Visits the leaves of trees in order.
pub(super) fn visit_leaves<'p, E: From<TooDeep>>(
    nodes: &'p [Node<'p>],
    levels: usize,
    mut visit: impl FnMut(&Leaf<'p>) -> Result<(), E>,
) -> Result<(), E> {
    let mut leaf = Leaf::default();
    let mut open: Vec<&Node<'_>> = Vec::new();
    let mut roots = 0;
    for (at, node) in nodes.iter().enumerate() {
        if node.level == 0 {
            // A stacked cube has a root node, which is not a heading.
            roots = usize::from(node.kind == NxDimCellType::Root);
        }
        while open.len() + roots > node.level
            && let Some(closed) = open.pop()
        {
            if closed.is_measure() {
                leaf.measure = None;
            } else {
                leaf.headings.pop();
                leaf.places.pop();
            }
        }
        if node.level < roots {
            continue;
        }
        match node.is_measure() {
            true if leaf.measure.is_none() => leaf.measure = Some(node),
            false if leaf.headings.len() < levels => {
                leaf.headings.push(node);
                leaf.places.push(at);
            }
            _ => return Err(TooDeep.into()),
        }
        open.push(node);
        if nodes.get(at + 1).is_none_or(|next| next.level <= node.level) {
            visit(&leaf)?;
        }
    }
    Ok(())
}
