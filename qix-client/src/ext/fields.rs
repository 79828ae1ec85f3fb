//! Finding fields.

use qix_schema::rpc::CallOptions;
use qix_schema::types::FieldListDef;
use qix_schema::{Doc, Error};

use super::lists::List;

/// A field of the app whose name differs only in case or brackets.
pub(super) async fn similar_field(doc: &Doc, name: &str, options: &CallOptions) -> Result<Option<String>, Error> {
    let name = unquoted(name.trim());
    let fields = List::new(doc, FieldListDef::default()).with_options(options.clone()).await?;
    Ok(fields.into_iter().map(|field| field.name).find(|field| field.to_lowercase() == name.to_lowercase()))
}

/// A name without its brackets.
pub(super) fn unquoted(name: &str) -> String {
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let inner = inner.filter(|inner| !inner.replace("]]", "").contains(']'));
    inner.map_or_else(|| name.to_owned(), |inner| inner.replace("]]", "]"))
}
