//! Texts of messages.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Texts of this length or more are shared by their clones.
pub(super) const LONG: usize = 16 * 1024;

/// Text of a message. Cheap to clone.
#[derive(Clone)]
pub struct Text(Kept);

#[derive(Clone)]
enum Kept {
    /// Copied faster than counted.
    Short(String),
    Long(Arc<Long>),
}

/// A long text, whose memory the next one uses.
struct Long(String);

impl Text {
    /// The string, if the text is short.
    pub(crate) fn into_short(self) -> Result<String, Self> {
        match self.0 {
            Kept::Short(text) => Ok(text),
            Kept::Long(_) => Err(self),
        }
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        match &self.0 {
            Kept::Short(text) => text,
            Kept::Long(text) => &text.0,
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(if text.len() < LONG { Kept::Short(text) } else { Kept::Long(Arc::new(Long(text))) })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.as_ref()).finish()
    }
}

impl Drop for Long {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.0).into_bytes());
    }
}

/// Memory of this size or more comes from the operating system, which clears it first: that takes longer than reading
/// into it.
const LARGE: usize = 128 * 1024;

/// What is kept for all connections together, in bytes.
const MOST: usize = 8 * 1024 * 1024;

/// Memory of long texts that are gone.
static FREE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Empty memory for a long text.
#[cfg(not(target_family = "wasm"))]
pub(super) fn take(length: usize) -> Vec<u8> {
    if length < LARGE {
        return Vec::with_capacity(length);
    }
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    // Not much more than needed, so that a text does not hold memory that it does not use.
    let fits = |known: &Vec<u8>| (length..=2 * length).contains(&known.capacity());
    match free.iter().position(fits) {
        Some(found) => free.swap_remove(found),
        // A little more, because pages of the same size have texts of different lengths.
        None => Vec::with_capacity(length + length / 16),
    }
}

/// Keeps the memory of a text that is gone, within limits.
fn give(mut memory: Vec<u8>) {
    if !(LARGE..=MOST).contains(&memory.capacity()) || cfg!(target_family = "wasm") {
        return;
    }
    memory.clear();
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut kept = memory.capacity();
    free.push(memory);
    // The newest are those in use.
    let cut = free.iter().rev().skip(1).take_while(|known| {
        kept += known.capacity();
        kept <= MOST
    });
    let keep = 1 + cut.count();
    let old = free.len() - keep;
    free.drain(..old);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_leaves_its_memory_to_the_next() {
        // A size that no other test uses.
        let size = 7_340_033;
        let mut memory = take(size);
        memory.resize(size, b'x');
        let place = memory.as_ptr();
        let text = Text::from(String::from_utf8(memory).unwrap());
        let clone = text.clone();
        drop(text);
        let other = take(size);
        assert_ne!(other.as_ptr(), place, "it is in use");
        drop(clone);
        let next = take(size - 1000);
        assert_eq!((next.as_ptr(), next.len()), (place, 0));
    }

    #[test]
    fn little_memory_is_kept() {
        for _ in 0..20 {
            give(Vec::with_capacity(MOST / 4));
            give(Vec::with_capacity(MOST + 1));
            give(Vec::with_capacity(LARGE - 1));
        }
        let free = FREE.lock().unwrap();
        assert!(free.iter().map(Vec::capacity).sum::<usize>() <= MOST);
        assert!(free.iter().all(|memory| memory.capacity() >= LARGE && memory.is_empty()));
    }
}
