//! A cursor over compact JSON. It leaves everything it does not accept to the general decoder.

use serde::de::DeserializeOwned;

use super::number;

/// 1 in each of eight bytes.
pub(super) const ONES: u64 = u64::MAX / 255;

/// The high bit of each of eight bytes.
pub(super) const HIGHS: u64 = ONES << 7;

/// A position in a text.
///
/// Functions that are not inlined take the cursor by value and return the new one. A borrowed cursor would stay in
/// memory, and each step would wait for the store of the previous one.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    text: &'a str,
    /// The remaining bytes.
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, rest: text.as_bytes() }
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The offset in the text.
    #[inline(always)]
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// The position a number of bytes further on.
    #[inline(always)]
    fn skip(self, count: usize) -> Option<Self> {
        Some(Self { rest: self.rest.get(count..)?, ..self })
    }

    /// Skips a literal if it comes next.
    #[inline(always)]
    pub(super) fn eat<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        match self.rest.split_first_chunk() {
            Some((first, rest)) if first == literal => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Skips a literal of any length if it comes next.
    pub(super) fn eat_bytes(&mut self, literal: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(literal);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Skips a literal that must come next.
    #[inline(always)]
    pub(super) fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> Option<()> {
        self.eat(literal).then_some(())
    }

    /// Reads the rest of a string after its opening quote. Borrows from the text unless the string contains escapes.
    #[inline(always)]
    pub(super) fn string<'t>(&mut self, unescaped: &'t mut String) -> Option<&'t str>
    where
        'a: 't,
    {
        let mut length = 0;
        loop {
            match self.rest.get(length..).and_then(<[u8]>::first_chunk) {
                Some(chunk) => match special(u64::from_le_bytes(*chunk)) {
                    None => length += 8,
                    Some(offset) => break length += offset,
                },
                None => {
                    let end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
                    break length += self.rest.get(length..)?.iter().position(end)?;
                }
            }
        }
        if *self.rest.get(length)? != b'"' {
            let (text, after) = self.escaped(length, unescaped)?;
            *self = after;
            return Some(text);
        }
        let at = self.at();
        let text = self.text.get(at..at + length)?;
        *self = self.skip(length + 1)?;
        Some(text)
    }

    /// Reads the rest of a string with an escape or a control character at an offset.
    #[cold]
    #[inline(never)]
    fn escaped(self, offset: usize, unescaped: &mut String) -> Option<(&str, Self)> {
        let mut length = offset;
        loop {
            match self.rest.get(length)? {
                b'"' => break,
                b'\\' => length += 2,
                _ => length += 1,
            }
        }
        let at = self.at();
        let quoted = self.text.get(at.checked_sub(1)?..=at + length)?;
        *unescaped = serde_json::from_str(quoted).ok()?;
        Some((unescaped, self.skip(length + 1)?))
    }

    /// Reads the name of a member and the colon.
    pub(super) fn name<'t>(&mut self, unescaped: &'t mut String) -> Option<&'t str>
    where
        'a: 't,
    {
        self.expect(b"\"")?;
        let name = self.string(unescaped)?;
        self.expect(b":")?;
        Some(name)
    }

    /// Reads a number.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Option<f64> {
        let (number, length) = number::float(self.rest)?;
        *self = self.skip(length)?;
        Some(number)
    }

    /// Reads an integer with few digits.
    #[inline(always)]
    pub(super) fn integer(&mut self) -> Option<i32> {
        let (number, length) = number::integer(self.rest)?;
        *self = self.skip(length)?;
        Some(number)
    }

    /// Reads any value into a variable, with the general decoder.
    #[inline(never)]
    pub(super) fn value<T: DeserializeOwned>(self, place: &mut T) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(self.text.get(self.at()..)?);
        // As in `wire::decode`: recursive types guard the stack themselves.
        deserializer.disable_recursion_limit();
        let mut values = deserializer.into_iter();
        *place = values.next()?.ok()?;
        self.skip(values.byte_offset())
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
