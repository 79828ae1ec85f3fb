//! Entry points for fuzzing; see `tests/fuzz`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use qix_codegen::companion::Companion;
use qix_codegen::model::{Kind, TypeRef};

use crate::{Verifier, pointer, types};

/// Types that contain the others.
const TYPES: [&str; 16] = [
    "GenericObjectProperties",
    "GenericObjectLayout",
    "GenericObjectEntry",
    "GenericBookmarkLayout",
    "GenericDimensionProperties",
    "GenericMeasureLayout",
    "GenericVariableProperties",
    "HyperCubeDef",
    "HyperCube",
    "ListObject",
    "NxAppLayout",
    "NxCell",
    "NxPivotPage",
    "NxStackPage",
    "NxTreeNode",
    "ProgressData",
];

static VERIFIER: LazyLock<Verifier> = LazyLock::new(Verifier::new);

/// Types that apps extend.
static EXTENDED: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| Companion::read(qix_schema::COMPANION).expect("it is read by `cargo xtask gen`").extended);

/// Any value that decodes must encode with the same meaning, and encode identically the second time. The first byte of
/// the input selects the type.
pub fn values(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let name = TYPES[usize::from(*kind) % TYPES.len()];
    let ty = name.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
    let Ok(written) = types::round_trip(text, &ty) else { return };
    let again = types::round_trip(&written, &ty).expect("what is written can be read");
    assert_eq!(again, written, "{name}");
    // Some numbers can only be represented by text.
    let Ok(value) = pointer::parse(text) else { return };
    // If an object has two members with the same name, a JSON value keeps the last one, and a record merges them.
    let report = VERIFIER.document(&value.to_string(), name).expect("it has been decoded");
    assert!(report.changed.is_empty(), "{name}: {report}");
    for lost in report.lost.keys() {
        let (ty, member) = lost.split_once('.').expect("a type and a member");
        match member_type(ty, member) {
            None => assert!(!EXTENDED.contains(ty), "{name} has lost {lost}"),
            // A struct whose members are all lost is equivalent to an absent one.
            Some(ty) => assert!(ty.named().is_some_and(is_struct), "{name} has lost {lost}"),
        }
    }
}

fn member_type(ty: &str, name: &str) -> Option<&'static TypeRef> {
    let Kind::Struct { members, dynamic } = &VERIFIER.model.types.get(ty)?.kind else { return None };
    let own = members.iter().find(|member| member.name == name).map(|member| &member.ty);
    own.or_else(|| dynamic.iter().find(|member| member.name == name).map(|member| &member.ty))
}

fn is_struct(ty: &str) -> bool {
    matches!(VERIFIER.model.types.get(ty).map(|ty| &ty.kind), Some(Kind::Struct { .. }))
}
