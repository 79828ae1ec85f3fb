//! Streams of invalidations and layouts.

use futures_util::stream;
use qix_schema::rpc::Request;
use qix_schema::{
    Class, Doc, Error, ErrorKind, GenericBookmark, GenericDimension, GenericMeasure, GenericObject, GenericVariable,
    doc, generic_bookmark, generic_dimension, generic_measure, generic_object, generic_variable,
};

use super::streams::named_stream;

/// Methods for following the invalidation of objects of any class.
///
/// The engine reports stale data once, and again only after the data has been fetched.
pub trait ObjectExt: Class + Clone + Send + Sync + 'static {
    /// Returns an item whenever the engine reports the object's data as stale; the first one immediately if that has
    /// already happened. Ends when the object or the connection is gone.
    ///
    /// Items that have not been read are merged into one, so a slow reader does not miss anything important or delay
    /// others. The stream holds the object.
    fn changes(&self) -> ChangeStream {
        let state = (self.clone(), 0);
        ChangeStream::new(stream::unfold(state, async |(object, seen)| {
            let seen = object.as_remote().invalidated(seen).await?;
            Some(((), (object, seen)))
        }))
    }

    /// Waits until the object or its connection is gone.
    fn gone(&self) -> impl Future<Output = ()> + Send {
        async { while self.as_remote().invalidated(u64::MAX).await.is_some() {} }
    }

    /// Returns the layout, and a new one whenever it becomes stale. Ends when the object or the connection is gone.
    ///
    /// A layout is fetched only after the previous one has been read, so a slow reader gets the newest. An error does
    /// not end the stream: the next item follows the next invalidation. The stream holds the object.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// use qix_client::{Error, prelude::*};
    ///
    /// # async fn f(cube: GenericObject) -> Result<(), Error> {
    /// let mut layouts = cube.layouts();
    /// while let Some(layout) = layouts.try_next().await? {
    ///     println!("{} rows", layout.hyper_cube.map_or(0, |cube| cube.size.cy));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn layouts(&self) -> LayoutStream<Self::Layout>
    where
        Self: HasLayout,
    {
        let state = (self.clone(), None, false);
        LayoutStream::new(stream::unfold(state, async |(object, seen, over)| {
            if over {
                return None;
            }
            if let Some(seen) = seen {
                object.as_remote().invalidated(seen).await?;
            }
            // An invalidation during the request may be newer than the layout.
            let seen = object.as_remote().invalidations();
            let layout = object.call(Self::layout_request()).await;
            let over = layout.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::Closed { .. }));
            Some((layout, (object, Some(seen), over)))
        }))
    }
}

impl<C: Class + Clone + Send + Sync + 'static> ObjectExt for C {}

named_stream! {
    /// Invalidations of an object; see [`ObjectExt::changes`].
    ChangeStream<> of (), 'static
}

named_stream! {
    /// Layouts of an object; see [`ObjectExt::layouts`].
    LayoutStream<T> of Result<T, Error>, 'static
}

/// Classes with a layout, which contains evaluated properties and data.
///
/// Implement it for classes of a crate that you generated from another schema.
pub trait HasLayout: Class {
    /// Type of the layout.
    type Layout: Send;
    /// Type of the request.
    type Request: Request<Class = Self, Response = Self::Layout> + Send + 'static;

    /// The request for the layout.
    fn layout_request() -> Self::Request;
}

macro_rules! layouts {
    ($($class:ident $module:ident $request:ident)*) => {$(
        impl HasLayout for $class {
            type Layout = <$module::$request as Request>::Response;
            type Request = $module::$request;

            fn layout_request() -> Self::Request {
                $module::$request::new()
            }
        }
    )*};
}

layouts! {
    Doc doc GetAppLayout
    GenericBookmark generic_bookmark GetLayout
    GenericDimension generic_dimension GetLayout
    GenericMeasure generic_measure GetLayout
    GenericObject generic_object GetLayout
    GenericVariable generic_variable GetLayout
}
