//! Encodes requests.

use qix_schema::rpc::{Method, Request};
use serde::Serialize;

/// Whether a method is that of a request. A crate generated from another schema may have other effects and results.
pub(crate) fn is<R: Request>(method: Method) -> bool {
    method.class == R::METHOD.class && method.name == R::METHOD.name
}

/// The parameters of a request by the session itself.
pub(crate) fn params<R: Request>(request: &R) -> String {
    serde_json::to_string(request).expect("a generated request of texts and numbers is JSON")
}

/// The text of a request.
pub(crate) fn encode(id: i64, handle: i64, method: &str, params: &str, delta: bool) -> String {
    let mut text = Vec::with_capacity(params.len() + method.len() + 80);
    text.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    push(&mut text, id);
    text.extend_from_slice(br#","handle":"#);
    push(&mut text, handle);
    text.extend_from_slice(br#","method":"#);
    push(&mut text, method);
    text.extend_from_slice(br#","params":"#);
    text.extend_from_slice(params.as_bytes());
    text.extend_from_slice(if delta { br#","delta":true}"# } else { b"}" });
    String::from_utf8(text).expect("each part is UTF-8")
}

fn push(text: &mut Vec<u8>, value: impl Serialize) {
    serde_json::to_writer(text, &value).expect("a number or a text, written to memory");
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn a_request_is_one_line_of_json() {
        let text = encode(6, -1, "OpenDoc", r#"{"qDocName":"a"}"#, false);
        assert_eq!(text, r#"{"jsonrpc":"2.0","id":6,"handle":-1,"method":"OpenDoc","params":{"qDocName":"a"}}"#);
        assert!(encode(7, 1, "GetLayout", "{}", true).ends_with(r#""params":{},"delta":true}"#));
        assert!(encode(8, 1, "Own\"One\n", "{}", false).contains(r#""method":"Own\"One\n","#));
    }
}
