//! Headings: nodes of the trees around the data of a pivot table, or of the tree of a stacked cube.

use qix_schema::types::{
    NxAttributeExpressionValues, NxCell, NxDimCellType, NxPivotDimensionCell, NxStackedPivotCell, NxTreeNode,
};

/// The element number of a total.
const TOTAL: i32 = -1;
/// The element number of a null value.
const NULL: i32 = -2;
/// The element number below a closed node or a total.
pub(super) const EMPTY: i32 = -4;

/// A node.
pub(super) trait Heading: Sized {
    fn text(&self) -> &str;
    fn number(&self) -> f64;
    fn element(&self) -> i32;
    fn kind(&self) -> &NxDimCellType;
    fn below(&self) -> &[Self];
    fn attr_exps(&self) -> Option<&NxAttributeExpressionValues>;

    fn is_measure(&self) -> bool {
        *self.kind() == NxDimCellType::Pseudo
    }

    fn is_total(&self) -> bool {
        *self.kind() == NxDimCellType::Total && self.element() == TOTAL
    }

    /// Whether it can be the value at the end of a branch of a stacked cube, and not one of its headings.
    fn is_value(&self) -> bool {
        use NxDimCellType::{Empty, Null, Value};
        matches!(self.kind(), Value | Null | Empty)
    }

    /// As the cell of a dimension.
    fn cell(&self) -> NxCell {
        let element = self.element();
        let is_null = matches!(element, TOTAL | NULL | EMPTY);
        let cell = NxCell::default()
            .with_text(if is_null { "" } else { self.text() })
            .with_num(if is_null { f64::NAN } else { self.number() })
            .with_elem_number(element)
            .with_is_null(is_null)
            .with_is_empty(element == EMPTY)
            .with_is_total_cell(element == TOTAL)
            .with_is_other_cell(*self.kind() == NxDimCellType::Other);
        with_results(cell, self.attr_exps())
    }
}

/// A cell with the results of attribute expressions.
pub(super) fn with_results(cell: NxCell, results: Option<&NxAttributeExpressionValues>) -> NxCell {
    match results.filter(|results| !results.values.is_empty()) {
        Some(results) => cell.with_attr_exps(results.clone()),
        None => cell,
    }
}

/// A row or column: a leaf of a tree of headings.
#[derive(Debug)]
pub(super) struct Leaf<'p, H> {
    /// The headings from the outermost to the innermost, without those of measures.
    pub(super) headings: Vec<&'p H>,
    /// The heading of the measure.
    pub(super) measure: Option<&'p H>,
}

impl<H> Clone for Leaf<'_, H> {
    fn clone(&self) -> Self {
        Self { headings: self.headings.clone(), measure: self.measure }
    }
}

impl<'p, H: Heading> Leaf<'p, H> {
    /// Puts the headings at the positions of their levels.
    pub(super) fn fill(&self, levels: &mut [Option<&'p H>]) {
        levels.iter_mut().zip(&self.headings).for_each(|(level, heading)| *level = Some(*heading));
    }

    pub(super) fn is_total(&self) -> bool {
        self.headings.iter().any(|heading| heading.is_total())
    }
}

/// The cell of a dimension whose level is closed.
pub(super) fn closed() -> NxCell {
    NxCell::default().with_num(f64::NAN).with_elem_number(EMPTY).with_is_null(true).with_is_empty(true)
}

/// The number of levels of headings, without that of the measures.
pub(super) fn depth<H>(leaves: &[Leaf<'_, H>]) -> usize {
    leaves.iter().map(|leaf| leaf.headings.len()).max().unwrap_or(0)
}

/// The leaves of trees in order; `None` if a tree is too deep.
pub(super) fn leaves<H: Heading>(nodes: &[H], levels: usize) -> Option<Vec<Leaf<'_, H>>> {
    let mut found = Vec::new();
    // A stacked cube has a root node.
    let nodes = nodes.iter().flat_map(|node| match node.kind() {
        NxDimCellType::Root => node.below(),
        _ => std::slice::from_ref(node),
    });
    let mut leaf = Leaf { headings: Vec::new(), measure: None };
    for node in nodes {
        walk(node, levels, &mut leaf, &mut found)?;
    }
    Some(found)
}

fn walk<'p, H: Heading>(
    node: &'p H,
    levels: usize,
    leaf: &mut Leaf<'p, H>,
    found: &mut Vec<Leaf<'p, H>>,
) -> Option<()> {
    match node.is_measure() {
        true if leaf.measure.is_none() => leaf.measure = Some(node),
        false if leaf.headings.len() < levels => leaf.headings.push(node),
        _ => return None,
    }
    if node.below().is_empty() {
        found.push(leaf.clone());
    }
    node.below().iter().try_for_each(|below| walk(below, levels, leaf, found))?;
    match node.is_measure() {
        true => leaf.measure = None,
        false => drop(leaf.headings.pop()),
    }
    Some(())
}

macro_rules! headings {
    ($($kind:ty, $below:ident, |$node:ident| $results:expr;)*) => {$(
        impl Heading for $kind {
            fn text(&self) -> &str {
                &self.text
            }

            fn number(&self) -> f64 {
                self.value
            }

            fn element(&self) -> i32 {
                self.elem_no
            }

            fn kind(&self) -> &NxDimCellType {
                &self.type_
            }

            fn below(&self) -> &[Self] {
                &self.$below
            }

            fn attr_exps(&self) -> Option<&NxAttributeExpressionValues> {
                let $node = self;
                $results
            }
        }
    )*};
}

headings! {
    NxPivotDimensionCell, sub_nodes, |node| node.attr_exps();
    NxStackedPivotCell, sub_nodes, |node| node.attr_exps();
    NxTreeNode, nodes, |node| Some(&node.attr_exps);
}
