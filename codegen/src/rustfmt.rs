//! Formats generated files with the toolchain's rustfmt.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::Files;
use crate::fault::{Fault, Faults};

/// Formats files as `cargo fmt` does with a configuration file. The environment variable `RUSTFMT` names another program.
///
/// # Errors
///
/// Returns a fault if rustfmt is not installed, or if it rejects a file.
pub fn format(files: Files, config: &Path) -> Result<Files, Faults> {
    let program = std::env::var_os("RUSTFMT").unwrap_or_else(|| OsString::from("rustfmt"));
    let start = |(path, text): (String, String)| {
        let child = Command::new(&program)
            .args(["--edition", "2024", "--config-path"])
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let child = child.map_err(|error| missing(&error.to_string()))?;
        Ok((path, text, child))
    };
    // All files at once: each is a process of its own.
    let started: Vec<_> = files.into_iter().map(start).collect::<Result<_, Faults>>()?;
    started.into_iter().map(|(path, text, child)| Ok((path.clone(), finish(child, &path, &text)?))).collect()
}

fn finish(mut child: Child, path: &str, text: &str) -> Result<String, Faults> {
    let failed = |error: io::Error| missing(&error.to_string());
    let sent = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().map_err(failed)?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("not installed") || (output.status.success() && sent.is_err()) {
        return Err(missing(complaint.trim()));
    }
    if !output.status.success() {
        let what = format!("rustfmt rejects the code for {path}: {}", complaint.trim());
        return Err(Fault::new("", what, "This is a fault of the generator: report it.").into());
    }
    String::from_utf8(output.stdout).map_err(|error| missing(&error.to_string()))
}

fn missing(cause: &str) -> Faults {
    let what = format!("rustfmt, which formats generated code, cannot be run: {cause}");
    Fault::new("", what, "Install it: rustup component add rustfmt.").into()
}
