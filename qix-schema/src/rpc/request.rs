//! Request types.

use std::fmt;

use serde::Serialize;

use super::{Answer, Class};
use crate::Error;

/// A method of the engine with its parameters.
///
/// Requests of the schema are generated. To call a method that is not part of the schema, implement it yourself:
///
/// ```
/// use qix_schema::rpc::{Answer, Effect, Method, Request};
/// use qix_schema::{Doc, Error};
///
/// #[derive(serde::Serialize)]
/// #[serde(rename_all = "camelCase")]
/// struct CountThings {
///     q_kind: String,
/// }
///
/// impl Request for CountThings {
///     type Class = Doc;
///     type Response = i64;
///     const METHOD: Method = Method::new("Doc", "CountThings", Effect::Read, &["qCount"]);
///
///     fn read(answer: Answer<'_>) -> Result<i64, Error> {
///         answer.value("qCount")
///     }
/// }
/// ```
pub trait Request: Serialize + Send + Sync {
    /// Class of the objects that have the method.
    type Class: Class;
    /// Type of the response.
    type Response: Send;
    /// The method.
    const METHOD: Method;

    /// Decodes the response.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the response does not match the schema, and
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if it contains no object.
    fn read(answer: Answer<'_>) -> Result<Self::Response, Error>;
}

/// Facts about a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Method {
    /// Name of its class, such as `Doc`.
    pub class: &'static str,
    /// Name in the schema, such as `GetField`.
    pub name: &'static str,
    /// Whether it reads or writes.
    pub effect: Effect,
    /// Names of the results.
    pub results: &'static [&'static str],
}

impl Method {
    /// A method by its class and name, with the names of its results.
    pub const fn new(
        class: &'static str,
        name: &'static str,
        effect: Effect,
        results: &'static [&'static str],
    ) -> Self {
        Self { class, name, effect, results }
    }
}

impl fmt::Display for Method {
    /// `Doc.GetField`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.class, self.name)
    }
}

/// Whether a method reads or writes. A runtime may retry reads automatically, but never writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The method only reads.
    Read,
    /// The method changes the app, the selections, the session, or later responses.
    Write,
}
