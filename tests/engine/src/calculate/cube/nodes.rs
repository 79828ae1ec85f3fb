//! Nodes of a cube in tree mode.

use serde_json::{Value, json};

use super::Cube;
use super::tree::{Leaf, Node};
use crate::calculate::column::attribute_values;
use crate::calculate::definition::{Mode, list, truth, whole};
use crate::error::Result;
use crate::value::{Dual, wire_number};

/// A requested part of a level.
#[derive(Clone, Copy)]
struct Part {
    top: usize,
    height: usize,
    /// Whether to generate nodes for values that a group does not have.
    all_values: bool,
}

/// The requested part of a tree.
struct Wanted {
    /// By level; `None` for the whole level.
    parts: Vec<Option<Part>>,
    depth: usize,
}

/// The position of a node: its level, and its index in its group and in those of the nodes above it.
struct Position {
    level: usize,
    path: Vec<usize>,
}

impl Cube {
    /// The tree as `[NxTreeNode]`: one root, with the nodes that `NxTreeDataOption` requests.
    pub fn tree_nodes(&self, options: &Value) -> Result<Value> {
        self.ready(Mode::Tree)?;
        let levels = self.dimensions.len();
        let mut parts = vec![None; levels];
        for area in list(options, "qTreeNodes") {
            let rectangle = area.get("qArea").unwrap_or(&Value::Null);
            let at = |member: &str, otherwise: i64| usize::try_from(whole(rectangle, member, otherwise)).unwrap_or(0);
            let part = Part { top: at("qTop", 0), height: at("qHeight", 0), all_values: truth(area, "qAllValues") };
            parts.iter_mut().skip(at("qLeft", 0)).take(at("qWidth", 1)).for_each(|of_level| *of_level = Some(part));
        }
        let of_levels = options.get("qTreeLevels").unwrap_or(&Value::Null);
        let left = usize::try_from(whole(of_levels, "qLeft", 0)).unwrap_or(0);
        let depth = usize::try_from(whole(of_levels, "qDepth", -1)).unwrap_or(levels);
        let wanted = Wanted { parts, depth: left.saturating_add(depth) };
        let mut row = 0;
        let mut count = 0;
        let mut nodes =
            self.group(&self.left_tree, &Position { level: 0, path: Vec::new() }, &wanted, &mut row, &mut count);
        for _ in 0..left {
            nodes = nodes
                .into_iter()
                .flat_map(|mut node| node["qNodes"].as_array_mut().map(std::mem::take))
                .flatten()
                .collect();
        }
        let most = whole(options, "qMaxNbrOfNodes", 0);
        if most > 0 && i64::try_from(count).unwrap_or(i64::MAX) > most {
            return Ok(json!([]));
        }
        let (above, below) = self.reaches(&self.left_tree);
        Ok(json!([{
            "qElemNo": -1,
            "qValue": "NaN",
            "qGroupPos": 0,
            "qGroupSize": self.left_tree.len(),
            "qRow": 0,
            "qType": "R",
            "qValues": [],
            "qNodes": nodes,
            "qMaxPos": above,
            "qMinNeg": below,
            "qState": "L",
            "qTreePath": [],
        }]))
    }

    /// The number of nodes of each dimension.
    pub(super) fn nodes_on_dimensions(&self) -> Vec<usize> {
        let mut counts = Vec::new();
        let mut level: Vec<&Node> = self.left_tree.iter().collect();
        while !level.is_empty() {
            counts.push(level.len());
            level = level.iter().flat_map(|node| &node.children).collect();
        }
        counts
    }

    fn group(
        &self,
        nodes: &[Node],
        position: &Position,
        wanted: &Wanted,
        row: &mut usize,
        count: &mut usize,
    ) -> Vec<Value> {
        let level = position.level;
        let part = wanted.parts.get(level).copied().flatten();
        let is_wanted =
            |at: usize| part.is_none_or(|part| (part.top..part.top.saturating_add(part.height)).contains(&at));
        let fills = part.is_some_and(|part| part.all_values);
        let mut missing = if fills { self.codes_on(level) } else { Vec::new() };
        missing.retain(|code| !nodes.iter().any(|node| self.code_of(node, level) == Some(*code)));
        let mut slots: Vec<(usize, Option<&Node>, u32)> = Vec::new();
        let dimension = self.shown_order.get(level).and_then(|column| usize::try_from(*column).ok()).unwrap_or(level);
        let rank = |code: u32| self.dimensions[dimension].rank(code);
        slots.extend(nodes.iter().map(|node| (self.code_of(node, level).map_or(0, rank), Some(node), 0)));
        if fills {
            slots.extend(missing.into_iter().map(|code| (rank(code), None, code)));
            slots.sort_by_key(|(rank, ..)| *rank);
        }
        let mut result = Vec::new();
        for (at, (_, node, code)) in slots.into_iter().enumerate() {
            let first = *row;
            let mut path = position.path.clone();
            path.push(at);
            let below = Position { level: level + 1, path };
            let children = match node {
                Some(node) if node.children.is_empty() => {
                    *row += 1;
                    Vec::new()
                }
                Some(node) => self.group(&node.children, &below, wanted, row, count),
                None => Vec::new(),
            };
            if !is_wanted(at) || level >= wanted.depth {
                continue;
            }
            *count += 1;
            let mut cell = match node {
                Some(node) => self.tree_node(node, children, first),
                None => self.generated(dimension, code, first),
            };
            cell["qGroupPos"] = at.into();
            cell["qTreePath"] = position.path.clone().into();
            result.push(cell);
        }
        result
    }

    fn code_of(&self, node: &Node, level: usize) -> Option<u32> {
        let dimension = node.dimension.or_else(|| usize::try_from(*self.shown_order.get(level)?).ok())?;
        node.key.get(dimension).copied()
    }

    /// All values of a level anywhere in the tree.
    fn codes_on(&self, level: usize) -> Vec<u32> {
        let Some(dimension) = self.shown_order.get(level).and_then(|column| usize::try_from(*column).ok()) else {
            return Vec::new();
        };
        let mut codes: Vec<u32> = self.rows.iter().map(|row| row.key[dimension]).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    fn tree_node(&self, node: &Node, children: Vec<Value>, row: usize) -> Value {
        let (above, below) = self.reaches(std::slice::from_ref(node));
        let state = node.dimension.zip(u32::try_from(node.element).ok());
        let state =
            state.and_then(|(at, element)| self.dimensions[at].value(element)).map_or("L", |shown| shown.state.wire());
        let mut cell = json!({
            "qElemNo": node.element,
            "qValue": wire_number(node.number),
            "qGroupSize": node.children.len(),
            "qRow": row,
            "qType": node.kind.to_string(),
            "qValues": if node.children.is_empty() { self.tree_values(node) } else { Vec::new() },
            "qNodes": children,
            "qMaxPos": above,
            "qMinNeg": below,
            "qState": state,
        });
        self.put_common(&mut cell, node);
        cell
    }

    /// A node for a value that its group does not have.
    fn generated(&self, at: usize, code: u32, row: usize) -> Value {
        let dimension = &self.dimensions[at];
        let number = dimension.value(code).and_then(|shown| shown.value.as_number());
        let zeros = vec![0; self.measures.len()];
        let mut cell = json!({
            "qText": dimension.text(code),
            "qElemNo": dimension.value(code).map_or(-2, |_| i64::from(code)),
            "qValue": wire_number(number.unwrap_or(f64::NAN)),
            "qGroupSize": 0,
            "qRow": row,
            "qType": "G",
            "qValues": [],
            "qNodes": [],
            "qMaxPos": zeros,
            "qMinNeg": zeros,
            "qState": dimension.value(code).map_or("L", |shown| shown.state.wire()),
        });
        dimension.put_attributes(&mut cell, code, &self.settings);
        cell
    }

    /// The measures of an innermost node.
    fn tree_values(&self, node: &Node) -> Vec<Value> {
        let leaf = Leaf { key: node.key.clone(), measure: None, total: false, path: Vec::new() };
        let (_, row) = self.leaf_row(Some(&leaf), None);
        let value = |(at, measure): (usize, &super::Measure)| {
            let value = row.and_then(|row| row.values.get(at)).unwrap_or(&Dual::Null);
            let mut cell = json!({ "qText": self.shown(at, value), "qValue": value.wire_number() });
            if let Some(values) = row.and_then(|row| row.attributes.get(at)).filter(|values| !values.is_empty()) {
                let definitions = &measure.definition.attributes;
                cell["qAttrExps"] = attribute_values(definitions, values.iter().map(Some), &self.settings);
            }
            cell
        };
        self.measures.iter().enumerate().map(value).collect()
    }

    /// For each measure, the sums of the positive and the negative values in the innermost nodes.
    fn reaches(&self, nodes: &[Node]) -> (Vec<Value>, Vec<Value>) {
        let mut sums = vec![(0.0, 0.0); self.measures.len()];
        self.add_reaches(nodes, &mut sums);
        (sums.iter().map(|sum| wire_number(sum.0)).collect(), sums.iter().map(|sum| wire_number(sum.1)).collect())
    }

    fn add_reaches(&self, nodes: &[Node], sums: &mut [(f64, f64)]) {
        for node in nodes.iter().filter(|node| node.kind != 'T') {
            if !node.children.is_empty() {
                self.add_reaches(&node.children, sums);
                continue;
            }
            let Some(row) = self.cells.get(&node.key) else { continue };
            for (sum, value) in sums.iter_mut().zip(&row.values) {
                let number = value.as_number().unwrap_or(0.0);
                *sum = (sum.0 + number.max(0.0), sum.1 + number.min(0.0));
            }
        }
    }
}
