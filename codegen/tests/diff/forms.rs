//! The output formats of a report.

use qix_codegen::diff::{self, Effect, Input, Step};
use qix_codegen::model::Model;
use qix_codegen::snapshot;

use crate::support::{base, changed, companion, method, new_param, param, summary, values};

fn some(model: &mut Model) {
    model.engine = "1.1.0".into();
    param(model, "Doc.DoReload", "qMode").ty = "int64".parse().unwrap();
    values(model, "Kind")[2].number = 9;
    method(model, "Doc.Save").params.push(new_param("qPath", "string", false));
    for code in 1000..1006 {
        model.errors.insert(format!("LOCERR_NEW_{code}"), code);
    }
}

#[test]
fn text() {
    let text = changed(some).to_text(Some("0.1.0"));
    let expected = "\
Engine 1.0.0 → 1.1.0

Breaks callers: 1
  changed     major  parameter Doc.DoReload/qMode: type: int32 → int64  `doc::DoReload::mode` is `i64`; it was `i32`.

Needs a recompile: 1
  changed     minor  value Kind/K: number: 2 → 9  The variant is the same. A program built earlier uses the old number.

Compatible: 8
  changed     patch  API: engine version: 1.0.0 → 1.1.0  `ENGINE_VERSION`
  added       minor  parameter Doc.Save/qPath  `doc::Save::path`
  added       minor  6 error codes
                       In `error_codes`: `NEW_1000`, `NEW_1001`, `NEW_1002`, `NEW_1003`, `NEW_1004`, `NEW_1005`

Breaking: 1. Needs a recompile: 1. Compatible: 8. Semver step: major, 0.1.0 → 0.2.0.
";
    assert_eq!(text, expected);
}

#[test]
fn markdown() {
    let text = changed(some).to_markdown(Some("1.2.0"));
    let expected = "\
## Engine 1.0.0 → 1.1.0

Breaking: 1. Needs a recompile: 1. Compatible: 8. Semver step: major, 1.2.0 → 2.0.0.

### Breaking

- changed: parameter `Doc.DoReload/qMode`: type: int32 → int64 — `doc::DoReload::mode` is `i64`; it was `i32`.

### Needs a recompile

- changed: value `Kind/K`: number: 2 → 9 — The variant is the same. A program built earlier uses the old number.

### Added

- parameter `Doc.Save/qPath` — `doc::Save::path`
- 6 error codes — In `error_codes`: `NEW_1000`, `NEW_1001`, `NEW_1002`, `NEW_1003`, `NEW_1004`, `NEW_1005`

### Other

- changed: API: engine version: 1.0.0 → 1.1.0 — `ENGINE_VERSION`
";
    assert_eq!(text, expected);
}

#[test]
fn json() {
    let diff = changed(some);
    let json: serde_json::Value = serde_json::from_str(&diff.to_json().unwrap()).unwrap();
    assert_eq!(json["step"], "major");
    assert_eq!(json["summary"], serde_json::json!({ "breaks": 1, "recompile": 1, "compatible": 8 }));
    assert_eq!(json["changes"].as_array().unwrap().len(), 10, "a script gets every change");
    assert_eq!(
        json["changes"][0],
        serde_json::json!({
            "change": "changed", "subject": "parameter", "item": "Doc.DoReload/qMode",
            "aspect": "type", "from": "int32", "to": "int64",
            "effect": "breaks", "step": "major", "rust": ["doc::DoReload::mode"],
            "meaning": "`doc::DoReload::mode` is `i64`; it was `i32`."
        })
    );
}

#[test]
fn a_different_engine_version_alone_is_a_patch_release() {
    let diff = changed(|model| model.engine = "1.0.1".into());
    assert_eq!(summary(&diff), ["compatible patch: changed API , engine version: 1.0.0 → 1.0.1"]);
    assert_eq!((diff.step(), diff.count(Effect::Compatible)), (Step::Patch, 1));
}

#[test]
fn every_form_is_parsed() {
    let snapshot = snapshot::write(&base()).unwrap();
    let (Input::Model(model), _) = Input::read(&snapshot).unwrap() else { panic!() };
    assert_eq!(*model, base());
    let (Input::Model(published), unknown) = Input::read(include_str!("../schema.json")).unwrap() else { panic!() };
    assert!(published.methods.contains_key("Global.OpenThing") && unknown.is_empty());
    assert!(matches!(Input::read(r#"{"structs": {}}"#).unwrap().0, Input::Legacy(_)));
}

#[test]
fn input_that_is_not_a_schema_is_rejected_with_the_expected_input() {
    for text in ["", "[]", "{}", "{\"openrpc\": 1", r#"{"engine": "1"}"#] {
        let summary = Input::read(text).unwrap_err().to_string();
        assert!(summary.lines().count() >= 2, "{text}: {summary}");
    }
}

#[test]
fn a_schema_and_its_snapshot_are_equal() {
    let (published, _) = Input::read(include_str!("../schema.json")).unwrap();
    let Input::Model(model) = &published else { panic!() };
    let (snapshot, _) = Input::read(&snapshot::write(model).unwrap()).unwrap();
    let diff = diff::compare(&published, &snapshot, &companion());
    assert_eq!(diff.step(), Step::None, "{:?}", summary(&diff));
}
