//! Labels of measures, which the other expressions of a cube can use as names.

use super::Context;
use super::definition::MeasureDef;
use super::formula::Formula;
use crate::expression::{Expression, parse};
use crate::value::Dual;

/// The measures of a cube that have labels, with their expressions.
pub(super) struct Labels {
    known: Vec<(String, Expression)>,
}

impl Labels {
    pub(super) fn of(measures: &[MeasureDef], context: &Context<'_>) -> Self {
        let labeled = measures.iter().filter(|measure| !measure.label.is_empty());
        let known = labeled.filter_map(|measure| {
            let text = super::expand(&measure.expression, context).ok()?;
            Some((measure.fallback_title(context), parse(&text).ok()?))
        });
        Self { known: known.collect() }
    }

    /// A formula with labels replaced by their measures. The error is the engine's message.
    pub(super) fn formula(&self, text: &str, context: &Context<'_>) -> Result<Formula, String> {
        let text = super::expand(text, context).map_err(|error| error.message)?;
        let mut parsed = parse(&text).map_err(|error| error.to_string())?;
        self.resolve(&mut parsed, &mut Vec::new(), context);
        Formula::of(&parsed, context)
    }

    /// Replaces labels outside of aggregations. Fields and variables take precedence.
    fn resolve(&self, expression: &mut Expression, within: &mut Vec<usize>, context: &Context<'_>) {
        match expression {
            Expression::Name(name, ..) => {
                let taken = context.data.field_number(name).is_some() || context.variables.contains_key(&**name);
                let Some(at) = self.known.iter().position(|(label, _)| !taken && **label == **name) else { return };
                if within.contains(&at) {
                    // A measure that depends on itself has no value.
                    *expression = Expression::Value(Dual::Null);
                    return;
                }
                *expression = self.known[at].1.clone();
                within.push(at);
                self.resolve(expression, within, context);
                within.pop();
            }
            Expression::Unary(_, operand) => self.resolve(operand, within, context),
            Expression::Binary(_, left, right) => {
                self.resolve(left, within, context);
                self.resolve(right, within, context);
            }
            Expression::Call(_, arguments) | Expression::Host(_, arguments) | Expression::HostTotal(_, arguments) => {
                arguments.iter_mut().for_each(|argument| self.resolve(argument, within, context));
            }
            Expression::Aggregation(_) | Expression::Value(_) | Expression::Slot(_) | Expression::Aggregated(_) => {}
        }
    }
}
