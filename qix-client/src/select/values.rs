//! Selecting in fields.

use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Doc, Error, FieldApi};

use super::probe::{self, Value};
use super::{Manner, SelectError, field};

/// Selects values. The engine says only whether it has selected anything, so that of several values it is looked up
/// whether all are there.
pub(super) async fn select(
    doc: &Doc,
    name: &str,
    state: &str,
    values: &[FieldValue],
    manner: &Manner,
) -> Result<(), Error> {
    let field = field(doc, name, state).await?;
    let several = values.len() > 1;
    let list = if several { Some(probe::list(doc, name, state, SortCriteria::by_state()).await?) } else { None };
    let before = match &list {
        Some(list) if manner.toggle => probe::selected(list).await?,
        _ => Vec::new(),
    };
    let call = field.select_values(values.to_vec()).toggle_mode(manner.toggle).soft_lock(manner.soft_lock);
    if !call.await? {
        return Err(match is_locked(doc, name, state).await? {
            true if !manner.soft_lock => SelectError::Locked { field: name.to_owned() },
            _ => SelectError::NoValue { field: name.to_owned(), values: values.to_vec() },
        }
        .into());
    }
    let Some(list) = list else { return Ok(()) };
    let after = probe::selected(&list).await?;
    let has = |values: &[Value], wanted: &FieldValue| values.iter().any(|value| value.is(wanted));
    let missing = |wanted: &&FieldValue| has(&before, wanted) == has(&after, wanted);
    let missing: Vec<FieldValue> = values.iter().filter(missing).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(SelectError::NoValue { field: name.to_owned(), values: missing }.into())
}

/// Selects what a search finds.
pub(super) async fn search(doc: &Doc, name: &str, state: &str, search: &str, manner: &Manner) -> Result<(), Error> {
    let field = field(doc, name, state).await?;
    let selected = if manner.toggle {
        field.toggle_select(search).soft_lock(manner.soft_lock).await?
    } else {
        field.select(search).soft_lock(manner.soft_lock).await?
    };
    if selected {
        return Ok(());
    }
    Err(match is_locked(doc, name, state).await? {
        true if !manner.soft_lock => SelectError::Locked { field: name.to_owned() },
        _ => SelectError::NoMatch { field: name.to_owned(), search: search.to_owned() },
    }
    .into())
}

pub(super) async fn is_locked(doc: &Doc, name: &str, state: &str) -> Result<bool, Error> {
    let list = probe::list(doc, name, state, SortCriteria::default()).await?;
    Ok(probe::info(&list).await?.locked)
}
