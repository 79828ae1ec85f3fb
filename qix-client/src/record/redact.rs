//! Redacts passwords, keys, and tokens. Errs on the side of caution.

use serde_json::Value;

/// Replacement for secrets.
const HIDDEN: &str = "***";

/// Parts of names, in lowercase and without separators, that indicate secrets; one per line.
const NAMES: &str = include_str!("redact/names.txt");

/// Redacts the secrets in a message or part of it.
pub(crate) fn hidden(json: &str) -> String {
    let plain = plain(json);
    if !NAMES.lines().any(|name| plain.contains(name)) {
        return json.to_owned();
    }
    match serde_json::from_str::<Value>(json) {
        Ok(mut value) => {
            hide(&mut value);
            value.to_string()
        }
        Err(_) => format!("{HIDDEN} ({} bytes that may hold a secret)", json.len()),
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                // Flags about a secret, such as whether it exists, are not secret.
                let told = matches!(value, Value::Null | Value::Bool(_) | Value::Number(_));
                if !told && is_secret(name) { *value = HIDDEN.into() } else { hide(value) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::String(text) => *text = hidden_in_text(text),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    let name = plain(name);
    NAMES.lines().any(|part| name.contains(part))
}

/// Redacts a script or connection string: from `Password=` to the end of the entry.
fn hidden_in_text(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut clean = String::with_capacity(text.len());
    let mut rest = 0;
    while let Some(value) = next_value(&lower, rest) {
        clean.push_str(&text[rest..value]);
        clean.push_str(HIDDEN);
        rest = value + end_of_value(&text[value..]);
    }
    clean.push_str(&text[rest..]);
    clean
}

/// The start of the next secret value.
fn next_value(lower: &str, from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let (at, name) = NAMES.lines().filter_map(|name| Some((lower[from..].find(name)? + from, name))).min()?;
        // The rest of the name, then `=`, `:`, or `is`, with optional quotes and spaces.
        let behind = at + name.len();
        let text = lower[behind..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
        let text = text.trim_start_matches(['"', '\'', '\\', ' ', '\t']);
        let value = ["=>", "=", ":", "is "].iter().find_map(|sign| text.strip_prefix(sign));
        match value {
            Some(value) => return Some(lower.len() - value.trim_start_matches([' ', '\t']).len()),
            None => from = behind,
        }
    }
}

/// The length of a value with optional quotes or braces.
fn end_of_value(text: &str) -> usize {
    let (open, close) = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => (1, quote),
        Some('{') => (1, '}'),
        _ => return text.find([';', '\r', '\n', ')', ']']).unwrap_or(text.len()),
    };
    let mut from = open;
    while let Some(found) = text[from..].find(close) {
        from += found + 1;
        // A doubled quote is one quote.
        if !text[from..].starts_with(close) {
            return from;
        }
        from += 1;
    }
    text.len()
}

/// In lowercase, without word separators.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
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
