//! The target of a selection, and its options.

use qix_schema::rpc::CallOptions;
use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Doc, DocApi, Error, Field, GenericObject};

use super::SelectError;
use super::lookup;
use crate::ext::fields::similar_field;

/// A field to select in.
#[derive(Clone, Debug)]
pub struct InField {
    pub(super) doc: Doc,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) options: CallOptions,
}

/// A list object to select in.
#[derive(Clone, Debug)]
pub struct InList {
    pub(super) object: GenericObject,
    pub(super) path: String,
    pub(super) options: CallOptions,
}

/// The values to select.
#[derive(Clone, Debug)]
pub(super) enum Selection {
    Values(Vec<FieldValue>),
    Matching(String),
}

/// Options of a selection.
#[derive(Clone, Debug, Default)]
pub(super) struct SelectOptions {
    pub(super) toggle: bool,
    pub(super) soft_lock: bool,
}

impl InField {
    pub(super) fn new(doc: &Doc, name: String) -> Self {
        Self { doc: doc.clone(), name, state: String::new(), options: CallOptions::default() }
    }

    /// The field, or an error with its name.
    pub(super) async fn field(&self) -> Result<Field, Error> {
        let mut call = self.doc.get_field(&self.name).with_options(self.options.clone());
        if !self.state.is_empty() {
            call = call.state_name(&self.state);
        }
        match call.await {
            Err(error) if error.is_not_found() => {
                let similar = similar_field(&self.doc, &self.name, &self.options).await?;
                Err(SelectError::NoField { field: self.name.clone(), similar }.into())
            }
            outcome => outcome,
        }
    }

    /// A list of all values of the field.
    pub(super) async fn list(&self, order: SortCriteria) -> Result<GenericObject, Error> {
        lookup::list(&self.doc, &self.name, &self.state, order, &self.options).await
    }
}

impl InList {
    pub(super) fn new(object: &GenericObject) -> Self {
        let path = "/qListObjectDef".to_owned();
        Self { object: object.clone(), path, options: CallOptions::default() }
    }
}
