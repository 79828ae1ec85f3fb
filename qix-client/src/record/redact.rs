//! Redacts passwords, keys, and tokens in JSON. Errs on the side of caution.

use serde_json::Value;

mod text;

use text::{HIDDEN, hidden_in_text, is_secret_name};

/// Redacts the secrets in a message or part of it.
pub(crate) fn hidden(json: &str) -> String {
    if !text::may_contain_secret(json) {
        return json.to_owned();
    }
    match serde_json::from_str::<Value>(json) {
        Ok(mut value) => match hide(&mut value) {
            true => value.to_string(),
            // As it was written.
            false => json.to_owned(),
        },
        Err(_) => format!("{HIDDEN} ({} bytes that may hold a secret)", json.len()),
    }
}

/// Redacts the secrets in a value. Returns whether there were any.
fn hide(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |found, (name, value)| {
            // Flags about a secret, such as whether it exists, are not secret.
            let told = matches!(value, Value::Null | Value::Bool(_) | Value::Number(_));
            if !told && is_secret_name(name) {
                *value = HIDDEN.into();
                return true;
            }
            hide(value) || found
        }),
        Value::Array(items) => items.iter_mut().map(hide).fold(false, |found, hidden| found | hidden),
        Value::String(text) => {
            let clean = hidden_in_text(text).into_owned();
            let found = clean != *text;
            *text = clean;
            found
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_secret_is_left() {
        for message in [
            json!({ "params": { "qPassword": "s3cret", "qConnection": { "qPassword": "s3cret" } } }),
            json!({ "access_token": "s3cret", "Set-Cookie": ["s3cret"], "API-Key": { "a": "s3cret" } }),
            json!({ "qConnectionString": "provider=X;host=h;Password=s3cret;user=me" }),
            json!({ "qScript": "LIB CONNECT (XUserId is ABC, XPassword is s3cretXY);\nLOAD 1;" }),
            json!([
                "pwd='a''s3cret';x=1",
                "pwd={a}}s3cret};x=1",
                "client_secret\": \"s3cret\"",
                "token s3 PWD = s3cret"
            ]),
            json!("PASSWORD => s3cret"),
        ] {
            let text = hidden(&message.to_string());
            assert!(!text.contains("s3cret") && text.contains(HIDDEN), "{text}");
            serde_json::from_str::<Value>(&text).unwrap();
        }
        assert_eq!(hidden("{ password s3cret"), "*** (17 bytes that may hold a secret)");
    }

    #[test]
    fn other_text_is_kept() {
        let text = r#"{"qNum": 1.50, "qText":"Sum(Sales)"}"#;
        assert_eq!(hidden(text), text);
        let message = json!({ "a": "host=h;Password=s3cret;user=me", "qUsePassword": true, "b": "the Password." });
        let hidden: Value = serde_json::from_str(&hidden(&message.to_string())).unwrap();
        let expected = json!({ "a": "host=h;Password=***;user=me", "qUsePassword": true, "b": "the Password." });
        assert_eq!(hidden, expected);
    }
}
