//! Steps from one value of a field to the next.

use std::sync::Arc;

use futures_util::TryStreamExt;
use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Error, FieldApi};

use super::SelectError;
use super::lookup::{self, ListedValue};
use super::place::InField;
use super::scan::{self, Sought, Until};
use super::values::{self, PATH};

/// The direction of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

pub(super) async fn step(
    place: &InField,
    order: SortCriteria,
    soft_lock: bool,
    direction: Direction,
) -> Result<FieldValue, Error> {
    let field = place.field().await?;
    let list = place.list(order).await?;
    let mut rows = lookup::values(&list, PATH, &place.options);
    let mut search = Neighbors::default();
    while let Some((value,)) = rows.try_next().await? {
        if value.is_possible() && search.take(value, direction) {
            break;
        }
    }
    let nothing = || SelectError::NothingPossible { field: place.name.clone() };
    let found = search.found(direction).ok_or_else(nothing)?;
    let call = field.low_level_select(vec![found.elem_number], false).soft_lock(soft_lock);
    let is_accepted = call.with_options(place.options.clone()).await?;
    // The engine can return `true` and select nothing.
    let sought = Arc::new(Sought::elements([found.elem_number]));
    let after = scan::read(&list, PATH, &place.options, &sought, Until::Found).await?;
    if is_accepted && after.elements().any(|(_, selected)| selected) && after.others.is_empty() {
        return Ok(found.into());
    }
    Err(values::mode(place, soft_lock, &after.info)
        .await?
        .unwrap_or(SelectError::Refused { field: place.name.clone() })
        .into())
}

/// Finds the neighbor of the selected values while iterating over all possible ones.
#[derive(Debug, Default)]
struct Neighbors {
    first: Option<ListedValue>,
    last: Option<ListedValue>,
    /// The value before the first selected one.
    before: Option<ListedValue>,
    /// The value after the last selected one.
    after: Option<ListedValue>,
    any_selected: bool,
}

impl Neighbors {
    /// Adds a value. Returns whether the result is final.
    fn take(&mut self, value: ListedValue, direction: Direction) -> bool {
        if value.is_selected() {
            if !self.any_selected {
                self.before = self.last.clone();
            }
            self.any_selected = true;
            self.after = None;
        } else if self.any_selected && self.after.is_none() {
            self.after = Some(value.clone());
        }
        let enough = direction == Direction::Backward && self.before.is_some();
        self.first.get_or_insert_with(|| value.clone());
        self.last = Some(value);
        enough
    }

    fn found(self, direction: Direction) -> Option<ListedValue> {
        match direction {
            Direction::Forward => self.after.or(self.first),
            Direction::Backward => self.before.or(self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use qix_schema::types::StateEnumType;

    use super::*;

    /// The text of the value that a step selects; `*` marks selected values.
    fn step(values: &[&str], direction: Direction) -> Option<String> {
        let mut search = Neighbors::default();
        for (at, text) in values.iter().enumerate() {
            let state = if text.ends_with('*') { StateEnumType::Selected } else { StateEnumType::Alternative };
            let text = text.trim_end_matches('*').to_owned();
            let value = ListedValue { text, num: None, elem_number: at as i32, state };
            if search.take(value, direction) {
                break;
            }
        }
        search.found(direction).map(|value| value.text)
    }

    #[test]
    fn a_step_selects_the_neighbor_and_wraps_around() {
        let forward = |values: &[&str]| step(values, Direction::Forward).unwrap();
        let backward = |values: &[&str]| step(values, Direction::Backward).unwrap();
        assert_eq!((&*forward(&["a", "b", "c"]), &*backward(&["a", "b", "c"])), ("a", "c"));
        assert_eq!((&*forward(&["a*", "b", "c"]), &*backward(&["a*", "b", "c"])), ("b", "c"));
        assert_eq!((&*forward(&["a", "b*", "c"]), &*backward(&["a", "b*", "c"])), ("c", "a"));
        assert_eq!((&*forward(&["a", "b", "c*"]), &*backward(&["a", "b", "c*"])), ("a", "b"));
        assert_eq!((&*forward(&["a", "b*", "c", "d*", "e"]), &*backward(&["a", "b*", "c", "d*", "e"])), ("e", "a"));
        assert_eq!((&*forward(&["a*", "b*"]), &*backward(&["a*", "b*"])), ("a", "b"));
        assert_eq!((&*forward(&["a*"]), &*backward(&["a*"])), ("a", "a"));
        assert_eq!(step(&[], Direction::Forward), None);
    }
}
