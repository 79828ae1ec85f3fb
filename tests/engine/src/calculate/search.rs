//! Searches in the values of a field: wildcards, words, comparisons, expressions.

use std::collections::HashSet;

use super::formula::Formula;
use super::group::{Grouping, Groups};
use super::{Context, set};
use crate::data::NULL;
use crate::error::{EngineError, Result, code};
use crate::selection::{Live, Mask};
use crate::value::{Dual, Settings, common_pattern, compare_text, interpret, parse_moment, parse_number, wild_match};

/// A search text and how to interpret it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    text: &'a str,
    /// Whether each word of a plain text matches the beginning of any word of a value.
    words: bool,
}

/// Where the engine cuts a search text.
const LONGEST: usize = 255;

impl<'a> Search<'a> {
    /// A plain text must match the whole value.
    pub(super) fn whole(text: &'a str) -> Self {
        Self { text, words: false }
    }

    /// Any word of a plain text may match the beginning of any word of a value.
    pub(super) fn words(text: &'a str) -> Self {
        Self { text, words: true }
    }
}

/// Which values of a field match a search.
pub(super) fn mask(field: usize, search: Search<'_>, state: &str, base: &Live, context: &Context<'_>) -> Result<Mask> {
    let values = context.data.fields[field].symbols.values();
    let text = search.text.trim();
    check(text)?;
    if let Some(expression) = text.strip_prefix('=') {
        return by_expression(field, expression, state, base, context);
    }
    if let Some(bounds) = bounds(text) {
        return Ok(within(values, &bounds, &context.settings));
    }
    // A list of alternatives: (a|b).
    if let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'))
        && inside.contains('|')
    {
        let (patterns, plain): (Vec<&str>, Vec<&str>) = inside.split('|').partition(|part| is_pattern(part));
        let plain: HashSet<String> = plain.into_iter().map(str::to_lowercase).collect();
        let fits = |text: &str| {
            plain.contains(&text.to_lowercase()) || patterns.iter().any(|pattern| wild_match(text, pattern))
        };
        return Ok(values.iter().map(|value| fits(&value.as_text())).collect());
    }
    if is_pattern(text) {
        return Ok(values.iter().map(|value| wild_match(&value.as_text(), text)).collect());
    }
    if search.words {
        let words = Words::of(text);
        return Ok(values.iter().map(|value| words.find(&value.as_text())).collect());
    }
    let mut found: Vec<bool> = values.iter().map(|value| wild_match(&value.as_text(), text)).collect();
    if !found.contains(&true) {
        let finder = set::Finder::new(&context.data.fields[field].symbols);
        for at in finder.find(&interpret(text, &context.settings)) {
            found[at] = true;
        }
    }
    Ok(found.into())
}

/// Returns an error for kinds of searches that are not implemented: similar texts (`~`), beginnings of words in patterns
/// (`^`), and combinations of other searches than plain alternatives.
pub(super) fn check(text: &str) -> Result<()> {
    if text.starts_with('=') {
        return Ok(());
    }
    let combined = text.starts_with('(') && [")&(", ")|("].iter().any(|sign| text.contains(sign));
    let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).filter(|inside| inside.contains('|'));
    let nested = inside.is_some_and(|inside| {
        inside.split('|').any(|part| part.trim_start().starts_with(['=', '<', '>', '"', '~', '(']))
    });
    let what = if text.starts_with('~') {
        "A search for similar texts (~)"
    } else if is_pattern(text) && text.contains('^') {
        "A search for beginnings of words (^)"
    } else if combined || nested {
        "A compound search"
    } else {
        return Ok(());
    };
    Err(EngineError::new(code::NOT_IMPLEMENTED, text, format!("{what}: not implemented by the test engine")))
}

pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The part of a search text that the engine reads.
pub(super) fn shortened(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

/// A plain search text: words and quoted phrases. One of them must match the beginning of a word of the value.
/// All terms with a plus must match; terms with a minus must not.
pub(super) struct Words {
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self { any: Vec::new(), all: Vec::new(), none: Vec::new() };
        let text = text.to_lowercase();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let sign = rest.chars().next().filter(|c| matches!(c, '+' | '-'));
            let word = sign.map_or(rest, |_| &rest[1..]);
            let (word, after) = match word.strip_prefix('"') {
                Some(phrase) => phrase.split_once('"').unwrap_or((phrase, "")),
                None => word.split_at(word.find(char::is_whitespace).unwrap_or(word.len())),
            };
            let kind = match sign {
                Some('+') => &mut words.all,
                Some(_) => &mut words.none,
                None => &mut words.any,
            };
            if !word.is_empty() {
                kind.push(word.to_owned());
            }
            rest = after.trim_start();
        }
        words
    }

    pub(super) fn find(&self, value: &str) -> bool {
        let value = value.to_lowercase();
        let begins = |word: &String| {
            value.match_indices(word.as_str()).any(|(at, _)| !value[..at].ends_with(char::is_alphanumeric))
        };
        let any =
            self.any.iter().any(begins) || (self.any.is_empty() && !(self.all.is_empty() && self.none.is_empty()));
        (any || !self.all.is_empty()) && self.all.iter().all(begins) && !self.none.iter().any(begins)
    }
}

fn by_expression(field: usize, expression: &str, state: &str, base: &Live, context: &Context<'_>) -> Result<Mask> {
    let formula = Formula::new(expression, context)
        .map_err(|message| EngineError::new(code::INVALID_DEFINITION, expression, message))?;
    // The field's own selection does not limit the search.
    let mut picked = base.picked().clone();
    picked.remove(&field);
    let live = Live::new(context.data, picked);
    let groupings = [Grouping::Field(field)];
    let groups = Groups::new(&groupings, &[&formula], &[vec![true]], &live, state, context)?;
    let mut mask = vec![false; context.data.fields[field].symbols.len()];
    let keys = groups.keys.iter().filter(|key| key[0] != NULL).cloned().collect();
    for (key, value) in super::around::by_row(&groups, &formula, keys, &[], context)? {
        if let Some(one) = mask.get_mut(key[0] as usize) {
            *one = value.holds();
        }
    }
    Ok(mask.into())
}

/// One comparison of a numeric or textual search.
struct Bound<'a> {
    above: bool,
    equal: bool,
    text: &'a str,
}

/// How values are displayed. Comparisons interpret their text in the same way: the number of a date matches no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look<'s> {
    Number,
    Moment(&'s str),
    /// Numbers with a custom text, such as names of months or amounts of money.
    Own,
    Text,
}

impl<'s> Look<'s> {
    fn of(value: &Dual, moments: Option<&'s str>, settings: &Settings) -> Self {
        match value {
            Dual::Null | Dual::Text(_) => Self::Text,
            Dual::Number(_) => Self::Number,
            Dual::Both(_, text) if plain_number(text, settings).is_some() => Self::Number,
            Dual::Both(..) => moments.map_or(Self::Own, Self::Moment),
        }
    }

    /// Reads the text of a bound the way values of this look are displayed; `None` if that is not possible.
    fn read(self, text: &str, values: &[Dual], settings: &Settings) -> Option<Dual> {
        let number = plain_number(text, settings);
        match self {
            Self::Number => number.map(Dual::Number),
            Self::Moment(pattern) => parse_moment(text, pattern, settings).map(Dual::Number),
            Self::Text => number.is_none().then(|| Dual::text(text)),
            Self::Own => {
                let same = values.iter().find(|value| value.as_text() == text).and_then(Dual::as_number);
                let amount = || amount(text, settings).filter(|_| number.is_none());
                same.or_else(amount).map(Dual::Number)
            }
        }
    }
}

fn plain_number(text: &str, settings: &Settings) -> Option<f64> {
    parse_number(text, settings.decimal, settings.thousand)
}

/// The number of an amount such as `$5.00` or `50%`.
fn amount(text: &str, settings: &Settings) -> Option<f64> {
    let number = text.trim_matches(|c: char| !c.is_ascii_digit() && c != '-');
    let scale = if text.ends_with('%') { 0.01 } else { 1.0 };
    plain_number(number, settings).map(|number| number * scale)
}

impl Bound<'_> {
    fn holds(&self, value: &Dual, bound: &Dual) -> bool {
        let order = match (value.as_number(), bound.as_number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => compare_text(&value.as_text(), &bound.as_text()),
        };
        (order.is_eq() && self.equal) || if self.above { order.is_gt() } else { order.is_lt() }
    }
}

/// Which values are within all bounds.
fn within(values: &[Dual], bounds: &[Bound<'_>], settings: &Settings) -> Mask {
    let own_texts = values.iter().filter_map(|value| match value {
        Dual::Both(number, text) if plain_number(text, settings).is_none() => Some((*number, &**text)),
        _ => None,
    });
    let pattern = common_pattern(&own_texts.collect::<Vec<_>>(), settings);
    let mut known: Vec<(Look<'_>, Vec<Option<Dual>>)> = Vec::new();
    let holds = |value: &Dual| {
        let look = Look::of(value, pattern, settings);
        let at = known.iter().position(|(of, _)| *of == look).unwrap_or_else(|| {
            known.push((look, bounds.iter().map(|bound| look.read(bound.text, values, settings)).collect()));
            known.len() - 1
        });
        let read = bounds.iter().zip(&known[at].1);
        read.into_iter().all(|(bound, read)| read.as_ref().is_some_and(|read| bound.holds(value, read)))
    };
    values.iter().map(holds).collect()
}

/// Comparisons such as `>5`, `>=1<3`; `None` if the text is something else.
fn bounds(text: &str) -> Option<Vec<Bound<'_>>> {
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
        bounds.push(Bound { above, equal, text: value });
        rest = &rest[end..];
    }
    Some(bounds)
}
