//! Requests as text.

use std::fmt::Write;

/// The text of a request.
pub(crate) fn encode(id: i64, handle: i64, method: &str, params: &str, delta: bool) -> String {
    let mut text = String::with_capacity(params.len() + method.len() + 80);
    let delta = if delta { ",\"delta\":true" } else { "" };
    // Method names are identifiers of the schema; `{:?}` would escape them in Rust's way, not JSON's.
    let name = serde_json::Value::from(method);
    write!(text, r#"{{"jsonrpc":"2.0","id":{id},"handle":{handle},"method":{name},"params":{params}{delta}}}"#)
        .expect("writing to a string does not fail");
    text
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn a_request_is_one_line_of_json() {
        let text = encode(6, -1, "OpenDoc", r#"{"qDocName":"a"}"#, false);
        assert_eq!(text, r#"{"jsonrpc":"2.0","id":6,"handle":-1,"method":"OpenDoc","params":{"qDocName":"a"}}"#);
        assert!(encode(7, 1, "GetLayout", "{}", true).ends_with(r#""params":{},"delta":true}"#));
    }
}
