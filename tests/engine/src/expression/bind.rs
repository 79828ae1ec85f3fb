//! Binding: replaces names with slots and aggregations with their results.

use super::ast::{Aggregation, Expression};

/// Resolves names and aggregations.
pub trait Binder {
    /// The error for a name that cannot be resolved.
    type Error;

    /// Replaces a name.
    fn name(&mut self, name: &str, start: usize, end: usize) -> Result<Expression, Self::Error>;

    /// Replaces an aggregation.
    fn aggregation(&mut self, aggregation: &Aggregation) -> Result<Expression, Self::Error>;
}

/// A copy of an expression with names and aggregations replaced.
pub fn bind<B: Binder>(expression: &Expression, binder: &mut B) -> Result<Expression, B::Error> {
    let all = |arguments: &[Expression], binder: &mut B| {
        arguments.iter().map(|argument| bind(argument, binder)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match expression {
        Expression::Name(name, start, end) => binder.name(name, *start, *end)?,
        Expression::Aggregation(aggregation) => binder.aggregation(aggregation)?,
        Expression::Value(_) | Expression::Slot(_) | Expression::Aggregated(_) => expression.clone(),
        Expression::Unary(operator, operand) => Expression::Unary(*operator, Box::new(bind(operand, binder)?)),
        Expression::Binary(operator, left, right) => {
            Expression::Binary(*operator, Box::new(bind(left, binder)?), Box::new(bind(right, binder)?))
        }
        Expression::Call(function, arguments) => Expression::Call(function, all(arguments, binder)?),
        Expression::Host(host, arguments) => Expression::Host(*host, all(arguments, binder)?),
        Expression::HostTotal(host, arguments) => Expression::HostTotal(*host, all(arguments, binder)?),
    })
}

/// Calls a function with an expression and all its parts, including arguments of aggregations.
pub fn visit<'e>(expression: &'e Expression, see: &mut dyn FnMut(&'e Expression)) {
    see(expression);
    match expression {
        Expression::Unary(_, operand) => visit(operand, see),
        Expression::Binary(_, left, right) => {
            visit(left, see);
            visit(right, see);
        }
        Expression::Call(_, arguments) | Expression::Host(_, arguments) | Expression::HostTotal(_, arguments) => {
            arguments.iter().for_each(|argument| visit(argument, see));
        }
        Expression::Aggregation(aggregation) => {
            aggregation.arguments.iter().for_each(|argument| visit(argument, see));
        }
        Expression::Value(_) | Expression::Name(..) | Expression::Slot(_) | Expression::Aggregated(_) => {}
    }
}
