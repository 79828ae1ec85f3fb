//! Global search: fields with values that match terms, and fields that match all terms together.

use super::{Live, Picked, Selections};
use crate::data::Data;
use std::sync::Arc;

/// Which selections limit the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All values.
    Everything,
    /// What selections in locked fields leave possible.
    Locked,
    /// What the current selections leave possible.
    Selected,
}

/// A value that matches terms.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) element: usize,
    pub(crate) text: String,
    pub(crate) ranges: Vec<Range>,
}

/// A term in a text: its first character, its length, and the index of the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) at: usize,
    pub(crate) count: usize,
    pub(crate) term: usize,
}

/// Fields that match terms together: their values occur together.
#[derive(Clone, Debug)]
pub(crate) struct Association {
    /// The matched terms, in order.
    pub(crate) terms: Vec<usize>,
    pub(crate) fields: Vec<FieldMatch>,
}

/// The values of a field that match some of the terms.
#[derive(Clone, Debug)]
pub(crate) struct FieldMatch {
    pub(crate) field: usize,
    pub(crate) terms: Vec<usize>,
    pub(crate) found: Vec<Found>,
}

/// Maximum number of combinations that are examined; only test data has more fields that share a term.
const MOST_COMBINATIONS: usize = 1_000;

/// The occurrences of terms in a text: each at the beginning of a word, in any case.
pub(crate) fn ranges(text: &str, terms: &[String]) -> Vec<Range> {
    let characters: Vec<char> = text.to_lowercase().chars().collect();
    let mut ranges = Vec::new();
    for (term, wanted) in terms.iter().enumerate() {
        let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
        if wanted.is_empty() {
            continue;
        }
        let starts = (0..characters.len()).filter(|at| *at == 0 || !characters[*at - 1].is_alphanumeric());
        let found = starts.filter(|at| characters[*at..].starts_with(&wanted));
        ranges.extend(found.map(|at| Range { at, count: wanted.len(), term }));
    }
    ranges
}

/// The fields with values that match one of the terms, among the named ones; without names, among all of the script's.
pub(crate) fn fields(data: &Data, live: &Live, names: &[String], terms: &[String]) -> Vec<FieldMatch> {
    let all;
    let names: Vec<&str> = if names.is_empty() {
        all = data.field_names();
        all
    } else {
        names.iter().map(String::as_str).collect()
    };
    let mut matches = Vec::new();
    for field in names.into_iter().filter_map(|name| data.field_number(name)) {
        let possible = live.possible(data, field);
        let values = data.fields[field].symbols.values().iter().enumerate().filter(|(element, _)| possible[*element]);
        let found: Vec<Found> = values
            .filter_map(|(element, value)| {
                let text = value.as_text().into_owned();
                let ranges = ranges(&text, terms);
                (!ranges.is_empty()).then_some(Found { element, text, ranges })
            })
            .collect();
        if !found.is_empty() {
            let has = |term: &usize| found.iter().any(|found| found.ranges.iter().any(|range| range.term == *term));
            matches.push(FieldMatch { field, terms: (0..terms.len()).filter(has).collect(), found });
        }
    }
    matches
}

/// The fields that match terms together, those with more terms first.
pub(crate) fn associations(data: &Data, live: &Live, names: &[String], terms: &[String]) -> Vec<Association> {
    let matches = fields(data, live, names, terms);
    // One field for each term, in all combinations; a term without a field is skipped.
    let mut ways: Vec<Vec<(usize, &FieldMatch)>> = vec![Vec::new()];
    for term in 0..terms.len() {
        let with: Vec<&FieldMatch> = matches.iter().filter(|field| field.terms.contains(&term)).collect();
        if !with.is_empty() {
            let longer = ways.iter().flat_map(|way| with.iter().map(|field| [&way[..], &[(term, *field)]].concat()));
            ways = longer.take(MOST_COMBINATIONS).collect();
        }
    }
    // Then each term on its own.
    if terms.len() > 1 {
        ways.extend(matches.iter().flat_map(|field| field.terms.iter().map(move |term| vec![(*term, field)])));
    }
    let mut associations: Vec<Association> = Vec::new();
    for way in ways.iter().filter(|way| !way.is_empty()) {
        let association = association(way);
        let known = associations.iter().any(|known| {
            known.terms == association.terms
                && known.fields.iter().map(|f| f.field).eq(association.fields.iter().map(|f| f.field))
        });
        if !known && goes_together(data, live, &association) {
            associations.push(association);
        }
    }
    associations.sort_by_key(|association| std::cmp::Reverse(association.terms.len()));
    associations
}

fn association(way: &[(usize, &FieldMatch)]) -> Association {
    let mut fields: Vec<FieldMatch> = Vec::new();
    for (term, of) in way {
        let index = fields.iter().position(|known| known.field == of.field).unwrap_or_else(|| {
            fields.push(FieldMatch { field: of.field, terms: Vec::new(), found: Vec::new() });
            fields.len() - 1
        });
        fields[index].terms.push(*term);
    }
    for (_, of) in way {
        for field in fields.iter_mut().filter(|field| field.field == of.field) {
            field.found = of.found.iter().filter_map(|found| only(found, &field.terms)).collect();
        }
    }
    Association { terms: way.iter().map(|(term, _)| *term).collect(), fields }
}

fn only(found: &Found, terms: &[usize]) -> Option<Found> {
    let ranges: Vec<Range> = found.ranges.iter().copied().filter(|range| terms.contains(&range.term)).collect();
    (!ranges.is_empty()).then(|| Found { ranges, ..found.clone() })
}

/// Whether a row of the data has values of all the fields.
fn goes_together(data: &Data, live: &Live, association: &Association) -> bool {
    if association.fields.len() == 1 {
        return true;
    }
    let mut picked: Picked = live.picked().clone();
    for field in &association.fields {
        let mut mask = vec![false; data.fields[field.field].symbols.len()];
        field.found.iter().for_each(|found| mask[found.element] = true);
        picked.insert(field.field, Arc::from(mask));
    }
    let together = Live::new(data, picked);
    association.fields.iter().all(|field| together.possible(data, field.field).contains(&true))
}

impl Selections {
    /// The selections that limit a search.
    pub(crate) fn reach(&self, data: &Data, state: &str, reach: Reach) -> Picked {
        let mut picked = match reach {
            Reach::Everything => Picked::new(),
            Reach::Locked | Reach::Selected => self.picked(data, state),
        };
        if reach == Reach::Locked {
            picked.retain(|field, _| self.locked(state, &data.fields[*field].name));
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_match_the_beginnings_of_words() {
        let terms = ["jo".to_owned(), "GLO".to_owned(), String::new()];
        let found = ranges("Joan Banjo Glover-Jones", &terms);
        let places: Vec<_> = found.iter().map(|range| (range.term, range.at, range.count)).collect();
        assert_eq!(places, [(0, 0, 2), (0, 18, 2), (1, 11, 3)]);
    }
}
