//! Changes of form that need a certain position, or several.

use qix_codegen::diff::Input;
use qix_codegen::openrpc;
use serde_json::json;

use crate::json::Json;
use crate::support::{published, rebuilt, small_code};
use crate::table::{Kind, ROWS, Read, check, places};

const SMALL: &str = include_str!("../schema.json");

fn small() -> Json {
    Json::read(SMALL)
}

fn schema<'a>(file: &'a mut Json, rest: &str) -> &'a mut Json {
    file.at(&format!("/components/schemas/{rest}"))
}

/// The text of the error for a file.
fn error_text(file: &Json) -> String {
    openrpc::read(&file.write()).unwrap_err().to_string()
}

#[test]
fn aliases_of_aliases_are_resolved() {
    let mut file = small();
    let expected = Read::of(&file).unwrap();
    let schemas = file.at("/components/schemas");
    schemas.set("Any~1 Alias", json!({ "$ref": "#/components/schemas/Second" }));
    schemas.set("Second", json!({ "allOf": [{ "$ref": "#/components/schemas/Node" }] }));
    schemas.set("Count", json!({ "type": "integer", "format": "int32" }));
    schema(&mut file, "NodeRows/items").set("$ref", "#/components/schemas/Any~01%20Alias");
    let limit = json!({ "$ref": "#/components/schemas/Count", "default": -1 });
    *schema(&mut file, "ThingDef/properties/qLimit") = limit.into();
    let read = Read::of(&file).unwrap();
    read.assert_same_code(&expected, "aliases");
    let place = |name: &str| format!("/components/schemas/{name}");
    let mut unknown = read.unknown;
    unknown.sort();
    assert_eq!(unknown, [place("Any~01 Alias"), place("Count"), place("Second")]);
}

#[test]
fn a_reference_into_a_type_is_resolved() {
    let mut file = small();
    let expected = Read::of(&file).unwrap();
    *schema(&mut file, "Node/properties/qNote") =
        json!({ "$ref": "#/components/schemas/Node/properties/qText" }).into();
    let read = Read::of(&file).unwrap();
    read.assert_same_code(&expected, "a reference to a member");
    *schema(&mut file, "Node/properties/qText") =
        json!({ "$ref": "#/components/schemas/Node/properties/qNote" }).into();
    let error_text = error_text(&file);
    assert!(
        error_text.contains("/components/schemas/Node/properties/qText/$ref: this reference leads back to itself"),
        "{error_text}"
    );
}

#[test]
fn unsigned_integers_have_their_own_types() {
    for (format, ty) in [("uint8", "u8"), ("uint16", "u16"), ("uint32", "u32"), ("uint64", "u64"), ("int8", "i8")] {
        let mut file = small();
        let limit = schema(&mut file, "ThingDef/properties/qLimit");
        limit.set("format", format);
        limit.set("default", json!(7));
        let files = small_code(&file).unwrap();
        assert!(files["types/app.rs"].contains(&format!("pub limit: {ty},")), "{format}");
    }
}

#[test]
fn unknown_formats_are_reported() {
    for (member, format) in [("qWeight", "decimal"), ("qIsOn", "flag"), ("qTags/items", "date-time")] {
        let mut file = small();
        let expected = Read::of(&file).unwrap();
        let place = format!("ThingDef/properties/{member}");
        schema(&mut file, &place).set("format", format);
        let read = Read::of(&file).unwrap();
        read.assert_same_code(&expected, member);
        assert_eq!(read.unknown, [format!("/components/schemas/{place}/format")]);
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let marked = format!("\u{feff}{SMALL}");
    assert_eq!(openrpc::read(&marked).unwrap().model, openrpc::read(SMALL).unwrap().model);
    assert!(matches!(Input::read(&marked).unwrap().0, Input::Model(_)));
}

#[test]
fn files_in_utf_16_are_decoded() {
    let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
    for bytes in [|unit: u16| unit.to_le_bytes(), |unit: u16| unit.to_be_bytes()] {
        let encoded = |text: &str| units(text).into_iter().flat_map(bytes).collect::<Vec<u8>>();
        let text = openrpc::decode(encoded("\u{feff}{\"ä\": \"𝄞\"}")).unwrap();
        assert_eq!(text, "{\"ä\": \"𝄞\"}");
        let mut odd = encoded("\u{feff}{}");
        odd.push(0);
        assert!(openrpc::decode(odd).unwrap_err().to_string().contains("UTF-16"));
    }
    assert_eq!(openrpc::decode(SMALL.as_bytes().to_vec()).unwrap(), SMALL);
    let error = openrpc::decode(b"{\"a\": \xe4}".to_vec()).unwrap_err().to_string();
    assert!(error.contains("from byte 6 on") && error.contains("Save the file as UTF-8"), "{error}");
}

#[test]
fn any_json_is_accepted_where_no_type_is_given() {
    for any in [json!(true), json!({}), json!({ "description": "Anything." })] {
        let mut file = small();
        *schema(&mut file, "ThingDef/properties/qData") = any.into();
        let read = Read::of(&file).unwrap();
        assert_eq!(read.unknown, ["/components/schemas/ThingDef/properties/qData"]);
        assert!(small_code(&file).unwrap()["types/app.rs"].contains("pub data: JsonObject,"));
    }
}

#[test]
fn the_order_of_keys_matters_for_members_only() {
    fn reverse(value: &mut Json, key: &str) {
        match value {
            Json::Object(members) => {
                members.iter_mut().for_each(|(key, value)| reverse(value, key));
                // The fields of a struct, and the members that it writes, are in the order of its members.
                if key != "properties" {
                    members.reverse();
                }
            }
            Json::List(elements) => elements.iter_mut().for_each(|value| reverse(value, "")),
            Json::Leaf(_) => {}
        }
    }
    for file in [small(), rebuilt()] {
        let mut reversed = file.clone();
        reverse(&mut reversed, "");
        reversed.at("/methods").elements().reverse();
        assert_ne!(reversed, file);
        Read::of(&reversed).unwrap().assert_same_code(&Read::of(&file).unwrap(), "reversed");
    }
}

#[test]
fn references_with_an_unknown_prefix_are_one_error() {
    for prefix in ["#/types/", "types.json#/"] {
        let file = Json::read(&rebuilt().write().replace("#/components/schemas/", prefix));
        let error_text = error_text(&file);
        assert_eq!(error_text.lines().count(), 2, "{error_text}");
        assert!(error_text.contains(prefix) && error_text.contains(" more"), "{error_text}");
    }
}

#[test]
fn dynamic_members_of_generic_objects_have_other_forms() {
    let mut file = rebuilt();
    let ty = file.at("/components/schemas/GenericObjectLayout");
    let list = ty.remove("additionalProperties").unwrap();
    let expected = Read::of(&rebuilt()).unwrap();
    for entry in list.get("anyOf").unwrap().clone().elements() {
        let name = entry.get("name").and_then(Json::as_str).unwrap();
        ty.at("/properties").set(name, entry.get("schema").unwrap().clone());
    }
    Read::of(&file).unwrap().assert_same_code(&expected, "without the list");
    for row in ROWS.iter().filter(|row| row.1.contains(&Kind::Reference)) {
        check(&file, &expected, row, "/components/schemas/GenericObjectLayout/properties/qHyperCube");
    }
}

#[test]
fn a_cause_at_many_positions_is_one_error() {
    let mut file = rebuilt();
    let mut enums = 0;
    for (_, ty) in file.at("/components/schemas").members() {
        if let Some(values) = ty.remove("oneOf") {
            enums += 1;
            let mut values = values;
            let titles = values.elements().iter().map(|value| value.get("title").unwrap().clone()).collect();
            ty.set("enum", Json::List(titles));
        }
    }
    let error_text = error_text(&file);
    assert_eq!(error_text.lines().count(), 2, "{error_text}");
    assert!(
        error_text.contains("has no number") && error_text.contains(&format!(" and {} more", enums - 4)),
        "{error_text}"
    );
}

/// Replaces a reference with its target.
fn write_out(file: &mut Json, place: &str) {
    let reference = file.at(place).get("$ref").and_then(Json::as_str).unwrap().to_owned();
    let target = file.at(reference.strip_prefix('#').unwrap()).clone();
    file.at(place).remove("$ref");
    file.at(place).remove("type");
    for (key, value) in target.clone().members() {
        if key != "description" && !key.starts_with("x-") {
            file.at(place).set(key, value.clone());
        }
    }
}

#[test]
fn an_inline_type_equals_the_named_one() {
    for place in [
        "/methods/0/params/1/schema",
        "/methods/1/params/0/schema/items",
        "/components/schemas/ThingDef/properties/qKind",
        "/components/schemas/ThingDef/properties/qError",
        "/components/schemas/ThingDef/additionalProperties/anyOf/0/schema",
        "/components/schemas/ThingDef/properties/qNodeDef",
        "/components/schemas/NodeRows/items",
        "/components/schemas/Node/properties/qParent",
    ] {
        let mut file = small();
        // Twice, as in the files since 12.2886.
        schema(&mut file, "ThingDef/properties").set("qNodeDef", json!({ "$ref": "#/components/schemas/Node" }));
        write_out(&mut file, place);
        let read = Read::of(&file).unwrap_or_else(|faults| panic!("{place}: {faults}"));
        assert_eq!(read.unknown, [""; 0], "{place}");
        read.assert_same_code(&Read::of(&small()).unwrap(), place);
    }
}

#[test]
fn all_types_can_be_inline() {
    let mut file = rebuilt();
    let originals = rebuilt();
    let structs: Vec<_> = places(&file).into_iter().filter(|(kind, _)| *kind == Kind::Reference).collect();
    for (_, place) in structs.iter().step_by(3) {
        let name = file.at(place).get("$ref").and_then(Json::as_str).unwrap().rsplit('/').next().unwrap().to_owned();
        let original = originals.clone().at(&format!("/components/schemas/{name}")).clone();
        if original.get("properties").is_some() || original.get("oneOf").is_some() {
            file.at(place).remove("$ref");
            file.at(place).remove("type");
            file.at(place).set("title", &*name);
            for (key, value) in original.clone().members().iter().filter(|(key, _)| !key.starts_with("x-")) {
                file.at(place).set(key, value.clone());
            }
        }
    }
    let read = Read::of(&file).unwrap();
    read.assert_same_code(&Read::of(&rebuilt()).unwrap(), "all");
}

#[test]
fn an_inline_type_is_named_after_its_position() {
    let mut file = small();
    let inner =
        json!({ "type": "object", "properties": { "qMode": { "oneOf": [{ "title": "A", "x-qlik-const": 0 }] } } });
    schema(&mut file, "ThingDef/properties/qTags").set("items", inner.clone());
    file.at("/methods/1/params/1").set("schema", inner);
    let files = small_code(&file).unwrap();
    let text: String = files.values().map(String::as_str).collect();
    assert!(text.contains("pub tags: Vec<ThingDefTagsItem>,") && text.contains("pub mode: ThingDefTagsItemMode,"));
    assert!(!text.contains("ThingMeasureCount"), "the same type again");
}

#[test]
fn an_ambiguous_inline_type_is_an_error() {
    let mut file = small();
    let node = file.at("/components/schemas/Node").clone();
    file.at("/components/schemas").set("Twin", node);
    let place = "/components/schemas/NodeRows/items";
    write_out(&mut file, place);
    let error = error_text(&file);
    assert!(error.starts_with(&format!("{place}: ")) && error.contains("any of `Node`, `Twin`"), "{error}");
    file.at(place).set("title", "Node");
    assert!(openrpc::read(&file.write()).is_ok());
}

#[test]
fn an_inline_type_does_not_take_the_name_of_another() {
    let mut file = small();
    file.at("/components/schemas")
        .set("NodeRowsItem", json!({ "type": "object", "properties": { "qA": { "type": "string" } } }));
    *schema(&mut file, "NodeRows/items") =
        json!({ "type": "object", "properties": { "qB": { "type": "string" } } }).into();
    let error = error_text(&file);
    assert!(error.starts_with("/components/schemas/NodeRows/items: ") && error.contains("`NodeRowsItem`"), "{error}");
}

#[test]
fn results_and_errors_can_be_references_or_inline() {
    let mut file = small();
    let expected = Read::of(&file).unwrap();
    let result = file.at("/methods/1/result/schema").clone();
    file.at("/components/schemas").set("MeasureResult", result);
    *file.at("/methods/1/result/schema") = json!({ "$ref": "#/components/schemas/MeasureResult" }).into();
    let read = Read::of(&file).unwrap();
    assert!(read.unknown.is_empty());
    file.at("/components/schemas").remove("MeasureResult");
    let mut file = small();
    file.at("/components").set("contentDescriptors", json!({}));
    let result = file.at("/methods/0/result").clone();
    file.at("/components/contentDescriptors").set("Opened", result);
    *file.at("/methods/0/result") = json!({ "$ref": "#/components/contentDescriptors/Opened" }).into();
    Read::of(&file).unwrap().assert_same_code(&expected, "a result elsewhere");
    let mut file = small();
    *file.at("/methods/0/errors/0") = json!({ "code": 15, "message": "Request aborted" }).into();
    assert_eq!(
        openrpc::read(&file.write()).unwrap().model.methods["Global.OpenThing"].errors,
        ["LOCERR_GENERIC_ABORTED"]
    );
    *file.at("/methods/0/errors/0") = json!({ "code": 16, "message": "Other" }).into();
    assert!(
        error_text(&file).starts_with("/methods/0/errors/0: an error of a method has no name"),
        "{}",
        error_text(&file)
    );
}

#[test]
#[ignore = "needs ../shared"]
fn real_inline_types_equal_the_named_ones_or_are_ambiguous() {
    for (name, file) in published() {
        let expected = Read::of(&file).unwrap();
        let places = places(&file);
        let references = places.iter().filter(|(kind, _)| *kind == Kind::Reference);
        let mut same = 0;
        for (_, place) in references.step_by(23) {
            let mut changed = file.clone();
            write_out(&mut changed, place);
            match Read::of(&changed) {
                Ok(read) => {
                    same += usize::from(read.is_same_code(&expected));
                }
                Err(faults) => {
                    assert_eq!(faults.0.len(), 1, "{name} at {place}: {faults}");
                    assert!(faults.0[0].pointer == *place && faults.0[0].what.contains("may be any of"), "{faults}");
                }
            }
        }
        assert!(same > 5, "{name}: {same}");
    }
}
