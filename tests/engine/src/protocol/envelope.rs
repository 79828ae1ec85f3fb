//! Parses requests.

use super::failure::{Failure, INVALID_REQUEST, PARSE_ERROR, failure};
use serde::Deserialize;
use serde_json::Value;

/// A request with a valid envelope.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) id: Value,
    pub(crate) handle: i64,
    pub(crate) method: String,
    pub(crate) params: Value,
    pub(crate) delta: bool,
}

impl Request {
    /// Parses a message. The error contains the ID for the response.
    pub(crate) fn read(text: &str) -> Result<Self, Box<(Value, Failure)>> {
        let mut json = read_json(text).map_err(|e| Box::new((Value::Null, failure(PARSE_ERROR, e.to_string()))))?;
        let invalid = |id: &Value, what: &str| Box::new((id.clone(), failure(INVALID_REQUEST, what)));
        if !json.is_object() {
            return Err(invalid(&Value::Null, "Not an object"));
        }
        let id = json["id"].take();
        if !id.is_number() && !id.is_string() {
            return Err(invalid(&Value::Null, "Missing id"));
        }
        let Value::String(method) = json["method"].take() else {
            return Err(invalid(&id, "Missing method"));
        };
        let handle = match &json["handle"] {
            Value::Null => -1,
            handle => handle.as_i64().ok_or_else(|| invalid(&id, "handle is not an integer"))?,
        };
        let delta = json["delta"].as_bool().unwrap_or(false);
        Ok(Self { id, handle, method, params: json["params"].take(), delta })
    }
}

/// JSON of any depth: property trees can be deeper than the usual limit.
fn read_json(text: &str) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read() {
        let request = Request::read(r#"{"id":3,"handle":2,"method":"GetLayout","params":[],"delta":true}"#).unwrap();
        assert_eq!((request.handle, request.method.as_str(), request.delta), (2, "GetLayout", true));
    }

    #[test]
    fn invalid_requests_are_rejected_with_the_reason() {
        for (text, code) in [("nonsense", PARSE_ERROR), ("[]", INVALID_REQUEST), (r#"{"id":1}"#, INVALID_REQUEST)] {
            assert_eq!(Request::read(text).unwrap_err().1.code, code, "{text}");
        }
    }
}
