//! Finding fields.

use qix_schema::rpc::CallOptions;
use qix_schema::types::FieldListDef;
use qix_schema::{Doc, Error};

use super::lists::List;

/// A field of the app whose name differs only in case or brackets.
pub(super) async fn similar_field(doc: &Doc, name: &str, options: &CallOptions) -> Result<Option<String>, Error> {
    let name = name.trim();
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).replace("]]", "]");
    let fields = List::new(doc, FieldListDef::default()).with_options(options.clone()).await?;
    Ok(fields.into_iter().map(|field| field.name).find(|field| field.to_lowercase() == name.to_lowercase()))
}
