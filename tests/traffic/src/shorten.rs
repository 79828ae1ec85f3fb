//! Abbreviates and redacts JSON values. The result is valid JSON.

use crate::redact;
use crate::secret;
use crate::tokens::{Token, Tokens};

/// Maximum depth. Deeper parts are omitted.
const DEPTH: usize = 100;
/// Twice the number of characters shown of a member name.
const KEY: usize = 400;

/// Abbreviates a valid JSON text to about `size` bytes: truncates long strings, and long lists and objects with a note
/// about what is missing. Secrets are redacted; `method` determines which positions of `params` contain secrets.
pub(crate) fn shorten(json: &str, size: usize, method: &str) -> String {
    let mut writer =
        Shortener { tokens: Tokens::new(json), out: String::new(), positions: secret::secret_positions(method) };
    writer.value(size, 0, false);
    writer.out
}

struct Shortener<'a> {
    tokens: Tokens<'a>,
    out: String,
    positions: &'static [usize],
}

impl Shortener<'_> {
    /// Writes the next value up to a maximum output length. `guarded` lists contain secrets by position.
    fn value(&mut self, limit: usize, depth: usize, guarded: bool) {
        match self.tokens.next() {
            Some(Token::Object) if depth < DEPTH => self.object(limit, depth),
            Some(Token::List) if depth < DEPTH => self.list(limit, depth, guarded),
            Some(Token::Object | Token::List) => {
                self.tokens.skip_rest();
                self.out.push_str("\"…\"");
            }
            Some(Token::Text(text)) => self.text(text, limit),
            Some(Token::Scalar(scalar)) => self.out.push_str(scalar),
            Some(Token::End) | None => self.out.push_str("null"),
        }
    }

    fn object(&mut self, limit: usize, depth: usize) {
        self.out.push('{');
        let (mut first, mut missing) = (true, 0);
        while !self.tokens.at_end() {
            let Some(Token::Text(key)) = self.tokens.next() else { break };
            if self.out.len() >= limit {
                self.tokens.skip_value();
                missing += 1;
                continue;
            }
            if !std::mem::take(&mut first) {
                self.out.push(',');
            }
            self.text(key, self.out.len() + KEY);
            self.out.push(':');
            if is_secret(key) {
                self.hidden();
            } else {
                let guarded = depth == 0 && key == "\"params\"" && !self.positions.is_empty();
                self.value(self.share(limit), depth + 1, guarded);
            }
        }
        self.tokens.next();
        if missing > 0 {
            let comma = if first { "" } else { "," };
            self.out.push_str(&format!("{comma}\"…\":\"{missing} more\""));
        }
        self.out.push('}');
    }

    fn list(&mut self, limit: usize, depth: usize, guarded: bool) {
        self.out.push('[');
        let mut index = 0;
        while !self.tokens.at_end() {
            let comma = if index == 0 { "" } else { "," };
            self.out.push_str(comma);
            if self.out.len() >= limit {
                let missing = self.tokens.skip_rest();
                self.out.push_str(&format!("\"… {missing} more\"]"));
                return;
            }
            if guarded && self.positions.contains(&index) {
                self.hidden();
            } else {
                self.value(self.share(limit), depth + 1, false);
            }
            index += 1;
        }
        self.tokens.next();
        self.out.push(']');
    }

    /// Writes a replacement for a secret. Empty secrets are shown, because that is useful to know.
    fn hidden(&mut self) {
        let before = self.tokens.clone();
        match self.tokens.next() {
            Some(Token::Scalar(scalar @ ("true" | "false" | "null"))) => self.out.push_str(scalar),
            Some(Token::Text("\"\"")) => self.out.push_str("\"\""),
            _ => {
                self.tokens = before;
                self.tokens.skip_value();
                self.out.push('"');
                self.out.push_str(redact::HIDDEN);
                self.out.push('"');
            }
        }
    }

    fn text(&mut self, raw: &str, limit: usize) {
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        // Escapes may hide the name of a secret. An unpaired surrogate cannot be decoded and is used as written.
        let decoded = if inner.contains('\\') { serde_json::from_str::<String>(raw).ok() } else { None };
        let text = decoded.as_deref().unwrap_or(inner);
        let clean = redact::hidden_in_text(text);
        let most = (limit.saturating_sub(self.out.len()) / 2).max(24);
        let cut = clean.char_indices().nth(most).map(|(at, _)| at);
        match cut {
            None if clean == text => self.out.push_str(raw),
            None => self.write(&clean),
            Some(at) => {
                let missing = clean[at..].chars().count();
                self.write(&format!("{}… ({missing} more)", &clean[..at]));
            }
        }
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(&serde_json::Value::from(text).to_string());
    }

    /// The share of the remaining space that a value may use, so that its siblings get some.
    fn share(&self, limit: usize) -> usize {
        let room = limit.saturating_sub(self.out.len());
        self.out.len() + room - room / 8
    }
}

fn is_secret(key: &str) -> bool {
    if key.contains('\\') {
        return serde_json::from_str::<String>(key).is_ok_and(|key| redact::is_secret_name(&key));
    }
    redact::is_secret_name(key)
}

#[cfg(test)]
mod tests {
    use super::shorten;
    use serde_json::{Value, json};

    fn short(json: &str, size: usize) -> Value {
        serde_json::from_str(&shorten(json, size, "")).unwrap()
    }

    #[test]
    fn short_values_are_not_changed() {
        let json = r#"{"a": [1e400, -0.0, "é\ud800"], "b": {}, "c": []}"#;
        assert_eq!(shorten(json, 1_000, ""), json.replace(' ', ""));
    }

    #[test]
    fn abbreviated_values_have_the_number_of_omitted_ones() {
        let list: Vec<u32> = (0..1_000).collect();
        let short_list = short(&json!({ "list": list, "after": true }).to_string(), 200);
        assert!(short_list["list"].as_array().unwrap().last().unwrap().as_str().unwrap().ends_with(" more"));
        assert_eq!(short_list["after"], true);
        assert_eq!(short(&format!("\"{}\"", "x".repeat(100)), 48), format!("{}… (76 more)", "x".repeat(24)));
        let wide: serde_json::Map<String, Value> = (0..100).map(|n| (format!("member{n}"), json!(n))).collect();
        assert!(short(&Value::Object(wide).to_string(), 100)["…"].as_str().unwrap().ends_with(" more"));
    }

    #[test]
    fn shortening_again_changes_nothing_that_fits() {
        let once = shorten(&json!({ "list": (0..999).collect::<Vec<_>>() }).to_string(), 300, "");
        assert_eq!(shorten(&once, 10_000, ""), once);
    }

    #[test]
    fn any_depth_is_supported() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(shorten(&deep, 10_000, "").contains('…'));
    }

    #[test]
    fn secrets_are_hidden_by_name_by_position_and_inside_texts() {
        let json = r#"{"params": ["doc", "me", "s3cret", "s3cret", false], "qPassw\u006frd": "s3cret",
            "cookies": {"a": ["s3cret"]}, "qPassword": "", "x": "Password\u003ds3cret"}"#;
        let clean = shorten(json, 10_000, "OpenDoc");
        assert!(!clean.contains("s3cret"), "{clean}");
        let clean: Value = serde_json::from_str(&clean).unwrap();
        assert_eq!(clean["params"], json!(["doc", "me", "***", "***", false]));
        assert_eq!(clean["qPassword"], "");
        assert_eq!(clean["x"], "Password=***");
    }
}
