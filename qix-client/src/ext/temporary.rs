//! Objects that this crate makes for a moment.

use qix_schema::rpc::CallOptions;
use qix_schema::types::GenericObjectProperties;
use qix_schema::{Doc, DocApi, Error, GenericObject};

use crate::config::Temporary;

/// A session object that is destroyed with its last holder, whatever the session's setting.
pub(crate) async fn object(
    doc: &Doc,
    properties: impl Into<GenericObjectProperties>,
    options: &CallOptions,
) -> Result<GenericObject, Error> {
    doc.create_session_object(properties.into()).with_options(options.clone().with_extension(Temporary)).await
}
