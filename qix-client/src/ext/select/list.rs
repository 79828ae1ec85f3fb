//! Selecting in list objects.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use qix_schema::types::FieldValue;
use qix_schema::{AsRemote, Error, GenericObjectApi, generic_object, rpc};

use super::SelectError;
use super::lookup::{self, Similar, Turns, Wanted};
use super::place::{InList, SelectOptions};
use crate::ext::rows::RowsError;

pub(super) async fn select(place: &InList, values: &[FieldValue], how: &SelectOptions) -> Result<(), Error> {
    let InList { object, path, options } = place;
    if values.is_empty() {
        return Err(SelectError::NoValues { field: title(place).await? }.into());
    }
    let mut missing = Wanted::new(values);
    let mut similar = Similar::new(values);
    let mut elements = Vec::new();
    let mut turns = Turns::default();
    let mut rows = lookup::values(object, path, options);
    while !missing.is_empty() {
        let Some((value,)) = rows.try_next().await.map_err(|error| no_list(error, path))? else { break };
        turns.next().await;
        if missing.take(&value) {
            elements.push((value.elem_number, value.is_selected()));
        } else {
            similar.look_at(&value);
        }
    }
    drop(rows);
    let missing = missing.left(values);
    if !missing.is_empty() {
        return Err(
            SelectError::NoValue { field: title(place).await?, values: missing, similar: similar.found() }.into()
        );
    }
    let numbers = elements.iter().map(|(number, _)| *number).collect();
    let call = object
        .select_list_object_values(path, numbers, how.toggle)
        .soft_lock(how.soft_lock)
        .with_options(options.clone());
    if call.await? && is_done(place, &elements, how).await? { Ok(()) } else { Err(refused(place, how).await?.into()) }
}

/// Whether the list contains the selection. The engine can return `true` and select nothing.
async fn is_done(place: &InList, elements: &[(i32, bool)], how: &SelectOptions) -> Result<bool, Error> {
    let mut left: HashMap<i32, bool> = elements.iter().map(|(number, was)| (*number, !how.toggle || !was)).collect();
    let mut turns = Turns::default();
    let mut rows = lookup::values(&place.object, &place.path, &place.options);
    while !left.is_empty() {
        let Some((value,)) = rows.try_next().await? else { return Ok(false) };
        turns.next().await;
        if left.remove(&value.elem_number).is_some_and(|selected| selected != value.is_selected()) {
            return Ok(false);
        }
    }
    Ok(true)
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
    let found = lookup::values(object, path, options).with_pages_ahead(0).try_next().await;
    if found.map_err(|error| no_list(error, path))?.is_none() {
        under_way.end().await?;
        return Err(SelectError::NoMatch { field: title(place).await?, search: search.to_owned() }.into());
    }
    if lookup::info(object, options).await?.locked && !how.soft_lock {
        under_way.end().await?;
        return Err(SelectError::Locked { field: title(place).await? }.into());
    }
    object.accept_list_object_search(path, how.toggle).soft_lock(how.soft_lock).with_options(options.clone()).await?;
    under_way.forget();
    Ok(())
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
    let info = lookup::info(&place.object, &place.options).await?;
    let field = info.fallback_title;
    Ok(match (info.locked && !how.soft_lock, info.is_one_and_only_one) {
        (true, _) => SelectError::Locked { field },
        (false, true) => SelectError::AlwaysOneSelected { field },
        (false, false) => SelectError::Refused { field },
    })
}

async fn title(place: &InList) -> Result<String, Error> {
    Ok(lookup::info(&place.object, &place.options).await?.fallback_title)
}

fn no_list(error: Error, path: &str) -> Error {
    match error.downcast_ref::<RowsError>() {
        Some(RowsError::NotFound { .. }) => SelectError::NoList { path: path.to_owned() }.into(),
        _ => error,
    }
}
