//! The objects below an app or an object, at any depth.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, Stream, StreamExt};
use qix_schema::rpc::{CallOptions, ObjectHandle};
use qix_schema::types::{AppObjectListDef, GenericObjectProperties};
use qix_schema::{Class, Doc, DocApi, Error, GenericObject, GenericObjectApi, Global, GlobalApi};
use tokio::sync::OnceCell;

use super::lists::List;
use super::pending::sealed::Run;

/// How many objects are read at once.
const CONCURRENCY: usize = 8;

/// An object and its position; see [`DocExt::all_objects`](crate::DocExt::all_objects) and
/// [`GenericObjectExt::descendants`](crate::GenericObjectExt::descendants).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Descendant {
    /// The object.
    pub object: GenericObject,
    /// Its own properties. An object that shows a master visualization has few of them: the others are those of the
    /// master, which is the next object below.
    pub properties: GenericObjectProperties,
    /// The IDs of the objects above, from the root. Empty for a root object of the app.
    pub path: Vec<String>,
    /// Whether the object above shows this one as its master visualization
    /// ([`extends_id`](GenericObjectProperties::extends_id)). Otherwise it is a child.
    pub is_master: bool,
}

impl Descendant {
    /// The ID.
    pub fn id(&self) -> &str {
        &self.properties.info.id
    }

    /// The type, such as `sheet` or `barchart`.
    pub fn kind(&self) -> &str {
        &self.properties.info.type_
    }
}

/// Objects below an app or an object, level by level; see [`Descendant`].
#[must_use = "streams do nothing before they are polled"]
pub struct DescendantStream {
    waiting: VecDeque<Job>,
    running: FuturesOrdered<BoxFuture<'static, Result<Found, Error>>>,
    doc: Arc<OnceCell<Doc>>,
    limit: usize,
}

/// What to read.
enum Job {
    /// The root objects of the app.
    Roots(Doc),
    /// What is below an object.
    Below(GenericObject),
    Child(Position, GenericObject),
    Master(Position, GenericObject),
    Root(String, Doc),
}

/// The position of an object.
struct Position {
    id: String,
    path: Vec<String>,
}

/// What has been read: an object, and what to read next.
struct Found {
    object: Option<Descendant>,
    next: Vec<Job>,
}

impl DescendantStream {
    pub(super) fn of_app(doc: &Doc) -> Self {
        Self::new(Job::Roots(doc.clone()), OnceCell::new_with(Some(doc.clone())))
    }

    pub(super) fn of_object(object: &GenericObject) -> Self {
        Self::new(Job::Below(object.clone()), OnceCell::new())
    }

    fn new(start: Job, doc: OnceCell<Doc>) -> Self {
        Self { waiting: [start].into(), running: FuturesOrdered::new(), doc: Arc::new(doc), limit: CONCURRENCY }
    }

    /// Sets how many objects are read at once, at least one. Defaults to 8.
    pub fn with_concurrency(mut self, limit: usize) -> Self {
        self.limit = limit.max(1);
        self
    }
}

impl Job {
    async fn run(self, doc: Arc<OnceCell<Doc>>) -> Result<Found, Error> {
        let (object, path, is_master) = match self {
            Self::Roots(doc) => {
                let list = List::new(&doc, AppObjectListDef::default()).into_parts().0;
                let roots = list.run(CallOptions::default()).await?;
                let next = roots.into_iter().map(|root| Self::Root(root.id, doc.clone())).collect();
                return Ok(Found { object: None, next });
            }
            Self::Below(object) => {
                let next = below(&object, &[]).await?.1;
                return Ok(Found { object: None, next });
            }
            Self::Root(id, doc) => (doc.get_object(&id).await?, Vec::new(), false),
            Self::Child(position, parent) => (parent.get_child(&position.id).await?, position.path, false),
            Self::Master(position, extended) => {
                let doc = doc.get_or_try_init(async || app_of(&extended, &CallOptions::default()).await).await?;
                (doc.get_object(&position.id).await?, position.path, true)
            }
        };
        let (properties, next) = below(&object, &path).await?;
        Ok(Found { object: Some(Descendant { object, properties, path, is_master }), next })
    }
}

/// The properties of an object, and the objects below it, without those that it is below of.
async fn below(object: &GenericObject, path: &[String]) -> Result<(GenericObjectProperties, Vec<Job>), Error> {
    let (properties, children) = tokio::try_join!(object.get_properties(), object.get_child_infos())?;
    let path: Vec<String> = path.iter().cloned().chain([properties.info.id.clone()]).collect();
    let position = |id: &str| {
        let is_new = !id.is_empty() && path.iter().all(|above| above != id);
        is_new.then(|| Position { id: id.to_owned(), path: path.clone() })
    };
    let master = position(&properties.extends_id).map(|position| Job::Master(position, object.clone()));
    let children = children.iter().filter_map(|child| position(&child.id));
    let next = master.into_iter().chain(children.map(|position| Job::Child(position, object.clone()))).collect();
    Ok((properties, next))
}

/// The app of an object: a session has one.
pub(super) async fn app_of(object: &GenericObject, options: &CallOptions) -> Result<Doc, Error> {
    use qix_schema::AsRemote;
    let global = object.as_remote().bind(ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL));
    Global::from_remote(global).get_active_doc().with_options(options.clone()).await
}

impl Stream for DescendantStream {
    type Item = Result<Descendant, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            while this.running.len() < this.limit
                && let Some(job) = this.waiting.pop_front()
            {
                this.running.push_back(job.run(Arc::clone(&this.doc)).boxed());
            }
            match ready!(this.running.poll_next_unpin(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(found)) => {
                    this.waiting.extend(found.next);
                    if let Some(object) = found.object {
                        return Poll::Ready(Some(Ok(object)));
                    }
                }
            }
        }
    }
}

impl fmt::Debug for DescendantStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DescendantStream").finish_non_exhaustive()
    }
}
