//! Names that an engine accepts although the app has no such field.

use qix_schema::rpc::CallOptions;
use qix_schema::{Doc, DocApi, Error};

use super::RowsError;
use super::pages::Opened;
use crate::ext::fields::unquoted;
use crate::ext::walk::app_of;

/// Whether the app has the field of a name, or the fields of an expression that starts with `=`.
pub(super) async fn check(doc: &Doc, name: &str, calls: &CallOptions) -> Result<(), Error> {
    if name.trim_start().starts_with('=') {
        return check_expression(doc, name, calls).await;
    }
    let outcome = doc.get_field(&unquoted(name)).with_options(calls.clone()).await;
    outcome.map(drop).map_err(|error| if error.is_not_found() { no_field(name) } else { error })
}

async fn check_expression(doc: &Doc, expression: &str, calls: &CallOptions) -> Result<(), Error> {
    let check = doc.check_expression(expression).with_options(calls.clone()).await?;
    match check.bad_field_names.first() {
        Some(place) => Err(no_field(&within(expression, place.from, place.count))),
        None if check.error_msg.is_empty() => Ok(()),
        None => Err(RowsError::Expression { expression: expression.to_owned(), message: check.error_msg }.into()),
    }
}

/// Returns an error instead of a page whose dimension is null everywhere because it names no field. For an engine, such a
/// dimension is valid, and its only value is null. Nothing is requested if a dimension has values.
pub(super) async fn confirmed<P, R>(opened: &Opened<P>, page: Result<R, Error>) -> Result<R, Error> {
    let null_only = opened.source.columns.null_only();
    let is_read = match &page {
        Ok(_) => true,
        // Null does not fit the type.
        Err(error) => matches!(error.downcast_ref(), Some(RowsError::Value { .. } | RowsError::Row { .. })),
    };
    if null_only.is_empty() || !is_read {
        return page;
    }
    // The rows are right, whatever becomes of this.
    let Ok(doc) = app_of(&opened.object, &opened.calls).await else { return page };
    for definition in null_only {
        let missing = check(&doc, &definition, &opened.calls).await.err().filter(is_missing);
        // Engines also accept expressions without `=`.
        if missing.is_some() && check_expression(&doc, &definition, &opened.calls).await.is_err() {
            return missing.map_or(page, Err);
        }
    }
    page
}

fn is_missing(error: &Error) -> bool {
    matches!(error.downcast_ref(), Some(RowsError::NoField { .. } | RowsError::Expression { .. }))
}

fn no_field(field: &str) -> Error {
    RowsError::NoField { field: field.to_owned() }.into()
}

/// A part of an expression, or all of it if the position is invalid.
fn within(expression: &str, from: i32, count: i32) -> String {
    let [from, count] = [from, count].map(|size| usize::try_from(size).unwrap_or(0));
    let part: String = expression.chars().skip(from).take(count).collect();
    if part.is_empty() { expression.to_owned() } else { part }
}
