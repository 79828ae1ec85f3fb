//! References to fields that only a strict check covers: in set expressions and after `TOTAL`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::context::Context;
use crate::expression::{self, Element, Expression, SetExpression, Symbol, Token, Total, Values, parse, tokenize};

/// The parts of an expression that refer to unknown fields, with their positions in bytes. If a search is an
/// expression with such a reference, the whole search is reported.
pub(super) fn unknown(parsed: &Expression, text: &str, context: &Context<'_>) -> Vec<(usize, usize)> {
    let mut found = Unknown { context, fields: BTreeSet::new(), searches: BTreeSet::new() };
    found.expression(parsed);
    if found.fields.is_empty() && found.searches.is_empty() {
        return Vec::new();
    }
    // The tree has no positions of sets in the text.
    let tokens = tokenize(text).unwrap_or_default();
    let mut place = Place::default();
    let mut places = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let known = place.step(token, &tokens[..at]);
        let is_unknown = match (&token.symbol, known) {
            (Symbol::Word(name) | Symbol::Bracketed(name) | Symbol::Quoted(name), Inside::Fields) => {
                found.fields.contains(name)
            }
            (Symbol::Quoted(search), Inside::Values) => found.searches.contains(search),
            _ => false,
        };
        if is_unknown {
            places.push((token.start, token.end));
        }
    }
    places
}

struct Unknown<'c> {
    context: &'c Context<'c>,
    fields: BTreeSet<Arc<str>>,
    searches: BTreeSet<Arc<str>>,
}

impl Unknown<'_> {
    fn expression(&mut self, parsed: &Expression) {
        let mut aggregations = Vec::new();
        expression::visit(parsed, &mut |part| {
            if let Expression::Aggregation(aggregation) = part {
                aggregations.push(aggregation);
            }
        });
        for aggregation in aggregations {
            if let Total::Except(fields) = &aggregation.total {
                fields.iter().for_each(|field| self.field(field));
            }
            if let Some(set) = &aggregation.set {
                self.set(set);
            }
        }
    }

    fn set(&mut self, set: &SetExpression) {
        match set {
            SetExpression::Modified(of, modifiers) => {
                self.set(of);
                for modifier in modifiers {
                    self.field(&modifier.field);
                    if let Some(values) = &modifier.values {
                        self.values(values);
                    }
                }
            }
            SetExpression::Combined(_, left, right) => {
                self.set(left);
                self.set(right);
            }
            SetExpression::All
            | SetExpression::Nothing
            | SetExpression::Current
            | SetExpression::Back(_)
            | SetExpression::Named(_) => {}
        }
    }

    fn values(&mut self, values: &Values) {
        match values {
            Values::List(elements) => {
                for element in elements {
                    if let Element::Search(search) = element
                        && let Some(searched) = search.trim_start().strip_prefix('=')
                        && self.has_unknown(searched)
                    {
                        self.searches.insert(Arc::clone(search));
                    }
                }
            }
            Values::Possible(set, field) | Values::Excluded(set, field) => {
                self.set(set);
                if let Some(field) = field {
                    self.field(field);
                }
            }
            Values::OfField(field) => self.field(field),
            Values::Combined(_, left, right) => {
                self.values(left);
                self.values(right);
            }
        }
    }

    fn field(&mut self, field: &Arc<str>) {
        if self.context.data.field_number(field).is_none() {
            self.fields.insert(Arc::clone(field));
        }
    }

    fn has_unknown(&self, text: &str) -> bool {
        parse(text).is_ok_and(|parsed| {
            !super::formula::unknown_names(&parsed, self.context).is_empty()
                || !unknown(&parsed, text, self.context).is_empty()
        })
    }
}

/// The context of a token in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Outside of sets, or in a part of a set without names.
    Other,
    /// In a set or `TOTAL`, where fields are named.
    Fields,
    /// In the list of values of a modifier.
    Values,
}

#[derive(Default)]
struct Place {
    /// For each open brace, whether it contains values.
    braces: Vec<bool>,
    total: bool,
}

impl Place {
    /// Advances over a token and returns its context.
    fn step(&mut self, token: &Token, before: &[Token]) -> Inside {
        match &token.symbol {
            Symbol::Sign("{") => {
                // A set comes first in an aggregation, in `P` and in `E`, so it always follows a parenthesis.
                let previous = before.last().map(|token| &token.symbol);
                let holds_set = matches!(previous, Some(Symbol::Sign("("))) || self.braces.is_empty();
                self.braces.push(!holds_set || self.is_value_group(before));
            }
            Symbol::Sign("}") => {
                self.braces.pop();
            }
            Symbol::Sign("<") if self.braces.is_empty() => {
                let previous = before.last().map(|token| &token.symbol);
                self.total = matches!(previous, Some(Symbol::Word(word)) if word.eq_ignore_ascii_case("total"));
            }
            Symbol::Sign(">") if self.braces.is_empty() => self.total = false,
            _ => {}
        }
        match self.braces.last() {
            Some(true) => Inside::Values,
            Some(false) => Inside::Fields,
            None if self.total => Inside::Fields,
            None => Inside::Other,
        }
    }

    /// Whether a brace after a parenthesis is `({…} + {…})` in a modifier and not `P({…})`.
    fn is_value_group(&self, before: &[Token]) -> bool {
        let word = before.iter().rev().nth(1).map(|token| &token.symbol);
        !self.braces.is_empty() && !matches!(word, Some(Symbol::Word(_)))
    }
}
