//! Files to change, and the code generated from them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use qix_codegen::companion::Companion;
use qix_codegen::fault::Faults;
use qix_codegen::model::Model;
use qix_codegen::{Files, Place, Texts, generate, openrpc, snapshot};

use crate::json::Json;
use crate::render;

fn companion() -> &'static Companion {
    static COMPANION: OnceLock<Companion> = OnceLock::new();
    COMPANION.get_or_init(|| Companion::read(qix_schema::COMPANION).unwrap())
}

/// The committed snapshot.
pub(crate) fn committed() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| snapshot::read(qix_schema::SNAPSHOT).unwrap())
}

/// The committed snapshot as a published file.
pub(crate) fn rebuilt() -> Json {
    static FILE: OnceLock<Json> = OnceLock::new();
    FILE.get_or_init(|| render::openrpc(committed())).clone()
}

/// Real files, which are not part of the repository: name and content.
pub(crate) fn published() -> Vec<(String, Json)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/schemas");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), Json::read(&fs::read_to_string(path).unwrap()))).collect()
}

pub(crate) fn model(file: &Json) -> Model {
    openrpc::read(&file.write()).unwrap().model
}

/// The code, with the published texts in it.
pub(crate) fn code(file: &Json) -> Result<Files, Faults> {
    code_with(file, companion())
}

/// The code for the small schema.
pub(crate) fn small_code(file: &Json) -> Result<Files, Faults> {
    code_with(file, &Companion::read(include_str!("../companion.json")).unwrap())
}

fn code_with(file: &Json, companion: &Companion) -> Result<Files, Faults> {
    let published = openrpc::read(&file.write())?;
    let texts = Texts { own: &Default::default(), published: &published.prose };
    Ok(generate(published.model, companion, texts, Place::Crate)?.files)
}
