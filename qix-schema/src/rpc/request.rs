//! Requests as plain values.

use std::fmt;

use serde::Serialize;

use super::{Answer, Class};
use crate::Error;

/// One method of the engine, with its parameters.
///
/// The schema's methods are generated; a method that the schema lacks can be declared in a program of its own:
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
    /// What comes back.
    type Response: Send;
    /// The method.
    const METHOD: Method;

    /// Reads what came back.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the answer does not have the form that the schema gives it,
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if it should be an object and there is none.
    fn read(answer: Answer<'_>) -> Result<Self::Response, Error>;
}

/// What is known of a method besides its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Method {
    /// Its class, `Doc`.
    pub class: &'static str,
    /// Its name on the wire, `GetField`.
    pub name: &'static str,
    /// Whether it changes anything.
    pub effect: Effect,
    /// Names of the values that come back.
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

/// Whether a method changes anything; a runtime may repeat a read by itself, and never a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads.
    Read,
    /// It changes the app, the selections, the session or what the next call answers.
    Write,
}
