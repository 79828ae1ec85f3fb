//! Which nodes of a pivot table are open.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Cube;
use super::tree::Level;
use crate::error::{EngineError, Result};

/// A side of a pivot table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The dimensions of the rows.
    Left,
    /// The dimensions of the columns.
    Top,
}

/// Which nodes of a pivot or stacked cube are open, in addition to its definition.
/// It belongs to the object, not to one calculation, so the caller keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Nodes by the dimensions and element numbers that lead to them.
    nodes: BTreeMap<Vec<(usize, i64)>, bool>,
    /// Dimensions that were opened or closed as a whole.
    dimensions: BTreeMap<usize, bool>,
}

impl Expansion {
    /// Whether a node is open; `otherwise` is the default of its cube.
    pub(super) fn is_open(&self, path: &[(usize, i64)], otherwise: bool) -> bool {
        let dimension = path.last().map_or(0, |(dimension, _)| *dimension);
        let whole = self.dimensions.get(&dimension).copied().unwrap_or(otherwise);
        self.nodes.get(path).copied().unwrap_or(whole)
    }

    fn set_all(&mut self, dimension: usize, open: bool) {
        self.nodes.retain(|path, _| path.last().is_none_or(|(last, _)| *last != dimension));
        self.dimensions.insert(dimension, open);
    }

    /// The expansion in `qExpansionState` of a definition: per dimension, all nodes except some, or only some.
    pub(super) fn of_definition(states: &[Value]) -> Option<Vec<bool>> {
        let excludes = |state: &Value| state.get("qExcludeList").and_then(Value::as_bool).unwrap_or(false);
        (!states.is_empty()).then(|| states.iter().map(excludes).collect())
    }
}

impl Cube {
    /// Opens or closes a node, by its row and column in the cube, or a whole dimension.
    pub fn expand(
        &self,
        expansion: &mut Expansion,
        side: Side,
        row: i64,
        column: i64,
        all: bool,
        open: bool,
    ) -> Result<()> {
        let invalid = || EngineError::invalid_parameter("qRow, qCol");
        let (leaves, leaf, level) = match side {
            Side::Left => (&self.left_leaves, row, column),
            Side::Top => (&self.top_leaves, column, row),
        };
        let level = usize::try_from(level).map_err(|_| invalid())?;
        if all {
            let levels = self.levels(side);
            match levels.get(level) {
                Some(Level::Dimension(dimension)) => expansion.set_all(*dimension, open),
                _ => return Err(invalid()),
            }
            return Ok(());
        }
        let leaf = usize::try_from(leaf).ok().and_then(|leaf| leaves.get(leaf)).ok_or_else(invalid)?;
        let path: Vec<(usize, i64)> = leaf.path.iter().take(level + 1).filter_map(|step| *step).collect();
        if leaf.path.get(level).is_none_or(Option::is_none) || path.is_empty() {
            return Err(invalid());
        }
        expansion.nodes.insert(path, open);
        Ok(())
    }
}
