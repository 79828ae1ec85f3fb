//! Selections in fields.

use std::sync::Arc;

use qix_schema::types::{FieldValue, NxDimensionInfo, SortCriteria};
use qix_schema::{Error, FieldApi, GenericObject, GenericObjectApi};

use super::SelectError;
use super::place::{InField, SelectOptions};
use super::scan::{self, Seen, Sought, Until};

/// The path of the temporary lists.
pub(super) const PATH: &str = "/qListObjectDef";

/// Selects values. The engine's response does not show whether all values exist, nor reliably whether anything was
/// selected, so the client reads a list of the field afterwards.
pub(super) async fn select(place: &InField, values: &[FieldValue], how: &SelectOptions) -> Result<(), Error> {
    if values.is_empty() {
        return Err(SelectError::NoValues { field: place.name.clone() }.into());
    }
    let sought = Arc::new(Sought::values(values));
    let field = place.field().await?;
    let sent = sought.distinct(values);
    if sent.is_empty() {
        let field = place.name.clone();
        return Err(SelectError::NoValue { field, values: values.to_vec(), similar: Vec::new() }.into());
    }
    let list = place.list(SortCriteria::by_state()).await?;
    let selected = async || scan::read(&list, PATH, &place.options, &sought, Until::Selected).await;
    let before = if how.toggle { Some(selected().await?) } else { None };
    let call = field
        // A value that is toggled twice would not change.
        .select_values(sent)
        .toggle_mode(how.toggle)
        .soft_lock(how.soft_lock)
        .with_options(place.options.clone());
    let is_accepted = call.await?;
    let after = selected().await?;
    let is_done = |value: &&FieldValue| {
        let was = before.as_ref().is_some_and(|before| before.has_selected(&sought, value));
        is_accepted && was != after.has_selected(&sought, value)
    };
    let missing: Vec<FieldValue> = values.iter().filter(|value| !is_done(value)).cloned().collect();
    // The previous selection is still there if the engine has ignored the call.
    if missing.is_empty() && (how.toggle || after.others.is_empty()) {
        return Ok(());
    }
    Err(reason(place, how, &list, missing).await?.into())
}

/// Selects the matches of a search.
pub(super) async fn search(place: &InField, search: &str, how: &SelectOptions) -> Result<(), Error> {
    if let Some(error) = SelectError::of_long_search(&place.name, search) {
        return Err(error.into());
    }
    let field = place.field().await?;
    let list = place.list(SortCriteria::by_state()).await?;
    let nothing = Arc::new(Sought::default());
    let selected = async || scan::read(&list, PATH, &place.options, &nothing, Until::Selected).await;
    let before = selected().await?;
    let is_accepted = if how.toggle {
        field.toggle_select(search).soft_lock(how.soft_lock).with_options(place.options.clone()).await?
    } else {
        field.select(search).soft_lock(how.soft_lock).with_options(place.options.clone()).await?
    };
    let after = selected().await?;
    let has_changed = before.others != after.others;
    if is_accepted && has_changed && (how.toggle || after.selected > 0) {
        return Ok(());
    }
    let found = matches(place, &list, search).await?;
    // If the matches were selected already, there is nothing to change.
    if is_accepted && !how.toggle && found.selected > 0 {
        return Ok(());
    }
    let field = place.name.clone();
    let failed = match found.is_empty() {
        true => SelectError::NoMatch { field, search: search.to_owned() },
        false => SelectError::Refused { field },
    };
    Err(mode(place, how.soft_lock, &after.info).await?.unwrap_or(failed).into())
}

/// The matches of the search in a list of the field.
async fn matches(place: &InField, list: &GenericObject, search: &str) -> Result<Seen, Error> {
    // The search ends with the list.
    list.search_list_object_for(PATH, search).with_options(place.options.clone()).await?;
    scan::read(list, PATH, &place.options, &Arc::default(), Until::End).await
}

/// Why values are not selected: a lock or a mode of the field, or missing values.
async fn reason(
    place: &InField,
    how: &SelectOptions,
    list: &GenericObject,
    missing: Vec<FieldValue>,
) -> Result<SelectError, Error> {
    let sought = Arc::new(Sought::values(&missing).and_similar(&missing));
    let all: Seen = scan::read(list, PATH, &place.options, &sought, Until::End).await?;
    let field = place.name.clone();
    let absent: Vec<FieldValue> = missing.iter().filter(|value| !all.has(&sought, value)).cloned().collect();
    if let Some(mode) = mode(place, how.soft_lock, &all.info).await? {
        // Without the mode, a missing value would still be missing.
        if absent.is_empty() || absent.len() < missing.len() || matches!(mode, SelectError::Locked { .. }) {
            return Ok(mode);
        }
    }
    if absent.is_empty() {
        return Ok(SelectError::Refused { field });
    }
    Ok(SelectError::NoValue { field, values: absent, similar: all.similar })
}

/// The property of the field that makes the engine reject selections.
pub(super) async fn mode(
    place: &InField,
    soft_lock: bool,
    info: &NxDimensionInfo,
) -> Result<Option<SelectError>, Error> {
    let field = place.name.clone();
    if info.locked && !soft_lock {
        return Ok(Some(SelectError::Locked { field }));
    }
    if info.is_one_and_only_one {
        return Ok(Some(SelectError::AlwaysOneSelected { field }));
    }
    let and_mode = place.field().await?.get_and_mode().with_options(place.options.clone()).await?;
    Ok(and_mode.then_some(SelectError::AndMode { field }))
}
