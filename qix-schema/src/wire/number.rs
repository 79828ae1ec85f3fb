//! Number parser that reads eight digits at a time.

use serde::de::Error;

use super::fault::Fault;

/// 1 in each of eight bytes.
pub(super) const ONES: u64 = u64::MAX / 255;

/// The high bit of each of eight bytes.
pub(super) const HIGHS: u64 = ONES << 7;

/// Number of digits that always fit into 64 bits.
const DIGITS: usize = 19;

/// Maximum number of bytes that parsing a common number may look at. With that many bytes left, no bounds checks are
/// needed.
type Window = [u8; 64];

/// Parses a float; returns it and its length, or `None` if it has many digits, an exponent, or little text after it, or
/// is not a float.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(crate) fn float(text: &[u8]) -> Option<(f64, usize)> {
    float_inline(text)
}

/// Like [`float`], but inlined in a browser, too.
#[inline(always)]
pub(crate) fn float_inline(text: &[u8]) -> Option<(f64, usize)> {
    let window = text.first_chunk::<64>()?;
    if window[0] == b'0' && matches!(window[1], b',' | b'}' | b']') {
        return Some((0.0, 1));
    }
    let negative = window[0] == b'-';
    let start = usize::from(negative);
    let (mut end, mut digits) = read_digits(window, start, 0);
    let whole = end - start;
    if whole == 0 || whole > 1 && window[start] == b'0' {
        return None;
    }
    // The sign is unpredictable, so avoid a branch.
    let sign = u64::from(negative) << 63;
    let signed =
        |number: f64, end| (window[end] | 0x20 != b'e').then_some((f64::from_bits(number.to_bits() | sign), end));
    if window[end] != b'.' {
        // Fits into 63 bits, for which the conversion is one instruction.
        return if whole < DIGITS { signed(digits as i64 as f64, end) } else { None };
    }
    let point = end + 1;
    (end, digits) = read_digits(window, point, digits);
    let places = end - point;
    if places == 0 || whole + places > DIGITS {
        return None;
    }
    let number = if DIVIDES { divided(digits, places) } else { None };
    signed(number.unwrap_or_else(|| shifted(digits, places)), end)
}

/// The length of a JSON number at the start of a text.
pub(super) fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is = |at: usize, bytes: &[u8]| text.get(at).is_some_and(|byte| bytes.contains(byte));
    let start = usize::from(is(0, b"-"));
    let whole = digits(start);
    let mut end = start + whole;
    if whole == 0 || whole > 1 && text[start] == b'0' {
        return None;
    }
    if is(end, b".") {
        let places = digits(end + 1);
        end += 1 + places;
        if places == 0 {
            return None;
        }
    }
    if is(end, b"eE") {
        end += 1 + usize::from(is(end + 1, b"+-"));
        let exponent = digits(end);
        end += exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(end)
}

/// A number, with the same distinctions as in `serde_json`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// Reads any number; returns it and the rest.
pub(super) fn number(text: &str) -> Result<(Number, &str), Box<Fault>> {
    let (number, rest) = text.split_at(number_length(text.as_bytes()).ok_or_else(Fault::syntax)?);
    let found = if number.contains(['.', 'e', 'E']) || number == "-0" {
        None
    } else if number.starts_with('-') {
        number.parse().ok().map(Number::Signed)
    } else {
        number.parse().ok().map(Number::Unsigned)
    };
    if let Some(found) = found {
        return Ok((found, rest));
    }
    match any_float(number) {
        Some(float) if float.is_finite() => Ok((Number::Float(float), rest)),
        _ => Err(Fault::value(rest, serde_json::Error::custom("number out of range"))),
    }
}

/// The float nearest to a number of any length. The tables for it are large, and a browser has them.
fn any_float(number: &str) -> Option<f64> {
    #[cfg(target_family = "wasm")]
    return Some(js_sys::parse_float(number));
    #[cfg(not(target_family = "wasm"))]
    number.parse().ok()
}

/// Parses an integer of up to eight digits that ends a value in compact JSON; returns it and its length.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(crate) fn integer(text: &[u8]) -> Option<(i32, usize)> {
    let window = text.first_chunk::<10>()?;
    if window[0] == b'0' {
        return matches!(window[1], b',' | b'}' | b']').then_some((0, 1));
    }
    let negative = window[0] == b'-';
    let start = usize::from(negative);
    let (count, value) = leading_digits(eight(window, start));
    // Zero has no sign, and no other integer starts with it.
    if count == 0 || window[start] == b'0' {
        return None;
    }
    // A fraction, an exponent, more digits, or whitespace.
    if !matches!(window[start + count], b',' | b'}' | b']') {
        return None;
    }
    let magnitude = value as i32;
    Some((if negative { -magnitude } else { magnitude }, start + count))
}

/// Reads up to 24 digits from an offset, wrapping around if there are too many; returns the value and the end.
#[inline(always)]
fn read_digits(window: &Window, from: usize, mut number: u64) -> (usize, u64) {
    let mut end = from;
    for _ in 0..3 {
        let (count, value) = leading_digits(eight(window, end));
        number = number.wrapping_mul(POWERS_OF_TEN[count]).wrapping_add(value);
        end += count;
        if count < 8 {
            break;
        }
    }
    (end, number)
}

/// The factor for appending a number of digits.
const POWERS_OF_TEN: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// Eight bytes in little-endian order.
#[inline(always)]
fn eight(window: &[u8], from: usize) -> u64 {
    u64::from_le_bytes(window[from..from + 8].try_into().expect("eight are eight"))
}

/// The number of leading digits in eight bytes, and their value.
#[inline(always)]
fn leading_digits(bytes: u64) -> (usize, u64) {
    let digits = bytes ^ (ONES * u64::from(b'0'));
    // Sets the high bit of each byte above 9. A carry may mark bytes after the first such byte, never before it.
    let others = (digits.wrapping_add(ONES * (0x7f - 9)) | digits) & HIGHS;
    if others == 0 {
        return (8, value(digits));
    }
    let bits = others.trailing_zeros();
    // As if padded with leading zeros.
    ((bits / 8) as usize, value(digits << 8 << (63 - bits)))
}

/// The value of eight digits: combines pairs, then fours, then all, with one multiplication each.
#[inline(always)]
fn value(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

/// Whether to try a float division first: WebAssembly has no instruction for a product of 128 bits.
const DIVIDES: bool = cfg!(target_family = "wasm");

/// The float nearest to a decimal number, if a float can hold its digits exactly. It can hold these powers of ten exactly, so
/// the division is the only step that rounds.
#[inline(always)]
fn divided(digits: u64, places: usize) -> Option<f64> {
    (digits <= 1 << f64::MANTISSA_DIGITS).then(|| digits as i64 as f64 / FLOATS[places])
}

/// Powers of ten.
const FLOATS: [f64; DIGITS] = {
    let mut floats = [1.0; DIGITS];
    let mut places = 1;
    while places < DIGITS {
        floats[places] = floats[places - 1] * 10.0;
        places += 1;
    }
    floats
};

/// Divides by a power of ten.
#[derive(Clone, Copy)]
struct Reciprocal {
    /// The quotient of a power of two and the power of five, scaled to 127 bits and rounded up.
    factor: u128,
    /// The exponent of the remaining power of two.
    exponent: u64,
}

const RECIPROCALS: [Reciprocal; DIGITS] = {
    let mut reciprocals = [Reciprocal { factor: 1 << 126, exponent: 1025 }; DIGITS];
    let (mut places, mut five) = (1, 1_u128);
    while places < DIGITS {
        five *= 5;
        let bits = 128 - five.leading_zeros();
        // Long division, bit by bit, of 2^(126 + bits).
        let (mut quotient, mut remainder, mut bit) = (0_u128, 1_u128 << (bits - 1), 0);
        while bit < 127 {
            remainder <<= 1;
            quotient <<= 1;
            if remainder >= five {
                remainder -= five;
                quotient |= 1;
            }
            bit += 1;
        }
        reciprocals[places] = Reciprocal { factor: quotient + 1, exponent: 1025 - bits as u64 - places as u64 };
        places += 1;
    }
    reciprocals
};

/// The float nearest to a number of at most 19 digits with a decimal point.
#[inline(always)]
fn shifted(digits: u64, places: usize) -> f64 {
    let Reciprocal { factor, exponent } = RECIPROCALS[places];
    let up = digits.leading_zeros();
    let shifted = u128::from(digits.wrapping_shl(up));
    // The upper 127 of 191 bits. The first 63 are more than a float has; the conversion rounds them. The others only
    // determine the side of a tie, for which the lowest bit is enough. Rounding the factor up affects the lower 64 bits
    // only. The remainder of a division is not affected: it is at least the inverse of 5^18.
    let low = shifted * (factor & u128::from(u64::MAX));
    let product = shifted * (factor >> 64) + (low >> 64);
    let quotient = (product >> 64) as i64 | i64::from(product as u64 != 0);
    quotient as f64 * f64::from_bits((exponent - u64::from(up)) << 52)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DIGITS, divided, float, integer, leading_digits, shifted};
    use crate::wire::Wire;

    /// More than any number needs.
    const AFTER: &str = ",\"qElemNumber\":0,\"qState\":\"L\"},{\"qText\":\"next\",\"qNum\":1234567890123456789";

    #[test]
    fn leading_digits_are_parsed() {
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

    #[track_caller]
    fn rounds(digits: u64, places: usize) {
        let expected: f64 = format!("{digits}e-{places}").parse().unwrap();
        assert_eq!(shifted(digits, places).to_bits(), expected.to_bits(), "{digits}e-{places}");
        if let Some(divided) = divided(digits, places) {
            assert_eq!(divided.to_bits(), expected.to_bits(), "{digits}e-{places}");
        }
    }

    #[test]
    fn ties_and_their_neighbors_are_rounded_correctly() {
        for places in 0..19 {
            let five = 5_u64.pow(places);
            for bits in 50..64 {
                for low in 0..4 {
                    // Makes the quotient a tie, exact, or adjacent to a tie.
                    let halves = ((1_u64 << bits) | (1 << (bits - 53.min(bits))) | low).saturating_mul(five);
                    for digits in [halves.wrapping_sub(1), halves, halves.wrapping_add(1)] {
                        rounds(digits, places as usize);
                    }
                }
            }
        }
        for digits in [0, 1, 5, 9_007_199_254_740_993, u64::MAX, u64::MAX - 1, 1 << 63] {
            (0..19).for_each(|places| rounds(digits, places));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn shifted_numbers_round_to_the_nearest_float(digits: u64, shift in 0..64_u32, places in 0..19_usize) {
            rounds(digits >> shift, places);
        }

        #[test]
        fn halves_between_floats_round_to_the_even_one(mantissa in 0..1_u64 << 53, places in 0..19_u32) {
            // Odd numbers of 54 bits times a power of five: exact ties if they fit.
            let odd = mantissa | (1 << 53) | 1;
            if let Some(digits) = odd.checked_mul(5_u64.pow(places)) {
                let expected: f64 = format!("{digits}e-{places}").parse().unwrap();
                prop_assert_eq!(shifted(digits, places as usize).to_bits(), expected.to_bits());
            }
        }
    }

    #[test]
    fn accepts_exactly_the_numbers_of_json() {
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
            "0.999999999999999999",
            "1.000000000000000000",
            "1441.2857142857142",
            "4503599627370497.5",
            "9007199254740993.000",
            "0.0000000000000000001",
            "0.000000000000000001",
            "5.000000000000000001",
            "4e-324",
        ] {
            let expected: f64 = serde_json::from_str(text).unwrap();
            for after in ["", ",", "}, more of it", AFTER] {
                let mut found = 0.0;
                let whole = format!("{text}{after}");
                assert_eq!(found.scan(&whole).unwrap(), after, "{text}");
                assert_eq!(found.to_bits(), expected.to_bits(), "{text}");
            }
            let most = if text.contains('.') { DIGITS + 1 } else { DIGITS - 1 };
            let short = text.len() <= most && !text.contains(['e', 'E']);
            let found = float(format!("{text}{AFTER}").as_bytes());
            let expected = (expected.to_bits(), text.len());
            assert_eq!(found.map(|(number, end)| (number.to_bits(), end)), short.then_some(expected), "{text}");
        }
        for text in ["", "-", "01", "-01", ".5", "1.", "1.e3", "1e", "1e+", "+1", "1e400", "NaN", "inf"] {
            for after in ["", AFTER] {
                let read = 0.0.scan(&format!("{text}{after}")).is_ok_and(|rest| rest == after);
                assert!(!read, "{text}");
            }
        }
    }

    #[test]
    fn accepts_integers_with_few_digits() {
        for (text, expected) in [("0", 0), ("-2", -2), ("12345678", 12_345_678), ("-99999999", -99_999_999)] {
            assert_eq!(integer(format!("{text}{AFTER}").as_bytes()), Some((expected, text.len())));
        }
        for text in ["", "-", "-0", "00", "01", "x", "1.5", "1e3", "123456789"] {
            assert_eq!(integer(format!("{text}{AFTER}").as_bytes()), None, "{text}");
        }
    }
}
