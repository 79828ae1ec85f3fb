//! `SubField` without a number creates a row for every part.

use super::host::Place;
use crate::expression::{Expression, evaluate};
use crate::value::Dual;

/// The first slot of part numbers; lower slots are values of the row.
pub(super) const SPLIT_SLOT: usize = 1 << 33;

/// Texts to split, with their separators.
#[derive(Default)]
pub(super) struct Splits(Vec<(Expression, Expression)>);

impl Splits {
    /// Adds a third argument to every `SubField` with two; it is set for each row.
    pub(super) fn take(fields: &mut [Expression]) -> Self {
        let mut splits = Self::default();
        fields.iter_mut().for_each(|field| splits.take_from(field));
        splits
    }

    fn take_from(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Call(function, arguments) => {
                arguments.iter_mut().for_each(|argument| self.take_from(argument));
                if function.name == "SubField" && arguments.len() == 2 {
                    self.0.push((arguments[0].clone(), arguments[1].clone()));
                    arguments.push(Expression::Slot(SPLIT_SLOT + self.0.len() - 1));
                }
            }
            Expression::Host(_, arguments) | Expression::HostTotal(_, arguments) => {
                arguments.iter_mut().for_each(|argument| self.take_from(argument))
            }
            Expression::Unary(_, operand) => self.take_from(operand),
            Expression::Binary(_, left, right) => {
                self.take_from(left);
                self.take_from(right);
            }
            _ => {}
        }
    }

    /// The part numbers for every row that an input row becomes; one row if nothing is split.
    pub(super) fn combinations(&self, place: &Place<'_>) -> Vec<Vec<usize>> {
        let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
        for (text, separator) in &self.0 {
            let text: Dual = evaluate(text, place);
            let separator = evaluate(separator, place);
            let separator = separator.as_text();
            let parts = if separator.is_empty() { 1 } else { text.as_text().matches(&*separator).count() + 1 };
            rows = rows
                .iter()
                .flat_map(|row| (1..=parts).map(move |part| row.iter().copied().chain([part]).collect()))
                .collect();
        }
        rows
    }
}
