//! Facts about generic objects, their properties, and lists of an app's content.

use qix_client::prelude::*;
use serde_json::{Value, json};

use super::source::{DOC, OBJECT, RECORDED, SCHEMAS};
use crate::fact::{Fact, Outcome, Trouble, expect, expect_that, fact};
use crate::lab::{Lab, code_of, list_of};

pub(super) const FACTS: &[Fact] = &[
    fact!(
        "create-session-object",
        "`CreateSessionObject` returns the handle, type, and ID of a new object.",
        "all lists and rows",
        DOC,
        create_session_object
    ),
    fact!(
        "destroy-session-object",
        "`DestroySessionObject` returns whether the object existed; afterwards, `GetObject` does not find it.",
        "dropping a session object",
        DOC,
        destroy_session_object
    ),
    fact!(
        "own-members",
        "Members that a program adds to properties are kept, in nested definitions too.",
        "`GenericObjectProperties::extra`",
        RECORDED,
        own_members
    ),
    fact!(
        "absent-members",
        "Members that are absent from properties have the schema's default.",
        "encoding of properties",
        RECORDED,
        absent_members
    ),
    fact!(
        "soft-patch",
        "A soft patch changes the layout and the effective properties, but not the properties; `ClearSoftPatches` undoes it.",
        "resumption",
        OBJECT,
        soft_patch
    ),
    fact!(
        "patch-value",
        "The value of a patch is JSON text.",
        "`NxPatch::replace`",
        "Qlik Community, thread 45849",
        patch_value
    ),
    fact!(
        "invalid-patch",
        "If one of several patches has an invalid path, none is applied.",
        "`ApplyPatches`",
        "Qlik Community, thread 45849",
        invalid_patch
    ),
    fact!(
        "children",
        "`GetChildInfos` returns the children of an object in their order, and `GetChild` opens them.",
        "`DocExt::all_objects`, `GenericObjectExt::descendants`",
        OBJECT,
        children
    ),
    fact!(
        "property-tree",
        "`GetFullPropertyTree` returns the properties of an object and of everything below, and `SetFullPropertyTree` creates them.",
        "`CopyExt`",
        OBJECT,
        property_tree
    ),
    fact!(
        "item-ids",
        "An item that is created with an ID keeps it, and can be opened by it; a variable, by its name.",
        "`DocExt::create`, `DocExt::measure`, `DocExt::variable`",
        DOC,
        item_ids
    ),
    fact!(
        "bookmarks",
        "Applying a bookmark restores the selections that it was created with.",
        "resumption",
        DOC,
        bookmarks
    ),
    fact!(
        "bookmark-content",
        "The layout of a bookmark contains the selected values of each alternate state.",
        "`CopyExt` for bookmarks",
        SCHEMAS,
        bookmark_content
    ),
    fact!(
        "stored-selections",
        "`RestoreTempSelectionState` restores the selections of the session that `StoreTempSelectionState` has stored.",
        "`CopyExt` for bookmarks",
        DOC,
        stored_selections
    ),
    fact!(
        "field-list",
        "The list of fields has a name, a number of values, and tags for each.",
        "`DocExt::fields`",
        SCHEMAS,
        field_list
    ),
    fact!(
        "list-data",
        "Lists of an app's items contain the values at the requested paths of their properties; values that are absent are empty strings or absent.",
        "`DocExt::measures`, `Pending::with_data`",
        "vendor's page about `ChildList`",
        list_data
    ),
    fact!(
        "variable-list",
        "The list of variables contains those of the session if requested.",
        "`DocExt::variables`",
        SCHEMAS,
        variable_list
    ),
    fact!(
        "selection-list",
        "The list of current selections names each field with selections.",
        "`DocExt::current_selections`",
        SCHEMAS,
        selection_list
    ),
    fact!(
        "alternate-states",
        "An object in an alternate state depends on the selections of that state only.",
        "`DocExt::alternate_state`, `Pending::state_name`",
        DOC,
        alternate_states
    ),
    fact!(
        "state-exists",
        "Adding an alternate state that exists fails, and removing one that does not exist returns `false`.",
        "`DocExt::alternate_state`",
        DOC,
        state_exists
    ),
];

async fn create_session_object(lab: &Lab) -> Outcome {
    lab.values("Region").await?;
    let result = lab.exchange("CreateSessionObject").await?.response["result"]["qReturn"].clone();
    let is_complete =
        result["qType"] == "GenericObject" && result["qHandle"].is_i64() && result["qGenericId"].is_string();
    expect_that(is_complete, result.to_string())
}

async fn destroy_session_object(lab: &Lab) -> Outcome {
    let list = lab.values("Region").await?;
    let id = list.handle().id.clone().unwrap_or_default();
    let destroyed = lab.doc.destroy_session_object(&id).await?;
    let found = lab.doc.get_object(&id).await;
    expect((destroyed, found.is_ok_and(|object| object.handle().handle != 0)), (true, false))
}

async fn own_members(lab: &Lab) -> Outcome {
    let properties: GenericObjectProperties = serde_json::from_value(json!({
        "qInfo": { "qType": "facts" },
        "own": { "deep": [1, null, { "x": "y" }] },
        "qHyperCubeDef": { "qDimensions": [{ "qDef": { "qFieldDefs": ["Region"], "cId": "abc" } }], "columnWidths": [-1] }
    }))?;
    let object = lab.doc.create_session_object(properties).await?;
    let properties = serde_json::to_value(object.get_properties().await?)?;
    let cube = &properties["qHyperCubeDef"];
    let seen = [&properties["own"], &cube["qDimensions"][0]["qDef"]["cId"], &cube["columnWidths"]].map(Value::clone);
    expect(seen, [json!({ "deep": [1, null, { "x": "y" }] }), json!("abc"), json!([-1])])
}

async fn absent_members(lab: &Lab) -> Outcome {
    let cube = lab.cube(HyperCubeDef::default().with_dimensions([NxDimension::field("Region")])).await?;
    let definition = cube.get_properties().await?.hyper_cube_def.unwrap_or_default();
    let seen = (definition.mode, definition.no_of_left_dims, definition.suppress_zero);
    expect(seen, (NxHypercubeMode::Straight, -1, false))
}

/// The title in an object's layout.
async fn title(object: &GenericObject) -> Result<Value, Trouble> {
    let layout = serde_json::to_value(object.get_layout().with_delta(false).await?)?;
    Ok(layout["title"].clone())
}

async fn titled(lab: &Lab) -> Result<GenericObject, Trouble> {
    let properties = json!({ "qInfo": { "qType": "facts" }, "title": "before" });
    Ok(lab.doc.create_session_object(serde_json::from_value(properties)?).await?)
}

async fn soft_patch(lab: &Lab) -> Outcome {
    let object = titled(lab).await?;
    object.apply_patches(vec![NxPatch::replace("/title", "after")?]).soft_patch(true).await?;
    let properties = serde_json::to_value(object.get_properties().await?)?;
    let effective = serde_json::to_value(object.get_effective_properties().await?)?;
    let patched = [title(&object).await?, properties["title"].clone(), effective["title"].clone()];
    object.clear_soft_patches().await?;
    expect((patched, title(&object).await?), ([json!("after"), json!("before"), json!("after")], json!("before")))
}

async fn patch_value(lab: &Lab) -> Outcome {
    let object = titled(lab).await?;
    let patch =
        |value: &str| NxPatch::default().with_op(NxPatchOperationType::Replace).with_path("/title").with_value(value);
    object.apply_patches(vec![patch("\"quoted\"")]).await?;
    let quoted = title(&object).await?;
    object.apply_patches(vec![patch("12")]).await?;
    let number = title(&object).await?;
    let plain = object.apply_patches(vec![patch("Plain text")]).await;
    expect((quoted, number, plain.is_err()), (json!("quoted"), json!(12), true))
}

async fn invalid_patch(lab: &Lab) -> Outcome {
    let object = titled(lab).await?;
    let patches = vec![NxPatch::replace("/title", "after")?, NxPatch::replace("/qInfo/there/is/nothing", 1)?];
    let outcome = object.apply_patches(patches).await;
    let code = code_of(&outcome);
    expect((outcome.is_err(), title(&object).await?), (true, json!("before")))?;
    Ok(format!("it fails with {}", code.unwrap_or_default()))
}

/// A sheet with two children, the first of which has a child.
async fn sheet(lab: &Lab) -> Result<GenericObject, Trouble> {
    let child = |id: &str, below: Value| json!({ "qProperty": { "qInfo": { "qId": id, "qType": "facts" } }, "qChildren": below });
    let nested = json!([child("facts-nested", json!([]))]);
    let children = json!([child("facts-one", nested), child("facts-two", json!([]))]);
    let tree = json!({ "qProperty": { "qInfo": { "qId": "facts-sheet", "qType": "sheet" } }, "qChildren": children });
    let properties = serde_json::from_value(tree["qProperty"].clone())?;
    let sheet = lab.doc.create_object(properties).await?.object;
    sheet.set_full_property_tree(serde_json::from_value(tree)?).await?;
    Ok(sheet)
}

async fn children(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let sheet = sheet(&lab).await?;
    let children: Vec<String> = sheet.get_child_infos().await?.into_iter().map(|info| info.id).collect();
    let nested = sheet.get_child("facts-one").await?.get_child_infos().await?;
    let nested: Vec<String> = nested.into_iter().map(|info| info.id).collect();
    expect((children.join(" "), nested.join(" ")), ("facts-one facts-two".to_owned(), "facts-nested".to_owned()))
}

async fn property_tree(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let tree = serde_json::to_value(sheet(&lab).await?.get_full_property_tree().await?)?;
    let id = |entry: &Value| entry["qProperty"]["qInfo"]["qId"].clone();
    let one = &tree["qChildren"][0];
    expect(
        [id(&tree), id(one), id(&one["qChildren"][0])],
        ["facts-sheet", "facts-one", "facts-nested"].map(Value::from),
    )
}

async fn item_ids(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let measure = json!({ "qInfo": { "qId": "facts-m", "qType": "measure" }, "qMeasure": { "qDef": "Sum(Sales)" } });
    lab.doc.create_measure(serde_json::from_value(measure)?).await?;
    let variable = json!({ "qInfo": { "qType": "variable" }, "qName": "vItem", "qDefinition": "7" });
    lab.doc.create_variable_ex(serde_json::from_value(variable)?).await?;
    let measure = lab.doc.get_measure("facts-m").await?.get_measure().await?.def;
    let variable = lab.doc.get_variable_by_name("vItem").await?.get_raw_content().await?;
    expect((measure, variable), ("Sum(Sales)".to_owned(), "7".to_owned()))
}

async fn bookmarks(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc.get_field("Region").await?.low_level_select(vec![0], false).await?;
    let bookmark = json!({ "qInfo": { "qId": "facts-b", "qType": "bookmark" } });
    lab.doc.create_bookmark(serde_json::from_value(bookmark)?).await?;
    lab.doc.clear_all().await?;
    let applied = lab.doc.apply_bookmark("facts-b").await?;
    expect((applied, lab.doc.evaluate("Sum(Sales)").await?), (true, "60".to_owned()))
}

async fn bookmark_content(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc.add_alternate_state("FactsB").await?;
    lab.doc.select("Region", ["North"]).state_name("FactsB").await?;
    let bookmark = json!({ "qInfo": { "qId": "facts-c", "qType": "bookmark" } });
    let created = lab.doc.create_bookmark(serde_json::from_value(bookmark)?).await?.bookmark;
    let content = created.get_layout().await?.bookmark;
    let state = content.state_data.into_iter().find(|state| state.state_name == "FactsB").unwrap_or_default();
    let values = state.field_items.iter().flat_map(|item| &item.values).map(|value| value.text.as_str());
    expect(values.collect::<Vec<_>>(), vec!["North"])
}

async fn stored_selections(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    lab.doc.select("Region", ["North"]).await?;
    let selected = lab.doc.evaluate("Sum(Sales)").await?;
    let stored = lab.doc.store_temp_selection_state().await?;
    lab.doc.clear_all().await?;
    let restored = lab.doc.restore_temp_selection_state(&stored.id).await?;
    expect((restored, lab.doc.evaluate("Sum(Sales)").await?), (true, selected))
}

async fn field_list(lab: &Lab) -> Outcome {
    let fields = lab.doc.fields().await?;
    let found = fields.iter().find(|field| field.name == "Region");
    let field = found.ok_or_else(|| Trouble::Differs(format!("`Region` is not among {} fields", fields.len())))?;
    expect_that(
        field.cardinal == 3,
        format!("{} fields; `Region` has {} values, {:?}", fields.len(), field.cardinal, field.tags),
    )
}

async fn list_data(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let properties = json!({
        "qInfo": { "qType": "measure" }, "qMeasure": { "qDef": "Sum(Sales)" }, "qMetaDef": { "title": "Facts" }
    });
    lab.doc.create_measure(serde_json::from_value(properties)?).await?;
    let measures = lab.doc.measures().with_data("nothing", "/there/is/nothing").await?;
    let found = measures.iter().find(|measure| measure.title == "Facts");
    let measure = found.ok_or_else(|| Trouble::Differs("the measure is not in the list".to_owned()))?;
    let absent = measure.data.json("nothing").map(|json| json.as_str().to_owned());
    expect(measure.expression.as_str(), "Sum(Sales)")?;
    expect_that(matches!(absent.as_deref(), None | Some("\"\"")), format!("an absent value is {absent:?}"))
}

async fn variable_list(lab: &Lab) -> Outcome {
    let lab = lab.another().await?;
    let properties = json!({ "qInfo": { "qType": "variable" }, "qName": "vFacts", "qDefinition": "1" });
    lab.doc.create_session_variable(serde_json::from_value(properties)?).await?;
    let variables = lab.doc.variables().await?;
    let names: Vec<_> = variables.iter().map(|variable| variable.name.as_str()).collect();
    expect_that(names.contains(&"vFacts"), format!("{names:?}"))
}

async fn selection_list(lab: &Lab) -> Outcome {
    lab.doc.get_field("Region").await?.low_level_select(vec![0], false).await?;
    let selections = lab.doc.current_selections().await?;
    let seen: Vec<_> = selections.iter().map(|item| (item.field.as_str(), item.selected.as_str())).collect();
    expect(seen, vec![("Region", "North")])
}

async fn alternate_states(lab: &Lab) -> Outcome {
    let state = lab.doc.alternate_state("FactsState").await?;
    lab.doc.get_field("Region").state_name(state.name()).await?.low_level_select(vec![0], false).await?;
    let list = lab.list(ListObjectDef::field("Region").with_state_name(state.name())).await?;
    let there = list_of(&list).await?.dimension_info.state_counts.selected;
    let here = list_of(&lab.values("Region").await?).await?.dimension_info.state_counts.selected;
    let sums = lab.doc.evaluate("Sum(Sales) & ' ' & Sum({FactsState} Sales)").await?;
    state.end().await?;
    expect((there, here, sums), (1, 0, "210 60".to_owned()))
}

async fn state_exists(lab: &Lab) -> Outcome {
    let state = lab.doc.alternate_state("FactsState").await?;
    let again = lab.doc.add_session_alternate_state("FactsState").await;
    state.end().await?;
    let removed = lab.doc.remove_session_alternate_state("FactsState").await;
    let seen = format!("adding fails with {:?}, removing returns {removed:?}", code_of(&again).unwrap_or_default());
    expect_that(again.is_err() && !matches!(removed, Ok(true)), seen)
}
