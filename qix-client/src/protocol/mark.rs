//! The mark of a session: a session object that another session does not have.
//!
//! An engine reports that a connection is attached to a session, but not to which. If the session has ended in the
//! meantime, and another program of the same user has opened the app, the session is another one. A session object with
//! a random ID tells them apart.

use qix_schema::doc;
use serde_json::{Value, json};

use super::request;

/// The type of the object.
pub(crate) const TYPE: &str = "qix-session-mark";

/// The parameters for creating the mark with an ID.
pub(crate) fn creation(id: &str) -> String {
    json!({ "qProp": { "qInfo": { "qId": id, "qType": TYPE } } }).to_string()
}

/// The parameters for finding the mark.
pub(crate) fn search(id: &str) -> String {
    request::params(&doc::GetObject::new(id))
}

/// An ID that no other session has.
pub(crate) fn id(random: u64) -> String {
    format!("{TYPE}-{random:016x}")
}

/// Whether a request creates a mark or looks for one.
pub(crate) fn is_about(request: &Value) -> bool {
    let params = &request["params"];
    match request["method"].as_str() {
        Some("CreateSessionObject") => params["qProp"]["qInfo"]["qType"] == TYPE,
        Some("GetObject") => params["qId"].as_str().is_some_and(|id| id.starts_with(TYPE)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_about_marks_are_recognized() {
        let id = id(7);
        let parse = |params: &str| serde_json::from_str::<Value>(params).unwrap();
        assert!(is_about(&json!({ "method": "CreateSessionObject", "params": parse(&creation(&id)) })));
        assert!(is_about(&json!({ "method": "GetObject", "params": parse(&search(&id)) })));
        let other = parse(r#"{"qProp":{"qInfo":{"qId":"a","qType":"table"}}}"#);
        assert!(!is_about(&json!({ "method": "CreateSessionObject", "params": other })));
        assert!(!is_about(&json!({ "method": "GetObject", "params": { "qId": "a" } })));
    }
}
