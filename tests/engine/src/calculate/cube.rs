//! A calculated hypercube.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Context;
use crate::error::{EngineError, Result};
use crate::selection::Pick;

/// Which side of a pivot table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The rows' dimensions.
    Left,
    /// The columns' dimensions.
    Top,
}

/// Which nodes of a pivot or stacked cube are open, beside what its definition says.
/// It belongs to the object, not to one calculation, so the caller keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Nodes that are the other way round than their dimension, by the element numbers that lead to them.
    pub(crate) toggled: BTreeSet<(Side, Vec<i64>)>,
    /// Dimensions that were opened (true) or closed as a whole.
    pub(crate) levels: Vec<(Side, usize, bool)>,
}

/// A hypercube after its calculation: keep it while nothing it depends on changes, and read pages from it.
#[derive(Debug)]
pub struct Cube {}

impl Cube {
    /// Calculates a cube from a `HyperCubeDef`. A definition that cannot be calculated gives a cube whose layout holds `qError`.
    pub fn new(_definition: &Value, _expansion: &Expansion, _context: &Context<'_>) -> Result<Self> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// The `HyperCube` for a layout, with the initial pages of the definition.
    pub fn layout(&self) -> Value {
        Value::Null
    }

    /// Pages of a straight cube, `[NxDataPage]`; `pages` is `[NxPage]`.
    pub fn data_pages(&self, _pages: &[Value]) -> Result<Value> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// Pages of a pivot cube, `[NxPivotPage]`.
    pub fn pivot_pages(&self, _pages: &[Value]) -> Result<Value> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// Pages of a stacked cube, `[NxStackPage]`.
    pub fn stack_pages(&self, _pages: &[Value], _most_cells: Option<i64>) -> Result<Value> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// What to select for values of a dimension, by element numbers.
    pub fn pick_values(&self, _dimension: usize, _elements: &[i64]) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// What to select for cells of a straight cube: rows and columns of the matrix, no rows meaning all.
    pub fn pick_cells(&self, _rows: &[i64], _columns: &[i64]) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// What to select for cells of a pivot or stacked cube (`[NxSelectionCell]`).
    pub fn pick_pivot_cells(&self, _cells: &[Value]) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// What to select for ranges of measures (`[NxRangeSelectInfo]`) in some columns, none meaning all dimensions.
    pub fn pick_ranges(&self, _ranges: &[Value], _columns: &[i64], _or_mode: bool) -> Result<Vec<Pick>> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// Opens or closes a node by its row and column in the cube, or a whole dimension.
    pub fn expand(
        &self,
        _expansion: &mut Expansion,
        _side: Side,
        _row: i64,
        _column: i64,
        _all: bool,
        _open: bool,
    ) -> Result<()> {
        Err(EngineError::not_implemented("hypercubes"))
    }

    /// The cube as a CSV file's text, as `ExportData` writes it.
    pub fn csv(&self) -> Result<String> {
        Err(EngineError::not_implemented("hypercubes"))
    }
}
