//! Points of a scatter plot, or the number of points in each rectangle of a grid.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Cube, Row};
use crate::calculate::definition::{Mode, whole};
use crate::error::{EngineError, Result};
use crate::value::{Dual, wire_number};

/// The finest grid: it has 2 to this power rectangles per side.
const FINEST: i64 = 20;

/// Measures of a point that has a position: two coordinates.
struct Point<'c> {
    row: &'c Row,
    x: f64,
    y: f64,
}

/// The ends of a range.
type Span = (f64, f64);

impl Cube {
    /// `[NxDataPage]` for the area in `[NxDataAreaPage]`: rectangles in the first page, or the points in the second
    /// if there are at most `most` points.
    pub fn binned_pages(&self, pages: &[Value], areas: &[Value], most: i64, level: i64) -> Result<Value> {
        self.ready(Mode::Straight)?;
        if self.dimensions.len() != 1 || self.measures.len() < 2 {
            return Err(EngineError::invalid_parameter("qPath"));
        }
        let placed = self.rows.iter().filter_map(|row| {
            let at = |measure: usize| row.values.get(measure).and_then(Dual::as_number);
            Some(Point { row, x: at(0)?, y: at(1)? })
        });
        let placed: Vec<Point<'_>> = placed.collect();
        let (Some(x), Some(y)) = (span(placed.iter().map(|point| point.x)), span(placed.iter().map(|point| point.y)))
        else {
            return Ok(json!([page(&[], 0), page(&[], 0)]));
        };
        let shown: Vec<(Span, Span)> = areas.iter().map(area).collect();
        let within = |(low, high): Span, number: f64| (low..=high).contains(&number);
        let is_shown = |point: &&Point<'_>| {
            shown.is_empty() || shown.iter().any(|(x, y)| within(*x, point.x) && within(*y, point.y))
        };
        let points: Vec<&Point<'_>> = placed.iter().filter(is_shown).collect();
        let most = usize::try_from(most).unwrap_or(0);
        if points.len() <= most {
            // Only the width of the page counts; its height does not limit the points.
            let width = pages.first().and_then(|page| usize::try_from(whole(page, "qWidth", i64::MAX)).ok());
            let width = width.unwrap_or(usize::MAX);
            let columns = &self.columns[..self.columns.len().min(width)];
            let row = |point: &&Point<'_>| columns.iter().map(|column| self.cell(point.row, *column)).collect();
            let rows: Vec<Vec<Value>> = points.iter().map(row).collect();
            return Ok(json!([page(&[], 0), page(&rows, columns.len())]));
        }
        // If the grid is too fine for the number of rectangles, use a coarser one.
        let mut level = level.clamp(0, FINEST);
        let mut counts = count(&points, x, y, level);
        while counts.len() > most && level > 0 {
            level -= 1;
            counts = count(&points, x, y, level);
        }
        let largest = counts.values().copied().max().unwrap_or(0);
        let mut rows = vec![vec![json!({ "qNum": largest, "qElemNumber": 0, "qState": "L" })]];
        let side = 1_i64 << level;
        for ((column, row), count) in counts {
            let edge = |(low, high): Span, at: i64| low + (high - low) * at as f64 / side as f64;
            let corners = [edge(x, column), edge(y, row + 1), edge(x, column + 1), edge(y, row)].map(wire_number);
            let text = Value::from(corners.to_vec()).to_string();
            rows.push(vec![json!({ "qText": text, "qNum": count, "qElemNumber": row * side + column, "qState": "L" })]);
        }
        Ok(json!([page(&rows, 1), page(&[], 0)]))
    }
}

fn page(rows: &[Vec<Value>], width: usize) -> Value {
    let area = json!({ "qLeft": 0, "qTop": 0, "qWidth": width, "qHeight": rows.len() });
    json!({ "qMatrix": rows, "qTails": [], "qArea": area })
}

fn span(numbers: impl Iterator<Item = f64> + Clone) -> Option<Span> {
    Some((numbers.clone().min_by(f64::total_cmp)?, numbers.max_by(f64::total_cmp)?))
}

/// An area extends right from its left, and down from its top.
fn area(area: &Value) -> (Span, Span) {
    let number = |member: &str| area.get(member).and_then(Value::as_f64).unwrap_or(0.0);
    let (left, top) = (number("qLeft"), number("qTop"));
    ((left, left + number("qWidth")), (top - number("qHeight"), top))
}

/// The number of points in each rectangle of a grid over the whole plane, without empty rectangles.
fn count(points: &[&Point<'_>], x: Span, y: Span, level: i64) -> BTreeMap<(i64, i64), usize> {
    let side = 1_i64 << level;
    let place = |(low, high): Span, number: f64| match high > low {
        true => (((number - low) / (high - low) * side as f64) as i64).min(side - 1),
        false => 0,
    };
    let mut counts = BTreeMap::new();
    for point in points {
        *counts.entry((place(x, point.x), place(y, point.y))).or_insert(0) += 1;
    }
    counts
}
