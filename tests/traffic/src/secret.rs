//! Redacts secrets: passwords, tokens, and cookies.
//!
//! Errs on the side of caution: redacts the rest of a connection string entry or of a header line.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Replacement for secrets.
pub(crate) const HIDDEN: &str = "(hidden)";

/// Parts of names, in lowercase and without separators, that indicate secrets. The client uses the same list for its
/// recordings.
const NAMES: &str = include_str!("../../../qix-client/src/record/redact/names.txt");

/// Whether a member with this name contains a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    plain == "qserial" || NAMES.lines().any(|part| plain.contains(part))
}

/// Index of the positional parameter that contains a secret.
pub(crate) fn secret_positions(method: &str) -> &'static [usize] {
    match method {
        "OpenDoc" | "CreateDocEx" => &[2, 3],
        _ => &[],
    }
}

/// Quick check that rules out secrets in most strings.
static HINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)pass(?:w|phrase)|pwd|secret|token|cookie|authorization|bearer|basic|[_ -]?key|jwt|signature|\bsig\b|ticket|qlik-session|://|eyJ",
    )
});

/// A named value: `Password=…;`, `"token": "…"`, `XPassword is …`, `?access_token=…`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)((?:password|passwd|passphrase|pwd|secret|token|jwt|signature|\bsig|qlikticket|\bticket|x-qlik-session",
        r"|(?:api|access|account|private|shared|encryption)[ _-]?key)[\w.-]{0,40}",
        r#"(?:\\*["']?\s*(?:=>|=|:)\s*|\s+is\s+))"#,
        r#"(?:\\*"(?:[^"\\]|\\.|"")*"?|'(?:[^']|'')*'?|\{(?:[^}]|\}\})*\}?|[^;\r\n]+)"#,
    ))
});

/// A header: the rest of its line.
static HEADER: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)((?:cookie|authorization)["']?\s*[:=]\s*)[^\r\n]+"#));

/// Secrets that are recognizable by their form: an authentication scheme, a JSON web token.
static BARE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i:(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,})|eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)*"));

/// User and password in a URL.
static USER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(://)[^\s/@:]*:[^\s@]*@"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns are constant and tested")
}

/// Redacts the secrets in a string.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    if !HINT.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = Cow::Borrowed(text);
    for (pattern, instead) in
        [(&HEADER, "${1}(hidden)"), (&NAMED, "${1}(hidden)"), (&BARE, "${1}(hidden)"), (&USER, "${1}(hidden)@")]
    {
        if let Cow::Owned(hidden) = pattern.replace_all(&clean, instead) {
            clean = Cow::Owned(hidden);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::{is_secret_name, redact, secret_positions};

    #[test]
    fn no_secret_is_left_in_a_text() {
        let texts = [
            r#"CUSTOM CONNECT TO "provider=X;host=h;Password=s3cret,\"] x;user=me""#,
            "OLEDB CONNECT TO [Provider=SQLOLEDB;pwd={s3cret;x};Data Source=h]",
            "pwd='a''s3cret';x=1",
            "pwd={a}}s3cret};x=1",
            "https://h/blob?sv=1&sig=s3cret%3D",
            "LIB CONNECT (XUserId is ABC, XPassword is s3cretXY);",
            "https://h/app?qlikTicket=s3cret&x=1",
            "https://me:s3cret@h/app",
            r#"{"password": "s3cret", "user": "me"}"#,
            r#"{\"client_secret\":\"s3cret\"}"#,
            "Authorization: Basic s3cret==",
            "Cookie: a=1; X-Qlik-Session=s3cret; b=2",
            "sent Bearer s3cret_and_long",
            "AccountKey=s3cret/abc==;EndpointSuffix=x",
            "api-key = 's3cret'",
            "a token eyJhbGciOi.eyJzM2NyZXQi.s3cret",
        ];
        for text in texts {
            let clean = redact(text);
            assert!(!clean.contains("s3cret") && clean.contains("(hidden)"), "{clean}");
        }
    }

    #[test]
    fn other_text_is_not_changed() {
        assert_eq!(redact("host=h;Password=x;user=me"), "host=h;Password=(hidden);user=me");
        assert_eq!(redact("Sum(Sales) of https://h/a"), "Sum(Sales) of https://h/a");
        assert_eq!(redact("the basic keyword"), "the basic keyword");
    }

    #[test]
    fn names_of_secrets_are_recognized_in_every_style() {
        for name in ["qPassword", "access_token", "X-Qlik-Session", "Set-Cookie", "apiKey", "client-secret", "qSerial"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["qHandle", "qInfo", "qKey", "qSerialNo", "qState"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn every_positional_secret_of_the_schema_is_known() {
        let snapshot: serde_json::Value =
            serde_json::from_str(include_str!("../../../qix-schema/schema/snapshot.json")).unwrap();
        for (method, facts) in snapshot["methods"].as_object().unwrap() {
            let name = method.rsplit('.').next().unwrap();
            for (position, param) in facts["params"].as_array().unwrap().iter().enumerate() {
                if is_secret_name(param["name"].as_str().unwrap()) && param["type"] == "string" {
                    assert!(secret_positions(name).contains(&position), "{method}, parameter {position}");
                }
            }
        }
    }
}
