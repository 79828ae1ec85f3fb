//! Turns each example in `qix-schema/schema/docs` into a test.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

const DOCS: &str = "../../qix-schema/schema/docs";

/// Items whose example needs a session without an open app.
const WITHOUT_APP: [&str; 1] = ["Global.CreateSessionApp"];

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed={DOCS}");
    let mut files = Vec::new();
    for entry in fs::read_dir(DOCS).context(DOCS)? {
        files.push(entry?.path());
    }
    files.sort();
    let mut tests = String::new();
    for file in files {
        write_tests(&file, &mut tests)?;
    }
    ensure!(!tests.is_empty(), "{DOCS} has no examples");
    let out = PathBuf::from(env::var("OUT_DIR")?).join("examples.rs");
    fs::write(&out, tests).with_context(|| out.display().to_string())
}

fn write_tests(file: &Path, tests: &mut String) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut item = "";
    let mut examples = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            (item, examples) = (heading.trim(), 0);
        } else if line == "```rust" {
            examples += 1;
            let name = item.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let setup = if WITHOUT_APP.contains(&item) { "without_app" } else { "with_app" };
            writeln!(tests, "#[tokio::test]\n#[allow(non_snake_case)]\nasync fn {name}_{examples}() -> Outcome {{")?;
            writeln!(tests, "let Setup {{ engine: _engine, global, doc }} = {setup}().await?;")?;
            for line in lines.by_ref().take_while(|line| *line != "```") {
                // Rustdoc hides lines that begin so.
                writeln!(tests, "{}", line.strip_prefix("# ").unwrap_or(line))?;
            }
            writeln!(tests, "Ok(())\n}}\n")?;
        }
    }
    Ok(())
}
