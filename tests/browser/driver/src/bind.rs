//! Builds programs for a page: Rust to WebAssembly, and the JavaScript beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

/// A package of this workspace.
pub(crate) struct Program<'a> {
    pub(crate) package: &'a str,
    pub(crate) profile: &'a str,
    pub(crate) features: &'a str,
}

impl Program<'_> {
    /// Writes `page.js` and `page_bg.wasm` to a folder.
    pub(crate) fn build(&self, out: &Path) -> Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has a folder")?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--locked", "--target", TARGET, "-p", self.package]);
        build.args(["--profile", self.profile, "--features", self.features, "--target-dir"]).arg(&target);
        let status = build.current_dir(root).status().context("cargo does not start")?;
        ensure!(status.success(), "{} does not compile", self.package);

        let folder = if self.profile == "dev" { "debug" } else { self.profile };
        let module = target.join(TARGET).join(folder).join(self.package.replace('-', "_")).with_extension("wasm");
        let mut bindgen = Bindgen::new();
        bindgen.input_path(module).web(true)?.omit_default_module_path(false).typescript(false).out_name("page");
        bindgen.remove_name_section(self.profile != "dev").remove_producers_section(self.profile != "dev");
        bindgen.generate(out)
    }
}
