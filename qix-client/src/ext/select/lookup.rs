//! Temporary lists of a field's values, for lookups.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use qix_schema::rpc::CallOptions;
use qix_schema::types::{FieldValue, ListObjectDef, NxDimensionInfo, SortCriteria, StateEnumType};
use qix_schema::{Doc, Error, GenericObject, GenericObjectApi, quote_name};
use serde::Deserialize;

use crate::ext::rows::RowStream;
use crate::ext::temporary;
use crate::platform::yield_now;

/// A value of a field, as in a list.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ListedValue {
    pub(super) text: String,
    pub(super) num: Option<f64>,
    pub(super) elem_number: i32,
    pub(super) state: StateEnumType,
}

/// Identifies a value of a field: by its number, or by its string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ValueKey {
    Number(u64),
    Text(String),
}

impl ValueKey {
    pub(super) fn of(value: &FieldValue) -> Self {
        if value.is_numeric { Self::number(value.number) } else { Self::Text(value.text.clone()) }
    }

    fn number(number: f64) -> Self {
        // Zero has one sign here.
        Self::Number((number + 0.0).to_bits())
    }
}

/// Values to find, each in constant time, because there can be tens of thousands.
#[derive(Debug, Default)]
pub(super) struct Wanted(HashSet<ValueKey>);

impl Wanted {
    pub(super) fn new(values: &[FieldValue]) -> Self {
        Self(values.iter().map(ValueKey::of).collect())
    }

    pub(super) fn contains(&self, value: &FieldValue) -> bool {
        self.0.contains(&ValueKey::of(value))
    }

    /// Whether a value is wanted; removes it.
    pub(super) fn take(&mut self, value: &ListedValue) -> bool {
        let found = value.keys().into_iter().flatten().filter(|key| self.0.remove(key)).count();
        found > 0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The given values that are still wanted.
    pub(super) fn left(&self, values: &[FieldValue]) -> Vec<FieldValue> {
        values.iter().filter(|value| self.contains(value)).cloned().collect()
    }
}

/// Finds values that are similar to missing ones.
#[derive(Debug, Default)]
pub(super) struct Similar {
    wanted: HashSet<String>,
    found: Vec<FieldValue>,
}

impl Similar {
    /// As many as a message can name.
    const KEPT: usize = 10;

    pub(super) fn new(values: &[FieldValue]) -> Self {
        let shown = |value: &FieldValue| match value.is_numeric {
            true => value.number.to_string(),
            false => value.text.trim().to_lowercase(),
        };
        Self { wanted: values.iter().map(shown).collect(), found: Vec::new() }
    }

    pub(super) fn look_at(&mut self, value: &ListedValue) {
        let number = value.num.map(|number| number.to_string());
        let alike = self.wanted.contains(&value.text.trim().to_lowercase())
            || number.is_some_and(|number| self.wanted.contains(&number));
        if alike && self.found.len() < Self::KEPT {
            self.found.push(value.clone().into());
        }
    }

    pub(super) fn found(self) -> Vec<FieldValue> {
        self.found
    }
}

/// The number of values after which other tasks run.
const TURN: usize = 2_000;

/// Lets other tasks run during a long loop.
#[derive(Debug, Default)]
pub(super) struct Turns(usize);

impl Turns {
    pub(super) async fn next(&mut self) {
        self.0 += 1;
        if self.0.is_multiple_of(TURN) {
            yield_now().await;
        }
    }
}

impl ListedValue {
    fn keys(&self) -> [Option<ValueKey>; 2] {
        [self.num.map(ValueKey::number), Some(ValueKey::Text(self.text.clone()))]
    }

    pub(super) fn is_selected(&self) -> bool {
        use StateEnumType::{Locked, LockedExcluded, Selected, SelectedExcluded};
        matches!(self.state, Selected | Locked | SelectedExcluded | LockedExcluded)
    }

    /// Whether selections in other fields allow the value.
    pub(super) fn is_possible(&self) -> bool {
        use StateEnumType::{Alternative, Deselected, Locked, Option, Selected};
        matches!(self.state, Selected | Locked | Option | Alternative | Deselected)
    }
}

impl From<ListedValue> for FieldValue {
    fn from(value: ListedValue) -> Self {
        let number = value.num.unwrap_or(f64::NAN);
        Self::default().with_text(value.text).with_is_numeric(value.num.is_some()).with_number(number)
    }
}

/// A list of all values of a field in a state.
pub(super) async fn list(
    doc: &Doc,
    field: &str,
    state: &str,
    order: SortCriteria,
    options: &CallOptions,
) -> Result<GenericObject, Error> {
    let definition =
        ListObjectDef::field(quote_name(field)).with_sort_by(order).with_state_name(state).with_show_alternatives(true);
    temporary::object(doc, definition, options).await
}

/// The values of a list.
pub(super) fn values(list: &GenericObject, path: &str, options: &CallOptions) -> RowStream<(ListedValue,)> {
    RowStream::of_object(list).with_path(path).with_options(options.clone())
}

/// The info about a list's field in its layout, if there is a list.
pub(super) async fn info(object: &GenericObject, options: &CallOptions) -> Result<NxDimensionInfo, Error> {
    let layout = object.get_layout().with_options(options.clone()).await?;
    Ok(layout.list_object.map(|list| list.dimension_info).unwrap_or_default())
}

/// The selected values of a list that shows them first; those excluded by other fields can be further down.
pub(super) async fn selected(list: &GenericObject, options: &CallOptions) -> Result<Vec<ListedValue>, Error> {
    let counts = info(list, options).await?.state_counts;
    let mut left = counts.selected + counts.locked + counts.selected_excluded + counts.locked_excluded;
    let mut rows = values(list, "/qListObjectDef", options).with_pages_ahead(0);
    let mut selected = Vec::new();
    let mut turns = Turns::default();
    while let Some((value,)) = rows.try_next().await? {
        turns.next().await;
        if value.is_selected() {
            left -= 1;
            selected.push(value);
        } else if left <= 0 {
            break;
        }
    }
    Ok(selected)
}
