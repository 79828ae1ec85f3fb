//! What the engine can and cannot do, printed.

use qix_test_engine::coverage;
use std::io::{self, Write};

/// Prints the methods of the schema with `in` or `out`.
pub(crate) fn methods(out: &mut impl Write) -> io::Result<()> {
    let methods = coverage();
    for (name, there) in &methods {
        writeln!(out, "{} {name}", if *there { "in " } else { "out" })?;
    }
    let there = methods.iter().filter(|(_, there)| *there).count();
    writeln!(out, "{there} of {} methods are in", methods.len())
}
