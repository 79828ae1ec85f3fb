//! The envelope of a response in the format of engines, read from both ends of its text.

use super::{Body, Envelope, hidden};

/// A reader of both ends of a text, which stops at anything unusual.
pub(super) struct Ends<'a> {
    bytes: &'a [u8],
    start: usize,
    end: usize,
}

impl<'a> Ends<'a> {
    /// The envelope of a response with a result, in the format of engines.
    pub(super) fn read(text: &'a str) -> Option<Envelope> {
        let mut ends = Ends { bytes: text.as_bytes(), start: 0, end: text.len() };
        let mut envelope = Envelope::default();
        if !ends.usual_front(&mut envelope) {
            ends.take(b'{')?;
            while !ends.front_member(&mut envelope)? {
                ends.take(b',')?;
            }
        }
        ends.take_back(b'}')?;
        // Nothing follows a result that ends here; no known member at the end has a brace as its last character.
        if ends.last() != Some(b'}') {
            while ends.back_member(&mut envelope).is_some() {}
        }
        // A result that is an object starts and ends with a brace. If an unknown object follows it, the text in between
        // is not a value, which its decoder detects.
        ends.skip_space();
        let range = ends.start..ends.end;
        let whole = ends.bytes.get(ends.start) == Some(&b'{') && ends.last() == Some(b'}') && !range.is_empty();
        if !whole || envelope.id.is_none() || hidden::is_possible(&ends.bytes[range.clone()], envelope.delta) {
            return None;
        }
        envelope.body = Body::Result(range);
        Some(envelope)
    }

    /// Reads the front of a response exactly as engines write it, up to the result. Reads nothing if it is different.
    fn usual_front(&mut self, envelope: &mut Envelope) -> bool {
        if self.starts(br#"{"jsonrpc":"2.0","id":"#)
            && let Some(id) = self.number()
        {
            let delta = self.starts(br#","delta":true"#);
            if self.starts(br#","result":"#) {
                (envelope.id, envelope.delta) = (Some(id), delta);
                return true;
            }
        }
        self.start = 0;
        false
    }

    /// Reads a member at the front, without whitespace. Returns whether it is the result, whose value comes next.
    fn front_member(&mut self, envelope: &mut Envelope) -> Option<bool> {
        if self.starts(b"\"result\":") {
            return Some(true);
        }
        if self.starts(b"\"id\":") {
            let number = self.number()?;
            put(&mut envelope.id, number)?;
        } else if self.starts(b"\"delta\":") {
            envelope.delta |= self.flag()?;
        } else if !self.starts(b"\"jsonrpc\":\"2.0\"") {
            return None;
        }
        Some(false)
    }

    /// Skips a text if it is next.
    fn starts(&mut self, text: &[u8]) -> bool {
        let found = self.bytes[self.start..self.end].starts_with(text);
        if found {
            self.start += text.len();
        }
        found
    }

    /// Reads a member at the end, with the comma before it. Reads nothing if the member is unknown.
    fn back_member(&mut self, envelope: &mut Envelope) -> Option<()> {
        let before = self.end;
        let done = self.try_back_member(envelope);
        if done.is_none() {
            self.end = before;
        }
        self.skip_space_back();
        done
    }

    fn try_back_member(&mut self, envelope: &mut Envelope) -> Option<()> {
        self.skip_space_back();
        // Outside of a string, as here, neither digits nor words contain a colon.
        let from = match self.last()? {
            b']' => self.back_to(b'['),
            b'e' | b'0'..=b'9' => self.back_to(b':').map(|colon| colon + 1),
            _ => None,
        }?;
        let value = from..self.end;
        self.end = from;
        self.skip_space_back();
        self.take_back(b':')?;
        let key = self.word_back()?;
        self.take_back(b',')?;
        let mut value = Ends { bytes: &self.bytes[value], start: 0, end: 0 };
        match key {
            // What occurs twice is left to the general parser.
            b"change" if envelope.change.is_empty() => envelope.change = value.list()?,
            b"close" if envelope.close.is_empty() => envelope.close = value.list()?,
            b"suspend" if envelope.suspend.is_empty() => envelope.suspend = value.list()?,
            b"delta" => envelope.delta |= value.flag()?,
            b"id" => {
                let number = value.number()?;
                put(&mut envelope.id, number)?;
            }
            _ => return None,
        }
        value.skip_space();
        (value.start == value.bytes.len()).then_some(())
    }

    fn skip_space(&mut self) {
        while self.bytes.get(self.start).is_some_and(is_space) {
            self.start += 1;
        }
    }

    fn skip_space_back(&mut self) {
        while self.end > self.start && is_space(&self.bytes[self.end - 1]) {
            self.end -= 1;
        }
    }

    fn last(&self) -> Option<u8> {
        self.bytes[self.start..self.end].last().copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.bytes.get(self.start) == Some(&byte)).then(|| self.start += 1)
    }

    fn take_back(&mut self, byte: u8) -> Option<()> {
        self.skip_space_back();
        (self.last() == Some(byte)).then(|| self.end -= 1)
    }

    /// A string without escapes that ends here.
    fn word_back(&mut self) -> Option<&'a [u8]> {
        self.take_back(b'"')?;
        let to = self.end;
        let from = self.back_to(b'"')? + 1;
        self.end = from - 1;
        let word = &self.bytes[from..to];
        // An escaped quote does not start a word; the comma required before the word also rules it out.
        (!word.contains(&b'\\') && self.last() != Some(b'\\')).then_some(word)
    }

    /// The position of a byte, searching backwards over numbers, words, and lists of numbers.
    fn back_to(&self, byte: u8) -> Option<usize> {
        let window = &self.bytes[self.start..self.end];
        let plain = |byte: &u8| {
            byte.is_ascii_alphanumeric() || is_space(byte) || matches!(byte, b',' | b'-' | b']' | b'+' | b'.')
        };
        let tail = window.iter().rev().take_while(|found| **found != byte && plain(found)).count();
        let place = window.len().checked_sub(tail + 1)?;
        (window[place] == byte).then_some(self.start + place)
    }

    fn number(&mut self) -> Option<i64> {
        self.skip_space();
        let rest = &self.bytes[self.start..];
        let digits = rest.strip_prefix(b"-").unwrap_or(rest);
        let sign = if digits.len() < rest.len() { -1 } else { 1 };
        let (mut number, mut count) = (0_i64, 0);
        while let Some(digit @ b'0'..=b'9') = digits.get(count) {
            number = number.wrapping_mul(10).wrapping_add((digit - b'0').into());
            count += 1;
        }
        // The general parser handles fractions, exponents, -0, leading zeros, and numbers that may be too large.
        let plain = match digits.first() {
            Some(b'0') => count == 1 && sign == 1,
            _ => (1..=18).contains(&count),
        };
        if !plain || matches!(digits.get(count), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.start += rest.len() - digits.len() + count;
        Some(sign * number)
    }

    fn flag(&mut self) -> Option<bool> {
        self.skip_space();
        let rest = &self.bytes[self.start..];
        let flag = rest.starts_with(b"true");
        if !flag && !rest.starts_with(b"false") {
            return None;
        }
        self.start += if flag { 4 } else { 5 };
        Some(flag)
    }

    fn list(&mut self) -> Option<Vec<i64>> {
        let mut list = Vec::new();
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(list);
        }
        loop {
            list.push(self.number()?);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(list);
            }
        }
    }
}

/// Sets a value that is not set yet.
fn put<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.is_none().then(|| *place = Some(value))
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}
