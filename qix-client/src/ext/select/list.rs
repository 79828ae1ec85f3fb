//! Selecting in list objects.

use futures_util::TryStreamExt;
use qix_schema::types::FieldValue;
use qix_schema::{AsRemote, Error, GenericObject, GenericObjectApi, generic_object, rpc};

use super::lookup;
use super::{InList, Manner, SelectError, Selecting, What};
use crate::ext::rows::RowsError;

/// Selecting in objects with a list of values, such as a filter of a program's own.
pub trait SelectListed {
    /// Selects values of the object's list, given as texts or numbers. They are looked for before anything is selected;
    /// the list is read as far as it takes to find them.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let regions = doc.create_session_object(ListObjectDef::field("Region").into()).await?;
    /// regions.select(["North", "West"]).await?;
    /// regions.select(["West"]).toggle_mode(true).await?;
    /// regions.select_matching("So*").toggle_mode(true).await?;
    /// assert_eq!(doc.current_selections().await?[0].selected, "North, South");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError::NoList`]; [`SelectError::NoValue`] if the list has not got all of the values, nothing being
    /// selected; [`SelectError::Locked`].
    fn select<V: Into<FieldValue>>(&self, values: impl IntoIterator<Item = V>) -> Selecting<InList<'_>>;

    /// Searches the object's list as a user would in a filter, and selects what is found: a plain text may be any part
    /// of a value.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoMatch`] if nothing is found, the search being ended; [`SelectError::Locked`].
    fn select_matching(&self, search: &str) -> Selecting<InList<'_>>;
}

impl SelectListed for GenericObject {
    fn select<V: Into<FieldValue>>(&self, values: impl IntoIterator<Item = V>) -> Selecting<InList<'_>> {
        Selecting::new(InList::new(self), What::Values(values.into_iter().map(Into::into).collect()))
    }

    fn select_matching(&self, search: &str) -> Selecting<InList<'_>> {
        Selecting::new(InList::new(self), What::Matching(search.to_owned()))
    }
}

impl<'a> InList<'a> {
    fn new(object: &'a GenericObject) -> Self {
        Self { object, path: "/qListObjectDef".to_owned() }
    }
}

pub(super) async fn select(place: &InList<'_>, values: &[FieldValue], manner: &Manner) -> Result<(), Error> {
    let InList { object, path } = place;
    let mut missing = values.to_vec();
    let mut elements = Vec::new();
    let mut rows = lookup::values(object, path);
    while !missing.is_empty() {
        let Some((value,)) = rows.try_next().await.map_err(|error| no_list(error, path))? else { break };
        if missing.iter().any(|wanted| value.is(wanted)) {
            elements.push(value.elem_number);
            missing.retain(|wanted| !value.is(wanted));
        }
    }
    drop(rows);
    if !missing.is_empty() {
        return Err(SelectError::NoValue { field: title(object).await?, values: missing }.into());
    }
    let call = object.select_list_object_values(path, elements, manner.toggle).soft_lock(manner.soft_lock);
    if call.await? { Ok(()) } else { Err(refused(object).await?.into()) }
}

pub(super) async fn search(place: &InList<'_>, search: &str, manner: &Manner) -> Result<(), Error> {
    let InList { object, path } = place;
    let under_way = Search { place, over: false };
    if !object.search_list_object_for(path, search).await? {
        under_way.end().await?;
        return Err(SelectError::NoMatch { field: title(object).await?, search: search.to_owned() }.into());
    }
    if lookup::info(object).await?.locked && !manner.soft_lock {
        under_way.end().await?;
        return Err(SelectError::Locked { field: title(object).await? }.into());
    }
    object.accept_list_object_search(path, manner.toggle).soft_lock(manner.soft_lock).await?;
    under_way.forget();
    Ok(())
}

/// A search, ended in the engine whatever becomes of who searches.
struct Search<'a> {
    place: &'a InList<'a>,
    over: bool,
}

impl Search<'_> {
    async fn end(mut self) -> Result<(), Error> {
        self.place.object.abort_list_object_search(&self.place.path).await?;
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
            rpc::order(self.place.object.remote(), &generic_object::AbortListObjectSearch::new(&self.place.path));
        }
    }
}

async fn refused(object: &GenericObject) -> Result<SelectError, Error> {
    let info = lookup::info(object).await?;
    let field = info.fallback_title;
    Ok(if info.locked { SelectError::Locked { field } } else { SelectError::Refused { field } })
}

async fn title(object: &GenericObject) -> Result<String, Error> {
    Ok(lookup::info(object).await?.fallback_title)
}

fn no_list(error: Error, path: &str) -> Error {
    match RowsError::of(&error) {
        Some(RowsError::NotFound { .. }) => SelectError::NoList { path: path.to_owned() }.into(),
        _ => error,
    }
}
