//! Dimension limits: which values of a dimension are shown; the rest are "Others".

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Context;
use super::definition::{DimensionDef, enum_name, text, truth};
use super::formula::Formula;
use super::group::{ANY, Grouping, Groups};
use crate::error::Result;
use crate::selection::Live;

/// In a group's key: all values that a limit excludes.
pub(super) const OTHERS: u32 = u32::MAX - 2;

/// In a group's key: all values of an inner dimension within "Others".
pub(super) const COLLAPSED: u32 = u32::MAX - 3;

/// The values of a dimension that are shown, by the values of the dimensions before it.
#[derive(Debug, Default)]
pub(super) struct Limit {
    shown: HashMap<Vec<u32>, HashSet<u32>>,
    everywhere: bool,
    collapses: bool,
}

/// Rewrites a key so that values beyond the limits become "Others".
pub(super) fn apply(limits: &[Option<Limit>], key: &mut [u32]) {
    for (at, limit) in limits.iter().enumerate().take(key.len()) {
        let Some(limit) = limit else { continue };
        let (before, rest) = key.split_at_mut(at);
        let before: &[u32] = if limit.everywhere { &[] } else { before };
        if limit.shown.get(before).is_some_and(|shown| shown.contains(&rest[0])) {
            continue;
        }
        rest[0] = OTHERS;
        if limit.collapses {
            rest[1..].fill(COLLAPSED);
            return;
        }
    }
}

/// How a dimension is limited.
struct Rule<'d> {
    mode: &'d str,
    by: &'d str,
    count: f64,
    limit: f64,
    ascending: bool,
}

/// Calculates the limits of dimensions, from the outermost to the innermost.
pub(super) fn limits(
    dimensions: &[DimensionDef],
    groupings: &[Grouping],
    formulas: &[&Formula],
    titles: &[String],
    ground: (&Live, &str),
    context: &Context<'_>,
) -> Result<Vec<Option<Limit>>> {
    let mut limits: Vec<Option<Limit>> = Vec::new();
    let (live, state) = ground;
    for (at, dimension) in dimensions.iter().enumerate() {
        let mode = enum_name(text(&dimension.others, "qOtherMode"));
        if formulas.is_empty() || matches!(mode, "" | "OTHER_OFF") {
            limits.push(None);
            continue;
        }
        let spec = &dimension.others;
        let value = |member: &str| {
            super::evaluate_value(spec.get(member).unwrap_or(&Value::Null), context).and_then(|value| value.to_number())
        };
        let rule = Rule {
            mode,
            by: enum_name(spec.get("qOtherLimitMode").and_then(Value::as_str).unwrap_or("OTHER_GT_LIMIT")),
            count: value("qOtherCounted").unwrap_or(0.0),
            limit: value("qOtherLimit").unwrap_or(0.0),
            ascending: enum_name(text(spec, "qOtherSortMode")) == "OTHER_SORT_ASCENDING",
        };
        let wanted =
            spec.get("qReferencedExpression").map(|by| super::evaluate_string(by, context)).unwrap_or_default();
        let measure = titles.iter().position(|title| !wanted.is_empty() && *title == wanted).unwrap_or(0);
        let everywhere = truth(spec, "qGlobalOtherGrouping");
        let mask: Vec<bool> = (0..groupings.len()).map(|other| other == at || (other < at && !everywhere)).collect();
        let groups = Groups::limited(
            groupings,
            formulas,
            &[vec![true; groupings.len()], mask.clone()],
            &limits,
            live,
            state,
            context,
        )?;
        let mut candidates: HashMap<Vec<u32>, HashMap<u32, f64>> = HashMap::new();
        for key in &groups.keys {
            if key[at] == COLLAPSED {
                continue;
            }
            let masked: Vec<u32> = key.iter().zip(&mask).map(|(code, keep)| if *keep { *code } else { ANY }).collect();
            let before = if everywhere { Vec::new() } else { key[..at].to_vec() };
            let values = candidates.entry(before).or_default();
            values.entry(key[at]).or_insert_with(|| {
                groups.value(measure, formulas[measure], &masked, None, context).as_number().unwrap_or(0.0)
            });
        }
        let shown = candidates.into_iter().map(|(before, values)| (before, rule.shown(values))).collect();
        limits.push(Some(Limit { shown, everywhere, collapses: truth(spec, "qOtherCollapseInnerDimensions") }));
    }
    Ok(limits)
}

impl Rule<'_> {
    fn shown(&self, values: HashMap<u32, f64>) -> HashSet<u32> {
        let total: f64 = values.values().sum();
        let mut sorted: Vec<(u32, f64)> = values.into_iter().collect();
        sorted.sort_by(|a, b| {
            let order = a.1.total_cmp(&b.1);
            let order = if self.ascending { order } else { order.reverse() };
            order.then_with(|| a.0.cmp(&b.0))
        });
        let share = |number: f64| if total == 0.0 { 0.0 } else { number / total };
        let relative = self.mode.starts_with("OTHER_REL");
        let measured = |number: f64| if relative { share(number) } else { number };
        match self.mode {
            "OTHER_COUNTED" => sorted.into_iter().take(self.count.max(0.0) as usize).map(|(code, _)| code).collect(),
            "OTHER_ABS_LIMITED" | "OTHER_REL_LIMITED" => {
                sorted.into_iter().filter(|(_, number)| self.passes(measured(*number))).map(|(code, _)| code).collect()
            }
            // Values from the first on, until their sum reaches the target.
            _ => {
                let mut sum = 0.0;
                let mut shown = HashSet::new();
                for (code, number) in sorted {
                    if measured(sum) >= self.limit {
                        break;
                    }
                    sum += number;
                    shown.insert(code);
                }
                shown
            }
        }
    }

    fn passes(&self, number: f64) -> bool {
        let order = number.total_cmp(&self.limit);
        match self.by {
            "OTHER_GE_LIMIT" => order != Ordering::Less,
            "OTHER_LE_LIMIT" => order != Ordering::Greater,
            "OTHER_LT_LIMIT" => order == Ordering::Less,
            _ => order == Ordering::Greater,
        }
    }
}
