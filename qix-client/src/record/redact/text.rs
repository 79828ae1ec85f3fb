//! Redacts passwords, keys, and tokens in a string. Errs on the side of caution.
//!
//! `tests/traffic` compiles this file too.

use std::borrow::Cow;

/// Replacement for secrets.
pub(crate) const HIDDEN: &str = "***";

/// Parts of names, in lowercase and without separators, that indicate secrets; one per line.
const NAMES: &str = include_str!("names.txt");

/// Whole names that indicate secrets.
const WHOLE_NAMES: [&str; 3] = ["qserial", "sig", "ticket"];

/// What secrets without one of [`NAMES`] have in common, in lowercase and without separators.
const FORMS: [&str; 9] = ["qserial", "ticket", "sig=", "sig\"", "sig\\", "://", "bearer", "basic", "eyj"];

/// The fewest characters of credentials after their scheme.
const CREDENTIALS: usize = 8;

/// Whether a member with this name contains a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = plain(name);
    WHOLE_NAMES.contains(&name.as_str()) || NAMES.lines().any(|part| name.contains(part))
}

/// Rules out secrets in most texts, quickly.
pub(crate) fn may_contain_secret(text: &str) -> bool {
    let plain = plain(text);
    FORMS.iter().copied().chain(NAMES.lines()).any(|part| plain.contains(part))
}

/// Redacts a script, a connection string, a URL, or the lines of a header: values that have a name or a form of secrets.
pub(crate) fn hidden_in_text(text: &str) -> Cow<'_, str> {
    if !may_contain_secret(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::new();
    let mut done = 0;
    while let Some((start, end)) = next_secret(text, done) {
        clean.push_str(&text[done..start]);
        clean.push_str(HIDDEN);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[done..]);
    Cow::Owned(clean)
}

/// Finds the next secret in a text from a position on: its start and its end.
type Find = fn(&str, usize) -> Option<(usize, usize)>;

/// The position of the next secret.
fn next_secret(text: &str, from: usize) -> Option<(usize, usize)> {
    let ways: [Find; 4] = [named, after_scheme, web_token, user];
    ways.iter().filter_map(|find| find(text, from)).min()
}

/// A value after its name: `Password=…;`, `"token": "…"`, `XPassword is …`, `Cookie: …`.
fn named(text: &str, from: usize) -> Option<(usize, usize)> {
    let signs = text[from..].match_indices(['=', ':', ' ']).map(|(at, sign)| (at + from, sign));
    for (at, sign) in signs {
        let (value, words) = match sign {
            " " if text[at..].starts_with(" is ") => (at + " is ".len(), 1),
            " " => continue,
            _ if text[at..].starts_with("=>") => (at + 2, 2),
            _ => (at + 1, 2),
        };
        let name = name_before(&text[from..at], words);
        if !is_secret_name(name) {
            continue;
        }
        let value = text.len() - text[value..].trim_start_matches([' ', '\t']).len();
        let name = plain(name);
        let is_header = ["cookie", "authorization"].iter().any(|header| name.contains(header));
        let length = if is_header { line(&text[value..]) } else { end_of_value(&text[value..]) };
        if length > 0 {
            return Some((value, value + length));
        }
    }
    None
}

/// The name at the end of a text: its last words, without quotes.
fn name_before(text: &str, words: usize) -> &str {
    let text = text.trim_end_matches(['"', '\'', '\\', ' ', '\t']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut start = text.len();
    for word in 0..words {
        let before = &text[..start];
        let before = if word > 0 { before.strip_suffix(' ').unwrap_or_default() } else { before };
        let begin = before.trim_end_matches(is_part).len();
        if begin == before.len() {
            break;
        }
        start = begin;
    }
    &text[start..]
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

fn line(text: &str) -> usize {
    text.find(['\r', '\n']).unwrap_or(text.len())
}

/// Credentials after an authentication scheme: `Bearer …`.
fn after_scheme(text: &str, from: usize) -> Option<(usize, usize)> {
    let lower = text[from..].to_ascii_lowercase();
    let schemes = ["bearer ", "basic "].iter().flat_map(|scheme| {
        lower.match_indices(scheme).map(|(at, scheme)| from + at + scheme.len()).collect::<Vec<_>>()
    });
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._~+/=-".contains(c);
    let credentials = schemes.filter_map(|start| {
        let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
        (length >= CREDENTIALS).then_some((start, start + length))
    });
    credentials.min()
}

/// A JSON web token, which starts with the beginning of a JSON object in Base64.
fn web_token(text: &str, from: usize) -> Option<(usize, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut starts = text[from..].match_indices("eyJ").map(|(at, _)| at + from);
    starts.find_map(|start| {
        let length = text[start..].find(|c| !is_part(c)).unwrap_or(text.len() - start);
        let header = text[start..start + length].find('.')?;
        (header >= 7 && length > header + 1).then_some((start, start + length))
    })
}

/// User and password in a URL.
fn user(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut starts = text[from..].match_indices("://").map(|(at, sign)| from + at + sign.len());
    starts.find_map(|start| {
        let authority = text[start..].find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(text.len() - start);
        let end = start + text[start..start + authority].rfind('@')?;
        text[start..end].contains(':').then_some((start, end))
    })
}

/// In lowercase, without word separators.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "access key: s3cret",
            "PASSWORD => s3cret",
            "token s3 PWD = s3cret",
            "a token eyJhbGciOi.eyJzM2NyZXQi.s3cret",
            "é password=é s3cret; ü",
        ];
        for text in texts {
            let clean = hidden_in_text(text);
            assert!(!clean.contains("s3cret") && clean.contains(HIDDEN), "{clean}");
        }
    }

    #[test]
    fn other_text_is_not_changed() {
        assert_eq!(hidden_in_text("host=h;Password=x;user=me"), "host=h;Password=***;user=me");
        for text in ["Sum(Sales) of https://h/a", "the basic keyword", "the Password.", "Password=", "a: b = c is d"] {
            assert_eq!(hidden_in_text(text), text);
        }
    }

    #[test]
    fn names_of_secrets_are_recognized_in_every_style() {
        for name in ["qPassword", "access_token", "X-Qlik-Session", "Set-Cookie", "apiKey", "client-secret", "qSerial"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["qHandle", "qInfo", "qKey", "qSerialNo", "qState", "significance"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
