//! String parser that looks at eight bytes at a time.

use std::borrow::Cow;

use serde::de::Error;

use super::fault::{Fault, Scanned};
use super::number::{HIGHS, ONES};

/// Reads a string without escapes, after its opening quote; returns it and the rest.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(crate) fn plain(text: &str) -> Option<(&str, &str)> {
    plain_inline(text)
}

/// Like [`plain`], but inlined in a browser, too.
#[inline(always)]
pub(crate) fn plain_inline(text: &str) -> Option<(&str, &str)> {
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
    match unescaped(text, end) {
        Ok(unescaped) => Ok((Cow::Owned(unescaped), rest)),
        Err(BadEscape { place, reason }) => {
            Err(Fault::at(text.len().saturating_sub(place), serde_json::Error::custom(reason)))
        }
    }
}

/// An invalid escape, described as `serde_json` does.
struct BadEscape {
    /// Where reading stops.
    place: usize,
    reason: &'static str,
}

/// Replaces the escapes before the closing quote, which is at `end`.
fn unescaped(text: &str, end: usize) -> Result<String, BadEscape> {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(end);
    let mut from = 0;
    while let Some(plain) = text[from..end].find('\\') {
        out.push_str(&text[from..from + plain]);
        let mut next = from + plain + 2;
        out.push(match bytes[next - 1] {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => code_point(bytes, &mut next)?,
            _ => return Err(BadEscape { place: next, reason: "invalid escape" }),
        });
        from = next;
    }
    out.push_str(&text[from..end]);
    Ok(out)
}

/// Reads the digits after `\u`, and those of the second half of a surrogate pair.
fn code_point(bytes: &[u8], next: &mut usize) -> Result<char, BadEscape> {
    let first = code_unit(bytes, next)?;
    let lone = |place: usize| BadEscape { place, reason: "lone leading surrogate in hex escape" };
    if let Some(found) = char::from_u32(first) {
        return Ok(found);
    }
    if first >= 0xdc00 {
        return Err(lone(*next));
    }
    for expected in *b"\\u" {
        *next += 1;
        if bytes.get(*next - 1) != Some(&expected) {
            return Err(BadEscape { place: *next, reason: "unexpected end of hex escape" });
        }
    }
    let second = code_unit(bytes, next)?.wrapping_sub(0xdc00);
    let found = (second < 0x400).then(|| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)).flatten();
    found.ok_or(lone(*next))
}

/// Reads four hexadecimal digits.
fn code_unit(bytes: &[u8], next: &mut usize) -> Result<u32, BadEscape> {
    let Some(digits) = bytes.get(*next..*next + 4) else {
        return Err(BadEscape { place: bytes.len(), reason: "EOF while parsing a string" });
    };
    *next += 4;
    let invalid = BadEscape { place: *next, reason: "invalid escape" };
    let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?));
    value.ok_or(invalid)
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
