//! Points along a continuous axis, and the axis's ticks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::{Cube, Row};
use crate::calculate::definition::{Mode, whole};
use crate::error::{EngineError, Result, code};
use crate::value::{Dual, Settings, format_moment, moment_of, serial_of};

impl Cube {
    /// `qDataPages` and `qAxisData` of a chart whose first dimension is a continuous axis (`NxContinuousDataOptions`).
    pub fn continuous(&self, options: &Value, reverse: bool) -> Result<(Value, Value)> {
        if self.mode != Mode::Stacked {
            self.ready(Mode::Straight)?;
        }
        self.ready(self.mode)?;
        if self.dimensions.is_empty() || self.dimension_infos[0]["qContinuousAxes"] != true {
            return Err(EngineError::new(code::INVALID_OBJECT, "qPath", "Requires a continuous axis"));
        }
        let number = |row: &Row| self.dimensions[0].value(row.key[0]).and_then(|shown| shown.value.as_number());
        let mut lines: BTreeMap<usize, Vec<(f64, &Row)>> = BTreeMap::new();
        for row in &self.rows {
            let Some(at) = number(row) else { continue };
            let line = self.dimensions.get(1).map_or(0, |dimension| dimension.rank(row.key[1]));
            lines.entry(line).or_default().push((at, row));
        }
        if let Ok(most) = usize::try_from(whole(options, "qMaxNumberLines", -1)) {
            lines = lines.into_iter().take(most).collect();
        }
        let all = || lines.values().flatten().map(|(at, _)| *at);
        let (Some(first), Some(last)) = (all().min_by(f64::total_cmp), all().max_by(f64::total_cmp)) else {
            return Ok((json!([]), json!({ "qAxis": [] })));
        };
        let end = |member: &str| options.get(member).and_then(Value::as_f64);
        let (start, stop) = match (end("qStart"), end("qEnd")) {
            (Some(start), Some(stop)) if start < stop => (start, stop),
            _ => (first, last),
        };
        let bins = usize::try_from(whole(options, "qNbrPoints", 0)).unwrap_or(0).max(1);
        let mut rows: Vec<(f64, &Row)> = Vec::new();
        let mut reduced = false;
        for line in lines.values_mut() {
            line.sort_by(|a, b| a.0.total_cmp(&b.0));
            // The neighbors outside of the range extend the line to the edges.
            let from = line.partition_point(|(at, _)| *at < start).saturating_sub(1);
            let to = (line.partition_point(|(at, _)| *at <= stop) + 1).min(line.len());
            let shown = &line[from..to.max(from)];
            if shown.len() <= bins {
                rows.extend(shown);
            } else {
                reduced = true;
                rows.extend(self.binned_line(shown, (start, stop), bins));
            }
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        if reverse {
            rows.reverse();
        }
        let cells = |row: &Row| self.columns.iter().map(|column| self.cell(row, *column)).collect();
        let matrix: Vec<Vec<Value>> = rows.iter().map(|(_, row)| cells(row)).collect();
        let area = json!({ "qLeft": 0, "qTop": 0, "qWidth": self.columns.len(), "qHeight": matrix.len() });
        let mut page = json!({ "qMatrix": matrix, "qTails": [], "qArea": area });
        if reduced {
            page["qIsReduced"] = true.into();
        }
        let time = self.dimension_infos[0]["qDimensionType"] == "T";
        let most_ticks = usize::try_from(whole(options, "qMaxNbrTicks", 0)).unwrap_or(0);
        let axis = if time { axis((start.max(first), stop.min(last)), most_ticks, &self.settings) } else { Vec::new() };
        Ok((json!([page]), json!({ "qAxis": axis })))
    }

    /// Fewer points that draw the same line: the first and the last point of each bin, and the extremes of each
    /// measure.
    fn binned_line<'r>(
        &self,
        points: &[(f64, &'r Row)],
        (start, stop): (f64, f64),
        bins: usize,
    ) -> Vec<(f64, &'r Row)> {
        let bin = |at: f64| ((at - start) / (stop - start) * bins as f64).floor().clamp(-1.0, bins as f64) as i64;
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        let mut from = 0;
        for part in points.chunk_by(|a, b| bin(a.0) == bin(b.0)) {
            kept.extend([from, from + part.len() - 1]);
            for measure in 0..self.measures.len() {
                let values = part
                    .iter()
                    .enumerate()
                    .filter_map(|(at, (_, row))| Some((row.values.get(measure).and_then(Dual::as_number)?, from + at)));
                let extremes =
                    [values.clone().min_by(|a, b| a.0.total_cmp(&b.0)), values.max_by(|a, b| a.0.total_cmp(&b.0))];
                kept.extend(extremes.into_iter().flatten().map(|(_, at)| at));
            }
            from += part.len();
        }
        kept.into_iter().map(|at| points[at]).collect()
    }
}

/// A level of ticks: its name, its tags, how its labels are formatted, and where the tick after a moment starts.
struct Level {
    name: &'static str,
    tags: &'static [&'static str],
    pattern: &'static str,
    start: fn(f64) -> f64,
    next: fn(f64) -> f64,
}

/// The first day of the month or year of a moment, or of a later one; beyond the calendar, infinity.
fn month_start(serial: f64, months: u32, ahead: u32) -> f64 {
    let start = moment_of(serial).and_then(|moment| {
        let month = moment.date.month0() / months * months;
        NaiveDate::from_ymd_opt(moment.date.year(), month + 1, 1)?.checked_add_months(Months::new(ahead * months))
    });
    start.map_or(f64::INFINITY, serial_of)
}

const LEVELS: [Level; 8] = [
    Level {
        name: "Year",
        tags: &["$axis", "$year", "$qualified", "$simplified"],
        pattern: "YYYY",
        start: |at| month_start(at, 12, 0),
        next: |at| month_start(at, 12, 1),
    },
    Level {
        name: "YearMonth",
        tags: &["$axis", "$yearmonth", "$qualified"],
        pattern: "YYYY-MMM",
        start: |at| month_start(at, 1, 0),
        next: |at| month_start(at, 1, 1),
    },
    Level {
        name: "Month",
        tags: &["$axis", "$month", "$simplified"],
        pattern: "MMM",
        start: |at| month_start(at, 1, 0),
        next: |at| month_start(at, 1, 1),
    },
    Level {
        name: "Date",
        tags: &["$axis", "$date", "$qualified", "$simplified"],
        pattern: "",
        start: f64::floor,
        next: |at| at.floor() + 1.0,
    },
    Level {
        name: "DateHour",
        tags: &["$axis", "$datehour", "$qualified"],
        pattern: "YYYY-MM-DD hh:mm",
        start: |at| part(at, 24.0, 0.0),
        next: |at| part(at, 24.0, 1.0),
    },
    Level {
        name: "Hour",
        tags: &["$axis", "$hour", "$simplified"],
        pattern: "hh:mm",
        start: |at| part(at, 24.0, 0.0),
        next: |at| part(at, 24.0, 1.0),
    },
    Level {
        name: "DateMinute",
        tags: &["$axis", "$dateminute", "$qualified"],
        pattern: "YYYY-MM-DD hh:mm",
        start: |at| part(at, 1440.0, 0.0),
        next: |at| part(at, 1440.0, 1.0),
    },
    Level {
        name: "Minute",
        tags: &["$axis", "$minute", "$simplified"],
        pattern: "hh:mm",
        start: |at| part(at, 1440.0, 0.0),
        next: |at| part(at, 1440.0, 1.0),
    },
];

/// The start of the part of a day that contains a moment, or of a later part.
fn part(serial: f64, parts: f64, ahead: f64) -> f64 {
    ((serial * parts + 1e-6).floor() + ahead) / parts
}

/// `NxAxisTicks` of the levels that have at most the requested number of ticks.
fn axis((start, stop): (f64, f64), most: usize, settings: &Settings) -> Vec<Value> {
    let mut levels = Vec::new();
    for level in &LEVELS {
        let mut ticks = Vec::new();
        let mut at = (level.start)(start);
        while at <= stop && ticks.len() <= most {
            let next = (level.next)(at);
            let pattern = if level.pattern.is_empty() { settings.date.as_str() } else { level.pattern };
            let text = format_moment(at, pattern, settings).unwrap_or_default();
            ticks.push(json!({ "qText": text, "qStart": at, "qEnd": next }));
            at = next;
        }
        if ticks.len() > most {
            break;
        }
        levels.push(json!({ "qName": level.name, "qTags": level.tags, "qTicks": ticks }));
    }
    levels
}
