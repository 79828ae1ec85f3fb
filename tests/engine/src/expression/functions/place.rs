//! Functions that only load scripts have, and functions that only charts have.

use std::fmt;

use super::{AGGREGATORS, HOSTS, Host, scripted};
use crate::expression::ast::{AggregationKind, Aggregator, Expression};
use crate::expression::visit;
use crate::value::Dual;

/// Why an expression cannot have one of its functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misplaced {
    /// The function does not exist in this place.
    Invalid(&'static str),
    /// The function is called in a way that is not implemented.
    Absent(&'static str),
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(name) => write!(f, "'{name}' is not a valid function"),
            Self::Absent(what) => write!(f, "{what}: not implemented by the test engine"),
        }
    }
}

/// A function that a chart cannot have.
pub fn misplaced_in_chart(expression: &Expression) -> Option<Misplaced> {
    misplaced(expression, true)
}

/// A function that a load script cannot have.
pub fn misplaced_in_script(expression: &Expression) -> Option<Misplaced> {
    misplaced(expression, false)
}

fn misplaced(expression: &Expression, in_chart: bool) -> Option<Misplaced> {
    let mut fault = None;
    visit(expression, &mut |part| {
        if fault.is_none() {
            fault = match part {
                Expression::Host(host, arguments) | Expression::HostTotal(host, arguments) => {
                    of_host(*host, arguments, in_chart)
                }
                Expression::Aggregation(aggregation) => of_aggregation(aggregation.kind, in_chart),
                _ => None,
            };
        }
    });
    fault
}

fn of_host(host: Host, arguments: &[Expression], in_chart: bool) -> Option<Misplaced> {
    if (in_chart && is_of_scripts(host)) || (!in_chart && is_of_charts(host)) {
        let name = HOSTS.iter().chain(&scripted::HOSTS).find(|(_, known, ..)| *known == host).map(|(name, ..)| *name);
        return Some(Misplaced::Invalid(name.unwrap_or_default()));
    }
    // The time of a reload, or of opening the app.
    let timed = matches!(host, Host::Now | Host::Today)
        && !matches!(arguments, [] | [Expression::Value(Dual::Number(1.0) | Dual::Both(1.0, _))]);
    timed.then_some(Misplaced::Absent("Now() and Today() with a mode other than 1"))
}

fn of_aggregation(kind: AggregationKind, in_chart: bool) -> Option<Misplaced> {
    let AggregationKind::Plain(aggregator @ (Aggregator::First | Aggregator::Last)) = kind else { return None };
    let name = AGGREGATORS.iter().find(|(_, known)| *known == aggregator).map(|(name, _)| *name);
    in_chart.then(|| Misplaced::Invalid(name.unwrap_or_default()))
}

fn is_of_scripts(host: Host) -> bool {
    use Host as H;
    matches!(
        host,
        H::RecNo
            | H::IterNo
            | H::Previous
            | H::Peek
            | H::Exists
            | H::ApplyMap
            | H::AutoNumber
            | H::NoOfFields
            | H::FieldName
            | H::TableName
            | H::NoOfTables
            | H::Scripted(_)
    )
}

fn is_of_charts(host: Host) -> bool {
    use Host as H;
    // Scripts have these two with another meaning.
    let is_of_both = matches!(host, H::RowNo | H::NoOfRows);
    sees_cells(host) && !is_of_both
        || matches!(
            host,
            H::Dimensionality
                | H::GetSelectedCount
                | H::GetPossibleCount
                | H::GetExcludedCount
                | H::GetAlternativeCount
                | H::GetFieldSelections
                | H::GetCurrentSelections
        )
}

/// Whether a function reads other cells of the chart.
pub fn sees_cells(host: Host) -> bool {
    use Host as H;
    matches!(
        host,
        H::Above
            | H::Below
            | H::Top
            | H::Bottom
            | H::Before
            | H::After
            | H::First
            | H::Last
            | H::RowNo
            | H::NoOfRows
            | H::ColumnNo
            | H::NoOfColumns
            | H::Rank
            | H::HRank
            | H::Column
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::parse;

    #[test]
    fn functions_have_their_place() {
        let chart = |text: &str| misplaced_in_chart(&parse(text).unwrap());
        let script = |text: &str| misplaced_in_script(&parse(text).unwrap());
        let invalid = |found: Option<Misplaced>| matches!(found, Some(Misplaced::Invalid(_)));
        let absent = |found: Option<Misplaced>| matches!(found, Some(Misplaced::Absent(_)));
        for text in ["Peek('a')", "1 + Sum(Exists(a, 1))", "FirstValue(a)", "NoOfFields('t')", "FileName()", "RecNo()"]
        {
            assert!(invalid(chart(text)), "{text}");
            assert_eq!(script(text), None, "{text}");
        }
        for text in ["Above(a)", "Above(TOTAL a)", "If(1, Rank(a))", "GetSelectedCount(a)", "Dimensionality()"] {
            assert!(invalid(script(text)), "{text}");
            assert_eq!(chart(text), None, "{text}");
        }
        for text in ["Now()", "Now(1)", "Today(1)", "RowNo()", "FieldValue('a', 1)", "Concat(a)"] {
            assert_eq!((chart(text), script(text)), (None, None), "{text}");
        }
        for text in ["Now(0)", "Today(2)", "Now(a)"] {
            assert!(absent(chart(text)) && absent(script(text)), "{text}");
        }
    }
}
