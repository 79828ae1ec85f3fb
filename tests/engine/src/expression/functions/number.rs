//! Functions of numbers.

use super::{Function, maybe, number, number_or};
use crate::expression::Scope;
use crate::value::Dual;

fn one(arguments: &[Dual], scope: &dyn Scope, make: impl Fn(f64) -> f64) -> Dual {
    maybe(number(arguments, 0, scope).map(make))
}

fn two(arguments: &[Dual], scope: &dyn Scope, make: impl Fn(f64, f64) -> f64) -> Dual {
    match (number(arguments, 0, scope), number(arguments, 1, scope)) {
        (Some(a), Some(b)) => Dual::number(make(a, b)),
        _ => Dual::Null,
    }
}

/// Rounds to a multiple of the step, relative to the offset.
fn to_step(arguments: &[Dual], scope: &dyn Scope, round: fn(f64) -> f64) -> Dual {
    let step = number_or(arguments, 1, 1.0, scope);
    let offset = number_or(arguments, 2, 0.0, scope);
    one(arguments, scope, |number| {
        if step == 0.0 {
            return f64::NAN;
        }
        // Steps such as 0.1 are not exact doubles; dividing by the integer reciprocal keeps results exact.
        let reciprocal = (1.0 / step).round();
        if step < 1.0 && (reciprocal * step - 1.0).abs() < 1e-12 {
            round(clean((number - offset) * reciprocal)) / reciprocal + offset
        } else {
            round(clean((number - offset) / step)) * step + offset
        }
    })
}

/// Removes binary noise from a number that is almost a multiple of one half.
fn clean(number: f64) -> f64 {
    let halves = (number * 2.0).round() / 2.0;
    if (number - halves).abs() <= 4.0 * f64::EPSILON * number.abs() { halves } else { number }
}

/// Rounds halves up.
fn half_up(number: f64) -> f64 {
    (number + 0.5).floor()
}

fn factorial(number: f64) -> f64 {
    (1..=number.clamp(0.0, 171.0) as u32).map(f64::from).product()
}

fn permutations(from: f64, take: f64) -> f64 {
    if take < 0.0 || from < take {
        return f64::NAN;
    }
    (0..take.min(1000.0) as u32).map(|at| from - f64::from(at)).product()
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Fabs", 1, 1, |a, scope| one(a, scope, f64::abs)),
    Function::new("Ceil", 1, 3, |a, scope| to_step(a, scope, f64::ceil)),
    Function::new("Floor", 1, 3, |a, scope| to_step(a, scope, f64::floor)),
    Function::new("Round", 1, 3, |a, scope| to_step(a, scope, half_up)),
    Function::new("Frac", 1, 1, |a, scope| one(a, scope, |x| x - x.floor())),
    Function::new("Div", 2, 2, |a, scope| two(a, scope, |x, y| if y == 0.0 { f64::NAN } else { (x / y).trunc() })),
    Function::new("Mod", 2, 2, |a, scope| {
        two(a, scope, |x, y| if y <= 0.0 || x.fract() != 0.0 || y.fract() != 0.0 { f64::NAN } else { x.rem_euclid(y) })
    }),
    Function::new("FMod", 2, 2, |a, scope| two(a, scope, |x, y| if y == 0.0 { f64::NAN } else { x % y })),
    Function::new("Sign", 1, 1, |a, scope| one(a, scope, |x| if x == 0.0 { 0.0 } else { x.signum() })),
    Function::new("Even", 1, 1, |a, scope| match number(a, 0, scope).filter(|x| x.fract() == 0.0) {
        Some(x) => Dual::truth(x % 2.0 == 0.0),
        None => Dual::Null,
    }),
    Function::new("Odd", 1, 1, |a, scope| match number(a, 0, scope).filter(|x| x.fract() == 0.0) {
        Some(x) => Dual::truth(x % 2.0 != 0.0),
        None => Dual::Null,
    }),
    Function::new("Sqrt", 1, 1, |a, scope| one(a, scope, f64::sqrt)),
    Function::new("Sqr", 1, 1, |a, scope| one(a, scope, |x| x * x)),
    Function::new("Exp", 1, 1, |a, scope| one(a, scope, f64::exp)),
    Function::new("Log", 1, 1, |a, scope| one(a, scope, |x| if x > 0.0 { x.ln() } else { f64::NAN })),
    Function::new("Log10", 1, 1, |a, scope| one(a, scope, |x| if x > 0.0 { x.log10() } else { f64::NAN })),
    Function::new("Pow", 2, 2, |a, scope| two(a, scope, f64::powf)),
    Function::new("Pi", 0, 0, |_, _| Dual::Number(std::f64::consts::PI)),
    Function::new("E", 0, 0, |_, _| Dual::Number(std::f64::consts::E)),
    Function::new("Sin", 1, 1, |a, scope| one(a, scope, f64::sin)),
    Function::new("Cos", 1, 1, |a, scope| one(a, scope, f64::cos)),
    Function::new("Tan", 1, 1, |a, scope| one(a, scope, f64::tan)),
    Function::new("Asin", 1, 1, |a, scope| one(a, scope, f64::asin)),
    Function::new("Acos", 1, 1, |a, scope| one(a, scope, f64::acos)),
    Function::new("Atan", 1, 1, |a, scope| one(a, scope, f64::atan)),
    Function::new("Atan2", 2, 2, |a, scope| two(a, scope, f64::atan2)),
    Function::new("Sinh", 1, 1, |a, scope| one(a, scope, f64::sinh)),
    Function::new("Cosh", 1, 1, |a, scope| one(a, scope, f64::cosh)),
    Function::new("Tanh", 1, 1, |a, scope| one(a, scope, f64::tanh)),
    Function::new("Fact", 1, 1, |a, scope| one(a, scope, factorial)),
    Function::new("Permut", 2, 2, |a, scope| two(a, scope, permutations)),
    Function::new("Combin", 2, 2, |a, scope| two(a, scope, |n, k| permutations(n, k) / factorial(k))),
    Function::new("BitCount", 1, 1, |a, scope| one(a, scope, |x| f64::from((x as i64).count_ones()))),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::value;
    use crate::value::Dual;

    #[test]
    fn numbers_are_rounded_to_steps() {
        assert_eq!(value("Round(3.14, 0.1)"), Dual::Number(3.1));
        assert_eq!(value("Round(2.5) & Round(-2.5)"), Dual::text("3-2"));
        assert_eq!(value("Round(125, 10)"), Dual::Number(130.0));
        assert_eq!(value("Floor(2.4, 2, 1)"), Dual::Number(1.0));
        assert_eq!(value("Ceil(2.6, 0.25)"), Dual::Number(2.75));
        assert_eq!(value("Round(2, 0)"), Dual::Null);
    }

    #[test]
    fn integer_functions() {
        assert_eq!(value("Div(7.1, 2.3)"), Dual::Number(3.0));
        assert_eq!(value("Mod(-7, 2)"), Dual::Number(1.0));
        assert_eq!(value("Mod(7.5, 2)"), Dual::Null);
        assert_eq!(value("Even(3) & Odd(3)"), Dual::text("0-1"));
        assert_eq!(value("Combin(35, 5)"), Dual::Number(324632.0));
        assert_eq!(value("Log(0)"), Dual::Null);
    }
}
