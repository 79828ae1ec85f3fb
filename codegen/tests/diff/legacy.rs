//! Legacy files: only facts in both files are compared.

use qix_codegen::diff::{self, Diff, Input};

use crate::support::{base, companion, meaning, summary};

const LEGACY: &str = r#"{
    "structs": {
        "Doc": {
            "GetField": {
                "In": [
                    { "Name": "qFieldName", "DefaultValue": "" },
                    { "Name": "qStateName", "DefaultValue": "", "Optional": true }
                ],
                "Out": []
            },
            "DoReload": { "In": [{ "Name": "qMode", "DefaultValue": 0 }], "Out": [] },
            "GetScores": {
                "In": [{ "Name": "qRows", "DefaultValue": {} }],
                "Out": [{ "Name": "qScores" }, { "Name": "qTotal" }, { "Name": "qLog" }]
            },
            "OldSave": { "In": [], "Out": [] }
        },
        "Button": { "Press": { "In": [], "Out": [] } }
    },
    "enums": { "Kind": { "DATA_KIND_STRAIGHT": 0, "DATA_KIND_PIVOT": 5, "DATA_KIND_FLAT": 2 }, "Lost": { "A": 0 } },
    "version": "0.9.0"
}"#;

fn legacy(text: &str) -> Input {
    Input::read(text).unwrap().0
}

fn with_model() -> Diff {
    let mut model = base();
    model
        .methods
        .retain(|name, _| ["Doc.GetField", "Doc.DoReload", "Doc.GetScores", "Doc.Save"].contains(&name.as_str()));
    diff::compare(&legacy(LEGACY), &Input::Model(Box::new(model)), &companion())
}

#[test]
fn a_legacy_file_against_a_schema() {
    let diff = with_model();
    assert_eq!((diff.old.as_str(), diff.new.as_str()), ("0.9.0", "1.0.0"));
    assert_eq!(
        summary(&diff),
        [
            "breaks major: removed method Doc.OldSave",
            "breaks major: changed parameter Doc.DoReload/qMode, required: required → optional",
            "breaks major: removed result Doc.GetScores#result/qLog",
            "breaks major: added result Doc.GetScores#result/qWarnings",
            "breaks major: renamed value Kind/DATA_KIND_STACK, was Kind/DATA_KIND_FLAT",
            "recompile minor: changed value Kind/DATA_KIND_PIVOT, number: 5 → 1",
            "compatible minor: added method Doc.Save",
            "compatible minor: added parameter Doc.DoReload/qPartial",
        ]
    );
    assert_eq!(meaning(&diff, "Doc.OldSave"), "Gone: `DocApi::old_save`, `doc::OldSave`.");
}

#[test]
fn the_report_lists_what_was_not_compared() {
    let notes = with_model().notes.join("\n");
    for summary in
        ["no types", "`qReturn`", "public items only", "Button", "Enums that only one side has were not compared: Lost"]
    {
        assert!(notes.contains(summary), "{summary}: {notes}");
    }
    assert!(with_model().to_text(None).contains("Notes\n"));
}

#[test]
fn two_legacy_files() {
    let newer = LEGACY
        .replace(r#""Button": { "Press""#, r#""Slider": { "Press""#)
        .replace(r#""OldSave""#, r#""Save""#)
        .replace(
            r#"{ "Name": "qStateName", "DefaultValue": "", "Optional": true }"#,
            r#"{ "Name": "qStateName", "DefaultValue": "$", "Optional": true }"#,
        )
        .replace(r#"{ "Name": "qMode", "DefaultValue": 0 }"#, r#"{ "Name": "qPartial", "DefaultValue": 0 }"#);
    let diff = diff::compare(&legacy(LEGACY), &legacy(&newer), &companion());
    assert_eq!(
        summary(&diff),
        [
            "breaks major: removed class Button",
            "breaks major: removed method Doc.OldSave",
            "breaks major: removed parameter Doc.DoReload/qMode",
            "breaks major: added parameter Doc.DoReload/qPartial",
            "compatible minor: added class Slider",
            "compatible minor: added method Doc.Save",
            "compatible patch: changed parameter Doc.GetField/qStateName, default: \"\" → \"$\"",
        ]
    );
    assert!(diff.notes.iter().all(|note| !note.contains("public")));
}

#[test]
fn an_invalid_legacy_file_is_rejected_with_the_position() {
    let summary =
        Input::read(r#"{"structs": {"Doc": {"Save": {"In": 1}, "Load": []}, "Field": 3}}"#).unwrap_err().to_string();
    for place in ["/structs/Doc/Save", "/structs/Doc/Load", "/structs/Field"] {
        assert!(summary.contains(place), "{summary}");
    }
}

#[test]
fn code_cannot_be_generated_from_a_legacy_file() {
    let summary = qix_codegen::openrpc::read(LEGACY).unwrap_err().to_string();
    assert!(summary.contains("legacy schema form") && summary.contains("OpenRPC"), "{summary}");
}
