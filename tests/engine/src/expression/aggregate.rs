//! Aggregations: one value from many.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::ast::Aggregator;
use crate::value::{Dual, Key, compare, compare_text};

/// Aggregates values one by one.
#[derive(Debug, Clone)]
pub struct Accumulator {
    kind: Aggregator,
    seen: Option<HashSet<Option<Key>>>,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Sum { sum: f64, lost: f64, count: f64 },
    Count(f64),
    Best(Dual),
    Only(Option<Dual>, bool),
    Values(Vec<(Dual, Dual)>, Dual),
}

impl Accumulator {
    /// Creates an accumulator without values.
    pub fn new(kind: Aggregator, distinct: bool) -> Self {
        let state = match kind {
            Aggregator::Sum | Aggregator::Avg => State::Sum { sum: 0.0, lost: 0.0, count: 0.0 },
            Aggregator::Count
            | Aggregator::NumericCount
            | Aggregator::TextCount
            | Aggregator::NullCount
            | Aggregator::MissingCount => State::Count(0.0),
            Aggregator::MinString | Aggregator::MaxString | Aggregator::First | Aggregator::Last => {
                State::Best(Dual::Null)
            }
            Aggregator::Only => State::Only(None, false),
            _ => State::Values(Vec::new(), Dual::Null),
        };
        Self { kind, seen: distinct.then(HashSet::new), state }
    }

    /// Adds the arguments of the aggregation for one row.
    pub fn add(&mut self, arguments: &[Dual]) {
        let Some(value) = arguments.first() else { return };
        if let Some(seen) = &mut self.seen
            && !seen.insert(value.key())
        {
            return;
        }
        let kind = self.kind;
        match &mut self.state {
            State::Sum { sum, lost, count } => {
                if let Some(number) = value.as_number() {
                    // Compensated summation, so that the order of rows hardly matters.
                    let fixed = number - *lost;
                    let next = *sum + fixed;
                    *lost = if next.is_finite() { (next - *sum) - fixed } else { 0.0 };
                    *sum = next;
                    *count += 1.0;
                }
            }
            State::Count(count) => {
                let counts = match kind {
                    Aggregator::NumericCount => value.as_number().is_some(),
                    Aggregator::TextCount => matches!(value, Dual::Text(_)),
                    Aggregator::NullCount => value.is_null(),
                    Aggregator::MissingCount => value.is_null() || value.as_text().is_empty(),
                    _ => !value.is_null(),
                };
                *count += f64::from(u8::from(counts));
            }
            State::Best(best) => {
                let better = match kind {
                    Aggregator::First => best.is_null(),
                    Aggregator::Last => true,
                    _ if best.is_null() => true,
                    Aggregator::MinString => compare_text(&value.as_text(), &best.as_text()).is_lt(),
                    _ => compare_text(&value.as_text(), &best.as_text()).is_gt(),
                };
                if better && !value.is_null() {
                    *best = value.clone();
                }
            }
            State::Only(only, several) => match only {
                _ if value.is_null() => {}
                None => *only = Some(value.clone()),
                Some(first) => *several |= first.key() != value.key(),
            },
            State::Values(values, extra) => {
                if !value.is_null() {
                    match kind {
                        Aggregator::Concat => {
                            *extra = arguments.get(1).cloned().unwrap_or(Dual::Null);
                            values.push((value.clone(), arguments.get(2).cloned().unwrap_or(Dual::Null)));
                        }
                        Aggregator::FirstSortedValue => {
                            *extra = arguments.get(2).cloned().unwrap_or(Dual::Null);
                            values.push((value.clone(), arguments.get(1).cloned().unwrap_or(Dual::Null)));
                        }
                        _ => {
                            *extra = arguments.get(1).cloned().unwrap_or(Dual::Null);
                            values.push((value.clone(), Dual::Null));
                        }
                    }
                }
            }
        }
    }

    /// Returns the result.
    pub fn finish(self) -> Dual {
        let distinct = self.seen.is_some();
        match self.state {
            State::Sum { sum, count, .. } => match self.kind {
                Aggregator::Avg if count == 0.0 => Dual::Null,
                Aggregator::Avg => Dual::number(sum / count),
                _ => Dual::number(sum),
            },
            State::Count(count) => Dual::Number(count),
            State::Best(best) => best,
            State::Only(only, several) => only.filter(|_| !several).unwrap_or(Dual::Null),
            State::Values(values, extra) => of_values(self.kind, values, &extra, distinct),
        }
    }
}

fn of_values(kind: Aggregator, mut values: Vec<(Dual, Dual)>, extra: &Dual, distinct: bool) -> Dual {
    let numbers = || {
        let mut numbers: Vec<f64> = values.iter().filter_map(|(value, _)| value.as_number()).collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    match kind {
        Aggregator::Concat => {
            let by_weight = values.iter().any(|(_, weight)| !weight.is_null());
            values.sort_by(|a, b| match by_weight {
                true => compare(&a.1, &b.1),
                false => compare_text(&a.0.as_text(), &b.0.as_text()),
            });
            let texts: Vec<_> = values.iter().map(|(value, _)| value.as_text()).collect();
            if texts.is_empty() { Dual::Null } else { Dual::text(texts.join(&*extra.as_text())) }
        }
        Aggregator::Min | Aggregator::Max => {
            let mut numeric: Vec<Dual> =
                values.into_iter().map(|(value, _)| value).filter(|value| value.as_number().is_some()).collect();
            numeric.sort_by(compare);
            numeric.dedup_by(|a, b| a.as_number() == b.as_number());
            if kind == Aggregator::Max {
                numeric.reverse();
            }
            let rank = extra.to_number().unwrap_or(1.0).max(1.0) as usize;
            // Ranked results lose the text of a date in an aggregation, as sums do; the number remains.
            numeric.get(rank - 1).and_then(Dual::as_number).map_or(Dual::Null, Dual::Number)
        }
        Aggregator::Mode => mode(&values),
        Aggregator::Median => fractile(&numbers(), 0.5),
        Aggregator::Fractile => fractile(&numbers(), extra.to_number().unwrap_or(0.5)),
        Aggregator::Stdev => {
            let numbers = numbers();
            let count = numbers.len() as f64;
            if count < 2.0 {
                return Dual::Null;
            }
            let mean = numbers.iter().sum::<f64>() / count;
            let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
            Dual::number((squares / (count - 1.0)).sqrt())
        }
        Aggregator::FirstSortedValue => first_sorted(values, extra, distinct),
        _ => Dual::Null,
    }
}

/// The most frequent value; null if there are several.
fn mode(values: &[(Dual, Dual)]) -> Dual {
    let mut counts: HashMap<Option<Key>, (usize, &Dual)> = HashMap::new();
    for (value, _) in values {
        counts.entry(value.key()).or_insert((0, value)).0 += 1;
    }
    let most = counts.values().map(|(count, _)| *count).max().unwrap_or(0);
    let mut best = counts.values().filter(|(count, _)| *count == most);
    match (best.next(), best.next()) {
        (Some((_, value)), None) => (*value).clone(),
        _ => Dual::Null,
    }
}

fn fractile(sorted: &[f64], part: f64) -> Dual {
    let Some(last) = sorted.len().checked_sub(1) else { return Dual::Null };
    let place = part.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    Dual::number(sorted[low] + (sorted[high] - sorted[low]) * place.fract())
}

fn first_sorted(mut values: Vec<(Dual, Dual)>, rank: &Dual, distinct: bool) -> Dual {
    values.retain(|(_, weight)| weight.as_number().is_some());
    values.sort_by(|a, b| compare(&a.1, &b.1));
    let rank = rank.to_number().unwrap_or(1.0).max(1.0) as usize;
    let mut groups = values.chunk_by(|a, b| compare(&a.1, &b.1) == Ordering::Equal);
    match groups.nth(rank - 1) {
        Some([(value, _)]) => value.clone(),
        Some(group) if distinct || group.iter().all(|(value, _)| value.key() == group[0].0.key()) => group[0].0.clone(),
        _ => Dual::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Aggregator, distinct: bool, rows: &[&[Dual]]) -> Dual {
        let mut accumulator = Accumulator::new(kind, distinct);
        rows.iter().for_each(|row| accumulator.add(row));
        accumulator.finish()
    }

    fn number(number: f64) -> Dual {
        Dual::Number(number)
    }

    #[test]
    fn nothing_sums_to_zero_and_averages_to_null() {
        assert_eq!(of(Aggregator::Sum, false, &[]), number(0.0));
        assert_eq!(of(Aggregator::Count, false, &[&[Dual::Null]]), number(0.0));
        assert_eq!(of(Aggregator::Avg, false, &[&[Dual::text("a")]]), Dual::Null);
        assert_eq!(of(Aggregator::Max, false, &[]), Dual::Null);
        assert_eq!(of(Aggregator::NullCount, false, &[&[Dual::Null]]), number(1.0));
    }

    #[test]
    fn distinct_counts_equal_values_once() {
        let rows: [&[Dual]; 3] = [&[number(1.0)], &[Dual::both(1.0, "one")], &[number(2.0)]];
        assert_eq!(of(Aggregator::Sum, true, &rows), number(3.0));
        assert_eq!(of(Aggregator::Sum, false, &rows), number(4.0));
        assert_eq!(of(Aggregator::Count, true, &rows), number(2.0));
    }

    #[test]
    fn only_is_for_one_value() {
        assert_eq!(of(Aggregator::Only, false, &[&[number(1.0)], &[number(1.0)], &[Dual::Null]]), number(1.0));
        assert_eq!(of(Aggregator::Only, false, &[&[number(1.0)], &[number(2.0)]]), Dual::Null);
    }

    #[test]
    fn texts_are_joined_in_order() {
        let row = |text, weight| [Dual::text(text), Dual::text("-"), weight];
        let (a, b) = (row("b", number(1.0)), row("a", number(2.0)));
        assert_eq!(of(Aggregator::Concat, false, &[&a, &b]), Dual::text("b-a"));
        assert_eq!(of(Aggregator::Concat, false, &[&a[..2], &b[..2]]), Dual::text("a-b"));
    }

    #[test]
    fn ranks_and_middles() {
        let rows = [1.0, 3.0, 2.0, 3.0].map(|value| [number(value), number(2.0)]);
        let rows: Vec<&[Dual]> = rows.iter().map(|row| &row[..]).collect();
        assert_eq!(of(Aggregator::Max, false, &rows), number(2.0));
        let plain: Vec<&[Dual]> = rows.iter().map(|row| &row[..1]).collect();
        assert_eq!(of(Aggregator::Median, false, &plain), number(2.5));
        assert_eq!(of(Aggregator::Mode, false, &plain), number(3.0));
        let sorted: [&[Dual]; 2] = [&[Dual::text("x"), number(2.0)], &[Dual::text("y"), number(1.0)]];
        assert_eq!(of(Aggregator::FirstSortedValue, false, &sorted), Dual::text("y"));
    }
}
