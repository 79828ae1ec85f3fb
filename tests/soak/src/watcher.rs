//! Watchers, which follow objects.

use std::sync::Arc;

use futures_util::StreamExt;
use qix_client::{Error, prelude::*};

use crate::Books;
use crate::judge::Weather;
use crate::worker::{Named, definition, name_of};

/// Follows the layouts of an object until it is destroyed.
pub(crate) async fn watch(object: GenericObject, name: String, weather: Weather, books: Arc<Books>) {
    let mut layouts = object.layouts();
    while let Some(layout) = layouts.next().await {
        match layout {
            Ok(layout) => {
                if name_of(&layout) != name {
                    books.violation(format!("{name} got the layout of {}", name_of(&layout)));
                }
                books.count(&books.layouts);
            }
            Err(error) if weather.allows(&error) => {}
            Err(error) => books.violation(format!("the stream of {name}: {error}")),
        }
    }
}

/// An object to follow.
pub(crate) async fn object(doc: &Doc, measure: &str, name: &str) -> Result<GenericObject, Error> {
    doc.create_session_object(definition(measure, None).named(name)).await
}
