//! A cursor over compact JSON. Whatever it does not take is for the general decoder to judge.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Powers of ten that fit into 64 bits.
const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1; 20];
    let mut exponent = 1;
    while exponent < 20 {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// So many digits fit into 64 bits, whatever they are.
const DIGITS: usize = 19;

/// 1 in each of eight bytes.
const ONES: u64 = u64::MAX / 255;

/// The high bit of each of eight bytes.
const HIGHS: u64 = ONES << 7;

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Passes over a literal if it comes next.
    #[inline]
    pub(super) fn eat<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        let found = self.rest().first_chunk() == Some(literal);
        self.at += if found { N } else { 0 };
        found
    }

    /// Passes over a literal that has to come next.
    #[inline]
    pub(super) fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> Option<()> {
        self.eat(literal).then_some(())
    }

    /// The rest of a string, whose opening quote was the last thing passed over.
    #[inline]
    pub(super) fn string(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest();
        let mut length = 0;
        loop {
            match rest.get(length..).and_then(<[u8]>::first_chunk) {
                Some(chunk) => match special(u64::from_le_bytes(*chunk)) {
                    None => length += 8,
                    Some(offset) => break length += offset,
                },
                None => {
                    let offset = rest.get(length..)?.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
                    break length += offset?;
                }
            }
        }
        match rest.get(length)? {
            b'"' => {
                let text = self.text.get(self.at..self.at + length)?;
                self.at += length + 1;
                Some(Cow::Borrowed(text))
            }
            b'\\' => self.escaped(length).map(Cow::Owned),
            _ => None,
        }
    }

    /// The rest of a string with escapes, the first of them at an offset.
    #[cold]
    fn escaped(&mut self, offset: usize) -> Option<String> {
        let rest = self.rest();
        let mut length = offset;
        loop {
            match rest.get(length)? {
                b'"' => break,
                b'\\' => length += 2,
                _ => length += 1,
            }
        }
        let quoted = self.text.get(self.at.checked_sub(1)?..=self.at + length)?;
        self.at += length + 1;
        serde_json::from_str(quoted).ok()
    }

    /// The name of a member, and the colon.
    pub(super) fn name(&mut self) -> Option<Cow<'a, str>> {
        self.expect(b"\"")?;
        let name = self.string()?;
        self.expect(b":")?;
        Some(name)
    }

    /// A number.
    #[inline]
    pub(super) fn number(&mut self) -> Option<f64> {
        let rest = self.rest();
        let negative = rest.first() == Some(&b'-');
        let start = usize::from(negative);
        let mut mantissa = 0;
        let mut end = digits(rest, start, &mut mantissa);
        let whole = end - start;
        if whole == 0 || whole > 1 && rest[start] == b'0' {
            return None;
        }
        let mut fraction = 0;
        if rest.get(end) == Some(&b'.') {
            let point = end + 1;
            end = digits(rest, point, &mut mantissa);
            fraction = end - point;
            if fraction == 0 {
                return None;
            }
        }
        let exponent = matches!(rest.get(end), Some(b'e' | b'E'));
        let number = match POWERS_OF_TEN.get(fraction) {
            Some(power) if !exponent && whole + fraction <= DIGITS => {
                let number = nearest(mantissa, *power);
                if negative { -number } else { number }
            }
            _ => {
                if exponent {
                    end += 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
                    let after = digits(rest, end, &mut mantissa);
                    if after == end {
                        return None;
                    }
                    end = after;
                }
                self.text.get(self.at..self.at + end)?.parse().ok().filter(|number: &f64| number.is_finite())?
            }
        };
        self.at += end;
        Some(number)
    }

    /// A whole number of few digits.
    #[inline]
    pub(super) fn integer(&mut self) -> Option<i32> {
        let rest = self.rest();
        let negative = rest.first() == Some(&b'-');
        let start = usize::from(negative);
        let mut magnitude = 0;
        let end = digits(rest, start, &mut magnitude);
        let first = *rest.get(start)?;
        if end == start || end - start > 9 || first == b'0' && (negative || end - start > 1) {
            return None;
        }
        let magnitude = i32::try_from(magnitude).ok()?;
        self.at += end;
        Some(if negative { -magnitude } else { magnitude })
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self) -> Option<bool> {
        if self.eat(b"true") { Some(true) } else { self.expect(b"false").map(|()| false) }
    }

    /// Any value, by the general decoder.
    pub(super) fn value<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut deserializer = serde_json::Deserializer::from_str(self.text.get(self.at..)?);
        // As in `wire::decode`: what recurses guards the stack itself.
        deserializer.disable_recursion_limit();
        let mut values = deserializer.into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }
}

/// Reads digits from a place on, onto a number that wraps around if they are too many; where they end.
#[inline]
fn digits(bytes: &[u8], from: usize, number: &mut u64) -> usize {
    let mut end = from;
    while let Some(chunk) = bytes.get(end..).and_then(<[u8]>::first_chunk) {
        let (count, value) = leading_digits(u64::from_le_bytes(*chunk));
        *number = number.wrapping_mul(POWERS_OF_TEN[count]).wrapping_add(value);
        end += count;
        if count < 8 {
            return end;
        }
    }
    while let Some(digit @ 0..=9) = bytes.get(end).map(|byte| byte.wrapping_sub(b'0')) {
        *number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        end += 1;
    }
    end
}

/// How many of eight bytes, the first lowest, are digits before another byte comes, and their value.
#[inline]
fn leading_digits(bytes: u64) -> (usize, u64) {
    let digits = bytes ^ (ONES * u64::from(b'0'));
    // The high bit of each byte above 9; a carry may mark bytes above the first such, never below it.
    let others = (digits.wrapping_add(ONES * (0x7f - 9)) | digits) & HIGHS;
    let count = (others.trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    // As if zeros came first; then pairs, fours and eight, all at once.
    let digits = digits << (64 - 8 * count);
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (count, (fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

/// The float nearest to a number divided by a power of ten.
#[inline]
fn nearest(numerator: u64, power: u64) -> f64 {
    /// Whole numbers up to here are exact as floats.
    const EXACT: u64 = 1 << 53;
    if numerator <= EXACT {
        // Powers of ten are exact up to the 22nd, and a division rounds once.
        return numerator as f64 / power as f64;
    }
    // Shifted so that the quotient has 63 or 64 bits: more than a float, which the conversion rounds. What remains only
    // tells which side of a tie the quotient is on; the lowest bit says so as well.
    let (up, down) = (numerator.leading_zeros(), power.leading_zeros());
    let (numerator, denominator) = (u128::from(numerator << up) << 63, u128::from(power << down));
    let quotient = (numerator / denominator) as u64 | u64::from(numerator % denominator != 0);
    let exponent = 1023 - 63 + u64::from(down) - u64::from(up);
    quotient as f64 * f64::from_bits(exponent << 52)
}

/// Where in eight bytes, the first lowest, the first quote, backslash or control character is.
#[inline]
fn special(bytes: u64) -> Option<usize> {
    // The high bit of each byte below a bound; a borrow may mark bytes above the first such, never below it.
    let below = |bytes: u64, bound: u8| bytes.wrapping_sub(ONES * u64::from(bound)) & !bytes;
    let quote = below(bytes ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(bytes ^ (ONES * u64::from(b'\\')), 1);
    let marks = (quote | backslash | below(bytes, 0x20)) & HIGHS;
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::{Scan, leading_digits, nearest, special};
    use proptest::prelude::*;

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

    #[test]
    fn leading_digits_have_their_value() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let mut bytes = *b"90817263";
                bytes[place] = byte;
                let count = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(8);
                let value = bytes[..count].iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
                assert_eq!(leading_digits(u64::from_le_bytes(bytes)), (count, value), "{byte:#x} at {place}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn fractions_round_to_the_nearest_float(numerator: u64, shift in 0..64_u32, places in 0..20_usize) {
            let (numerator, denominator) = (numerator >> shift, super::POWERS_OF_TEN[places]);
            let expected: f64 = format!("{numerator}e-{places}").parse().unwrap();
            prop_assert_eq!(nearest(numerator, denominator).to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn takes_numbers_as_json_writes_them_and_no_others() {
        for text in [
            "0",
            "-0",
            "7",
            "-7.25",
            "0.1",
            "9007199254740993",
            "1e3",
            "1.5E-7",
            "123456789.123456789",
            "9007199254740993.5",
            "9999999999999999999",
            "0.9999999999999999999",
            "1.000000000000000000",
            "1441.2857142857142",
            "4503599627370497.5",
            "9007199254740993.000",
            "0.0000000000000000001",
            "5.000000000000000001",
            "4e-324",
        ] {
            let mut scan = Scan::new(text);
            let expected: f64 = serde_json::from_str(text).unwrap();
            assert_eq!(scan.number().map(f64::to_bits), Some(expected.to_bits()), "{text}");
            assert!(scan.at_end(), "{text}");
        }
        for text in ["", "-", "01", "-01", ".5", "1.", "1.e3", "1e", "1e+", "+1", "1e400", "NaN", "inf"] {
            assert_eq!(Scan::new(text).number(), None, "{text}");
        }
    }
}
