//! Pages of a stacked cube.

use serde_json::{Value, json};

use super::Cube;
use super::straight::Page;
use super::tree::{Leaf, Node};
use crate::calculate::MOST_CELLS;
use crate::calculate::definition::{Mode, whole};
use crate::error::{EngineError, Result, code};
use crate::value::{Dual, wire_number};

/// A node for the wire, with the values that it adds to the sums of the nodes around it.
struct Stacked {
    cell: Value,
    above: f64,
    below: f64,
}

impl Cube {
    /// Pages of a stacked cube, `[NxStackPage]`. A page counts nodes of the first dimension, at most `most_nodes`;
    /// it includes all nodes below them.
    pub fn stack_pages(&self, pages: &[Value], most_nodes: Option<i64>) -> Result<Value> {
        self.ready(Mode::Stacked)?;
        let most = most_nodes.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let pages = pages.iter().map(|page| {
            let at = |member: &str| usize::try_from(whole(page, member, 0)).unwrap_or(0);
            Page { left: at("qLeft"), top: at("qTop"), width: at("qWidth"), height: at("qHeight").min(most) }
        });
        Ok(pages.map(|page| self.stack_page(page)).collect::<Result<Vec<_>>>()?.into())
    }

    fn stack_page(&self, page: Page) -> Result<Value> {
        let (_, rows) = page.within(0, self.left_tree.len());
        // A page of one node is answered whatever its size, so that a client can make progress.
        let cells: usize = self.left_tree[rows.clone()].iter().map(ends).sum();
        if rows.len() > 1 && cells as i64 > MOST_CELLS {
            return Err(EngineError::new(code::PAGES_TOO_LARGE, "qPages", "Calculation pages too large"));
        }
        let before: usize = self.left_tree[..rows.start].iter().map(ends).sum();
        let mut row = before;
        let nodes: Vec<Stacked> =
            self.left_tree[rows.clone()].iter().map(|node| self.stacked(node, &mut row)).collect();
        let above = nodes.iter().map(|node| node.above).sum();
        let below = nodes.iter().map(|node| node.below).sum();
        let root = json!({
            "qElemNo": 0,
            "qValue": 0,
            "qType": "R",
            "qMaxPos": wire_number(above),
            "qMinNeg": wire_number(below),
            "qUp": rows.start,
            "qDown": self.left_tree.len() - rows.end,
            "qRow": before,
            "qSubNodes": nodes.into_iter().map(|node| node.cell).collect::<Vec<_>>(),
        });
        let width = page.width.min(self.dimensions.len());
        Ok(json!({ "qData": [root], "qArea": page.area(width, rows.len()) }))
    }

    fn stacked(&self, node: &Node, row: &mut usize) -> Stacked {
        let first = *row;
        let counts = !matches!(node.kind, 'T' | 'E');
        let (children, above, below) = if node.children.is_empty() {
            let leaf = Leaf { key: node.key.clone(), measure: node.measure, total: false, path: Vec::new() };
            let (measure, found) = self.leaf_row(Some(&leaf), None);
            let value = found.and_then(|found| found.values.get(measure)).unwrap_or(&Dual::Null);
            let number = value.as_number().unwrap_or(0.0);
            *row += 1;
            let cell = json!({
                "qText": self.shown(measure, value),
                "qElemNo": 0,
                "qValue": value.wire_number(),
                "qType": if value.is_null() { "U" } else { "V" },
                "qMaxPos": 0,
                "qMinNeg": 0,
                "qUp": 0,
                "qDown": 0,
                "qRow": first,
                "qSubNodes": [],
            });
            (vec![cell], number.max(0.0), number.min(0.0))
        } else {
            let children: Vec<Stacked> = node.children.iter().map(|child| self.stacked(child, row)).collect();
            let above = children.iter().map(|child| child.above).sum();
            let below = children.iter().map(|child| child.below).sum();
            (children.into_iter().map(|child| child.cell).collect(), above, below)
        };
        let mut cell = json!({
            "qElemNo": node.element,
            "qValue": wire_number(node.number),
            "qType": node.kind.to_string(),
            "qMaxPos": wire_number(above),
            "qMinNeg": wire_number(below),
            "qUp": 0,
            "qDown": 0,
            "qRow": first,
            "qSubNodes": children,
        });
        self.put_common(&mut cell, node);
        // Totals do not count in the sums around them.
        Stacked { cell, above: if counts { above } else { 0.0 }, below: if counts { below } else { 0.0 } }
    }
}

fn ends(node: &Node) -> usize {
    if node.children.is_empty() { 1 } else { node.children.iter().map(ends).sum() }
}
