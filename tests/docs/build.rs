//! Turns each example in `qix-schema/schema/docs` into a test, and each Rust block of the README into code that
//! compiles.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

const DOCS: &str = "../../qix-schema/schema/docs";
const README: &str = "../../README.md";

/// Items whose example needs a session without an open app.
const WITHOUT_APP: [&str; 2] = ["Global.CreateSessionApp", "Global.OpenDoc"];

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
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("examples.rs"), tests)?;
    fs::write(out.join("readme.rs"), readme()?)?;
    Ok(())
}

/// The README's blocks: whole programs as modules, parts of a function in one that has a session.
fn readme() -> Result<String> {
    println!("cargo::rerun-if-changed={README}");
    let text = fs::read_to_string(README).context(README)?;
    let mut code = String::new();
    let blocks = text.split("```rust\n").skip(1).filter_map(|rest| rest.split_once("```"));
    for (number, (block, _)) in blocks.enumerate() {
        if block.contains("fn ") {
            writeln!(code, "mod block_{number} {{\n{block}}}\n")?;
        } else {
            writeln!(
                code,
                "async fn block_{number}(session: &qix_client::Session) -> Outcome {{\n{block}Ok(())\n}}\n"
            )?;
        }
    }
    ensure!(!code.is_empty(), "{README} has no Rust");
    Ok(code)
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
                // Rustdoc hides lines that start with `# `.
                writeln!(tests, "{}", line.strip_prefix("# ").unwrap_or(line))?;
            }
            writeln!(tests, "Ok(())\n}}\n")?;
        }
    }
    Ok(())
}
