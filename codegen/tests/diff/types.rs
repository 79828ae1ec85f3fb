//! Types, members, enum values, and errors.

use qix_codegen::model::{Deprecation, Kind, Stability, Type};

use crate::support::{changed, meaning, member, members, method, new_member, new_value, summary, ty, values};

#[test]
fn types_are_added_and_removed() {
    let diff = changed(|model| {
        model.types.insert("Extra2".into(), Type { kind: Kind::Open, marks: Default::default() });
        model.types.remove("Single");
    });
    assert_eq!(summary(&diff), ["breaks major: removed type Single", "compatible minor: added type Extra2"]);
}

#[test]
fn a_different_kind_of_type_is_breaking_where_it_is_used() {
    let diff = changed(|model| {
        model.types.get_mut("Rows").unwrap().kind = Kind::Array { items: ty("Page") };
    });
    assert_eq!(summary(&diff), ["breaks major: changed type Rows, kind: [Cell] → [Page]"]);
    let rows = "`types::Rows` is `Vec<Page>`; it was `Vec<Cell>`. Used by `doc::GetScores::rows`.";
    assert_eq!(meaning(&diff, "Rows"), rows);
    let diff = changed(|model| model.types.get_mut("Frame").unwrap().kind = Kind::Open);
    assert_eq!(summary(&diff), ["breaks major: changed type Frame, kind: struct → any JSON"]);
}

#[test]
fn a_string_with_another_format_is_breaking_although_it_compiles() {
    let diff = changed(|model| {
        model.types.get_mut("Bytes").unwrap().kind = Kind::Text { encoding: Some("base64".into()) };
    });
    assert_eq!(summary(&diff), ["breaks major: changed type Bytes, kind: text → text (base64)"]);
}

#[test]
fn members_are_added_and_removed() {
    let diff = changed(|model| {
        members(model, "Page").push(new_member("qWidth", "int32"));
        members(model, "Frame").remove(0);
    });
    assert_eq!(
        summary(&diff),
        ["breaks major: removed member Frame/qWidth", "compatible minor: added member Page/qWidth"]
    );
}

#[test]
fn a_new_member_leaves_the_custom_members() {
    let diff = changed(|model| members(model, "Def").push(new_member("qNew", "string")));
    assert_eq!(summary(&diff), ["compatible minor: added member Def/qNew"]);
    assert_eq!(meaning(&diff, "Def/qNew"), "It was in `extra` before.");
}

#[test]
fn rare_members_are_in_their_box() {
    let diff = changed(|model| drop(members(model, "Cell").pop()));
    assert_eq!(summary(&diff), ["breaks major: removed member Cell/qNote"]);
    assert!(meaning(&diff, "Cell/qNote").contains("`types::CellRare::note`"));
}

#[test]
fn a_members_type() {
    let diff = changed(|model| member(model, "Page", "qLeft").ty = ty("int64"));
    assert_eq!(summary(&diff), ["breaks major: changed member Page/qLeft, type: int32 → int64"]);
    assert_eq!(meaning(&diff, "Page/qLeft"), "`types::Page::left` is `i64`; it was `i32`.");
    let mut plain = crate::support::base();
    member(&mut plain, "Page", "qRowHeight").default = None;
    for (word, same) in [("integer", true), ("int16", false), ("double", false), ("[int64]", false)] {
        let diff = crate::support::between(&plain, |model| member(model, "Page", "qRowHeight").ty = ty(word));
        assert_eq!(!diff.breaks(), same, "{word}: {:?}", summary(&diff));
    }
    let diff = changed(|model| member(model, "Frame", "qBorder").ty = ty("Frame"));
    assert!(meaning(&diff, "Frame/qBorder").contains("`Option<Box<Frame>>`; it was `String`"));
}

#[test]
fn a_struct_that_becomes_recursive_changes_other_members() {
    let diff = changed(|model| members(model, "Frame").push(new_member("qDef", "Def")));
    assert_eq!(
        summary(&diff),
        [
            "breaks major: changed member Def/qFrame, form in Rust: plain → optional",
            "compatible minor: added member Frame/qDef",
        ]
    );
    let form = "`types::Def::frame` is `Option<Box<Frame>>`; it was `Frame`.";
    assert_eq!(meaning(&diff, "Def/qFrame"), form);
}

#[test]
fn a_dynamic_member_that_becomes_static_is_breaking() {
    let diff = changed(|model| {
        let Kind::Struct { members, dynamic } = &mut model.types.get_mut("Def").unwrap().kind else { panic!() };
        dynamic.clear();
        members.push(new_member("qFrameDef", "Frame"));
    });
    assert_eq!(summary(&diff), ["breaks major: changed member Def/qFrameDef, form in Rust: optional → plain"]);
}

#[test]
fn changed_defaults_apply_only_after_recompiling() {
    let diff = changed(|model| member(model, "Page", "qRowHeight").default = Some(0.into()));
    assert_eq!(summary(&diff), ["recompile minor: changed member Page/qRowHeight, default: -1 → 0"]);
    let diff = changed(|model| member(model, "Def", "qIsOn").default = None);
    assert_eq!(summary(&diff), ["recompile minor: changed member Def/qIsOn, default: true → "]);
}

#[test]
fn presence_order_and_marks_of_members() {
    let diff = changed(|model| {
        member(model, "Page", "qLeft").required = true;
        members(model, "Page").swap(0, 1);
        member(model, "Frame", "qColor").marks.stability = None;
        member(model, "Frame", "qBorder").marks.deprecated = Some(Deprecation::default());
    });
    assert_eq!(
        summary(&diff),
        [
            "compatible patch: changed type Page, order of members: qLeft, qTop → qTop, qLeft",
            "compatible minor: deprecated member Frame/qBorder",
            "compatible patch: made stable member Frame/qColor, stability: experimental → locked",
            "compatible patch: changed member Page/qLeft, presence: may be absent → always there",
        ]
    );
}

#[test]
fn a_types_marks() {
    let diff = changed(|model| {
        let marks = &mut model.types.get_mut("Frame").unwrap().marks;
        marks.stability = Some(Stability::Experimental);
        marks.categories = vec!["data".into()];
        marks.deprecated = Some(Deprecation { instead: vec!["Cell".into()] });
    });
    assert_eq!(
        summary(&diff),
        [
            "compatible patch: unsettled type Frame, stability: locked → experimental",
            "compatible minor: deprecated type Frame",
            "compatible patch: changed type Frame, categories:  → data",
        ]
    );
}

#[test]
fn values_are_added_and_removed() {
    let diff = changed(|model| {
        values(model, "Kind").push(new_value("T", Some("DATA_KIND_TREE"), 3));
        values(model, "Kind").remove(2);
    });
    assert_eq!(summary(&diff), ["breaks major: removed value Kind/K", "compatible minor: added value Kind/T"]);
    assert_eq!(meaning(&diff, "Kind/T"), "It was `Unrecognized` before.");
}

#[test]
fn a_new_value_can_rename_the_others() {
    let diff = changed(|model| values(model, "Kind").push(new_value("T", Some("DATA_MODE_TREE"), 3)));
    assert_eq!(
        summary(&diff),
        [
            "breaks major: changed value Kind/K, variant: Stack → KindStack",
            "breaks major: changed value Kind/P, variant: Pivot → KindPivot",
            "breaks major: changed value Kind/S, variant: Straight → KindStraight",
            "compatible minor: added value Kind/T",
        ]
    );
    let diff = changed(|model| values(model, "Single").push(new_value("ONLY_TWO", None, 1)));
    assert_eq!(summary(&diff)[0], "breaks major: changed value Single/ONLY_ONE, variant: OnlyOne → One");
}

#[test]
fn a_value_with_another_text_and_the_same_number() {
    // The variant is named after the long name, which is unchanged.
    let diff = changed(|model| values(model, "Kind")[1].title = "PIVOT".into());
    assert_eq!(summary(&diff), ["recompile minor: renamed value Kind/PIVOT, was Kind/P"]);
    // This variant is named after the title.
    let diff = changed(|model| values(model, "Single")[0].title = "ONLY".into());
    assert_eq!(summary(&diff), ["breaks major: renamed value Single/ONLY, was Single/ONLY_ONE"]);
    assert_eq!(meaning(&diff, "Single/ONLY"), "The variant `types::Single::OnlyOne` became `types::Single::Only`.");
}

#[test]
fn a_value_with_another_number_or_long_name() {
    let diff = changed(|model| values(model, "Kind")[2].number = 9);
    assert_eq!(summary(&diff), ["recompile minor: changed value Kind/K, number: 2 → 9"]);
    let diff = changed(|model| values(model, "Kind")[2].long = Some("DATA_KIND_PILE".into()));
    assert_eq!(summary(&diff), ["breaks major: changed value Kind/K, long name: DATA_KIND_STACK → DATA_KIND_PILE"]);
}

#[test]
fn a_changed_enum_default_requires_recompiling() {
    let diff = changed(|model| {
        values(model, "Kind")[0].number = 7;
        values(model, "Kind")[1].number = 0;
        values(model, "Kind").sort_by_key(|value| value.number);
    });
    assert!(
        summary(&diff).contains(&"recompile minor: changed type Kind, default: S → P".into()),
        "{:?}",
        summary(&diff)
    );
}

#[test]
fn errors() {
    let diff = changed(|model| {
        model.errors.remove("LOCERR_GENERIC_ABORTED");
        model.errors.insert("LOCERR_GENERIC_STOPPED".into(), 21);
        model.errors.insert("LOCERR_GENERIC_NOT_FOUND".into(), 3);
        model.errors.remove("LOCERR_HTTP_404");
        model.errors.insert("LOCERR_HTTP_GONE".into(), 404);
        model.error_groups.get_mut("GenericErrors").unwrap().remove(0);
    });
    assert_eq!(
        summary(&diff),
        [
            "breaks major: removed error code LOCERR_GENERIC_ABORTED",
            "breaks major: renamed error code LOCERR_HTTP_GONE, was LOCERR_HTTP_404",
            "recompile minor: changed error code LOCERR_GENERIC_NOT_FOUND, code: 2 → 3",
            "compatible minor: added error code LOCERR_GENERIC_STOPPED",
            "compatible patch: changed error group GenericErrors, errors: 2 → 1",
        ]
    );
}

#[test]
fn a_schema_that_cannot_be_generated_can_still_be_compared() {
    let (old, mut new) = (crate::support::base(), crate::support::base());
    members(&mut new, "Page").push(new_member("qleft", "int32"));
    method(&mut new, "Doc.Save").results.push(crate::support::new_result("qReturn", "ObjectInterface"));
    let diff = qix_codegen::diff::models(&old, &new, &crate::support::companion());
    assert!(summary(&diff).contains(&"compatible minor: added member Page/qleft".into()));
    assert!(diff.notes.iter().any(|note| note.contains("both become `left` in Rust")), "{:?}", diff.notes);
    assert!(diff.notes.iter().any(|note| note.contains("`Doc.Save` returns an object")), "{:?}", diff.notes);
}
