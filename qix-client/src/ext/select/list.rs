//! Selecting in list objects.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt;
use qix_schema::types::FieldValue;
use qix_schema::{AsRemote, Error, GenericObjectApi, generic_object, rpc};

use super::SelectError;
use super::lookup;
use super::place::{InList, SelectOptions};
use super::scan::{self, Seen, Sought, Until};
use crate::ext::rows::RowsError;

pub(super) async fn select(place: &InList, values: &[FieldValue], how: &SelectOptions) -> Result<(), Error> {
    let InList { object, path, options } = place;
    if values.is_empty() {
        return Err(SelectError::NoValues { field: title(place).await? }.into());
    }
    let sought = Arc::new(Sought::values(values));
    let before = scan::read(object, path, options, &sought, Until::Found).await;
    let before = before.map_err(|error| no_list(error, path))?;
    let missing: Vec<FieldValue> = values.iter().filter(|value| !before.has(&sought, value)).cloned().collect();
    if !missing.is_empty() {
        let similar = Arc::new(Sought::values(&missing).and_similar(&missing));
        let similar = scan::read(object, path, options, &similar, Until::End).await?.similar;
        return Err(SelectError::NoValue { field: before.info.fallback_title, values: missing, similar }.into());
    }
    // A number and its text are one value, which would be toggled twice.
    let mut elements: Vec<i32> = before.elements().map(|(number, _)| number).collect();
    elements.sort_unstable();
    elements.dedup();
    let call = object
        .select_list_object_values(path, elements, how.toggle)
        .soft_lock(how.soft_lock)
        .with_options(options.clone());
    if call.await? && is_done(place, &before, how).await? { Ok(()) } else { Err(refused(place, how).await?.into()) }
}

/// Whether the list contains the selection. The engine can return `true` and select nothing.
async fn is_done(place: &InList, before: &Seen, how: &SelectOptions) -> Result<bool, Error> {
    let values: HashMap<i32, bool> = before.elements().collect();
    let sought = Arc::new(Sought::elements(values.keys().chain(&before.others).copied()));
    let after = scan::read(&place.object, &place.path, &place.options, &sought, Until::Found).await?;
    let after: HashMap<i32, bool> = after.elements().collect();
    let is_right = |(number, was): (&i32, &bool)| after.get(number) == Some(&(!how.toggle || !was));
    // Without toggling, the engine has ignored the call if all of the previous selection is still there.
    let is_selected = |number: &i32| after.get(number) == Some(&true);
    let is_ignored = !how.toggle && !before.others.is_empty() && before.others.iter().all(is_selected);
    Ok(values.iter().all(is_right) && !is_ignored)
}

pub(super) async fn search(place: &InList, search: &str, how: &SelectOptions) -> Result<(), Error> {
    let InList { object, path, options } = place;
    // The title is only needed for the message.
    if SelectError::of_long_search("", search).is_some()
        && let Some(error) = SelectError::of_long_search(&title(place).await?, search)
    {
        return Err(error.into());
    }
    let under_way = OpenSearch { place, over: false };
    object.search_list_object_for(path, search).with_options(options.clone()).await?;
    // The response only says that the search was carried out; the list contains the matches.
    let matches = matches(place).await.map_err(|error| no_list(error, path))?;
    if matches.is_empty() {
        under_way.end().await?;
        return Err(SelectError::NoMatch { field: title(place).await?, search: search.to_owned() }.into());
    }
    let info = scan::info(object, path, options).await?;
    if info.locked && !how.soft_lock {
        under_way.end().await?;
        return Err(SelectError::Locked { field: info.fallback_title }.into());
    }
    object.accept_list_object_search(path, how.toggle).soft_lock(how.soft_lock).with_options(options.clone()).await?;
    under_way.forget();
    let sought = Arc::new(Sought::elements(matches.iter().map(|(number, _)| *number)));
    let after: HashMap<i32, bool> =
        scan::read(object, path, options, &sought, Until::Found).await?.elements().collect();
    let is_done = |(number, was): &(i32, bool)| match after.get(number) {
        Some(is) if how.toggle => is != was,
        is => is == Some(&true),
    };
    if matches.iter().any(is_done) { Ok(()) } else { Err(refused(place, how).await?.into()) }
}

/// The first matches of a search, and whether they are selected.
async fn matches(place: &InList) -> Result<Vec<(i32, bool)>, Error> {
    let mut rows = lookup::values(&place.object, &place.path, &place.options).with_page_rows(100).with_pages_ahead(0);
    let mut matches = Vec::new();
    while matches.len() < 100
        && let Some((value,)) = rows.try_next().await?
    {
        matches.push((value.elem_number, value.is_selected()));
    }
    Ok(matches)
}

/// A search. Dropping it ends the search in the engine.
struct OpenSearch<'a> {
    place: &'a InList,
    over: bool,
}

impl OpenSearch<'_> {
    async fn end(mut self) -> Result<(), Error> {
        self.place.object.abort_list_object_search(&self.place.path).with_options(self.place.options.clone()).await?;
        self.over = true;
        Ok(())
    }

    fn forget(mut self) {
        self.over = true;
    }
}

impl Drop for OpenSearch<'_> {
    fn drop(&mut self) {
        if !self.over {
            rpc::notify(self.place.object.as_remote(), &generic_object::AbortListObjectSearch::new(&self.place.path));
        }
    }
}

async fn refused(place: &InList, how: &SelectOptions) -> Result<SelectError, Error> {
    let info = scan::info(&place.object, &place.path, &place.options).await?;
    let field = info.fallback_title;
    Ok(match (info.locked && !how.soft_lock, info.is_one_and_only_one) {
        (true, _) => SelectError::Locked { field },
        (false, true) => SelectError::AlwaysOneSelected { field },
        (false, false) => SelectError::Refused { field },
    })
}

async fn title(place: &InList) -> Result<String, Error> {
    let info = scan::info(&place.object, &place.path, &place.options).await;
    Ok(info.map_err(|error| no_list(error, &place.path))?.fallback_title)
}

fn no_list(error: Error, path: &str) -> Error {
    match error.downcast_ref::<RowsError>() {
        Some(RowsError::NotFound { .. }) => SelectError::NoList { path: path.to_owned() }.into(),
        _ => error,
    }
}
