//! The mark of a session: a session object that another session does not have.
//!
//! An engine reports that a connection is attached to a session, but not to which. If the session has ended in the
//! meantime, and another program of the same user has opened the app, the session is another one. A session object with
//! a random ID tells them apart.

use qix_schema::doc;

use super::parts::quoted;
use super::request;

/// The type of the object.
pub(crate) const TYPE: &str = "qix-session-mark";

/// The parameters for creating the mark with an ID.
pub(crate) fn creation(id: &str) -> String {
    format!(r#"{{"qProp":{{"qInfo":{{"qId":{},"qType":{}}}}}}}"#, quoted(id), quoted(TYPE))
}

/// The parameters for finding the mark.
pub(crate) fn search(id: &str) -> String {
    request::params(&doc::GetObject::new(id))
}

/// An ID that no other session has.
pub(crate) fn id(random: u64) -> String {
    format!("{TYPE}-{random:016x}")
}
