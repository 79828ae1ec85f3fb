//! What an app stores under an ID: objects, dimensions, measures, variables, and bookmarks.

use std::fmt;
use std::marker::PhantomData;

use qix_schema::rpc::{CallOptions, Request};
use qix_schema::types::{
    GenericBookmarkProperties, GenericDimensionProperties, GenericMeasureProperties, GenericObjectProperties,
    GenericVariableProperties, NxAppProperties,
};
use qix_schema::{
    Doc, DocApi, Error, GenericBookmark, GenericDimension, GenericMeasure, GenericObject, GenericObjectApi,
    GenericVariable, doc, generic_bookmark, generic_dimension, generic_measure, generic_object, generic_variable,
};

use super::bookmarks;
pub use super::bookmarks::CopyError;
use super::optional::OptionalExt;
use super::pending::Pending;
use super::pending::sealed::Run;
use super::watch::HasLayout;

/// Classes with properties, which define the object, and a layout, which contains the results.
///
/// Use it for code that works with all of them. Implement it for classes of a crate that you generated from another
/// schema.
///
/// ```
/// use qix_client::{Error, prelude::*};
///
/// /// Changes the properties of anything.
/// async fn edit<C: HasProperties>(item: &C, edit: impl FnOnce(&mut C::Properties)) -> Result<(), Error> {
///     let mut properties = item.call(C::properties_request()).await?;
///     edit(&mut properties);
///     item.call(C::set_properties_request(properties)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = qix_test_engine::TestEngine::start().await?;
/// # let session = Session::connect(engine.url()).await?;
/// # let doc = session.open_doc("sales").await?;
/// edit(&doc.get_measure("total-sales").await?, |measure| measure.measure.label = "Sales".to_owned()).await?;
/// # Ok(())
/// # }
/// ```
pub trait HasProperties: HasLayout {
    /// Type of the properties.
    type Properties: Clone + Send + 'static;
    /// Type of the request for the properties.
    type GetProperties: Request<Class = Self, Response = Self::Properties> + Send + 'static;
    /// Type of the request that replaces the properties.
    type SetProperties: Request<Class = Self, Response = ()> + Send + 'static;

    /// The request for the properties.
    fn properties_request() -> Self::GetProperties;

    /// The request that replaces the properties.
    fn set_properties_request(properties: Self::Properties) -> Self::SetProperties;
}

/// What an app stores under an ID: an object, dimension, measure, or bookmark; or a variable, under its name.
pub trait Stored: HasProperties + sealed::Stored + Clone + fmt::Debug + Send + Sync + 'static {}

/// What can be copied to another app: objects, dimensions, measures, variables, and bookmarks.
pub trait CopyExt: Stored + sealed::Copied {
    /// Copies the item to another app, under the same ID, or the same name for a variable. If the other app has that
    /// item, its properties are replaced. The copy of an object includes its children. Returns the copy.
    ///
    /// The other app can be in another session or another engine. Save it with
    /// [`do_save`](qix_schema::DocApi::do_save).
    ///
    /// The selections of a bookmark are not part of its properties, so they are made in the session of the other app, and
    /// stored there; then the session's own selections are restored. Searches, ranges, alternate states, locks, and
    /// variables are copied; the active fields of cyclic dimensions are not. A field or value that the other app does not
    /// have is an error, unless you [skip it](Pending::skip_missing).
    ///
    /// ```
    /// use qix_client::prelude::*;
    /// use qix_test_engine::{App, TestEngine};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = TestEngine::builder().with_app(App::new("copy")).start().await?;
    /// let from = Session::builder().url(engine.url()).app("sales").connect().await?.open_doc("sales").await?;
    /// let to = Session::builder().url(engine.url()).app("copy").connect().await?.open_doc("copy").await?;
    ///
    /// for measure in from.measures().await? {
    ///     from.get_measure(&measure.id).await?.copy_to(&to).await?;
    /// }
    /// assert_eq!(to.measures().await?[0].expression, "Sum(Sales)");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns errors of the calls, and [`CopyError`]s of bookmarks.
    fn copy_to(&self, app: &Doc) -> Pending<Copy<Self>> {
        Pending::new(Copy { item: self.clone(), app: app.clone(), skip_missing: false })
    }
}

impl<C: Stored + sealed::Copied> CopyExt for C {}

/// The properties of what an app stores; see [`DocExt::create`](crate::DocExt::create).
pub trait StoredProperties: sealed::Properties + fmt::Debug + Send + 'static {
    /// The class of the item.
    type Item: Stored<Properties = Self>;
}

/// Looks up an item; see [`DocExt::measure`](crate::DocExt::measure) and its neighbors.
#[derive(Clone, Debug)]
pub struct Find<C> {
    app: Doc,
    id: String,
    class: PhantomData<fn() -> C>,
}

impl<C: Stored> Find<C> {
    pub(super) fn new(app: &Doc, id: String) -> Pending<Self> {
        Pending::new(Self { app: app.clone(), id, class: PhantomData })
    }
}

impl<C: Stored> Run for Find<C> {
    type Output = Option<C>;

    async fn run(self, options: CallOptions) -> Result<Option<C>, Error> {
        C::get(&self.app, self.id, options).await.optional()
    }
}

/// Creates an item; see [`DocExt::create`](crate::DocExt::create).
#[derive(Clone, Debug)]
pub struct Create<P> {
    app: Doc,
    properties: P,
}

impl<P: StoredProperties> Create<P> {
    pub(super) fn new(app: &Doc, properties: P) -> Pending<Self> {
        Pending::new(Self { app: app.clone(), properties })
    }
}

impl<P: StoredProperties> Run for Create<P> {
    type Output = P::Item;

    async fn run(self, options: CallOptions) -> Result<P::Item, Error> {
        <P::Item as sealed::Stored>::create(&self.app, self.properties, options).await
    }
}

/// Copies an item to another app; see [`CopyExt::copy_to`].
#[derive(Clone, Debug)]
pub struct Copy<C> {
    item: C,
    app: Doc,
    skip_missing: bool,
}

/// # Copies of bookmarks
impl Pending<Copy<GenericBookmark>> {
    /// Sets whether to copy a bookmark without the fields, values, and variables that the other app does not have.
    /// Defaults to `false`: they are an error.
    pub fn skip_missing(mut self, skip: bool) -> Self {
        self.operation.skip_missing = skip;
        self
    }
}

impl<C: CopyExt> Run for Copy<C> {
    type Output = C;

    async fn run(self, options: CallOptions) -> Result<C, Error> {
        C::copy(&self.item, &self.app, self.skip_missing, options).await
    }
}

macro_rules! properties {
    ($($class:ident $module:ident $properties:ident $get:ident $set:ident)*) => {$(
        impl HasProperties for $class {
            type Properties = $properties;
            type GetProperties = $module::$get;
            type SetProperties = $module::$set;

            fn properties_request() -> Self::GetProperties {
                $module::$get::new()
            }

            fn set_properties_request(properties: $properties) -> Self::SetProperties {
                $module::$set::new(properties)
            }
        }
    )*};
}

properties! {
    Doc doc NxAppProperties GetAppProperties SetAppProperties
    GenericBookmark generic_bookmark GenericBookmarkProperties GetProperties SetProperties
    GenericDimension generic_dimension GenericDimensionProperties GetProperties SetProperties
    GenericMeasure generic_measure GenericMeasureProperties GetProperties SetProperties
    GenericObject generic_object GenericObjectProperties GetProperties SetProperties
    GenericVariable generic_variable GenericVariableProperties GetProperties SetProperties
}

macro_rules! stored {
    ($($class:ident $properties:ident $get:ident $create:ident $member:ident)*) => {$(
        impl Stored for $class {}

        impl sealed::Stored for $class {
            async fn get(app: &Doc, id: String, options: CallOptions) -> Result<Self, Error> {
                app.$get(&id).with_options(options).await
            }

            async fn create(app: &Doc, properties: $properties, options: CallOptions) -> Result<Self, Error> {
                Ok(app.$create(properties).with_options(options).await?.$member)
            }
        }

        impl sealed::Properties for $properties {}

        impl StoredProperties for $properties {
            type Item = $class;
        }
    )*};
}

stored! {
    GenericBookmark GenericBookmarkProperties get_bookmark create_bookmark bookmark
    GenericDimension GenericDimensionProperties get_dimension create_dimension dimension
    GenericMeasure GenericMeasureProperties get_measure create_measure measure
    GenericObject GenericObjectProperties get_object create_object object
    GenericVariable GenericVariableProperties get_variable_by_name create_variable_ex variable
}

impl sealed::Copied for GenericDimension {
    fn key(properties: &GenericDimensionProperties) -> String {
        properties.info.id.clone()
    }
}

impl sealed::Copied for GenericMeasure {
    fn key(properties: &GenericMeasureProperties) -> String {
        properties.info.id.clone()
    }
}

impl sealed::Copied for GenericVariable {
    fn key(properties: &GenericVariableProperties) -> String {
        properties.name.clone()
    }
}

impl sealed::Copied for GenericBookmark {
    fn key(properties: &GenericBookmarkProperties) -> String {
        properties.info.id.clone()
    }

    async fn copy(item: &Self, app: &Doc, skip_missing: bool, options: CallOptions) -> Result<Self, Error> {
        bookmarks::copy(item, app, skip_missing, options).await
    }
}

impl sealed::Copied for GenericObject {
    fn key(properties: &GenericObjectProperties) -> String {
        properties.info.id.clone()
    }

    async fn take_over(
        &self,
        original: &Self,
        _: GenericObjectProperties,
        _: bool,
        options: CallOptions,
    ) -> Result<(), Error> {
        let tree = original.get_full_property_tree().with_options(options.clone()).await?;
        self.set_full_property_tree(tree).with_options(options).await
    }
}

mod sealed {
    use super::{CallOptions, Doc, Error, HasProperties, OptionalExt};

    /// How an app stores items of a class.
    pub trait Stored: HasProperties {
        fn get(app: &Doc, id: String, options: CallOptions) -> impl Future<Output = Result<Self, Error>> + Send;

        fn create(
            app: &Doc,
            properties: Self::Properties,
            options: CallOptions,
        ) -> impl Future<Output = Result<Self, Error>> + Send;
    }

    /// How an item is copied.
    pub trait Copied: Stored + Send + Sync {
        /// What identifies the item in an app.
        fn key(properties: &Self::Properties) -> String;

        /// Copies an item to another app.
        fn copy(
            item: &Self,
            app: &Doc,
            _skip_missing: bool,
            options: CallOptions,
        ) -> impl Future<Output = Result<Self, Error>> + Send {
            async move {
                let properties = item.call(Self::properties_request()).with_options(options.clone()).await?;
                let known = Self::get(app, Self::key(&properties), options.clone()).await.optional()?;
                let is_new = known.is_none();
                let copy = match known {
                    Some(known) => known,
                    None => Self::create(app, properties.clone(), options.clone()).await?,
                };
                copy.take_over(item, properties, is_new, options).await?;
                Ok(copy)
            }
        }

        /// Makes this item like the original. A new one was created with the properties.
        fn take_over(
            &self,
            _original: &Self,
            properties: Self::Properties,
            is_new: bool,
            options: CallOptions,
        ) -> impl Future<Output = Result<(), Error>> + Send {
            async move {
                if is_new {
                    return Ok(());
                }
                self.call(Self::set_properties_request(properties)).with_options(options).await
            }
        }
    }

    pub trait Properties {}
}
