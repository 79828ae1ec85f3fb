//! Selecting in fields.

use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Error, FieldApi};

use super::SelectError;
use super::lookup::{self, Value};
use super::place::{InField, SelectOptions};

/// Selects values. The engine says only whether it has selected anything, so that of several values it is looked up
/// whether all are there.
pub(super) async fn select(place: &InField, values: &[FieldValue], how: &SelectOptions) -> Result<(), Error> {
    let field = place.field().await?;
    let several = values.len() > 1;
    let list = if several { Some(place.list(SortCriteria::by_state()).await?) } else { None };
    let before = match &list {
        Some(list) if how.toggle => lookup::selected(list, &place.options).await?,
        _ => Vec::new(),
    };
    let no_value = |values: Vec<FieldValue>| SelectError::NoValue { field: place.name.clone(), values };
    let call = field
        .select_values(values.to_vec())
        .toggle_mode(how.toggle)
        .soft_lock(how.soft_lock)
        .with_options(place.options.clone());
    if !call.await? {
        return Err(refused(place, how, no_value(values.to_vec())).await?.into());
    }
    let Some(list) = list else { return Ok(()) };
    let after = lookup::selected(&list, &place.options).await?;
    let has = |values: &[Value], wanted: &FieldValue| values.iter().any(|value| value.is(wanted));
    let missing = |wanted: &&FieldValue| has(&before, wanted) == has(&after, wanted);
    let missing: Vec<FieldValue> = values.iter().filter(missing).cloned().collect();
    if missing.is_empty() { Ok(()) } else { Err(no_value(missing).into()) }
}

/// Selects what a search finds.
pub(super) async fn search(place: &InField, search: &str, how: &SelectOptions) -> Result<(), Error> {
    let field = place.field().await?;
    let selected = if how.toggle {
        field.toggle_select(search).soft_lock(how.soft_lock).with_options(place.options.clone()).await?
    } else {
        field.select(search).soft_lock(how.soft_lock).with_options(place.options.clone()).await?
    };
    if selected {
        return Ok(());
    }
    let no_match = SelectError::NoMatch { field: place.name.clone(), search: search.to_owned() };
    Err(refused(place, how, no_match).await?.into())
}

/// Why the engine has selected nothing: a lock, or else what is to be expected.
async fn refused(place: &InField, how: &SelectOptions, expected: SelectError) -> Result<SelectError, Error> {
    let locked = !how.soft_lock && place.is_locked().await?;
    Ok(if locked { SelectError::Locked { field: place.name.clone() } } else { expected })
}
