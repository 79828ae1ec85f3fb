//! Objects of an engine.

use std::fmt;
use std::sync::Arc;

use super::{Call, Remote, Request};

/// What the engine calls an object: its handle, and what the answer that named it said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectHandle {
    /// The handle: a number of one connection.
    pub handle: i64,
    /// The class, `GenericObject`.
    pub class: &'static str,
    /// The type of a generic object, such as `sheet`.
    pub kind: Option<String>,
    /// The identifier of a generic object, or the app's.
    pub id: Option<String>,
}

impl ObjectHandle {
    /// The handle of the object that every connection has from the start, [`Global`](crate::Global).
    pub const GLOBAL: i64 = -1;

    /// An object of a class.
    pub fn new(class: &'static str, handle: i64) -> Self {
        Self { handle, class, kind: None, id: None }
    }
}

impl fmt::Display for ObjectHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "{} `{id}` (handle {})", self.class, self.handle),
            None => write!(f, "{} (handle {})", self.class, self.handle),
        }
    }
}

/// Something that calls go to.
pub trait AsRemote {
    /// Where calls go.
    fn as_remote(&self) -> &dyn Remote;
}

/// A class of the engine, as a handle to one of its objects; cheap to clone.
pub trait Class: AsRemote + Sized {
    /// Name of the class on the wire.
    const NAME: &'static str;

    /// An object that is reached through a remote.
    fn from_remote(remote: Arc<dyn Remote>) -> Self;

    /// Calls a method that is given as a value.
    ///
    /// ```no_run
    /// # async fn f(doc: qix_schema::Doc) -> Result<(), qix_schema::Error> {
    /// use qix_schema::{Class, doc};
    ///
    /// let year = doc.call(doc::GetField::new("Year").state_name("$")).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn call<R: Request<Class = Self>>(&self, request: R) -> Call<'_, R> {
        Call::new(self.as_remote(), request)
    }

    /// What the engine calls the object.
    fn handle(&self) -> &ObjectHandle {
        self.as_remote().handle()
    }
}
