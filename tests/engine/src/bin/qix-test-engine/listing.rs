//! Prints what the engine supports.

use qix_test_engine::{coverage, script};
use std::io::{self, Write};

/// Prints the methods of the schema, then the functions and the statements of scripts, each with `in` or `out`.
pub(crate) fn all(out: &mut impl Write) -> io::Result<()> {
    list(out, "methods", coverage())?;
    list(out, "functions", script::functions())?;
    list(out, "statements of scripts", script::statements())
}

fn list(out: &mut impl Write, what: &str, mut items: Vec<(String, bool)>) -> io::Result<()> {
    items.sort();
    for (name, there) in &items {
        writeln!(out, "{} {name}", if *there { "in " } else { "out" })?;
    }
    let there = items.iter().filter(|(_, there)| *there).count();
    writeln!(out, "{there} of {} {what} are in", items.len())
}
