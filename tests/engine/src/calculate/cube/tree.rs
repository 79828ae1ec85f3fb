//! The trees of rows and columns of a pivot table.

use std::collections::BTreeMap;

use super::expansion::{Expansion, Side};
use super::{Cube, Row};
use crate::calculate::definition::Mode;
use crate::calculate::group::{ANY, GroupKey};
use crate::calculate::limit::{COLLAPSED, OTHERS};
use crate::data::NULL;

/// A level of a side of a pivot table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Dimension(usize),
    /// The measures, side by side.
    Measures,
}

/// Element number of a node without a value.
const FILLER: i64 = -4;

/// A node of a tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) text: Option<String>,
    pub(super) element: i64,
    pub(super) number: f64,
    /// One of the letters of `NxDimCellType`.
    pub(super) kind: char,
    pub(super) can_expand: bool,
    pub(super) can_collapse: bool,
    /// The dimension it is a value of.
    pub(super) dimension: Option<usize>,
    /// The group of the node.
    pub(super) key: GroupKey,
    pub(super) measure: Option<usize>,
    pub(super) children: Vec<Node>,
}

/// A row or column at the end of a tree.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) key: GroupKey,
    pub(super) measure: Option<usize>,
    /// Whether a node on the path to it is a total.
    pub(super) total: bool,
    /// Dimension and element number at each level that has one.
    pub(super) path: Vec<Option<(usize, i64)>>,
}

/// The leaves of a tree, in order.
pub(super) fn leaves(nodes: &[Node]) -> Vec<Leaf> {
    fn walk(node: &Node, total: bool, path: &mut Vec<Option<(usize, i64)>>, leaves: &mut Vec<Leaf>) {
        let total = total || node.kind == 'T';
        path.push(
            node.dimension.filter(|_| matches!(node.kind, 'N' | 'U' | 'O')).map(|dimension| (dimension, node.element)),
        );
        if node.children.is_empty() {
            leaves.push(Leaf { key: node.key.clone(), measure: node.measure, total, path: path.clone() });
        }
        node.children.iter().for_each(|child| walk(child, total, path, leaves));
        path.pop();
    }
    let mut result = Vec::new();
    nodes.iter().for_each(|node| walk(node, false, &mut Vec::new(), &mut result));
    result
}

/// Removes levels that have fillers only: the engine sends no levels below nodes that are all closed.
fn without_empty_levels(mut nodes: Vec<Node>) -> Vec<Node> {
    fn look(nodes: &[Node], depth: usize, filled: &mut Vec<bool>) {
        for node in nodes {
            if filled.len() == depth {
                filled.push(false);
            }
            filled[depth] |= node.element != FILLER;
            look(&node.children, depth + 1, filled);
        }
    }
    fn lift(nodes: &mut Vec<Node>, depth: usize, filled: &[bool]) {
        if filled.get(depth) == Some(&false) {
            *nodes = std::mem::take(nodes).into_iter().flat_map(|node| node.children).collect();
            return lift(nodes, depth + 1, filled);
        }
        nodes.iter_mut().for_each(|node| lift(&mut node.children, depth + 1, filled));
    }
    let mut filled = Vec::new();
    look(&nodes, 0, &mut filled);
    lift(&mut nodes, 0, &filled);
    nodes
}

impl Cube {
    /// The levels of a side.
    pub(super) fn levels(&self, side: Side) -> Vec<Level> {
        let part = match side {
            Side::Left => &self.shown_order[..self.shown_left],
            Side::Top => &self.shown_order[self.shown_left..],
        };
        part.iter().map(|column| usize::try_from(*column).map_or(Level::Measures, Level::Dimension)).collect()
    }
}

/// Builds the trees.
pub(super) struct Builder<'a> {
    pub(super) cube: &'a Cube,
    pub(super) expansion: &'a Expansion,
    pub(super) always_open: bool,
    /// The definition's expansion, by dimension.
    pub(super) stated: Option<Vec<bool>>,
    pub(super) totals_above: bool,
    /// 1 if the left side is sorted by the first measure in ascending order, -1 if in descending order.
    pub(super) by_first_measure: i64,
    /// Labels of totals by dimension.
    pub(super) labels: Vec<String>,
}

impl Builder<'_> {
    pub(super) fn trees(&self) -> (Vec<Node>, Vec<Node>) {
        let rows: Vec<&Row> = self.cube.rows.iter().collect();
        let start = vec![ANY; self.cube.dimensions.len()];
        let left = self.cube.levels(Side::Left);
        let mut top = self.cube.levels(Side::Top);
        // A single measure is the heading of the only column.
        let alone = top.is_empty() && self.cube.measures.len() == 1 && !left.contains(&Level::Measures);
        if alone && self.cube.mode == Mode::Pivot {
            top.push(Level::Measures);
        }
        let tree = |levels: &[Level]| without_empty_levels(self.nodes(levels, &rows, &start, &mut Vec::new()));
        let (mut left, top) = (tree(&left), tree(&top));
        if self.by_first_measure != 0 {
            self.sort_by_first_measure(&mut left);
        }
        (left, top)
    }

    /// Sorts the groups of a tree by the results of the first measure. Totals keep their positions, and others come
    /// last.
    fn sort_by_first_measure(&self, nodes: &mut [Node]) {
        let result = |node: &Node| {
            let row = self.cube.cells.get(&node.key);
            let number = row.and_then(|row| row.values.first()?.as_number());
            number.map_or(f64::INFINITY, |number| if self.by_first_measure > 0 { number } else { -number })
        };
        let start = nodes.iter().take_while(|node| node.kind == 'T').count();
        let end = nodes.iter().rposition(|node| node.kind != 'T').map_or(start, |last| last + 1);
        if nodes.iter().all(|node| node.kind != 'P') {
            nodes[start..end]
                .sort_by(|a, b| (a.kind == 'O').cmp(&(b.kind == 'O')).then(result(a).total_cmp(&result(b))));
        }
        nodes.iter_mut().for_each(|node| self.sort_by_first_measure(&mut node.children));
    }

    fn nodes(&self, levels: &[Level], rows: &[&Row], key: &GroupKey, path: &mut Vec<(usize, i64)>) -> Vec<Node> {
        match levels.split_first() {
            None => Vec::new(),
            Some((Level::Measures, rest)) => self.measures(rest, rows, key, path),
            Some((Level::Dimension(dimension), rest)) => self.values(*dimension, rest, rows, key, path),
        }
    }

    fn measures(&self, rest: &[Level], rows: &[&Row], key: &GroupKey, path: &mut Vec<(usize, i64)>) -> Vec<Node> {
        let measures = self.cube.measures.iter().enumerate();
        measures
            .map(|(at, measure)| {
                let mut children = self.nodes(rest, rows, key, path);
                children.iter_mut().for_each(|child| set_measure(child, at));
                Node {
                    text: Some(measure.title.clone()),
                    element: at as i64,
                    number: f64::NAN,
                    kind: 'P',
                    can_expand: false,
                    can_collapse: false,
                    dimension: None,
                    key: key.clone(),
                    measure: Some(at),
                    children,
                }
            })
            .collect()
    }

    fn values(
        &self,
        at: usize,
        rest: &[Level],
        rows: &[&Row],
        key: &GroupKey,
        path: &mut Vec<(usize, i64)>,
    ) -> Vec<Node> {
        let dimension = &self.cube.dimensions[at];
        let mut parts: BTreeMap<(usize, u32), Vec<&Row>> = BTreeMap::new();
        for row in rows {
            let code = row.key[at];
            parts.entry((dimension.rank(code), code)).or_default().push(row);
        }
        let is_last = !rest.iter().any(|level| matches!(level, Level::Dimension(_)));
        let mut nodes: Vec<Node> = Vec::new();
        for ((_, code), rows) in parts {
            let (element, kind) = match code {
                NULL => (-2, 'U'),
                OTHERS => (-3, 'O'),
                COLLAPSED => (FILLER, 'E'),
                code => (i64::from(code), 'N'),
            };
            let mut key = key.clone();
            key[at] = code;
            path.push((at, element));
            let stated = self.stated.as_ref().and_then(|stated| stated.get(at)).copied().unwrap_or(false);
            let open = self.always_open || is_last || self.expansion.is_open(path, stated);
            let children =
                if open { self.nodes(rest, &rows, &key, path) } else { self.filler(rest, &rows, &key, path) };
            path.pop();
            nodes.push(Node {
                text: (code != COLLAPSED).then(|| dimension.text(code).to_owned()),
                element,
                number: dimension.value(code).and_then(|shown| shown.value.as_number()).unwrap_or(f64::NAN),
                kind,
                can_expand: !open,
                can_collapse: open && !is_last && !self.always_open,
                dimension: Some(at),
                key,
                measure: None,
                children,
            });
        }
        if dimension.definition.show_total && !nodes.is_empty() {
            let total = Node {
                text: (self.cube.mode == Mode::Pivot).then(|| self.labels[at].clone()),
                element: -1,
                number: f64::NAN,
                kind: 'T',
                can_expand: false,
                can_collapse: false,
                dimension: Some(at),
                key: key.clone(),
                measure: None,
                children: self.filler(rest, rows, key, path),
            };
            let first = self.totals_above || self.cube.mode != Mode::Pivot;
            nodes.insert(if first { 0 } else { nodes.len() }, total);
        }
        nodes
    }

    /// Below a closed node or a total, each dimension has one node without a value.
    fn filler(&self, levels: &[Level], rows: &[&Row], key: &GroupKey, path: &mut Vec<(usize, i64)>) -> Vec<Node> {
        match levels.split_first() {
            None => Vec::new(),
            Some((Level::Measures, rest)) => {
                let mut nodes = self.measures(&[], rows, key, path);
                for (at, node) in nodes.iter_mut().enumerate() {
                    node.children = self.filler(rest, rows, key, path);
                    node.children.iter_mut().for_each(|child| set_measure(child, at));
                }
                nodes
            }
            Some((Level::Dimension(at), rest)) => {
                let total = self.cube.dimensions[*at].definition.show_total && self.cube.mode == Mode::Pivot;
                vec![Node {
                    text: None,
                    element: FILLER,
                    number: f64::NAN,
                    kind: if total { 'T' } else { 'E' },
                    can_expand: false,
                    can_collapse: false,
                    dimension: Some(*at),
                    key: key.clone(),
                    measure: None,
                    children: self.filler(rest, rows, key, path),
                }]
            }
        }
    }
}

fn set_measure(node: &mut Node, measure: usize) {
    node.measure = Some(measure);
    node.children.iter_mut().for_each(|child| set_measure(child, measure));
}
