//! Members of an envelope between a result and an unknown object at the end of its message.
//!
//! The reader of the ends takes everything from the start of the result to the last brace for the result. That may
//! include lists of handles, or the mark of a delta, if an unknown object follows them. Finding out by parsing would
//! cost as much as decoding. This looks for neighboring bytes that such a member has and results rarely have, in parts
//! that the compiler compares with vector instructions: 17 GB per second in pages of cells, or 35 if only lists are
//! sought.

/// The numbers of bytes that are compared at once: first in large parts, then in small ones of those that may matter.
const LARGE: usize = 512;
const SMALL: usize = 64;

/// Whether a text may contain a list of handles or, unless it is known, the mark of a delta. If it contains one, this
/// is true.
pub(super) fn is_possible(text: &[u8], mark_is_known: bool) -> bool {
    if is_flat(text) {
        false
    } else if mark_is_known {
        search(text, |a, b, _| of_list(a, b))
    } else {
        search(text, |a, b, c| of_list(a, b).min(of_mark(a, b, c)))
    }
}

/// Whether an object contains no objects, so that it is the only value in its text.
fn is_flat(text: &[u8]) -> bool {
    let ends = |byte: &u8| *byte == b'}' || byte.is_ascii_whitespace();
    let end = text.iter().rposition(|byte| !ends(byte)).map_or(0, |at| at + 1);
    !text[..end].contains(&b'}')
}

/// Zero if a list of numbers may start here.
#[inline(always)]
fn of_list(first: u8, second: u8) -> u8 {
    (first ^ b'[') | (second & 0xc0)
}

/// Zero if `true` may start at the second byte.
#[inline(always)]
fn of_mark(first: u8, second: u8, third: u8) -> u8 {
    (first & 0xc0) | (second ^ b't') | (third ^ b'r')
}

/// Searches where one of three neighboring bytes gives zero.
#[inline(always)]
fn search(text: &[u8], sought: impl Fn(u8, u8, u8) -> u8) -> bool {
    let is_in = |part: &[u8]| {
        let triples = part.iter().zip(&part[1..]).zip(part.get(2..).unwrap_or_default());
        triples.fold(u8::MAX, |least, ((a, b), c)| least.min(sought(*a, *b, *c))) == 0
    };
    // Members that start in one part may end in the next one, which the end of the text does not need.
    let part = |from: usize, size: usize| &text[from..text.len().min(from + size + 2)];
    (0..text.len()).step_by(LARGE).filter(|from| is_in(part(*from, LARGE))).any(|from| {
        let ends = text.len().min(from + LARGE);
        let small = (from..ends).step_by(SMALL).filter(|from| is_in(part(*from, SMALL)));
        small.flat_map(|from| from..ends.min(from + SMALL)).any(|at| starts(text, at))
    })
}

/// Whether a member of an envelope has its value here: a list from this byte on, or a flag from the next byte on.
fn starts(text: &[u8], at: usize) -> bool {
    match &text[at..] {
        [b'[', b' ' | b'\n' | b'\r' | b'\t' | b'-' | b'0'..=b'9', ..] => {
            is_after(&text[..at], &[b"change", b"close", b"suspend"])
        }
        [b':' | b' ' | b'\n' | b'\r' | b'\t', b't', b'r', b'u', b'e', ..] => is_after(&text[..=at], &[b"delta"]),
        _ => false,
    }
}

/// Whether one of these names, in any spelling, and a colon are the end of a text.
fn is_after(text: &[u8], names: &[&[u8]]) -> bool {
    let Some(text) = text.trim_ascii_end().strip_suffix(b":") else { return false };
    let Some(text) = text.trim_ascii_end().strip_suffix(b"\"") else { return false };
    let Some(quote) = text.iter().rposition(|byte| *byte == b'"') else { return false };
    let name = &text[quote + 1..];
    name.contains(&b'\\') || names.contains(&name)
}
