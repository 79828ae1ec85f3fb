//! Renames are recognized if the evidence is good, and never guessed.

use qix_codegen::diff::Change;
use qix_codegen::model::Model;

use crate::support::{changed, meaning, member, members, method, new_member, new_value, param, summary, values};

fn rename_method(model: &mut Model, old: &str, new: &str) {
    let method = model.methods.remove(old).unwrap();
    model.methods.insert(new.into(), method);
}

#[test]
fn a_method_with_the_same_parameters_and_a_similar_name() {
    let diff = changed(|model| rename_method(model, "Doc.DoReload", "Doc.DoReloadEx"));
    assert_eq!(summary(&diff), ["breaks major: renamed method Doc.DoReloadEx, was Doc.DoReload"]);
    let became = "`DocApi::do_reload`, `doc::DoReload` became `DocApi::do_reload_ex`, `doc::DoReloadEx`.";
    assert_eq!(meaning(&diff, "Doc.DoReloadEx"), became);
    assert_eq!(diff.renamed("Doc.DoReload"), Some("Doc.DoReloadEx"));
}

#[test]
fn a_method_with_other_parameters_another_class_or_another_verb_is_another_method() {
    let not_renamed = |change: fn(&mut Model)| {
        let diff = changed(change);
        assert!(diff.changes.iter().all(|line| line.change != Change::Renamed), "{:?}", summary(&diff));
        assert!(diff.changes.iter().any(|line| line.change == Change::Removed), "{:?}", summary(&diff));
    };
    not_renamed(|model| {
        rename_method(model, "Doc.DoReload", "Doc.DoReloadEx");
        method(model, "Doc.DoReloadEx").params.pop();
    });
    not_renamed(|model| rename_method(model, "Doc.DoReload", "Field.DoReloadEx"));
    not_renamed(|model| rename_method(model, "Field.Lock", "Field.Unlock"));
    not_renamed(|model| {
        let method = method(model, "Doc.DoReload").clone();
        rename_method(model, "Doc.DoReload", "Doc.DoReloadEx");
        model.methods.insert("Doc.DoReloadAll".into(), method);
    });
}

#[test]
fn a_parameter_of_the_same_type_at_the_same_position() {
    let diff = changed(|model| param(model, "Doc.GetField", "qFieldName").name = "qField".into());
    assert_eq!(summary(&diff), ["breaks major: renamed parameter Doc.GetField/qField, was Doc.GetField/qFieldName"]);
    let became = "The field `doc::GetField::field_name` became `doc::GetField::field`; \
        the order of the arguments of `DocApi::get_field` is unchanged.";
    assert_eq!(meaning(&diff, "Doc.GetField/qField"), became);
    // The prefix is not part of the Rust name.
    let diff = changed(|model| param(model, "Doc.DoReload", "qMode").name = "mode".into());
    assert_eq!(summary(&diff), ["recompile minor: renamed parameter Doc.DoReload/mode, was Doc.DoReload/qMode"]);
    let diff = changed(|model| param(model, "Doc.GetField", "qFieldName").name = "qTitle".into());
    assert_eq!(diff.changes.len(), 2, "{:?}", summary(&diff));
}

#[test]
fn a_member_of_the_same_type_at_the_same_position() {
    let diff = changed(|model| member(model, "Page", "qRowHeight").name = "qHeight".into());
    assert_eq!(summary(&diff), ["breaks major: renamed member Page/qHeight, was Page/qRowHeight"]);
    let elsewhere = changed(|model| {
        member(model, "Page", "qRowHeight").name = "qHeight".into();
        let moved = members(model, "Page").remove(2);
        members(model, "Page").push(moved);
    });
    assert!(summary(&elsewhere).contains(&"breaks major: removed member Page/qRowHeight".into()));
    let another_type = changed(|model| {
        member(model, "Page", "qRowHeight").name = "qHeight".into();
        member(model, "Page", "qHeight").ty = "double".parse().unwrap();
    });
    assert!(summary(&another_type).contains(&"breaks major: removed member Page/qRowHeight".into()));
}

#[test]
fn two_candidates_are_not_a_rename() {
    let diff = changed(|model| {
        members(model, "Frame").remove(1);
        members(model, "Frame").insert(1, new_member("qBorderStyle", "string"));
        members(model, "Frame").insert(2, new_member("qBorderColor", "string"));
    });
    let all = summary(&diff);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(diff.changes.iter().all(|line| line.change != Change::Renamed));
}

#[test]
fn a_renamed_rare_member_is_no_longer_boxed() {
    let diff = changed(|model| member(model, "Cell", "qNote").name = "note".into());
    assert_eq!(summary(&diff), ["breaks major: renamed member Cell/note, was Cell/qNote"]);
    assert!(meaning(&diff, "Cell/note").contains("`types::CellRare::note` became `types::Cell::note`"));
    assert!(diff.notes.iter().any(|note| note.contains("`Cell/qNote` is not in this schema")), "{:?}", diff.notes);
}

#[test]
fn opposites_are_not_renames() {
    let diff = changed(|model| member(model, "Def", "qIsOn").name = "qIsNotOn".into());
    assert_eq!(diff.changes.len(), 2, "{:?}", summary(&diff));
}

#[test]
fn a_renamed_type_is_reported_once() {
    let diff = changed(|model| {
        let frame = model.types.remove("Frame").unwrap();
        model.types.insert("NxFrameDef".into(), frame);
        member(model, "Def", "qFrame").ty = "NxFrameDef".parse().unwrap();
        let qix_codegen::model::Kind::Struct { dynamic, .. } = &mut model.types.get_mut("Def").unwrap().kind else {
            panic!()
        };
        dynamic[0].ty = "NxFrameDef".parse().unwrap();
    });
    assert_eq!(summary(&diff), ["breaks major: renamed type NxFrameDef, was Frame"]);
    let became = "`types::Frame` became `types::NxFrameDef`. Used by `types::Def::frame`, `types::Def::frame_def`.";
    assert_eq!(meaning(&diff, "NxFrameDef"), became);
}

#[test]
fn values_are_identified_by_their_number() {
    let diff = changed(|model| values(model, "Kind")[1] = new_value("X", Some("DATA_KIND_CROSS"), 1));
    assert!(summary(&diff).contains(&"breaks major: renamed value Kind/X, was Kind/P".into()), "{:?}", summary(&diff));
    // Two items had the number, so it proves nothing.
    let mut twice = crate::support::base();
    values(&mut twice, "Kind").push(new_value("Q", Some("DATA_KIND_QUEUE"), 1));
    let diff = crate::support::between(&twice, |model| {
        values(model, "Kind").retain(|value| value.number != 1);
        values(model, "Kind").push(new_value("X", Some("DATA_KIND_CROSS"), 1));
    });
    assert!(diff.changes.iter().all(|line| line.change != Change::Renamed), "{:?}", summary(&diff));
}
