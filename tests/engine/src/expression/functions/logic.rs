//! Conditional functions.

use super::{ANY, Function, number};
use crate::expression::evaluate::numeric;
use crate::expression::{Expression, Scope, evaluate};
use crate::value::{Dual, wild_match};

fn choose(arguments: &[Expression], scope: &dyn Scope) -> Dual {
    if evaluate(&arguments[0], scope).holds() {
        return evaluate(&arguments[1], scope);
    }
    arguments.get(2).map_or(Dual::Null, |otherwise| evaluate(otherwise, scope))
}

/// The first number, or the last argument if there is none.
fn alt(arguments: &[Expression], scope: &dyn Scope) -> Dual {
    let mut last = Dual::Null;
    for argument in arguments {
        last = evaluate(argument, scope);
        if numeric(&last, scope.settings()).is_some() {
            return last;
        }
    }
    last
}

fn coalesce(arguments: &[Expression], scope: &dyn Scope) -> Dual {
    arguments.iter().map(|argument| evaluate(argument, scope)).find(|value| !value.is_null()).unwrap_or(Dual::Null)
}

fn pick(arguments: &[Expression], scope: &dyn Scope) -> Dual {
    let at = numeric(&evaluate(&arguments[0], scope), scope.settings()).unwrap_or(0.0) as i64;
    match usize::try_from(at) {
        Ok(at) if at > 0 => arguments.get(at).map_or(Dual::Null, |argument| evaluate(argument, scope)),
        _ => Dual::Null,
    }
}

fn place(arguments: &[Dual], fits: impl Fn(&Dual, &Dual) -> bool) -> Dual {
    let wanted = &arguments[0];
    let found = arguments[1..].iter().position(|candidate| !wanted.is_null() && fits(wanted, candidate));
    Dual::Number(found.map_or(0.0, |at| at as f64 + 1.0))
}

fn equal(a: &Dual, b: &Dual) -> bool {
    match (a.to_number(), b.to_number()) {
        (Some(a), Some(b)) => a == b,
        _ => a.as_text() == b.as_text(),
    }
}

/// The interval of a given width that contains a number; its number is the lower end.
fn class(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let label = arguments.get(2).map_or_else(|| "x".into(), Dual::as_text);
    let offset = number(arguments, 3, scope).unwrap_or(0.0);
    match (number(arguments, 0, scope), number(arguments, 1, scope)) {
        (Some(value), Some(width)) if width > 0.0 => {
            let low = ((value - offset) / width).floor() * width + offset;
            let text = format!("{} <= {label} < {}", crate::value::plain(low), crate::value::plain(low + width));
            Dual::both(low, text)
        }
        _ => Dual::Null,
    }
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::lazy("If", 2, 3, choose),
    Function::lazy("Alt", 1, ANY, alt),
    Function::lazy("Coalesce", 1, ANY, coalesce),
    Function::lazy("Pick", 2, ANY, pick),
    Function::new("Match", 2, ANY, |a, _| place(a, equal)),
    Function::new("MixMatch", 2, ANY, |a, _| {
        place(a, |a, b| equal(a, b) || a.as_text().to_lowercase() == b.as_text().to_lowercase())
    }),
    Function::new("WildMatch", 2, ANY, |a, _| place(a, |a, b| wild_match(&a.as_text(), &b.as_text()))),
    Function::new("Class", 2, 4, class),
    Function::new("Null", 0, 0, |_, _| Dual::Null),
    Function::new("True", 0, 0, |_, _| Dual::truth(true)),
    Function::new("False", 0, 0, |_, _| Dual::truth(false)),
    Function::new("IsNull", 1, 1, |a, _| Dual::truth(a[0].is_null())),
    Function::new("IsNum", 1, 1, |a, _| Dual::truth(a[0].as_number().is_some())),
    Function::new("IsText", 1, 1, |a, _| Dual::truth(matches!(a[0], Dual::Text(_)))),
    Function::new("EmptyIsNull", 1, 1, |a, _| if a[0].as_text().is_empty() { Dual::Null } else { a[0].clone() }),
    Function::new("NullIf", 2, 2, |a, _| if equal(&a[0], &a[1]) { Dual::Null } else { a[0].clone() }),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::{shown, value};
    use crate::value::Dual;

    #[test]
    fn choices() {
        assert_eq!(shown("If(1=1, 'yes', 'no')"), "yes");
        assert_eq!(value("If('x', 1)"), Dual::Null);
        assert_eq!(value("Alt('a', null(), 3, 4)"), Dual::Number(3.0));
        assert_eq!(shown("Coalesce(null(), 'a', 1)"), "a");
        assert_eq!(shown("Pick(2, 'a', 'b')"), "b");
        assert_eq!(value("Pick(9, 'a', 'b')"), Dual::Null);
    }

    #[test]
    fn places_among_candidates() {
        assert_eq!(value("Match('b', 'a', 'b')"), Dual::Number(2.0));
        assert_eq!(value("Match('B', 'a', 'b')"), Dual::Number(0.0));
        assert_eq!(value("MixMatch('B', 'a', 'b')"), Dual::Number(2.0));
        assert_eq!(value("WildMatch('Berlin', 'a*', 'b*n')"), Dual::Number(2.0));
        assert_eq!(shown("Class(23, 10)"), "20 <= x < 30");
    }
}
