//! Classes, methods, parameters, and results.

use qix_codegen::model::{Deprecation, Method, Model, Stability};

use crate::support::{
    base, between_with, changed, companion, meaning, method, new_param, new_result, param, summary, ty,
};

#[test]
fn nothing_changed() {
    let diff = changed(|_| ());
    assert!(summary(&diff).is_empty());
    assert!(diff.to_text(Some("0.1.0")).contains("No difference."));
}

#[test]
fn a_new_method_is_compatible_and_needs_a_companion_entry() {
    let diff = changed(|model| {
        model.methods.insert("Doc.Publish".into(), Method::default());
    });
    assert_eq!(summary(&diff), ["compatible minor: added method Doc.Publish"]);
    assert!(diff.notes.iter().any(|note| note.contains("`Doc.Publish` is in neither `reads` nor `writes`")));
}

#[test]
fn a_removed_method_is_breaking() {
    let diff = changed(|model| drop(model.methods.remove("Doc.CreateField")));
    assert_eq!(summary(&diff), ["breaks major: removed method Doc.CreateField"]);
    let gone = "Gone: `DocApi::create_field`, `doc::CreateField`, `doc::CreateFieldResponse`.";
    assert_eq!(meaning(&diff, "Doc.CreateField"), gone);
}

#[test]
fn a_removed_deprecated_method_names_its_replacement() {
    let diff = changed(|model| drop(model.methods.remove("Field.OldLock")));
    assert!(meaning(&diff, "Field.OldLock").ends_with("It was deprecated in favor of Field.Lock."));
}

#[test]
fn a_class_is_added_and_removed_with_its_methods() {
    let diff = changed(|model| {
        model.methods.insert("Bookmark.Apply".into(), Method::default());
        model.methods.retain(|name, _| !name.starts_with("Field."));
        model.methods.retain(|name, _| name != "Doc.GetField" && name != "Doc.CreateField");
    });
    let summary = summary(&diff);
    assert!(summary.contains(&"breaks major: removed class Field".into()), "{summary:#?}");
    assert!(summary.contains(&"breaks major: removed method Field.Lock".into()), "{summary:#?}");
    assert!(summary.contains(&"compatible minor: added class Bookmark".into()), "{summary:#?}");
    assert_eq!(meaning(&diff, "Field"), "Gone with 2 methods: `Field`, `FieldApi`, `field`.");
}

#[test]
fn deprecation_stability_and_rights() {
    let diff = changed(|model| {
        method(model, "Doc.Save").marks.deprecated = Some(Deprecation { instead: vec!["Doc.DoReload".into()] });
        method(model, "Field.OldLock").marks.deprecated = None;
        method(model, "Doc.GetScores").marks.stability = Some(Stability::Stable);
        method(model, "Doc.DoReload").marks.stability = Some(Stability::Experimental);
        method(model, "Doc.CreateField").access = vec!["update".into(), "publish".into()];
        method(model, "Doc.CreateField").errors.clear();
        method(model, "Doc.CreateField").marks.visibility = Some("private".into());
    });
    assert_eq!(
        summary(&diff),
        [
            "compatible patch: changed method Doc.CreateField, rights: update → update, publish",
            "compatible patch: changed method Doc.CreateField, errors: GenericErrors → ",
            "compatible patch: changed method Doc.CreateField, visibility: public → private",
            "compatible patch: unsettled method Doc.DoReload, stability: locked → experimental",
            "compatible patch: made stable method Doc.GetScores, stability: experimental → stable",
            "compatible minor: deprecated method Doc.Save",
            "compatible patch: restored method Field.OldLock",
        ]
    );
    assert_eq!(meaning(&diff, "Doc.Save"), "The compiler warns about its use; use `DocApi::do_reload` instead.");
}

#[test]
fn facts_about_the_whole_api_are_reported_once() {
    let diff = changed(|model| model.stability = Some(Stability::Experimental));
    assert_eq!(summary(&diff), ["compatible patch: unsettled API , stability: locked → experimental"]);
    // Stating a mark that was inherited before is not a change.
    let stated = changed(|model| method(model, "Doc.Save").marks.stability = Some(Stability::Locked));
    assert!(summary(&stated).is_empty(), "{:?}", summary(&stated));
}

#[test]
fn a_new_optional_parameter_is_compatible_and_a_required_one_breaks() {
    let diff = changed(|model| method(model, "Doc.Save").params.push(new_param("qPath", "string", false)));
    assert_eq!(summary(&diff), ["compatible minor: added parameter Doc.Save/qPath"]);
    let diff = changed(|model| method(model, "Doc.Save").params.push(new_param("qPath", "string", true)));
    assert_eq!(summary(&diff), ["breaks major: added parameter Doc.Save/qPath"]);
    assert_eq!(
        meaning(&diff, "Doc.Save/qPath"),
        "`DocApi::save` and `doc::Save::new` take one argument more. `doc::Save` no longer implements `Default`."
    );
}

#[test]
fn a_removed_parameter_is_breaking() {
    let diff = changed(|model| method(model, "Doc.GetField").params.clear());
    assert_eq!(
        summary(&diff),
        [
            "breaks major: removed parameter Doc.GetField/qFieldName",
            "breaks major: removed parameter Doc.GetField/qStateName",
        ]
    );
    let setter = "The setter and the field `doc::GetField::state_name` are gone.";
    assert_eq!(meaning(&diff, "Doc.GetField/qStateName"), setter);
}

#[test]
fn optional_and_required_are_not_the_same_in_rust() {
    let diff = changed(|model| param(model, "Doc.GetField", "qStateName").required = true);
    assert_eq!(
        summary(&diff),
        ["breaks major: changed parameter Doc.GetField/qStateName, required: optional → required"]
    );
    let diff = changed(|model| param(model, "Doc.GetField", "qFieldName").required = false);
    assert_eq!(
        summary(&diff),
        ["breaks major: changed parameter Doc.GetField/qFieldName, required: required → optional"]
    );
}

#[test]
fn a_parameters_type() {
    let diff = changed(|model| param(model, "Doc.DoReload", "qMode").ty = ty("int64"));
    assert_eq!(summary(&diff), ["breaks major: changed parameter Doc.DoReload/qMode, type: int32 → int64"]);
    assert_eq!(meaning(&diff, "Doc.DoReload/qMode"), "`doc::DoReload::mode` is `i64`; it was `i32`.");
    // An alias for the same type in Rust.
    let diff = changed(|model| param(model, "Doc.GetField", "qFieldName").ty = ty("Bytes"));
    assert_eq!(summary(&diff), ["compatible patch: changed parameter Doc.GetField/qFieldName, type: string → Bytes"]);
}

#[test]
fn a_parameter_has_the_engines_default() {
    let diff = changed(|model| param(model, "Doc.DoReload", "qMode").default = Some(2.into()));
    assert_eq!(summary(&diff), ["compatible patch: changed parameter Doc.DoReload/qMode, default:  → 2"]);
}

#[test]
fn a_parameters_deprecation_is_only_documented() {
    let diff = changed(|model| {
        param(model, "Doc.DoReload", "qMode").marks.deprecated = Some(Deprecation::default());
    });
    assert_eq!(summary(&diff), ["compatible patch: deprecated parameter Doc.DoReload/qMode"]);
}

#[test]
fn reordered_parameters_are_breaking_even_if_the_code_compiles() {
    let diff = changed(|model| method(model, "Doc.CreateField").params.swap(0, 2));
    let order =
        "order of parameters: qName, qKind, qExpression, qDef, qPages → qExpression, qKind, qName, qDef, qPages";
    assert_eq!(summary(&diff), [format!("breaks major: changed method Doc.CreateField, {order}")]);
    assert!(meaning(&diff, "Doc.CreateField").ends_with("the compiler does not notice."));
    let diff = changed(|model| method(model, "Doc.CreateField").params.swap(1, 3));
    assert!(
        summary(&diff)[0].starts_with("breaks major: changed method Doc.CreateField, order"),
        "{:?}",
        summary(&diff)
    );
}

#[test]
fn setters_in_another_order_do_not_matter() {
    let diff = changed(|model| method(model, "Doc.DoReload").params.swap(0, 1));
    let order = "order of parameters: qMode, qPartial → qPartial, qMode";
    assert_eq!(summary(&diff), [format!("compatible patch: changed method Doc.DoReload, {order}")]);
}

#[test]
fn a_second_result_changes_the_type() {
    let diff = changed(|model| method(model, "Doc.DoReload").results.push(new_result("qLog", "string")));
    assert_eq!(summary(&diff), ["breaks major: added result Doc.DoReload#result/qLog"]);
    let form = "`DocApi::do_reload` returns `doc::DoReloadResponse`; it returned `bool`.";
    assert_eq!(meaning(&diff, "Doc.DoReload#result/qLog"), form);
}

#[test]
fn a_first_and_a_last_result_change_the_type() {
    let diff = changed(|model| method(model, "Doc.Save").results.push(new_result("qPath", "string")));
    assert_eq!(meaning(&diff, "Doc.Save#result/qPath"), "`DocApi::save` returns `String`; it returned `()`.");
    let diff = changed(|model| method(model, "Doc.DoReload").results.clear());
    assert_eq!(summary(&diff), ["breaks major: removed result Doc.DoReload#result/qReturn"]);
}

#[test]
fn one_more_of_several_results_is_compatible() {
    let diff = changed(|model| method(model, "Doc.GetScores").results.push(new_result("qLog", "string")));
    assert_eq!(summary(&diff), ["compatible minor: added result Doc.GetScores#result/qLog"]);
    let diff = changed(|model| drop(method(model, "Doc.GetScores").results.pop()));
    assert_eq!(summary(&diff), ["breaks major: removed result Doc.GetScores#result/qWarnings"]);
}

#[test]
fn a_response_that_now_contains_an_object_loses_traits() {
    let mut companion = companion();
    companion.returns.insert("Doc.GetScores".into(), "Field".into());
    let object =
        |model: &mut Model| method(model, "Doc.GetScores").results.push(new_result("qReturn", "ObjectInterface"));
    let diff = between_with(&base(), object, &companion);
    assert_eq!(summary(&diff), ["breaks major: added result Doc.GetScores#result/qReturn"]);
    assert!(meaning(&diff, "Doc.GetScores#result/qReturn").contains("no longer implements `Default`"));
}

#[test]
fn a_results_type_and_name() {
    let diff = changed(|model| method(model, "Doc.GetScores").results[1].ty = ty("int64"));
    assert_eq!(summary(&diff), ["breaks major: changed result Doc.GetScores#result/qTotal, type: int32 → int64"]);
    // A single result has no name in Rust, but it has a wire name.
    let diff = changed(|model| method(model, "Doc.DoReload").results[0].name = "qSuccess".into());
    let renamed = "recompile minor: renamed result Doc.DoReload#result/qSuccess, was Doc.DoReload#result/qReturn";
    assert_eq!(summary(&diff), [renamed]);
    // A field with an object is named by its class.
    let diff = changed(|model| method(model, "Doc.CreateField").results[1].name = "qReturned".into());
    assert!(summary(&diff)[0].starts_with("recompile minor: renamed result"), "{:?}", summary(&diff));
}
