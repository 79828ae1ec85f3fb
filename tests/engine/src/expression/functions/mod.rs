//! Functions by name.

pub(crate) mod absent;
mod calendar;
mod color;
mod logic;
mod number;
mod period;
mod place;
mod range;
mod scripted;
mod show;
mod text;
mod week;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

pub use place::{Misplaced, misplaced_in_chart, misplaced_in_script, sees_cells};

use super::ast::{AggregationKind, Aggregator, Expression, Host};
use super::evaluate::{Scope, numeric};
use crate::value::Dual;

/// Any number of arguments.
const ANY: usize = usize::MAX;

/// A function of its arguments.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    least: usize,
    most: usize,
    pub(super) body: Body,
}

/// The implementation of a function.
#[derive(Clone, Copy)]
pub(super) enum Body {
    /// Takes the values of its arguments.
    Plain(fn(&[Dual], &dyn Scope) -> Dual),
    /// Takes the values of its arguments; functions such as `Above` can supply several.
    Range(fn(&[Dual], &dyn Scope) -> Dual),
    /// Takes its arguments unevaluated.
    Lazy(fn(&[Expression], &dyn Scope) -> Dual),
}

impl Function {
    const fn range(name: &'static str, body: fn(&[Dual], &dyn Scope) -> Dual) -> Self {
        Self { name, least: 1, most: ANY, body: Body::Range(body) }
    }

    const fn new(name: &'static str, least: usize, most: usize, body: fn(&[Dual], &dyn Scope) -> Dual) -> Self {
        Self { name, least, most, body: Body::Plain(body) }
    }

    const fn lazy(name: &'static str, least: usize, most: usize, body: fn(&[Expression], &dyn Scope) -> Dual) -> Self {
        Self { name, least, most, body: Body::Lazy(body) }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A resolved function name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named {
    /// A function that depends on its arguments only.
    Plain(&'static Function),
    /// A function of its row or cell, with its minimum and maximum number of arguments.
    Host(Host, usize, usize),
    /// An aggregation.
    Aggregation(AggregationKind),
}

impl Named {
    /// Minimum and maximum number of arguments.
    pub(super) fn arguments(self) -> (usize, usize) {
        match self {
            Self::Plain(function) => (function.least, function.most),
            Self::Host(_, least, most) => (least, most),
            Self::Aggregation(AggregationKind::Aggr) => (2, ANY),
            Self::Aggregation(AggregationKind::Plain(aggregator)) => match aggregator {
                Aggregator::Concat => (1, 3),
                Aggregator::Min | Aggregator::Max => (1, 2),
                Aggregator::FirstSortedValue => (2, 3),
                Aggregator::Fractile => (2, 2),
                _ => (1, 1),
            },
        }
    }
}

const HOSTS: [(&str, Host, usize, usize); 44] = [
    ("RecNo", Host::RecNo, 0, 0),
    ("RowNo", Host::RowNo, 0, 0),
    ("IterNo", Host::IterNo, 0, 0),
    ("Previous", Host::Previous, 1, 1),
    ("Peek", Host::Peek, 1, 3),
    ("Exists", Host::Exists, 1, 2),
    ("ApplyMap", Host::ApplyMap, 2, 3),
    ("AutoNumber", Host::AutoNumber, 1, 2),
    ("AutoNumberHash128", Host::AutoNumber, 1, ANY),
    ("AutoNumberHash256", Host::AutoNumber, 1, ANY),
    ("FieldIndex", Host::FieldIndex, 2, 2),
    ("FieldValue", Host::FieldValue, 2, 2),
    ("FieldValueCount", Host::FieldValueCount, 1, 1),
    ("NoOfRows", Host::NoOfRows, 0, 1),
    ("NoOfFields", Host::NoOfFields, 1, 1),
    ("FieldName", Host::FieldName, 1, 2),
    ("TableName", Host::TableName, 1, 1),
    ("NoOfTables", Host::NoOfTables, 0, 0),
    ("Above", Host::Above, 1, 3),
    ("Below", Host::Below, 1, 3),
    ("Top", Host::Top, 1, 3),
    ("Bottom", Host::Bottom, 1, 3),
    ("Column", Host::Column, 1, 1),
    ("Rank", Host::Rank, 1, 3),
    ("Dimensionality", Host::Dimensionality, 0, 0),
    ("GetSelectedCount", Host::GetSelectedCount, 1, 3),
    ("GetPossibleCount", Host::GetPossibleCount, 1, 2),
    ("GetExcludedCount", Host::GetExcludedCount, 1, 2),
    ("GetAlternativeCount", Host::GetAlternativeCount, 1, 2),
    ("GetFieldSelections", Host::GetFieldSelections, 1, 4),
    ("GetCurrentSelections", Host::GetCurrentSelections, 0, 5),
    ("Rand", Host::Random, 0, 0),
    ("Now", Host::Now, 0, 1),
    ("LocalTime", Host::Now, 0, 0),
    ("UTC", Host::Now, 0, 0),
    ("GMT", Host::Now, 0, 0),
    ("Today", Host::Today, 0, 1),
    ("HRank", Host::HRank, 1, 3),
    ("Before", Host::Before, 1, 3),
    ("After", Host::After, 1, 3),
    ("First", Host::First, 1, 3),
    ("Last", Host::Last, 1, 3),
    ("ColumnNo", Host::ColumnNo, 0, 0),
    ("NoOfColumns", Host::NoOfColumns, 0, 0),
];

const AGGREGATORS: [(&str, Aggregator); 20] = [
    ("Sum", Aggregator::Sum),
    ("Count", Aggregator::Count),
    ("NumericCount", Aggregator::NumericCount),
    ("TextCount", Aggregator::TextCount),
    ("NullCount", Aggregator::NullCount),
    ("MissingCount", Aggregator::MissingCount),
    ("Avg", Aggregator::Avg),
    ("Min", Aggregator::Min),
    ("Max", Aggregator::Max),
    ("MinString", Aggregator::MinString),
    ("MaxString", Aggregator::MaxString),
    ("Only", Aggregator::Only),
    ("Concat", Aggregator::Concat),
    ("Mode", Aggregator::Mode),
    ("Median", Aggregator::Median),
    ("Fractile", Aggregator::Fractile),
    ("Stdev", Aggregator::Stdev),
    ("FirstValue", Aggregator::First),
    ("LastValue", Aggregator::Last),
    ("FirstSortedValue", Aggregator::FirstSortedValue),
];

static NAMES: LazyLock<HashMap<String, Named>> = LazyLock::new(|| {
    let plain = tables().flatten().map(|function| (function.name, Named::Plain(function)));
    let hosts = HOSTS
        .iter()
        .chain(&scripted::HOSTS)
        .map(|(name, host, least, most)| (*name, Named::Host(*host, *least, *most)));
    let aggregations =
        AGGREGATORS.iter().map(|(name, aggregator)| (*name, Named::Aggregation(AggregationKind::Plain(*aggregator))));
    plain
        .chain(hosts)
        .chain(aggregations)
        .chain([("Aggr", Named::Aggregation(AggregationKind::Aggr))])
        .map(|(name, named)| (name.to_lowercase(), named))
        .collect()
});

fn tables() -> impl Iterator<Item = &'static [Function]> {
    [
        text::FUNCTIONS,
        number::FUNCTIONS,
        logic::FUNCTIONS,
        range::FUNCTIONS,
        show::FUNCTIONS,
        calendar::FUNCTIONS,
        period::FUNCTIONS,
        color::FUNCTIONS,
    ]
    .into_iter()
}

/// The function of a name, in any case.
pub(super) fn find(name: &str) -> Option<Named> {
    NAMES.get(&name.to_lowercase()).copied()
}

/// The message about an unknown function.
pub(super) fn unknown(name: &str) -> String {
    absent::message(name).unwrap_or_else(|| format!("'{name}' is not a valid function"))
}

/// Names of all functions.
pub fn functions() -> Vec<&'static str> {
    let mut names: Vec<_> = tables()
        .flatten()
        .map(|function| function.name)
        .chain(HOSTS.iter().chain(&scripted::HOSTS).map(|(name, ..)| *name))
        .chain(AGGREGATORS.iter().map(|(name, _)| *name))
        .chain(["Aggr"])
        .collect();
    names.sort_unstable();
    names
}

/// The number of an argument.
fn number(arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<f64> {
    numeric(arguments.get(at)?, scope.settings())
}

/// The number of an argument, or a default.
fn number_or(arguments: &[Dual], at: usize, otherwise: f64, scope: &dyn Scope) -> f64 {
    number(arguments, at, scope).unwrap_or(otherwise)
}

/// A number, or null.
fn maybe(number: Option<f64>) -> Dual {
    number.map_or(Dual::Null, Dual::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_names_are_unique() {
        assert_eq!(functions().len(), NAMES.len());
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert!(matches!(find("SUM"), Some(Named::Aggregation(_))));
        assert!(matches!(find("date#"), Some(Named::Plain(_))));
        assert!(find("nosuch").is_none());
    }
}
