//! Set expressions: the records of an aggregation.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::search::Search;
use super::{Context, search};
use crate::data::Symbols;
use crate::error::{EngineError, Result, code};
use crate::expression::{Element, Modifier, SetExpression, SetOperator, Values};
use crate::selection::{Live, Mask, Picked};
use crate::value::Dual;

/// The records of a set expression, relative to a state.
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
            // A combination of sets is a set of rows, not of selections; modifiers narrow it.
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
    // An unknown field has no values to select.
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
    // The values of another field, looked up by value.
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
            let finder = Finder::new(symbols);
            for element in elements {
                match element {
                    Element::Value(value) => {
                        for at in finder.find(value) {
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

/// Looks up the values of a field that the values in a set refer to: by text, otherwise by number.
pub(super) struct Finder<'d> {
    symbols: &'d Symbols,
    /// Positions by text, for numbers whose text is not the plain number.
    own_texts: OnceCell<HashMap<Cow<'d, str>, Vec<usize>>>,
}

impl<'d> Finder<'d> {
    pub(super) fn new(symbols: &'d Symbols) -> Self {
        Self { symbols, own_texts: OnceCell::new() }
    }

    fn own_texts(&self) -> &HashMap<Cow<'d, str>, Vec<usize>> {
        self.own_texts.get_or_init(|| {
            let mut places: HashMap<Cow<'d, str>, Vec<usize>> = HashMap::new();
            for (place, value) in self.symbols.values().iter().enumerate() {
                let simple = match value {
                    Dual::Both(..) => false,
                    Dual::Number(number) => number.fract() == 0.0 && number.abs() < 1e14,
                    Dual::Text(_) | Dual::Null => true,
                };
                if !simple {
                    places.entry(value.as_text()).or_default().push(place);
                }
            }
            places
        })
    }

    /// Positions of the values that a wanted value refers to.
    pub(super) fn find(&self, wanted: &Dual) -> Vec<usize> {
        let text = wanted.as_text();
        let number = wanted.to_number();
        let by_number = number.and_then(|number| self.symbols.find(&Dual::Number(number))).map(|place| place as usize);
        let as_text = self.symbols.find(&Dual::text(&*text)).map(|place| place as usize);
        let mut places: Vec<usize> = as_text.into_iter().collect();
        places.extend(self.own_texts().get(&text).into_iter().flatten());
        let same_text = |place: &usize| self.symbols.values()[*place].as_text() == text;
        if let Some(place) = by_number.filter(|place| !places.contains(place)).filter(same_text) {
            places.push(place);
        }
        if places.is_empty() { by_number.into_iter().collect() } else { places }
    }
}
