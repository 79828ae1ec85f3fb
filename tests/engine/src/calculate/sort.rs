//! Sort orders of values and rows.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::column::{Dimension, Ground, by_value, frequencies};
use super::definition::Sorting;
use super::group::Grouping;
use crate::error::Result;
use crate::selection::ValueState;
use crate::value::{Dual, compare};

/// The sort order of states, from selected to excluded.
pub(super) fn state_rank(state: ValueState) -> u8 {
    match state {
        ValueState::Locked | ValueState::Selected => 0,
        ValueState::Optional => 1,
        ValueState::Alternative => 2,
        ValueState::SelectedExcluded | ValueState::LockedExcluded => 3,
        ValueState::Excluded => 4,
    }
}

fn directed(order: Ordering, direction: i64) -> Ordering {
    match direction.signum() {
        1 => order,
        -1 => order.reverse(),
        _ => Ordering::Equal,
    }
}

/// Compares numbers; texts are equal to each other and come last.
pub(super) fn by_number(a: &Dual, b: &Dual, direction: i64) -> Ordering {
    match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => directed(a.total_cmp(&b), direction),
        (Some(_), None) if direction != 0 => Ordering::Less,
        (None, Some(_)) if direction != 0 => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Position of each value in the dimension's sort order.
pub(super) fn ranks(dimension: &Dimension, grouping: &Grouping, ground: &Ground<'_, '_>) -> Result<Vec<usize>> {
    let sorting: &Sorting = &dimension.definition.sorting;
    let by_expression = match sorting.expression {
        0 => HashMap::new(),
        _ => by_value(&sorting.by, grouping, ground)?,
    };
    let counts = if sorting.frequency == 0 { HashMap::new() } else { frequencies(grouping, ground)? };
    let texts: Vec<String> = match sorting.text {
        0 => Vec::new(),
        _ => dimension.values.iter().map(|shown| folded(&shown.text)).collect(),
    };
    let mut order: Vec<usize> = (0..dimension.values.len()).collect();
    order.sort_by(|a, b| {
        let (x, y) = (&dimension.values[*a], &dimension.values[*b]);
        let expression = |at: usize| by_expression.get(&(at as u32)).unwrap_or(&Dual::Null);
        let count = |at: usize| counts.get(&(at as u32)).copied().unwrap_or(0);
        directed(state_rank(x.state).cmp(&state_rank(y.state)), sorting.state)
            .then_with(|| match sorting.expression {
                0 => Ordering::Equal,
                direction => by_number(expression(*a), expression(*b), direction)
                    .then_with(|| directed(compare(expression(*a), expression(*b)), direction)),
            })
            .then_with(|| // Unlike the others, 1 is descending.
            directed(count(*b).cmp(&count(*a)), sorting.frequency))
            .then_with(|| by_number(&x.value, &y.value, sorting.numeric))
            .then_with(|| match sorting.text {
                0 => Ordering::Equal,
                direction => directed(texts[*a].cmp(&texts[*b]).then_with(|| x.text.cmp(&y.text)), direction),
            })
            .then_with(|| directed(a.cmp(b), sorting.load_order))
            .then_with(|| a.cmp(b))
    });
    if dimension.definition.reverse {
        order.reverse();
    }
    let mut ranks = vec![0; order.len()];
    for (place, value) in order.into_iter().enumerate() {
        ranks[value] = place;
    }
    Ok(ranks)
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The order of two values of a measure.
pub(super) fn by_measure(a: &Dual, b: &Dual, sorting: &Sorting, reverse: bool) -> Ordering {
    let direction = |direction: i64| if reverse { -direction } else { direction };
    by_number(a, b, direction(sorting.numeric)).then_with(|| match sorting.text {
        0 => Ordering::Equal,
        text => directed(a.as_text().cmp(&b.as_text()), direction(text)),
    })
}
