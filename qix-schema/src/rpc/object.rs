//! Engine objects.

use std::fmt;
use std::sync::Arc;

use super::{Call, Remote, Request};

/// Identifies an engine object: its handle, and what the response that contained it says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectHandle {
    /// Handle, valid on one connection.
    pub handle: i64,
    /// Class, such as `GenericObject`.
    pub class: &'static str,
    /// Type of a generic object, such as `sheet`.
    pub kind: Option<String>,
    /// ID of a generic object or app.
    pub id: Option<String>,
}

impl ObjectHandle {
    /// Handle of [`Global`](crate::Global), the object that exists on every connection.
    pub const GLOBAL: i64 = -1;

    /// Creates a value for an object of a class.
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

/// Something that calls can be sent to.
pub trait AsRemote {
    /// The object that calls are sent to.
    fn as_remote(&self) -> &dyn Remote;
}

/// A handle to an engine object of one class. Cheap to clone.
pub trait Class: AsRemote + Sized {
    /// Name of the class in the schema.
    const NAME: &'static str;

    /// Creates an object from a remote.
    fn from_remote(remote: Arc<dyn Remote>) -> Self;

    /// Calls a method with a request value.
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

    /// The handle of the object and what is known about it.
    fn handle(&self) -> &ObjectHandle {
        self.as_remote().handle()
    }
}
