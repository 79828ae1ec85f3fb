//! Objects that this crate makes for a moment.

use std::future::IntoFuture;

use qix_schema::types::GenericObjectProperties;
use qix_schema::{Doc, DocApi, Error, GenericObject};

tokio::task_local! {
    static FOR_A_MOMENT: ();
}

/// Whether the call that the task makes is for a moment, so that what it makes goes with its last holder whatever the
/// session's setting.
pub(crate) fn is_for_a_moment() -> bool {
    FOR_A_MOMENT.try_with(|()| ()).is_ok()
}

/// A session object that is destroyed with its last holder.
pub(crate) async fn object(doc: &Doc, properties: impl Into<GenericObjectProperties>) -> Result<GenericObject, Error> {
    FOR_A_MOMENT.scope((), doc.create_session_object(properties.into()).into_future()).await
}
