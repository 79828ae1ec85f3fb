//! Temporary lists of a field's values.

use qix_schema::rpc::CallOptions;
use qix_schema::types::{FieldValue, ListObjectDef, SortCriteria, StateEnumType};
use qix_schema::{Doc, Error, GenericObject, quote_name};
use serde::Deserialize;

use crate::ext::rows::RowStream;
use crate::ext::temporary;

/// A value of a field, as in a list.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ListedValue {
    pub(super) text: String,
    pub(super) num: Option<f64>,
    pub(super) elem_number: i32,
    pub(super) state: StateEnumType,
}

impl ListedValue {
    pub(super) fn is_selected(&self) -> bool {
        is_selected(&self.state)
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

/// Whether a state is that of a selected value, possible or not.
pub(super) fn is_selected(state: &StateEnumType) -> bool {
    use StateEnumType::{Locked, LockedExcluded, Selected, SelectedExcluded};
    matches!(state, Selected | Locked | SelectedExcluded | LockedExcluded)
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
