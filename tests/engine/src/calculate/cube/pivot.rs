//! Pages of a pivot cube.

use std::ops::Range;

use serde_json::{Value, json};

use super::straight::Page;
use super::tree::{Leaf, Node};
use super::{Cube, Row};
use crate::calculate::column::attribute_values;
use crate::calculate::definition::Mode;
use crate::calculate::format;
use crate::calculate::group::{ANY, GroupKey};
use crate::calculate::hash::QuickSet;
use crate::error::Result;
use crate::value::{Dual, wire_number};

impl Cube {
    /// Pages of a pivot cube, `[NxPivotPage]`.
    pub fn pivot_pages(&self, pages: &[Value]) -> Result<Value> {
        self.ready(Mode::Pivot)?;
        let pages = Page::read(pages)?;
        Ok(pages.into_iter().map(|page| self.pivot_page(page)).collect::<Vec<_>>().into())
    }

    fn pivot_page(&self, page: Page) -> Value {
        let (width, height) = self.size();
        let (columns, rows) = page.within(width, height);
        let data: Vec<Vec<Value>> = rows
            .clone()
            .map(|row| {
                columns
                    .clone()
                    .map(|column| self.pivot_cell(self.left_leaves.get(row), self.top_leaves.get(column)))
                    .collect()
            })
            .collect();
        let count = rows.len();
        json!({
            "qLeft": self.part(&self.left_tree, &rows, 0).0,
            "qTop": self.part(&self.top_tree, &columns, 0).0,
            "qData": data,
            "qArea": page.area(columns.len(), count),
        })
    }

    fn pivot_cell(&self, left: Option<&Leaf>, top: Option<&Leaf>) -> Value {
        let (measure, row) = self.leaf_row(left, top);
        let mut cell = match row.and_then(|row| row.values.get(measure)) {
            None | Some(Dual::Null) => json!({ "qText": "-", "qNum": "NaN", "qType": "U" }),
            Some(value) => {
                format::cell(json!({ "qText": self.shown(measure, value), "qNum": value.wire_number(), "qType": "V" }))
            }
        };
        if let Some(values) = row.and_then(|row| row.attributes.get(measure)).filter(|values| !values.is_empty()) {
            let definitions = &self.measures[measure].definition.attributes;
            cell["qAttrExps"] = attribute_values(definitions, values.iter().map(Some), &self.settings);
        }
        cell
    }

    /// The measure and the values of all measures at the intersection of a row and a column.
    pub(super) fn leaf_row(&self, left: Option<&Leaf>, top: Option<&Leaf>) -> (usize, Option<&Row>) {
        let mut key: GroupKey = vec![ANY; self.dimensions.len()];
        for leaf in [left, top].into_iter().flatten() {
            for (own, code) in key.iter_mut().zip(&leaf.key) {
                if *code != ANY {
                    *own = *code;
                }
            }
        }
        let measure = [left, top].into_iter().flatten().find_map(|leaf| leaf.measure).unwrap_or(0);
        (measure, self.cells.get(&key))
    }
}

impl Cube {
    /// The cells at the intersections of rows and columns that are not totals.
    pub(super) fn cells_without_totals(&self) -> Vec<&Row> {
        let keys = |leaves: &[Leaf]| -> Option<QuickSet<GroupKey>> {
            let own = leaves.iter().filter(|leaf| !leaf.total).map(|leaf| leaf.key.clone());
            (!leaves.is_empty()).then(|| own.collect())
        };
        let sides = self.sides();
        let (left, top) = (keys(&self.left_leaves), keys(&self.top_leaves));
        let is_shown = |key: &GroupKey, dimensions: &[usize], shown: &Option<QuickSet<GroupKey>>| {
            let mut own: GroupKey = vec![ANY; key.len()];
            dimensions.iter().for_each(|dimension| own[*dimension] = key[*dimension]);
            shown.as_ref().is_none_or(|shown| shown.contains(&own))
        };
        let shown =
            self.cells.iter().filter(|(key, _)| is_shown(key, &sides.0, &left) && is_shown(key, &sides.1, &top));
        shown.map(|(_, row)| row).collect()
    }

    /// The part of a tree whose leaves are in a range, with the number of leaves that each node has before and after
    /// it. Returns the nodes and the start of the next leaves.
    fn part(&self, nodes: &[Node], range: &Range<usize>, start: usize) -> (Vec<Value>, usize) {
        let mut at = start;
        let mut result = Vec::new();
        for node in nodes {
            let (children, end) = match node.children.is_empty() {
                true => (Vec::new(), at + 1),
                false => self.part(&node.children, range, at),
            };
            if at < range.end && end > range.start {
                let up = range.start.saturating_sub(at);
                let down = end.saturating_sub(range.end);
                result.push(self.wire(node, children, up, down));
            }
            at = end;
        }
        (result, at)
    }

    fn wire(&self, node: &Node, children: Vec<Value>, up: usize, down: usize) -> Value {
        let mut cell = json!({
            "qElemNo": node.element,
            "qValue": wire_number(node.number),
            "qType": node.kind.to_string(),
            "qUp": up,
            "qDown": down,
            "qSubNodes": children,
        });
        self.put_common(&mut cell, node);
        cell
    }

    /// Adds the members that nodes of pivot and stacked cubes share.
    pub(super) fn put_common(&self, cell: &mut Value, node: &Node) {
        if let Some(text) = node.text.as_ref().filter(|text| !text.is_empty()) {
            cell["qText"] = text.as_str().into();
        }
        if node.can_expand {
            cell["qCanExpand"] = true.into();
        }
        if node.can_collapse {
            cell["qCanCollapse"] = true.into();
        }
        if let (Some(at), Ok(element)) = (node.dimension, u32::try_from(node.element)) {
            self.dimensions[at].put_attributes(cell, element, &self.settings);
        }
    }
}
