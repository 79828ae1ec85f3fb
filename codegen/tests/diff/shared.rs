//! Real schemas, which are not part of the repository.

use std::fs;
use std::path::Path;

use qix_codegen::companion::Companion;
use qix_codegen::openrpc;

use crate::api::Api;
use crate::support::{summary, verdict};

#[test]
#[ignore = "needs ../shared"]
fn the_verdict_agrees_with_the_code_of_real_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let companion =
        Companion::read(&fs::read_to_string(root.join("qix-schema/schema/companion.json")).unwrap()).unwrap();
    let folder = root.parent().unwrap().join("shared/schemas");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let sides: Vec<_> = files
        .iter()
        .map(|path| openrpc::read(&fs::read_to_string(path).unwrap()).unwrap().model)
        .map(|model| (Api::of(&model, &companion).unwrap(), model))
        .collect();
    for (was, old) in &sides {
        for (is, new) in &sides {
            let diff = verdict((old, was), (new, is), &companion);
            assert_eq!(summary(&diff).is_empty(), old == new);
        }
    }
}
