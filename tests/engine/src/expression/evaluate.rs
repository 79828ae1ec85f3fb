//! Evaluates bound expressions.

use super::ast::{Binary, Expression, Host, Unary};
use super::functions::Body;
use crate::value::{Dual, Settings, compare_text, interpret, wild_match};

/// The context of an evaluation: the values of names, and the row or cell in the data.
pub trait Scope {
    /// The value of a bound name.
    fn slot(&self, index: usize) -> Dual;

    /// The result of an aggregation.
    fn aggregated(&self, _index: usize) -> Dual {
        Dual::Null
    }

    /// Formats.
    fn settings(&self) -> &Settings;

    /// A function of the row or cell; null if there is none.
    fn host(&self, _host: Host, _arguments: &[Expression]) -> Dual {
        Dual::Null
    }

    /// The same with `TOTAL`.
    fn host_total(&self, _host: Host, _arguments: &[Expression]) -> Dual {
        Dual::Null
    }

    /// All values of a function that returns several, such as `Above` with a count; `None` for other functions.
    fn host_range(&self, _host: Host, _total: bool, _arguments: &[Expression]) -> Option<Vec<Dual>> {
        None
    }
}

/// The value of an expression. Evaluation does not fail: invalid operations are null.
pub fn evaluate(expression: &Expression, scope: &dyn Scope) -> Dual {
    match expression {
        Expression::Value(value) => value.clone(),
        Expression::Slot(index) => scope.slot(*index),
        Expression::Aggregated(index) => scope.aggregated(*index),
        Expression::Unary(operator, operand) => unary(*operator, &evaluate(operand, scope), scope),
        Expression::Binary(operator, left, right) => binary(*operator, left, right, scope),
        Expression::Call(function, arguments) => match function.body {
            Body::Plain(body) => {
                if let [argument] = arguments.as_slice() {
                    return body(&[evaluate(argument, scope)], scope);
                }
                let values: Vec<Dual> = arguments.iter().map(|argument| evaluate(argument, scope)).collect();
                body(&values, scope)
            }
            Body::Range(body) => {
                let mut values: Vec<Dual> = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let several = match argument {
                        Expression::Host(host, arguments) => scope.host_range(*host, false, arguments),
                        Expression::HostTotal(host, arguments) => scope.host_range(*host, true, arguments),
                        _ => None,
                    };
                    match several {
                        Some(several) => values.extend(several),
                        None => values.push(evaluate(argument, scope)),
                    }
                }
                body(&values, scope)
            }
            Body::Lazy(body) => body(arguments, scope),
        },
        Expression::Host(host, arguments) => scope.host(*host, arguments),
        Expression::HostTotal(host, arguments) => scope.host_total(*host, arguments),
        // Binding replaces names and aggregations; a remaining one has no value.
        Expression::Name(..) | Expression::Aggregation(_) => Dual::Null,
    }
}

/// The number of a value in a calculation; texts count if they can be read as numbers or dates.
pub(crate) fn numeric(value: &Dual, settings: &Settings) -> Option<f64> {
    match value {
        Dual::Text(text) => interpret(text, settings).as_number(),
        other => other.as_number(),
    }
}

fn unary(operator: Unary, value: &Dual, scope: &dyn Scope) -> Dual {
    let number = numeric(value, scope.settings());
    match operator {
        Unary::Keep => value.clone(),
        Unary::Negate => number.map_or(Dual::Null, |number| Dual::Number(-number)),
        Unary::Not if value.is_null() => Dual::Null,
        Unary::Not => Dual::truth(number.is_none_or(|number| number == 0.0)),
        Unary::BitNot => number.map_or(Dual::Null, |number| Dual::Number(!(number as i64) as f64)),
    }
}

fn binary(operator: Binary, left: &Expression, right: &Expression, scope: &dyn Scope) -> Dual {
    let a = evaluate(left, scope);
    match operator {
        Binary::And => {
            let truth = a.holds() && evaluate(right, scope).holds();
            return Dual::truth(truth);
        }
        Binary::Or => return Dual::truth(a.holds() || evaluate(right, scope).holds()),
        _ => {}
    }
    let b = evaluate(right, scope);
    let settings = scope.settings();
    let numbers = |make: fn(f64, f64) -> f64| match (numeric(&a, settings), numeric(&b, settings)) {
        (Some(a), Some(b)) => Dual::number(make(a, b)),
        _ => Dual::Null,
    };
    let bits = |make: fn(i64, i64) -> i64| match (numeric(&a, settings), numeric(&b, settings)) {
        (Some(a), Some(b)) => Dual::Number(make(a as i64, b as i64) as f64),
        _ => Dual::Null,
    };
    match operator {
        Binary::And | Binary::Or => Dual::Null,
        Binary::Xor => Dual::truth(a.holds() != b.holds()),
        Binary::Add => numbers(|a, b| a + b),
        Binary::Subtract => numbers(|a, b| a - b),
        Binary::Multiply => numbers(|a, b| a * b),
        Binary::Divide => numbers(|a, b| if b == 0.0 { f64::NAN } else { a / b }),
        Binary::BitAnd => bits(|a, b| a & b),
        Binary::BitOr => bits(|a, b| a | b),
        Binary::BitXor => bits(|a, b| a ^ b),
        Binary::Concatenate => Dual::text(format!("{}{}", a.as_text(), b.as_text())),
        Binary::Like => Dual::truth(!a.is_null() && wild_match(&a.as_text(), &b.as_text())),
        Binary::Precedes => Dual::truth(!a.is_null() && !b.is_null() && a.as_text() < b.as_text()),
        Binary::Follows => Dual::truth(!a.is_null() && !b.is_null() && a.as_text() > b.as_text()),
        Binary::Equal
        | Binary::NotEqual
        | Binary::Less
        | Binary::LessEqual
        | Binary::Greater
        | Binary::GreaterEqual => compare(operator, &a, &b, settings),
    }
}

fn compare(operator: Binary, a: &Dual, b: &Dual, settings: &Settings) -> Dual {
    use std::cmp::Ordering;
    if a.is_null() || b.is_null() {
        return Dual::truth(false);
    }
    let order = match (numeric(a, settings), numeric(b, settings)) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        _ if matches!(operator, Binary::Equal | Binary::NotEqual) => {
            if a.as_text() == b.as_text() {
                Ordering::Equal
            } else {
                Ordering::Less
            }
        }
        _ => compare_text(&a.as_text(), &b.as_text()),
    };
    Dual::truth(match operator {
        Binary::Equal => order.is_eq(),
        Binary::NotEqual => order.is_ne(),
        Binary::Less => order.is_lt(),
        Binary::LessEqual => order.is_le(),
        Binary::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::expression::parse;

    struct Nowhere(Settings);

    impl Scope for Nowhere {
        fn slot(&self, _: usize) -> Dual {
            Dual::Null
        }

        fn settings(&self) -> &Settings {
            &self.0
        }
    }

    /// Evaluates a text without data.
    pub(crate) fn value(text: &str) -> Dual {
        evaluate(&parse(text).unwrap_or_else(|error| panic!("{text}: {error}")), &Nowhere(Settings::default()))
    }

    /// The text of an expression's value without data.
    pub(crate) fn shown(text: &str) -> String {
        value(text).as_text().into_owned()
    }

    #[test]
    fn arithmetic_and_texts() {
        assert_eq!(value("1+2*3"), Dual::Number(7.0));
        assert_eq!(value("'3'*'4'"), Dual::Number(12.0));
        assert_eq!(value("1/0"), Dual::Null);
        assert_eq!(value("'a'+1"), Dual::Null);
        assert_eq!(value("'a'&1&null()"), Dual::text("a1"));
        assert_eq!(value("-2 - -3"), Dual::Number(1.0));
        assert_eq!(value("6 bitand 3"), Dual::Number(2.0));
    }

    #[test]
    fn comparisons_are_numeric_if_possible() {
        assert_eq!(value("'10' > '9'"), Dual::Number(-1.0));
        assert_eq!(value("'b' > 'a'"), Dual::Number(-1.0));
        assert_eq!(value("'1/2/2020' = 43832"), Dual::Number(-1.0));
        assert_eq!(value("null() = null()"), Dual::Number(0.0));
        assert_eq!(value("'Germany' like 'g*'"), Dual::Number(-1.0));
        assert_eq!(value("not 0 and not 'x'=1"), Dual::Number(-1.0));
        assert_eq!(value("1 xor 1"), Dual::Number(0.0));
    }
}
