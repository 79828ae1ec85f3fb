//! Selecting in list objects.

use futures_util::TryStreamExt;
use qix_schema::types::FieldValue;
use qix_schema::{AsRemote, Error, GenericObjectApi, generic_object, rpc};

use super::SelectError;
use super::lookup;
use super::place::{InList, SelectOptions};
use crate::ext::rows::RowsError;

pub(super) async fn select(place: &InList, values: &[FieldValue], how: &SelectOptions) -> Result<(), Error> {
    let InList { object, path, options } = place;
    let mut missing = values.to_vec();
    let mut elements = Vec::new();
    let mut rows = lookup::values(object, path, options);
    while !missing.is_empty() {
        let Some((value,)) = rows.try_next().await.map_err(|error| no_list(error, path))? else { break };
        if missing.iter().any(|wanted| value.is(wanted)) {
            elements.push(value.elem_number);
            missing.retain(|wanted| !value.is(wanted));
        }
    }
    drop(rows);
    if !missing.is_empty() {
        return Err(SelectError::NoValue { field: title(place).await?, values: missing }.into());
    }
    let call = object
        .select_list_object_values(path, elements, how.toggle)
        .soft_lock(how.soft_lock)
        .with_options(options.clone());
    if call.await? { Ok(()) } else { Err(refused(place).await?.into()) }
}

pub(super) async fn search(place: &InList, search: &str, how: &SelectOptions) -> Result<(), Error> {
    let InList { object, path, options } = place;
    let under_way = Search { place, over: false };
    if !object.search_list_object_for(path, search).with_options(options.clone()).await? {
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

/// A search, ended in the engine whatever becomes of who searches.
struct Search<'a> {
    place: &'a InList,
    over: bool,
}

impl Search<'_> {
    async fn end(mut self) -> Result<(), Error> {
        self.place.object.abort_list_object_search(&self.place.path).with_options(self.place.options.clone()).await?;
        self.over = true;
        Ok(())
    }

    fn forget(mut self) {
        self.over = true;
    }
}

impl Drop for Search<'_> {
    fn drop(&mut self) {
        if !self.over {
            rpc::notify(self.place.object.as_remote(), &generic_object::AbortListObjectSearch::new(&self.place.path));
        }
    }
}

async fn refused(place: &InList) -> Result<SelectError, Error> {
    let info = lookup::info(&place.object, &place.options).await?;
    let field = info.fallback_title;
    Ok(if info.locked { SelectError::Locked { field } } else { SelectError::Refused { field } })
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
