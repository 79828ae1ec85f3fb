//! What an upgrade requires in hand-written files.

use qix_codegen::companion::Companion;
use qix_codegen::docs::texts::Documentation;
use qix_codegen::model::Model;

use crate::support::{base, changed, member, method, new_member, new_result};

const DOCS: &str = "\
## Doc.DoReload

Reloads. See [`Page.qLeft`].

* qMode: How.
* returns qReturn: Whether.

## Doc.GetField

Gives a field; before, [`Doc.DoReload`].

* qFieldName: Name.

## Page

A page.

* qRowHeight: Height.
* qTop: Top.
";

/// What to do with the texts after a change.
fn to_do(change: fn(&mut Model)) -> Vec<String> {
    let diff = changed(change);
    let mut model = base();
    change(&mut model);
    let docs = Documentation::read([("docs.md", DOCS)]).unwrap();
    let checked = docs.check_after(&model, |item| diff.renamed(item));
    checked.err().map(|faults| faults.0.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

#[test]
fn texts_of_remaining_items_are_kept() {
    assert!(to_do(|model| drop(model.methods.remove("Doc.Save"))).is_empty());
}

#[test]
fn a_removed_method_removes_its_section() {
    let summary = to_do(|model| drop(model.methods.remove("Doc.DoReload")));
    assert_eq!(
        summary,
        [
            "docs.md line 1: `Doc.DoReload` is not in the schema\n  \
             Remove the text with everything below its heading, or correct the name.",
            "docs.md line 8: the link target `Doc.DoReload` is not in the schema\n  Correct the link.",
        ]
    );
}

#[test]
fn a_renamed_method_keeps_its_section_under_another_heading() {
    let summary = to_do(|model| {
        let method = model.methods.remove("Doc.DoReload").unwrap();
        model.methods.insert("Doc.DoReloadEx".into(), method);
    });
    assert_eq!(
        summary,
        [
            "docs.md line 1: `Doc.DoReload` is not in the schema\n  \
             It was renamed: change the heading to `## Doc.DoReloadEx`, and check the text.",
            "docs.md line 8: the link target `Doc.DoReload` is not in the schema\n  Link [`Doc.DoReloadEx`] instead.",
        ]
    );
}

#[test]
fn parts_of_an_item_are_moved_or_removed_one_by_one() {
    let summary = to_do(|model| {
        member(model, "Page", "qRowHeight").name = "qHeight".into();
        member(model, "Page", "qLeft").name = "qLeftmost".into();
        method(model, "Doc.DoReload").results[0].name = "qSuccess".into();
        method(model, "Doc.GetField").params.remove(0);
    });
    let all = summary.join("\n");
    assert_eq!(summary.len(), 4, "{all}");
    assert!(all.contains("start the line with `* qHeight:`"), "{all}");
    assert!(all.contains("Link [`Page.qLeftmost`] instead."), "{all}");
    assert!(all.contains("start the line with `* returns qSuccess:`"), "{all}");
    assert!(all.contains("`Doc.GetField/qFieldName` is not in the schema\n  Remove the text"), "{all}");
}

#[test]
fn outdated_companion_entries_are_reported() {
    let companion = Companion::read(
        r#"{
            "returns": { "Doc.GetField": "Field", "Doc.CreateField": "Field", "Doc.Save": "Field" },
            "reads": ["Doc.Gone"],
            "writes": ["Doc.GetField", "Doc.CreateField", "Doc.DoReload", "Doc.Save", "Doc.GetScores", "Field.Lock", "Field.OldLock"],
            "extended": [], "presence": ["qFrameDef", "qNever", "Page/qNever"],
            "members": { "Page": { "qLeft": "int32" } }, "rare": {}, "instead": { "Field.OldLock": ["Field.Gone"] }
        }"#,
    )
    .unwrap();
    let summary: Vec<String> = companion.complete(&mut base()).unwrap().iter().map(|note| note.what.clone()).collect();
    assert_eq!(
        summary,
        [
            "`Doc.Gone` is not in this schema",
            "`Page/qNever` is not in this schema",
            "`qNever` is not in this schema",
            "`Field.Gone` is not in this schema",
            "`Doc.Save` does not return an object in this schema",
            "this schema already contains `Page/qLeft`",
        ]
    );
}

#[test]
fn a_missing_companion_entry_names_the_line_to_add() {
    let mut model = base();
    method(&mut model, "Doc.Save").results.push(new_result("qReturn", "ObjectInterface"));
    crate::support::members(&mut model, "Page").push(new_member("qNew", "string"));
    let summary = crate::support::companion().complete(&mut model).unwrap_err().to_string();
    assert!(summary.contains("Add the line `\"Doc.Save\": \"CLASS\",` with one of: Doc, Field."), "{summary}");
}
