//! Encodes requests.

use qix_schema::rpc::{Method, Request};

use super::parts::quoted;

/// Whether a method is that of a request. A crate generated from another schema may have other effects and results.
pub(crate) fn is<R: Request>(method: Method) -> bool {
    // The names of different methods usually have different lengths; classes are the same most of the time.
    method.name == R::METHOD.name && method.class == R::METHOD.class
}

/// The parameters of a request by the session itself.
pub(crate) fn params<R: Request>(request: &R) -> String {
    serde_json::to_string(request).expect("a generated request of texts and numbers is JSON")
}

/// Appends the text of a request.
pub(crate) fn encode(text: &mut String, id: i64, handle: i64, method: &str, params: &str, delta: bool) {
    // Enough for usual numbers.
    text.reserve(params.len() + method.len() + 80);
    text.push_str(r#"{"jsonrpc":"2.0","id":"#);
    push_number(text, id);
    text.push_str(r#","handle":"#);
    push_number(text, handle);
    // Every method of a schema; those that a program makes up need not be.
    if method.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        text.push_str(r#","method":""#);
        text.push_str(method);
        text.push_str(r#"","params":"#);
    } else {
        text.push_str(r#","method":"#);
        text.push_str(&quoted(method));
        text.push_str(r#","params":"#);
    }
    text.push_str(params);
    text.push_str(if delta { r#","delta":true}"# } else { "}" });
}

/// Appends a number, without the detours of formatting.
fn push_number(text: &mut String, number: i64) {
    let mut rest = number.unsigned_abs();
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        start -= 1;
        digits[start] = b'-';
    }
    text.push_str(std::str::from_utf8(&digits[start..]).expect("digits are ASCII"));
}

#[cfg(test)]
mod tests {
    fn encode(id: i64, handle: i64, method: &str, params: &str, delta: bool) -> String {
        let mut text = String::new();
        super::encode(&mut text, id, handle, method, params, delta);
        text
    }

    #[test]
    fn a_request_is_one_line_of_json() {
        let text = encode(6, -1, "OpenDoc", r#"{"qDocName":"a"}"#, false);
        assert_eq!(text, r#"{"jsonrpc":"2.0","id":6,"handle":-1,"method":"OpenDoc","params":{"qDocName":"a"}}"#);
        assert!(encode(7, 1, "GetLayout", "{}", true).ends_with(r#""params":{},"delta":true}"#));
        for number in [0, -1, 9, 10, 99, -100, i64::MAX, i64::MIN] {
            assert!(encode(number, number, "A", "{}", false).contains(&format!(r#""id":{number},"handle":{number},"#)));
        }
        assert!(encode(8, 1, "Own\"One\n", "{}", false).contains(r#""method":"Own\"One\n","#));
    }
}
