//! Skips values of any depth.

use super::fault::{Fault, Scanned};
use super::number::number_length;
use super::string::skip_string;
use super::text::trim;

/// Skips a value. It must be valid JSON.
pub(super) fn skip(text: &str) -> Scanned<'_> {
    let mut rest = trim(text);
    // The closing brackets of open lists and objects.
    let mut open = Vec::new();
    loop {
        let byte = rest.as_bytes().first().copied();
        rest = match byte {
            Some(b'"') => skip_string(rest)?,
            Some(b'{' | b'[') => {
                let inner = trim(&rest[1..]);
                let end = if byte == Some(b'{') { '}' } else { ']' };
                match inner.strip_prefix(end) {
                    Some(rest) => rest,
                    None => {
                        open.push(end);
                        rest = if end == '}' { name(inner)? } else { inner };
                        continue;
                    }
                }
            }
            Some(b'-' | b'0'..=b'9') => {
                let length = number_length(rest.as_bytes()).ok_or_else(Fault::syntax)?;
                &rest[length..]
            }
            _ => {
                let after = ["true", "false", "null"].iter().find_map(|literal| rest.strip_prefix(literal));
                after.ok_or_else(Fault::syntax)?
            }
        };
        // Leaves lists and objects that end, up to the next value.
        loop {
            let Some(&end) = open.last() else { return Ok(rest) };
            rest = trim(rest);
            if let Some(after) = rest.strip_prefix(end) {
                open.pop();
                rest = after;
                continue;
            }
            rest = trim(rest.strip_prefix(',').ok_or_else(Fault::syntax)?);
            if end == '}' {
                rest = name(rest)?;
            }
            break;
        }
    }
}

/// Skips the name of a member and the colon.
fn name(text: &str) -> Scanned<'_> {
    trim(skip_string(text)?).strip_prefix(':').map(trim).ok_or_else(Fault::syntax)
}
