//! String parser that looks at eight bytes at a time.

use std::borrow::Cow;

use serde::de::Error;

use super::fault::{Fault, Scanned};
use super::number::{HIGHS, ONES};
use super::path;

/// Reads a string without escapes, after its opening quote; returns it and the rest.
#[inline(always)]
pub(crate) fn plain(text: &str) -> Option<(&str, &str)> {
    let (plain, rest) = text.split_at_checked(plain_length(text.as_bytes()))?;
    Some((plain, rest.strip_prefix("\"")?))
}

/// The number of bytes before a quote, a backslash, or a control character.
#[inline(always)]
fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match bytes.get(length..).and_then(<[u8]>::first_chunk) {
            Some(chunk) => match special(u64::from_le_bytes(*chunk)) {
                None => length += 8,
                Some(offset) => return length + offset,
            },
            None => return near_end(bytes, length),
        }
    }
}

/// Like [`plain_length`], for the last bytes of a text.
#[cold]
#[inline(never)]
fn near_end(bytes: &[u8], from: usize) -> usize {
    let end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes.iter().skip(from).position(end).map_or(bytes.len(), |offset| from + offset)
}

/// Reads any string; returns it and the rest.
pub(super) fn string(text: &str) -> Result<(Cow<'_, str>, &str), Box<Fault>> {
    string_inside(text.strip_prefix('"').ok_or_else(Fault::syntax)?)
}

/// Reads any string, after its opening quote; returns it and the rest.
pub(super) fn string_inside(text: &str) -> Result<(Cow<'_, str>, &str), Box<Fault>> {
    if let Some((plain, rest)) = plain(text) {
        return Ok((Cow::Borrowed(plain), rest));
    }
    let bytes = text.as_bytes();
    let mut end = 0;
    loop {
        end += plain_length(bytes.get(end..).ok_or_else(Fault::syntax)?);
        match bytes.get(end) {
            Some(b'"') => break,
            Some(b'\\') => end += 2,
            // A control character, or the end of the text.
            _ => return Err(Fault::syntax()),
        }
    }
    let rest = text.get(end + 1..).ok_or_else(Fault::syntax)?;
    let unescaped = serde_json::from_str(&format!("\"{}\"", &text[..end]));
    unescaped.map(|unescaped| (Cow::Owned(unescaped), rest)).map_err(|_| bad_escape(text))
}

/// The error of a string with an invalid escape, after its opening quote.
#[cold]
fn bad_escape(text: &str) -> Box<Fault> {
    let quoted = format!("\"{text}");
    let first = serde_json::Deserializer::from_str(&quoted).into_iter::<String>().next();
    let Some(Err(error)) = first else { return Fault::syntax() };
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let end = path::offset(&quoted, error.line(), error.column());
    Fault::at(quoted.len() - end, serde_json::Error::custom(message))
}

/// Skips a string. Checks the syntax of escapes, but not for unpaired surrogates.
pub(super) fn skip_string(text: &str) -> Scanned<'_> {
    let quoted = text.strip_prefix('"').ok_or_else(Fault::syntax)?;
    if let Some((_, rest)) = plain(quoted) {
        return Ok(rest);
    }
    let bytes = quoted.as_bytes();
    let mut end = 0;
    loop {
        end += plain_length(bytes.get(end..).ok_or_else(Fault::syntax)?);
        match bytes.get(end..).unwrap_or_default() {
            [b'"', ..] => return Ok(&quoted[end + 1..]),
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => end += 2,
            [b'\\', b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => end += 6,
            _ => return Err(Fault::syntax()),
        }
    }
}

/// The index of the first quote, backslash, or control character in eight bytes.
#[inline(always)]
fn special(bytes: u64) -> Option<usize> {
    // Sets the high bit of each byte below a bound. A borrow may mark bytes after the first such byte, never before
    // it.
    let below = |bytes: u64, bound: u8| bytes.wrapping_sub(ONES * u64::from(bound));
    // With its second bit flipped, a quote is below 0x21, and so are control characters.
    let quote_or_control = below(bytes ^ (ONES * 0x02), 0x21);
    let backslash = below(bytes ^ (ONES * u64::from(b'\\')), 1);
    let marks = (quote_or_control | backslash) & !bytes & HIGHS;
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::special;

    #[test]
    fn finds_the_first_byte_that_ends_plain_text() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let mut bytes = *b"abcdefgh";
                bytes[place] = byte;
                let expected = matches!(byte, b'"' | b'\\' | 0..0x20).then_some(place);
                assert_eq!(special(u64::from_le_bytes(bytes)), expected, "{byte:#x} at {place}");
                bytes[7] = b'"';
                assert_eq!(special(u64::from_le_bytes(bytes)), expected.or(Some(7)), "{byte:#x} at {place}");
            }
        }
    }
}
