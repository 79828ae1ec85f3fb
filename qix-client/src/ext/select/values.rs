//! Selections in fields.

use futures_util::TryStreamExt;
use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Error, FieldApi, GenericObject};

use super::SelectError;
use super::lookup::{self, ListedValue, Similar, Turns, Wanted};
use super::place::{InField, SelectOptions};

/// Selects values. The engine's response does not show whether all values exist, nor reliably whether anything was
/// selected, so the client reads a list of the field afterwards.
pub(super) async fn select(place: &InField, values: &[FieldValue], how: &SelectOptions) -> Result<(), Error> {
    if values.is_empty() {
        return Err(SelectError::NoValues { field: place.name.clone() }.into());
    }
    let field = place.field().await?;
    let list = place.list(SortCriteria::by_state()).await?;
    let before = if how.toggle { lookup::selected(&list, &place.options).await? } else { Vec::new() };
    let call = field
        .select_values(values.to_vec())
        .toggle_mode(how.toggle)
        .soft_lock(how.soft_lock)
        .with_options(place.options.clone());
    let selected = call.await?;
    let after = lookup::selected(&list, &place.options).await?;
    let missing = if selected { unchanged(values, &before, &after) } else { values.to_vec() };
    if missing.is_empty() {
        return Ok(());
    }
    Err(reason(place, how, &list, missing).await?.into())
}

/// The values whose state has not changed.
fn unchanged(values: &[FieldValue], before: &[ListedValue], after: &[ListedValue]) -> Vec<FieldValue> {
    let left = |selected: &[ListedValue]| {
        let mut wanted = Wanted::new(values);
        for value in selected {
            wanted.take(value);
        }
        wanted
    };
    let (before, after) = (left(before), left(after));
    values.iter().filter(|value| before.contains(value) == after.contains(value)).cloned().collect()
}

/// Selects the matches of a search.
pub(super) async fn search(place: &InField, search: &str, how: &SelectOptions) -> Result<(), Error> {
    if let Some(error) = SelectError::of_long_search(&place.name, search) {
        return Err(error.into());
    }
    let field = place.field().await?;
    let selected = if how.toggle {
        field.toggle_select(search).soft_lock(how.soft_lock).with_options(place.options.clone()).await?
    } else {
        field.select(search).soft_lock(how.soft_lock).with_options(place.options.clone()).await?
    };
    let list = place.list(SortCriteria::by_state()).await?;
    if selected && (how.toggle || !lookup::selected(&list, &place.options).await?.is_empty()) {
        return Ok(());
    }
    let no_match = SelectError::NoMatch { field: place.name.clone(), search: search.to_owned() };
    Err(mode(place, how, &list).await?.unwrap_or(no_match).into())
}

/// Why values are not selected: a lock or a mode of the field, or missing values.
async fn reason(
    place: &InField,
    how: &SelectOptions,
    list: &GenericObject,
    missing: Vec<FieldValue>,
) -> Result<SelectError, Error> {
    let mut absent = Wanted::new(&missing);
    let mut similar = Similar::new(&missing);
    let mut turns = Turns::default();
    let mut rows = lookup::values(list, "/qListObjectDef", &place.options);
    while let Some((value,)) = rows.try_next().await? {
        turns.next().await;
        if !absent.take(&value) {
            similar.look_at(&value);
        }
    }
    drop(rows);
    let field = place.name.clone();
    let absent = absent.left(&missing);
    if let Some(mode) = mode(place, how, list).await? {
        // Without the mode, a missing value would still be missing.
        if absent.len() < missing.len() || matches!(mode, SelectError::Locked { .. }) {
            return Ok(mode);
        }
    }
    if absent.is_empty() {
        return Ok(SelectError::Refused { field });
    }
    Ok(SelectError::NoValue { field, values: absent, similar: similar.found() })
}

/// The property of the field that makes the engine reject selections.
async fn mode(place: &InField, how: &SelectOptions, list: &GenericObject) -> Result<Option<SelectError>, Error> {
    let info = lookup::info(list, &place.options).await?;
    let field = place.name.clone();
    if info.locked && !how.soft_lock {
        return Ok(Some(SelectError::Locked { field }));
    }
    if info.is_one_and_only_one {
        return Ok(Some(SelectError::AlwaysOneSelected { field }));
    }
    let and_mode = place.field().await?.get_and_mode().with_options(place.options.clone()).await?;
    Ok(and_mode.then_some(SelectError::AndMode { field }))
}
