//! The code for a small schema with every form, as stored in `tests/golden`, and tests that run it.
//!
//! To update the files after a change of the generator: `UPDATE=1 cargo test -p qix-codegen --test golden`.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use qix_codegen::companion::Companion;
use qix_codegen::docs::texts::Documentation;
use qix_codegen::{Place, Texts, generate, openrpc, rustfmt};

/// Compiles the expected code, so that tests can run it.
#[path = "golden/lib.rs"]
#[allow(dead_code, unreachable_pub)]
mod golden;

/// Links in the documentation start at the root of a crate.
use golden::{global, thing, types};

fn files() -> qix_codegen::Files {
    let published = openrpc::read(include_str!("schema.json")).unwrap();
    assert_eq!(published.unknown, []);
    let companion = Companion::read(include_str!("companion.json")).unwrap();
    let own =
        Documentation::read([("own.md", "## Thing\n\nA thing of ours, made by [`Global.OpenThing`].\n")]).unwrap();
    let texts = Texts { own: &own, published: &published.prose };
    let generated = generate(published.model, &companion, texts, Place::Crate).unwrap();
    assert_eq!(generated.notes, []);
    rustfmt::format(generated.files, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../rustfmt.toml")).unwrap()
}

#[test]
fn the_code_is_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (name, text) in files() {
        let path = folder.join(&name);
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(expected == text, "{name} differs; compare after UPDATE=1 cargo test -p qix-codegen --test golden");
    }
}

/// Optional parameters are methods of calls, by the traits of `ext`.
#[test]
fn calls_have_optional_parameters() {
    use golden::ext::*;
    use qix_schema::rpc::{Call, ObjectHandle, RawAnswer, RawCall, Remote};
    #[derive(Debug)]
    struct Unused(ObjectHandle);
    #[async_trait::async_trait]
    impl Remote for Unused {
        async fn invoke(&self, _: RawCall) -> Result<RawAnswer, qix_schema::Error> {
            unreachable!("nothing is sent")
        }
        fn bind(&self, _: ObjectHandle) -> std::sync::Arc<dyn Remote> {
            unreachable!("nothing is sent")
        }
        fn handle(&self) -> &ObjectHandle {
            &self.0
        }
    }
    let thing = Unused(ObjectHandle::new("Thing", 1));
    let call: Call<'_, thing::Measure> = Call::new(&thing, thing::Measure::new(vec![])).count(3);
    assert!(format!("{call:?}").contains("count: Some(3)"), "{call:?}");
}

#[test]
fn two_runs_write_the_same_bytes() {
    assert_eq!(files(), files());
}

#[test]
fn the_code_reads_and_writes() {
    use types::{Node, ThingDef, ThingKind};
    let def: ThingDef = qix_schema::decode(r#"{"qKind":"S","qNodeDef":{},"mine":1}"#).unwrap();
    assert_eq!((def.kind.clone(), def.limit, def.is_on), (ThingKind::Small, -1, true));
    assert_eq!(qix_schema::encode(&def).unwrap(), r#"{"qKind":"S","qNodeDef":{},"mine":1}"#);
    assert_eq!(qix_schema::encode(&ThingDef::default().with_is_on(false)).unwrap(), r#"{"qIsOn":false}"#);
    let node = Node::default().with_parent(Node::default().with_note("n"));
    assert_eq!(qix_schema::encode(&node).unwrap(), r#"{"qParent":{"qNote":"n"}}"#);
    let request = serde_json::to_string(&global::OpenThing::new("a").type_(ThingKind::Large)).unwrap();
    assert_eq!(request, r#"{"qThingName":"a","qType":"L"}"#);
    assert_eq!(serde_json::to_string(&thing::Measure::new(vec![])).unwrap(), r#"{"qPages":[]}"#);
}
