//! A list of a field's values, made to look something up.

use futures_util::TryStreamExt;
use qix_schema::rpc::CallOptions;
use qix_schema::types::{FieldValue, ListObjectDef, NxDimensionInfo, SortCriteria, StateEnumType};
use qix_schema::{Doc, Error, GenericObject, GenericObjectApi};
use serde::Deserialize;

use crate::ext::rows::RowStream;
use crate::ext::temporary;

/// A value of a field, as a list shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) num: Option<f64>,
    pub(super) elem_number: i32,
    pub(super) state: StateEnumType,
}

impl Value {
    pub(super) fn is(&self, wanted: &FieldValue) -> bool {
        match wanted.is_numeric {
            true => self.num == Some(wanted.number),
            false => self.text == wanted.text,
        }
    }

    pub(super) fn is_selected(&self) -> bool {
        use StateEnumType::{Locked, LockedExcluded, Selected, SelectedExcluded};
        matches!(self.state, Selected | Locked | SelectedExcluded | LockedExcluded)
    }

    /// Whether selections in other fields leave the value.
    pub(super) fn is_possible(&self) -> bool {
        use StateEnumType::{Alternative, Deselected, Locked, Option, Selected};
        matches!(self.state, Selected | Locked | Option | Alternative | Deselected)
    }
}

impl From<Value> for FieldValue {
    fn from(value: Value) -> Self {
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
        ListObjectDef::field(bracketed(field)).sorted(order).with_state_name(state).with_show_alternatives(true);
    temporary::object(doc, definition, options).await
}

/// A name that is a field whatever it looks like.
fn bracketed(field: &str) -> String {
    format!("[{}]", field.replace(']', "]]"))
}

/// The values of a list.
pub(super) fn values(list: &GenericObject, path: &str, options: &CallOptions) -> RowStream<(Value,)> {
    RowStream::of_object(list).with_path(path).with_options(options.clone())
}

/// What a list's layout says of its field, if there is a list.
pub(super) async fn info(object: &GenericObject, options: &CallOptions) -> Result<NxDimensionInfo, Error> {
    let layout = object.get_layout().with_options(options.clone()).await?;
    Ok(layout.list_object.map(|list| list.dimension_info).unwrap_or_default())
}

/// The selected values of a list that shows them first; those that other fields exclude can be further down.
pub(super) async fn selected(list: &GenericObject, options: &CallOptions) -> Result<Vec<Value>, Error> {
    let counts = info(list, options).await?.state_counts;
    let mut left = counts.selected + counts.locked + counts.selected_excluded + counts.locked_excluded;
    let mut rows = values(list, "/qListObjectDef", options).with_pages_ahead(0);
    let mut selected = Vec::new();
    while let Some((value,)) = rows.try_next().await? {
        if value.is_selected() {
            left -= 1;
            selected.push(value);
        } else if left <= 0 {
            break;
        }
    }
    Ok(selected)
}
