//! An expression bound to the data: its aggregations over rows, and the expression around them.

use std::sync::Arc;

use super::Context;
use crate::expression::{
    self, AggrOrder, Aggregation, AggregationKind, Aggregator, Binder, Expression, Host, SetExpression, Total, bind,
    misplaced_in_chart, parse, sees_cells, visit,
};
use crate::value::{Dual, interpret};

/// An expression that can be evaluated for groups of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Formula {
    /// The tree, with aggregations replaced by their numbers.
    pub(super) tree: Expression,
    /// The aggregations.
    pub(super) aggregates: Vec<Aggregate>,
    /// Whether it reads other rows of the chart.
    pub(super) looks_around: bool,
}

/// An aggregation bound to the data.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aggregate {
    pub(super) kind: Aggregator,
    pub(super) distinct: bool,
    pub(super) set: Option<SetExpression>,
    /// The fields to group by under `TOTAL`; `None` without it.
    pub(super) total: Option<Vec<usize>>,
    pub(super) inner: Inner,
    pub(super) arguments: Vec<Expression>,
}

/// The bindings of expressions inside of an aggregation or of a dimension.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Inner {
    /// Fields, by slot.
    pub(super) fields: Vec<usize>,
    /// `Aggr` tables, whose values follow the fields' slots.
    pub(super) tables: Vec<AggrTable>,
}

/// `Aggr(expression, field, …)`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AggrTable {
    pub(super) formula: Formula,
    /// Its dimensions, as slots of the fields.
    pub(super) dimensions: Vec<usize>,
    pub(super) orders: Vec<AggrOrder>,
    pub(super) set: Option<SetExpression>,
}

/// The first slot of the values of tables; lower slots belong to fields.
pub(super) const TABLE_SLOT: usize = 1 << 32;

impl Formula {
    /// Parses and binds an expression. The error is the engine's message.
    pub(super) fn new(text: &str, context: &Context<'_>) -> Result<Self, String> {
        let text = super::expand(text, context).map_err(|error| error.message)?;
        let parsed = parse(&text).map_err(|error| error.to_string())?;
        Self::of(&parsed, context)
    }

    pub(super) fn of(parsed: &Expression, context: &Context<'_>) -> Result<Self, String> {
        if let Some(misplaced) = misplaced_in_chart(parsed) {
            return Err(misplaced.to_string());
        }
        let mut outer = Outer { context, aggregates: Vec::new() };
        let parsed = quoted(parsed.clone());
        let tree = bind(&parsed, &mut outer)?;
        let mut looks_around = false;
        visit(&tree, &mut |part| {
            looks_around |= match part {
                Expression::Host(host, _) | Expression::HostTotal(host, _) => sees_cells(*host),
                _ => false,
            };
        });
        Ok(Self { tree, aggregates: outer.aggregates, looks_around })
    }
}

/// An expression of a dimension, evaluated for each combination of its fields' values.
#[derive(Debug, Clone)]
pub(super) struct RowFormula {
    pub(super) tree: Expression,
    pub(super) inner: Inner,
}

impl RowFormula {
    pub(super) fn new(text: &str, context: &Context<'_>) -> Result<Self, String> {
        let text = super::expand(text, context).map_err(|error| error.message)?;
        let parsed = parse(&text).map_err(|error| error.to_string())?;
        if let Some(misplaced) = misplaced_in_chart(&parsed) {
            return Err(misplaced.to_string());
        }
        let mut binder = Rows { context, inner: Inner::default() };
        let tree = bind(&quoted(parsed), &mut binder)?;
        Ok(Self { tree, inner: binder.inner })
    }
}

/// Functions of selections accept a field name without quotes.
fn quoted(mut expression: Expression) -> Expression {
    fn quote(expression: &mut Expression) {
        match expression {
            Expression::Host(host, arguments) => {
                if let (
                    Host::GetSelectedCount
                    | Host::GetPossibleCount
                    | Host::GetExcludedCount
                    | Host::GetAlternativeCount
                    | Host::GetFieldSelections
                    | Host::FieldValue
                    | Host::FieldIndex
                    | Host::FieldValueCount,
                    Some(Expression::Name(name, ..)),
                ) = (*host, arguments.first())
                {
                    arguments[0] = Expression::Value(Dual::Text(Arc::clone(name)));
                }
                arguments.iter_mut().for_each(quote);
            }
            Expression::Call(_, arguments) | Expression::HostTotal(_, arguments) => {
                arguments.iter_mut().for_each(quote);
            }
            Expression::Unary(_, operand) => quote(operand),
            Expression::Binary(_, left, right) => {
                quote(left);
                quote(right);
            }
            Expression::Aggregation(aggregation) => aggregation.arguments.iter_mut().for_each(quote),
            Expression::Value(_) | Expression::Name(..) | Expression::Slot(_) | Expression::Aggregated(_) => {}
        }
    }
    quote(&mut expression);
    expression
}

/// The value of a variable in an expression; null if it does not exist.
fn variable(name: &str, context: &Context<'_>) -> Dual {
    match context.variables.get(name) {
        None => Dual::Null,
        Some(definition) if definition.trim_start().starts_with('=') => {
            context.deeper(|| super::evaluate(definition, context)).and_then(Result::ok).unwrap_or(Dual::Null)
        }
        Some(definition) => interpret(definition, &context.settings),
    }
}

/// Binds the part outside of aggregations.
struct Outer<'a, 'c> {
    context: &'a Context<'c>,
    aggregates: Vec<Aggregate>,
}

impl Outer<'_, '_> {
    fn add(&mut self, aggregate: Aggregate) -> Expression {
        self.aggregates.push(aggregate);
        Expression::Aggregated(self.aggregates.len() - 1)
    }
}

impl Binder for Outer<'_, '_> {
    type Error = String;

    /// Outside of aggregations, a field evaluates to its only value.
    fn name(&mut self, name: &str, _: usize, _: usize) -> Result<Expression, String> {
        let Some(field) = self.context.data.field_number(name) else {
            return Ok(Expression::Value(variable(name, self.context)));
        };
        Ok(self.add(Aggregate {
            kind: Aggregator::Only,
            distinct: false,
            set: None,
            total: None,
            inner: Inner { fields: vec![field], tables: Vec::new() },
            arguments: vec![Expression::Slot(0)],
        }))
    }

    fn aggregation(&mut self, aggregation: &Aggregation) -> Result<Expression, String> {
        let aggregate = match aggregation.kind {
            AggregationKind::Plain(kind) => {
                let mut rows = Rows { context: self.context, inner: Inner::default() };
                let arguments = aggregation
                    .arguments
                    .iter()
                    .map(|argument| bind(argument, &mut rows))
                    .collect::<Result<Vec<_>, _>>()?;
                Aggregate {
                    kind,
                    distinct: aggregation.distinct,
                    set: aggregation.set.clone(),
                    total: total(&aggregation.total, self.context),
                    inner: rows.inner,
                    arguments,
                }
            }
            // A table where one value is expected: its only one.
            AggregationKind::Aggr => {
                let mut rows = Rows { context: self.context, inner: Inner::default() };
                let argument = rows.aggregation(aggregation)?;
                Aggregate {
                    kind: Aggregator::Only,
                    distinct: false,
                    set: None,
                    total: None,
                    inner: rows.inner,
                    arguments: vec![argument],
                }
            }
        };
        Ok(self.add(aggregate))
    }
}

fn total(total: &Total, context: &Context<'_>) -> Option<Vec<usize>> {
    match total {
        Total::No => None,
        Total::Except(names) => Some(names.iter().filter_map(|name| context.data.field_number(name)).collect()),
    }
}

/// Binds what is evaluated per row.
struct Rows<'a, 'c> {
    context: &'a Context<'c>,
    inner: Inner,
}

impl Rows<'_, '_> {
    fn slot(&mut self, field: usize) -> usize {
        self.inner.fields.iter().position(|known| *known == field).unwrap_or_else(|| {
            self.inner.fields.push(field);
            self.inner.fields.len() - 1
        })
    }
}

impl Binder for Rows<'_, '_> {
    type Error = String;

    fn name(&mut self, name: &str, _: usize, _: usize) -> Result<Expression, String> {
        match self.context.data.field_number(name) {
            Some(field) => Ok(Expression::Slot(self.slot(field))),
            None => Ok(Expression::Value(variable(name, self.context))),
        }
    }

    fn aggregation(&mut self, aggregation: &Aggregation) -> Result<Expression, String> {
        if aggregation.kind == AggregationKind::Aggr {
            let formula = Formula::of(&aggregation.arguments[0], self.context)?;
            let mut dimensions = Vec::new();
            for dimension in &aggregation.arguments[1..] {
                match dimension {
                    Expression::Name(name, ..) => match self.context.data.field_number(name) {
                        Some(field) => dimensions.push(self.slot(field)),
                        None => return Err(format!("Error in expression: Invalid dimension: {name}")),
                    },
                    _ => return Err("Error in expression: Aggr takes fields as dimensions".into()),
                }
            }
            self.inner.tables.push(AggrTable {
                formula,
                dimensions,
                orders: aggregation.orders.clone(),
                set: aggregation.set.clone(),
            });
            return Ok(Expression::Slot(TABLE_SLOT + self.inner.tables.len() - 1));
        }
        // An aggregation over everything has one value, whatever the row.
        if aggregation.total == Total::Except(Vec::new()) {
            let mut free = aggregation.clone();
            free.total = Total::No;
            let formula = Formula::of(&Expression::Aggregation(Box::new(free)), self.context)?;
            let value = self.context.deeper(|| super::group::value(&formula, self.context)).unwrap_or(Ok(Dual::Null));
            return value.map(Expression::Value).map_err(|error| error.message);
        }
        Err("Error in expression: Nested aggregation not allowed".into())
    }
}

/// Names in an expression that are neither fields nor variables, with their positions in bytes.
pub(super) fn unknown_names(parsed: &Expression, context: &Context<'_>) -> Vec<(usize, usize)> {
    let mut unknown = Vec::new();
    expression::visit(parsed, &mut |part| {
        if let Expression::Name(name, start, end) = part
            && context.data.field_number(name).is_none()
            && !context.variables.contains_key(&**name)
        {
            unknown.push((*start, *end));
        }
    });
    unknown
}
