//! Entry points for fuzzing; see `tests/fuzz`.

use std::fmt::Debug;

use crate::cells::{
    Cell, Node, PivotPage, Row, Sink, StackPage, Table, Tree, read_data_pages, read_pivot_pages, read_stack_pages,
    read_tree_nodes,
};
use crate::types::*;
use crate::wire::{DecodeError, Wire, general};

/// The cell parser must return the same cells or error as the general decoder.
pub fn cells(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut rows = Rows::default();
    let read = read_data_pages(text, &mut rows);
    match (read, general::member::<Vec<NxDataPage>>(text, "qDataPages")) {
        (Ok(()), Ok(pages)) => {
            let pages = pages.unwrap_or_default();
            let expected: Vec<_> = pages.into_iter().flat_map(|page| page.matrix).collect();
            let of_row = |row: &Vec<NxCell>, exact: fn(Cell<'_>) -> String| -> Vec<String> {
                row.iter().map(|cell| exact(cell.into())).collect()
            };
            assert_eq!(rows.seen, expected.iter().map(|row| of_row(row, exact)).collect::<Vec<_>>());
            let stored = |row: Row<'_>| row.cells().map(slim).collect::<Vec<_>>();
            assert_eq!(
                rows.table.rows().map(stored).collect::<Vec<_>>(),
                expected.iter().map(|row| of_row(row, slim)).collect::<Vec<_>>()
            );
        }
        (read, pages) => same(read, pages.map(drop)),
    }
}

/// The parsers of pages of pivot and stacked cubes, and of trees, must return the same nodes or errors as the general decoder.
pub fn nodes(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let of_node = |node: &Node<'_>| format!("{} {:?} {}", node.level, node.kind, exact(node.cell()));
    let list = |nodes: &[Node<'_>]| nodes.iter().map(of_node).collect::<Vec<_>>();
    let stack = |page: StackPage<'_>| list(&page.data);
    let read = read_stack_pages(text).map(|pages| pages.into_iter().map(stack).collect::<Vec<_>>());
    let general = general::member::<Vec<NxStackPage>>(text, "qDataPages");
    same(read, general.map(|pages| pages.iter().flatten().map(|page| stack(page.into())).collect()));
    let pivot = |page: PivotPage<'_>| {
        (list(&page.left), list(&page.top), page.data.iter().map(|row| list(row)).collect::<Vec<_>>())
    };
    let read = read_pivot_pages(text).map(|pages| pages.into_iter().map(pivot).collect::<Vec<_>>());
    let general = general::member::<Vec<NxPivotPage>>(text, "qDataPages");
    same(read, general.map(|pages| pages.iter().flatten().map(|page| pivot(page.into())).collect()));
    let of_tree = |tree: Tree<'_>| {
        let of = |(at, node)| (of_node(node), tree.group_size(at), list(tree.values(at)));
        tree.nodes.iter().enumerate().map(of).collect::<Vec<_>>()
    };
    let general = general::member::<Vec<NxTreeNode>>(text, "qNodes");
    same(read_tree_nodes(text).map(of_tree), general.map(|trees| of_tree(trees.as_deref().unwrap_or_default().into())));
}

/// What a sink is passed, and what a table keeps.
#[derive(Default)]
struct Rows {
    table: Table,
    row: Vec<String>,
    seen: Vec<Vec<String>>,
}

impl Sink for Rows {
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.table.cell(column, cell);
        self.row.push(exact(cell));
    }

    fn end_row(&mut self) {
        self.table.end_row();
        self.seen.push(std::mem::take(&mut self.row));
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The content of a cell with the results of attribute expressions, as text, so that `NaN` equals itself.
fn exact(cell: Cell<'_>) -> String {
    format!("{} {:?}", slim(cell), cell.attr_exps())
}

/// The content of a cell that a table keeps; -0 differs from 0.
fn slim(cell: Cell<'_>) -> String {
    let Cell { text, num, elem_number, state, is_empty, is_total_cell, is_other_cell, is_null, .. } = cell;
    let flags = [is_empty, is_total_cell, is_other_cell, is_null];
    format!("{text:?} {num} {} {elem_number} {state:?} {flags:?}", num.to_bits())
}

/// The parser must return the same value as the general decoder, or an error with the same path. The first byte selects
/// the type.
pub fn decode(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    AS[usize::from(*first) % AS.len()](text);
}

/// Types with all kinds of members: strings, numbers, enums, lists, trees, boxes, and custom members.
const AS: [fn(&str); 16] = [
    agree::<GenericObjectLayout>,
    agree::<HyperCube>,
    agree::<NxDataPage>,
    agree::<NxPivotPage>,
    agree::<NxStackPage>,
    agree::<ListObject>,
    agree::<GenericObjectEntry>,
    agree::<NxTreeNode>,
    agree::<NxCell>,
    agree::<HyperCubeDef>,
    agree::<NxAppLayout>,
    agree::<Vec<f64>>,
    agree::<Vec<i64>>,
    agree::<Vec<String>>,
    agree::<NxPatches>,
    agree::<Vec<NxPatch>>,
];

/// Compares the results for a text.
pub(crate) fn agree<T: Wire + Default + Debug>(text: &str) {
    // As strings, so that `NaN` equals itself and -0 differs from 0.
    let shown = |value: T| format!("{value:?}");
    same(crate::decode(text).map(shown), general::decode(text).map(shown));
}

/// Checks that both results are equal, or errors with the same path.
#[track_caller]
pub(crate) fn same<T: Debug + PartialEq>(read: Result<T, DecodeError>, general: Result<T, DecodeError>) {
    match (read, general) {
        (Ok(read), Ok(general)) => assert_eq!(read, general),
        (Err(read), Err(general)) => {
            // The parser reports an unexpected list or object immediately. The general decoder reads its start first, and
            // finds syntax errors there.
            let unfit =
                ["invalid type: sequence", "invalid type: map"].iter().any(|kind| read.to_string().contains(kind));
            let below = read.path == "." || general.path.starts_with(&read.path);
            let inside = unfit && (below || !general.cause.is_data());
            assert!(inside || read.path == general.path, "{read} / {general}");
        }
        (read, general) => panic!("{read:?} / {general:?}"),
    }
}
