//! Set expressions: which rows an aggregation looks at.

use std::rc::Rc;

use super::search::Search;
use super::{Context, search};
use crate::error::{EngineError, Result, code};
use crate::expression::{Element, Modifier, SetExpression, SetOperator, Values};
use crate::selection::{Live, Mask, Picked};
use crate::value::Dual;

/// What a set expression leaves, seen from a state.
pub(super) fn live(set: &SetExpression, state: &str, context: &Context<'_>) -> Result<Rc<Live>> {
    Ok(match set {
        SetExpression::All => context.everything(),
        SetExpression::Nothing => Rc::new(Live::nothing(context.data)),
        SetExpression::Current => context.live(state),
        SetExpression::Back(steps) => {
            Rc::new(Live::new(context.data, context.selections.picked_back(context.data, state, *steps)))
        }
        SetExpression::Named(name) if context.selections.has_state(name) => context.live(name),
        SetExpression::Named(name) => {
            let message = format!("Error in set expression: '{name}' is neither a state nor a bookmark");
            return Err(EngineError::new(code::INVALID_DEFINITION, &**name, message));
        }
        SetExpression::Modified(of, modifiers) => {
            let base = live(of, state, context)?;
            let mut picked = base.picked().clone();
            for modifier in modifiers {
                modify(&mut picked, modifier, &base, state, context)?;
            }
            let modified = Live::new(context.data, picked);
            // A combination of sets is rows, not selections; modifiers narrow it.
            if matches!(**of, SetExpression::Combined(..) | SetExpression::Nothing) {
                Rc::new(base.combine(&modified, context.data, |a, b| a && b))
            } else {
                Rc::new(modified)
            }
        }
        SetExpression::Combined(operator, left, right) => {
            let (left, right) = (live(left, state, context)?, live(right, state, context)?);
            Rc::new(left.combine(&right, context.data, keeps(*operator)))
        }
    })
}

fn keeps(operator: SetOperator) -> fn(bool, bool) -> bool {
    match operator {
        SetOperator::Union => |a, b| a || b,
        SetOperator::Without => |a, b| a && !b,
        SetOperator::Intersection => |a, b| a && b,
        SetOperator::SymmetricDifference => |a, b| a != b,
    }
}

fn modify(picked: &mut Picked, modifier: &Modifier, base: &Live, state: &str, context: &Context<'_>) -> Result<()> {
    // A field that is not there has no values to ask for.
    let Some(field) = context.data.field_number(&modifier.field) else {
        return Ok(());
    };
    let Some(values) = &modifier.values else {
        picked.remove(&field);
        return Ok(());
    };
    let mask = values_of(values, field, base, state, context)?;
    let mask: Mask = match modifier.operator {
        None => mask,
        Some(operator) => {
            let all = matches!(operator, SetOperator::Without | SetOperator::Intersection);
            let before = picked.get(&field).cloned().unwrap_or_else(|| vec![all; mask.len()].into());
            before.iter().zip(mask.iter()).map(|(a, b)| keeps(operator)(*a, *b)).collect()
        }
    };
    picked.insert(field, mask);
    Ok(())
}

fn values_of(values: &Values, field: usize, base: &Live, state: &str, context: &Context<'_>) -> Result<Mask> {
    let symbols = &context.data.fields[field].symbols;
    // Another field's values, found again by value.
    let carried = |from: usize, mask: &[bool]| -> Mask {
        if from == field {
            return mask.into();
        }
        let mut result = vec![false; symbols.len()];
        for (value, _) in context.data.fields[from].symbols.values().iter().zip(mask).filter(|(_, wanted)| **wanted) {
            if let Some(at) = symbols.find(value) {
                result[at as usize] = true;
            }
        }
        result.into()
    };
    let of_field = |name: &Option<std::sync::Arc<str>>| match name {
        None => Some(field),
        Some(name) => context.data.field_number(name),
    };
    Ok(match values {
        Values::List(elements) => {
            let mut mask = vec![false; symbols.len()];
            for element in elements {
                match element {
                    Element::Value(value) => {
                        for at in find(symbols.values(), value) {
                            mask[at] = true;
                        }
                    }
                    Element::Search(text) => {
                        let found = search::mask(field, Search::whole(text), state, base, context)?;
                        mask.iter_mut().zip(found.iter()).for_each(|(mask, found)| *mask |= found);
                    }
                }
            }
            mask.into()
        }
        Values::Possible(set, name) | Values::Excluded(set, name) => {
            let Some(from) = of_field(name) else { return Ok(vec![false; symbols.len()].into()) };
            let mut mask = live(set, state, context)?.possible(context.data, from).to_vec();
            if matches!(values, Values::Excluded(..)) {
                mask.iter_mut().for_each(|one| *one = !*one);
            }
            carried(from, &mask)
        }
        Values::OfField(name) => match context.data.field_number(name) {
            Some(from) => match base.picked().get(&from) {
                Some(mask) => carried(from, mask),
                None => carried(from, &base.possible(context.data, from)),
            },
            None => vec![false; symbols.len()].into(),
        },
        Values::Combined(operator, left, right) => {
            let left = values_of(left, field, base, state, context)?;
            let right = values_of(right, field, base, state, context)?;
            left.iter().zip(right.iter()).map(|(a, b)| keeps(*operator)(*a, *b)).collect()
        }
    })
}

/// Places of values that a value in a set means: by number, else by text.
pub(super) fn find(values: &[Dual], wanted: &Dual) -> Vec<usize> {
    let number = wanted.to_number();
    let text = wanted.as_text();
    let same_text = |value: &Dual| !value.is_null() && value.as_text() == text;
    let by_text: Vec<usize> = (0..values.len()).filter(|at| same_text(&values[*at])).collect();
    if !by_text.is_empty() {
        return by_text;
    }
    (0..values.len()).filter(|at| number.is_some() && values[*at].as_number() == number).collect()
}
