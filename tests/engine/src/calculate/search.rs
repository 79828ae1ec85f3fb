//! Searches in a field's values: wild cards, comparisons, expressions.

use super::formula::Formula;
use super::group::{Grouping, Groups};
use super::{Context, set};
use crate::error::{EngineError, Result, code};
use crate::selection::{Live, Mask};
use crate::value::{Dual, compare_text, interpret, wild_match};

/// A search text and how it is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    text: &'a str,
    /// Whether a plain text may be found anywhere in a value.
    within: bool,
}

impl<'a> Search<'a> {
    /// A plain text must be the whole value.
    pub(super) fn whole(text: &'a str) -> Self {
        Self { text, within: false }
    }

    /// A plain text may be any part of a value, and so may each of several words.
    pub(super) fn within(text: &'a str) -> Self {
        Self { text, within: true }
    }
}

/// Which values of a field a search finds.
pub(super) fn mask(field: usize, search: Search<'_>, state: &str, base: &Live, context: &Context<'_>) -> Result<Mask> {
    let values = context.data.fields[field].symbols.values();
    let text = search.text.trim();
    if let Some(expression) = text.strip_prefix('=') {
        return by_expression(field, expression, state, base, context);
    }
    if let Some(bounds) = bounds(text, context) {
        return Ok(values.iter().map(|value| bounds.iter().all(|bound| bound.holds(value))).collect());
    }
    if search.within && !text.contains(['*', '?']) {
        let words: Vec<String> = text.split_whitespace().map(|word| format!("*{word}*")).collect();
        return Ok(values.iter().map(|value| words.iter().any(|word| wild_match(&value.as_text(), word))).collect());
    }
    // A list of alternatives: (a|b).
    if let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'))
        && inside.contains('|')
    {
        let parts: Vec<&str> = inside.split('|').collect();
        return Ok(values.iter().map(|value| parts.iter().any(|part| wild_match(&value.as_text(), part))).collect());
    }
    let mut found: Vec<bool> = values.iter().map(|value| wild_match(&value.as_text(), text)).collect();
    if !found.contains(&true) && !text.contains(['*', '?']) {
        for at in set::find(values, &interpret(text, &context.settings)) {
            found[at] = true;
        }
    }
    Ok(found.into())
}

fn by_expression(field: usize, expression: &str, state: &str, base: &Live, context: &Context<'_>) -> Result<Mask> {
    let formula = Formula::new(expression, context)
        .map_err(|message| EngineError::new(code::INVALID_DEFINITION, expression, message))?;
    // The field's own selection does not limit what is searched.
    let mut picked = base.picked().clone();
    picked.remove(&field);
    let live = Live::new(context.data, picked);
    let groupings = [Grouping::Field(field)];
    let groups = Groups::new(&groupings, &[&formula], &[vec![true]], &live, state, context)?;
    let mut mask = vec![false; context.data.fields[field].symbols.len()];
    for key in &groups.keys {
        if let Some(one) = mask.get_mut(key[0] as usize) {
            *one = groups.value(0, &formula, key, None, context).holds();
        }
    }
    Ok(mask.into())
}

/// One comparison of a numeric or textual search.
struct Bound {
    above: bool,
    equal: bool,
    value: Dual,
}

impl Bound {
    fn holds(&self, value: &Dual) -> bool {
        let order = match (value.as_number(), self.value.as_number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (None, None) => compare_text(&value.as_text(), &self.value.as_text()),
            _ => return false,
        };
        (order.is_eq() && self.equal) || if self.above { order.is_gt() } else { order.is_lt() }
    }
}

/// Comparisons such as `>5`, `>=1<3`; none if the text is something else.
fn bounds(text: &str, context: &Context<'_>) -> Option<Vec<Bound>> {
    if !text.starts_with(['<', '>']) {
        return None;
    }
    let mut bounds = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let above = rest.starts_with('>');
        rest = rest.strip_prefix(['<', '>'])?;
        let equal = rest.starts_with('=');
        rest = rest.strip_prefix('=').unwrap_or(rest);
        let end = rest.find(['<', '>']).unwrap_or(rest.len());
        let value = rest[..end].trim().trim_matches(['\'', '"']);
        if value.is_empty() {
            return None;
        }
        bounds.push(Bound { above, equal, value: interpret(value, &context.settings) });
        rest = &rest[end..];
    }
    Some(bounds)
}
