//! Members of an envelope between a result and an unknown object at the end of its message.
//!
//! The reader of the ends takes everything from the start of the result to the last brace for the result. That may
//! include lists of handles, or the mark of a delta, if an unknown object follows them. Finding out by parsing would
//! cost as much as decoding. This looks for neighboring bytes that such a member has and results rarely have, in parts
//! that the compiler compares with vector instructions: 17 GB per second in pages of cells, or 35 if only lists are
//! sought.

use std::ops::{BitAnd, BitOr, BitXor};

/// Compare eight bytes at a time with integers: a module has no vector instructions, since some browsers lack them.
const WORDS: bool = cfg!(target_family = "wasm");

/// 1 in each of eight bytes.
const ONES: u64 = u64::MAX / 255;

/// The numbers of bytes that are compared at once: first in large parts, then in small ones of those that may matter.
const LARGE: usize = 512;
const SMALL: usize = 64;

/// Whether a text may contain a list of handles or, unless it is known, the mark of a delta. If it contains one, this
/// is true.
pub(super) fn is_possible(text: &[u8], mark_is_known: bool) -> bool {
    if is_flat(text) {
        false
    } else if mark_is_known {
        search::<false>(text)
    } else {
        search::<true>(text)
    }
}

/// Whether an object contains no objects, so that it is the only value in its text.
fn is_flat(text: &[u8]) -> bool {
    let ends = |byte: &u8| *byte == b'}' || byte.is_ascii_whitespace();
    let end = text.iter().rposition(|byte| !ends(byte)).map_or(0, |at| at + 1);
    !text[..end].contains(&b'}')
}

/// One byte, or eight at once.
trait Bytes: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> {
    /// The same byte everywhere.
    fn all(byte: u8) -> Self;
}

impl Bytes for u8 {
    #[inline(always)]
    fn all(byte: u8) -> Self {
        byte
    }
}

impl Bytes for u64 {
    #[inline(always)]
    fn all(byte: u8) -> Self {
        ONES * Self::from(byte)
    }
}

/// Zero if a list of numbers may start here.
#[inline(always)]
fn of_list<B: Bytes>(first: B, second: B) -> B {
    (first ^ B::all(b'[')) | (second & B::all(0xc0))
}

/// Zero if `true` may start at the second byte.
#[inline(always)]
fn of_mark<B: Bytes>(first: B, second: B, third: B) -> B {
    (first & B::all(0xc0)) | (second ^ B::all(b't')) | (third ^ B::all(b'r'))
}

/// Searches where a list or, if sought, a mark may start.
#[inline(always)]
fn search<const MARK: bool>(text: &[u8]) -> bool {
    let is_in = |part: &[u8]| if WORDS { is_in_words::<MARK>(part) } else { is_in_bytes::<MARK>(part) };
    // Members that start in one part may end in the next one, which the end of the text does not need.
    let part = |from: usize, size: usize| &text[from..text.len().min(from + size + 2)];
    (0..text.len()).step_by(LARGE).filter(|from| is_in(part(*from, LARGE))).any(|from| {
        let ends = text.len().min(from + LARGE);
        let small = (from..ends).step_by(SMALL).filter(|from| is_in(part(*from, SMALL)));
        small.flat_map(|from| from..ends.min(from + SMALL)).any(|at| starts(text, at))
    })
}

/// Looks at each byte. The compiler uses vector instructions for this.
#[inline(always)]
fn is_in_bytes<const MARK: bool>(part: &[u8]) -> bool {
    let triples = part.iter().zip(&part[1..]).zip(part.get(2..).unwrap_or_default());
    triples.fold(u8::MAX, |least, ((a, b), c)| {
        let list = least.min(of_list(*a, *b));
        if MARK { list.min(of_mark(*a, *b, *c)) } else { list }
    }) == 0
}

/// Looks at eight bytes at once.
#[inline(always)]
fn is_in_words<const MARK: bool>(part: &[u8]) -> bool {
    let (mut marks, mut rest) = (0, part);
    while let Some(window) = rest.first_chunk::<10>() {
        let [a, b, c] = [0, 1, 2].map(|from| word(&window[from..from + 8]));
        marks |= zeros(of_list(a, b));
        if MARK {
            marks |= zeros(of_mark(a, b, c));
        }
        rest = &rest[8..];
    }
    marks & (ONES << 7) != 0 || is_in_bytes::<MARK>(rest)
}

#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("a word has eight bytes"))
}

/// Has a high bit in one of eight bytes if one of them is zero.
#[inline(always)]
fn zeros(bytes: u64) -> u64 {
    bytes.wrapping_sub(ONES) & !bytes
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_show_what_bytes_show() {
        for sought in ["[1", "[ ", ":tr", " tr", "[a", "atr", ":t", ""] {
            for length in sought.len().max(1)..40 {
                for at in 0..=length - sought.len() {
                    for filler in [b'x', 0x01, b'[', b't', 0xff] {
                        let mut part = vec![filler; length];
                        part[at..at + sought.len()].copy_from_slice(sought.as_bytes());
                        let case = part.escape_ascii();
                        assert_eq!(is_in_words::<true>(&part), is_in_bytes::<true>(&part), "{case}");
                        assert_eq!(is_in_words::<false>(&part), is_in_bytes::<false>(&part), "{case}");
                    }
                }
            }
        }
    }
}
