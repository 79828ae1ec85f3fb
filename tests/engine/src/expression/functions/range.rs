//! Functions over their arguments.

use super::Function;
use crate::expression::Scope;
use crate::expression::evaluate::numeric;
use crate::value::{Dual, compare_text};

fn numbers<'a>(arguments: &'a [Dual], scope: &'a dyn Scope) -> impl Iterator<Item = f64> + 'a {
    arguments.iter().filter_map(|argument| numeric(argument, scope.settings()))
}

fn present(arguments: &[Dual]) -> impl Iterator<Item = &Dual> {
    arguments.iter().filter(|argument| !argument.is_null())
}

fn average(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let values: Vec<f64> = numbers(arguments, scope).collect();
    if values.is_empty() {
        return Dual::Null;
    }
    Dual::number(values.iter().sum::<f64>() / values.len() as f64)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::range("RangeSum", |a, scope| Dual::number(numbers(a, scope).sum())),
    Function::range("RangeAvg", average),
    Function::range("RangeCount", |a, _| Dual::Number(present(a).count() as f64)),
    Function::range("RangeNumericCount", |a, scope| Dual::Number(numbers(a, scope).count() as f64)),
    Function::range("RangeNullCount", |a, _| Dual::Number((a.len() - present(a).count()) as f64)),
    Function::range("RangeMin", |a, scope| numbers(a, scope).min_by(f64::total_cmp).map_or(Dual::Null, Dual::number)),
    Function::range("RangeMax", |a, scope| numbers(a, scope).max_by(f64::total_cmp).map_or(Dual::Null, Dual::number)),
    Function::range("RangeMinString", |a, _| {
        present(a).min_by(|a, b| compare_text(&a.as_text(), &b.as_text())).cloned().unwrap_or(Dual::Null)
    }),
    Function::range("RangeMaxString", |a, _| {
        present(a).max_by(|a, b| compare_text(&a.as_text(), &b.as_text())).cloned().unwrap_or(Dual::Null)
    }),
    Function::range("RangeOnly", |a, _| {
        let mut values = present(a);
        match (values.next(), values.next()) {
            (Some(only), None) => only.clone(),
            _ => Dual::Null,
        }
    }),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::value;
    use crate::value::Dual;

    #[test]
    fn values_that_are_not_numbers_are_skipped() {
        assert_eq!(value("RangeSum(1, 'a', null(), 2)"), Dual::Number(3.0));
        assert_eq!(value("RangeAvg(1, 'a', 2)"), Dual::Number(1.5));
        assert_eq!(value("RangeMax('a')"), Dual::Null);
        assert_eq!(value("RangeCount(1, 'a', null())"), Dual::Number(2.0));
        assert_eq!(value("RangeMaxString('a', 'b')"), Dual::text("b"));
    }
}
