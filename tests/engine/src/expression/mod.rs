//! The expression language: parsing and evaluation.

mod aggregate;
mod ast;
mod bind;
mod dollar;
mod evaluate;
mod functions;
mod lexer;
mod parser;
mod set;

pub use aggregate::Accumulator;
pub use ast::{
    AggrOrder, AggrSort, Aggregation, AggregationKind, Aggregator, Binary, Element, Expression, Host, Modifier,
    Scripted, SetExpression, SetOperator, Total, Unary, Values,
};
pub use bind::{Binder, bind, visit};
pub use dollar::expand;
pub use evaluate::{Scope, evaluate};
pub(crate) use functions::absent;
pub use functions::{Function, Misplaced, functions, misplaced_in_chart, misplaced_in_script, sees_cells};
pub use lexer::{Symbol, Token, tokenize};
pub use parser::{ParseError, Parser, parse};

#[cfg(test)]
pub(crate) use evaluate::tests as evaluate_tests;
