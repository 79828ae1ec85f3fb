//! Changes of form that JSON Schema and OpenRPC allow, one per row: the change to the file and the
//! expected result.

use qix_codegen::docs::published::Prose;
use qix_codegen::fault::Faults;
use qix_codegen::{openrpc, snapshot};
use serde_json::json;

use crate::json::Json;

/// The result of a change of form.
pub(crate) enum Expected {
    /// The same code, without reports.
    Same,
    /// The same code, and one report with this position, relative to the change.
    Reported(&'static str),
    /// One error with this position, relative to the change, and this text.
    Error(&'static str, &'static str),
}

use Expected::{Error, Reported, Same};

/// Where a change can be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// The whole file.
    File,
    Method,
    Param,
    Result,
    /// A schema with a `$ref`, for a member, a parameter, a property of a result, or elements.
    Reference,
    /// The same, for a plain type.
    Plain,
    /// The same, for an array.
    Array,
    /// A named struct.
    Struct,
    /// A named enum.
    Enum,
    /// An enum value.
    Value,
    /// A member with a default.
    Default,
    /// An error in `components.errors`.
    ErrorCode,
}

pub(crate) type Change = fn(&mut Json, &Json);

/// A row: its name, where it applies, the change (with the whole file), and the result.
pub(crate) struct Row(pub(crate) &'static str, pub(crate) &'static [Kind], pub(crate) Change, pub(crate) Expected);

const SCHEMAS: &[Kind] = &[Kind::Reference, Kind::Plain, Kind::Array, Kind::Struct, Kind::Enum];
const USES: &[Kind] = &[Kind::Reference, Kind::Plain, Kind::Array];
const OBJECTS: &[Kind] =
    &[Kind::Method, Kind::Param, Kind::Struct, Kind::Enum, Kind::Plain, Kind::Array, Kind::Reference];

fn wrap(place: &mut Json, key: &str, rest: Vec<Json>) {
    let inner = std::mem::replace(place, Json::object([]));
    let mut list = vec![inner];
    list.extend(rest);
    place.set(key, Json::List(list));
}

fn null() -> Json {
    json!({ "type": "null" }).into()
}

pub(crate) const ROWS: &[Row] = &[
    // References.
    Row("`$ref` without `type`", &[Kind::Reference], |place, _| drop(place.remove("type")), Same),
    Row(
        "`$ref` in `allOf`",
        &[Kind::Reference],
        |place, _| {
            let reference = place.remove("$ref").unwrap();
            place.set("allOf", Json::List(vec![Json::object([("$ref", reference)])]));
        },
        Same,
    ),
    Row("all of it in `allOf`", SCHEMAS, |place, _| wrap(place, "allOf", vec![]), Same),
    Row("`allOf` with an empty schema", SCHEMAS, |place, _| wrap(place, "allOf", vec![Json::object([])]), Same),
    Row("`anyOf` of one", SCHEMAS, |place, _| wrap(place, "anyOf", vec![]), Same),
    Row("`oneOf` of one", SCHEMAS, |place, _| wrap(place, "oneOf", vec![]), Same),
    Row("a choice with null", SCHEMAS, |place, _| wrap(place, "anyOf", vec![null()]), Same),
    Row(
        "a choice with null first",
        USES,
        |place, _| {
            wrap(place, "oneOf", vec![null()]);
            place.at("/oneOf").elements().reverse();
        },
        Same,
    ),
    Row(
        "`$ref` with percent escapes",
        &[Kind::Reference],
        |place, _| {
            let reference = place.get("$ref").and_then(Json::as_str).unwrap().replace("schemas", "%73chem%61s");
            place.set("$ref", &*reference);
        },
        Same,
    ),
    Row(
        "`$ref` to another file",
        &[Kind::Reference],
        |place, _| place.set("$ref", "types.json#/NxPage"),
        Error("/$ref", "does not point to a type in this file"),
    ),
    Row(
        "`$ref` to nothing",
        &[Kind::Reference],
        |place, _| place.set("$ref", "#/components/schemas/No~1Such"),
        Error("/$ref", "is not in the file"),
    ),
    Row(
        "two references",
        &[Kind::Reference],
        |place, _| {
            wrap(place, "allOf", vec![json!({ "$ref": "#/components/schemas/NxSortCriteria/x" }).into()]);
        },
        Error("/allOf/1/$ref", "`$ref` differs from that at"),
    ),
    Row(
        "another type beside `$ref`",
        &[Kind::Reference],
        |place, _| place.set("type", "boolean"),
        Error("/type", "is stated beside a reference"),
    ),
    // Types.
    Row(
        "`type` as a list",
        &[Kind::Plain, Kind::Array, Kind::Struct, Kind::Enum],
        |place, _| {
            let ty = place.remove("type").unwrap();
            place.set("type", Json::List(vec![ty]));
        },
        Same,
    ),
    Row(
        "`type` as a list with null",
        &[Kind::Plain, Kind::Array, Kind::Struct, Kind::Enum],
        |place, _| {
            let ty = place.remove("type").unwrap();
            place.set("type", Json::List(vec!["null".into(), ty]));
        },
        Same,
    ),
    Row("`nullable`", SCHEMAS, |place, _| place.set("nullable", json!(true)), Same),
    Row(
        "several types",
        &[Kind::Plain],
        |place, _| place.set("type", json!(["string", "integer"])),
        Error("/type", "not one type and null"),
    ),
    Row(
        "a choice between types",
        USES,
        |place, _| {
            wrap(place, "anyOf", vec![json!({ "type": "array", "items": { "type": "boolean" } }).into()]);
        },
        Error("/anyOf", "a choice between types"),
    ),
    Row(
        "an unknown type",
        &[Kind::Plain],
        |place, _| place.set("type", "tuple"),
        Error("", "`tuple` cannot be mapped"),
    ),
    Row("no schema but `false`", USES, |place, _| *place = json!(false).into(), Error("", "`false` allows no value")),
    Row("not a schema", USES, |place, _| *place = json!(7).into(), Error("", "this should be a schema")),
    Row("`items` is missing", &[Kind::Array], |place, _| drop(place.remove("items")), Error("", "without `items`")),
    Row("an array without `type`", &[Kind::Array], |place, _| drop(place.remove("type")), Same),
    Row("an object without `type`", &[Kind::Struct], |place, _| drop(place.remove("type")), Same),
    Row("an enum without `type`", &[Kind::Enum], |place, _| drop(place.remove("type")), Same),
    // Facts that are not used are reported.
    Row("`$comment`", OBJECTS, |place, _| place.set("$comment", "why"), Reported("/$comment")),
    Row("`examples`", OBJECTS, |place, _| place.set("examples", json!(["a"])), Reported("/examples")),
    Row("`example`", OBJECTS, |place, _| place.set("example", json!("a")), Reported("/example")),
    Row("`title`", OBJECTS, |place, _| place.set("title", "Any title"), Reported("/title")),
    Row("`readOnly`", OBJECTS, |place, _| place.set("readOnly", json!(true)), Reported("/readOnly")),
    Row("`writeOnly`", OBJECTS, |place, _| place.set("writeOnly", json!(true)), Reported("/writeOnly")),
    Row("a new extension", OBJECTS, |place, _| place.set("x-qlik-new", json!({ "a": 1 })), Reported("/x-qlik-new")),
    Row("`summary`", &[Kind::Method, Kind::Param], |place, _| place.set("summary", "short"), Reported("/summary")),
    Row("`minimum`", &[Kind::Plain], |place, _| place.set("minimum", json!(0)), Reported("/minimum")),
    Row("`pattern`", &[Kind::Plain], |place, _| place.set("pattern", ".*"), Reported("/pattern")),
    Row("`minLength`", &[Kind::Plain], |place, _| place.set("minLength", json!(1)), Reported("/minLength")),
    Row("`uniqueItems`", &[Kind::Array], |place, _| place.set("uniqueItems", json!(true)), Reported("/uniqueItems")),
    Row("`maxItems`", &[Kind::Array], |place, _| place.set("maxItems", json!(9)), Reported("/maxItems")),
    Row("`const`", &[Kind::Plain], |place, _| place.set("const", json!("a")), Reported("/const")),
    Row("`enum` of a member", &[Kind::Plain], |place, _| place.set("enum", json!(["a", "b"])), Reported("/enum")),
    Row(
        "`enum` in place of `type`",
        &[Kind::Plain],
        |place, _| {
            if place.get("type").and_then(Json::as_str) == Some("string") {
                place.remove("type");
                place.set("enum", json!(["a", "b"]));
            }
        },
        Reported("/enum"),
    ),
    Row(
        "`const` in place of `type`",
        &[Kind::Plain],
        |place, _| {
            if place.get("type").and_then(Json::as_str) == Some("boolean") {
                place.remove("type");
                place.set("const", json!(true));
            }
        },
        Reported("/const"),
    ),
    Row(
        "`properties` beside `$ref`",
        &[Kind::Reference],
        |place, _| place.set("properties", json!({ "a": {} })),
        Error("/properties", "adds to the type that is referred to"),
    ),
    Row(
        "a type and more members",
        &[Kind::Reference],
        |place, _| wrap(place, "allOf", vec![json!({ "properties": { "a": {} } }).into()]),
        Error("/allOf/1/properties", "adds to the type that is referred to"),
    ),
    Row(
        "a type with a base",
        &[Kind::Struct],
        |place, _| wrap(place, "allOf", vec![json!({ "$ref": "#/components/schemas/ObjectInterface" }).into()]),
        Error("/allOf/0/properties", "adds to the type that is referred to"),
    ),
    Row(
        "members in two parts",
        &[Kind::Struct],
        |place, _| wrap(place, "allOf", vec![json!({ "properties": { "a": {} } }).into()]),
        Error("/allOf/1/properties", "differs from that at"),
    ),
    Row(
        "elements of several types",
        &[Kind::Array],
        |place, _| place.set("items", json!([{ "type": "string" }])),
        Error("/items", "this should be a schema"),
    ),
    Row(
        "closed objects",
        &[Kind::Struct],
        |place, _| {
            if place.get("additionalProperties").is_none() {
                place.set("additionalProperties", json!(false));
            }
        },
        Reported("/additionalProperties"),
    ),
    Row(
        "open objects",
        &[Kind::Struct],
        |place, _| {
            if place.get("additionalProperties").is_none() {
                place.set("additionalProperties", json!(true));
            }
        },
        Same,
    ),
    Row(
        "`patternProperties`",
        &[Kind::Struct],
        |place, _| place.set("patternProperties", json!({})),
        Reported("/patternProperties"),
    ),
    Row(
        "nothing is required",
        &[Kind::Struct],
        |place, _| {
            if place.get("required").is_none() {
                place.set("required", json!([]));
            }
        },
        Same,
    ),
    Row(
        "something unknown is required",
        &[Kind::Struct],
        |place, _| place.set("required", json!(["qNo"])),
        Reported("/required/0"),
    ),
    // Enums.
    Row(
        "`anyOf` for an enum",
        &[Kind::Enum],
        |place, _| {
            let values = place.remove("oneOf").unwrap();
            place.set("anyOf", values);
        },
        Same,
    ),
    Row(
        "`const` beside `title`",
        &[Kind::Value],
        |place, _| {
            let title = place.get("title").unwrap().clone();
            place.set("const", title);
        },
        Same,
    ),
    Row(
        "`const` in place of `title`",
        &[Kind::Value],
        |place, _| {
            let title = place.remove("title").unwrap();
            place.set("const", title);
        },
        Same,
    ),
    Row(
        "`const` for the number",
        &[Kind::Value],
        |place, _| {
            let number = place.remove("x-qlik-const").unwrap();
            place.set("const", number);
        },
        Same,
    ),
    Row(
        "a number as a float",
        &[Kind::Value],
        |place, _| {
            let number: f64 = place.get("x-qlik-const").unwrap().write().parse().unwrap();
            place.set("x-qlik-const", json!(number));
        },
        Same,
    ),
    Row(
        "`enum` beside `oneOf`",
        &[Kind::Enum],
        |place, _| {
            let titles =
                place.at("/oneOf").elements().iter().map(|value| value.get("title").unwrap().clone()).collect();
            place.set("enum", Json::List(titles));
        },
        Same,
    ),
    Row(
        "another `enum` beside `oneOf`",
        &[Kind::Enum],
        |place, _| place.set("enum", json!(["no"])),
        Error("/enum", "different values"),
    ),
    Row(
        "`enum` in place of `oneOf`",
        &[Kind::Enum],
        |place, _| {
            let titles =
                place.at("/oneOf").elements().iter().map(|value| value.get("title").unwrap().clone()).collect();
            place.remove("oneOf");
            place.set("enum", Json::List(titles));
        },
        Error("/enum", "has no number"),
    ),
    Row(
        "no numbers at all",
        &[Kind::Enum],
        |place, _| {
            for value in place.at("/oneOf").elements() {
                value.remove("x-qlik-const");
            }
        },
        Error("/oneOf/0", "has no number"),
    ),
    Row("values in another order", &[Kind::Enum], |place, _| place.at("/oneOf").elements().reverse(), Same),
    // Numbers.
    Row(
        "defaults as floats",
        &[Kind::Default],
        |place, _| {
            if let Some(number) = place.get("default").and_then(|at| at.write().parse::<f64>().ok()) {
                place.set("default", json!(number));
            }
        },
        Same,
    ),
    Row(
        "an error code as a float",
        &[Kind::ErrorCode],
        |place, _| {
            let number: f64 = place.get("code").unwrap().write().parse().unwrap();
            place.set("code", json!(number));
        },
        Same,
    ),
    // Methods.
    Row(
        "`deprecated`",
        &[Kind::Method, Kind::Struct],
        |place, _| {
            if place.remove("x-qlik-deprecated").is_some() {
                place.set("deprecated", json!(true));
            }
        },
        Same,
    ),
    Row("another name of a result", &[Kind::Result], |place, _| place.set("name", "other"), Same),
    Row("a result without a name", &[Kind::Result], |place, _| drop(place.remove("name")), Same),
    Row("a result that is required", &[Kind::Result], |place, _| place.set("required", json!(true)), Same),
    Row(
        "a result that is an array",
        &[Kind::Result],
        |place, _| {
            place.set("schema", json!({ "type": "array", "items": { "type": "string" } }));
        },
        Error("/schema", "is not an object with a property for each value"),
    ),
    Row(
        "a description in the schema of a parameter",
        &[Kind::Param],
        |place, _| {
            if let Some(text) = place.remove("description") {
                place.at("/schema").set("description", text);
            }
        },
        Same,
    ),
    Row(
        "another description in the schema of a parameter",
        &[Kind::Param],
        |place, _| {
            if place.get("description").is_some() {
                place.at("/schema").set("description", "Something else.");
            }
        },
        Reported("/schema/description"),
    ),
    Row(
        "not required, and so stated",
        &[Kind::Param],
        |place, _| {
            if place.get("required").is_none() {
                place.set("required", json!(false));
            }
        },
        Same,
    ),
    Row(
        "`paramStructure`",
        &[Kind::Method],
        |place, _| place.set("paramStructure", "either"),
        Reported("/paramStructure"),
    ),
    Row("`tags`", &[Kind::Method], |place, _| place.set("tags", json!([{ "name": "a" }])), Reported("/tags")),
    Row(
        "a parameter without a schema",
        &[Kind::Param],
        |place, _| drop(place.remove("schema")),
        Error("", "has no `schema`"),
    ),
    // The file.
    Row(
        "OpenRPC 1.4",
        &[Kind::File],
        |file, _| {
            file.set("$schema", "https://meta.open-rpc.org/");
        },
        Reported("/$schema"),
    ),
    Row("`servers`", &[Kind::File], |file, _| file.set("servers", json!([])), Reported("/servers")),
    Row("`externalDocs`", &[Kind::File], |file, _| file.set("externalDocs", json!({})), Reported("/externalDocs")),
    Row("types in `$defs`", &[Kind::File], |file, _| elsewhere(file, "$defs"), Same),
    Row("types in `definitions`", &[Kind::File], |file, _| elsewhere(file, "definitions"), Same),
    Row(
        "types twice",
        &[Kind::File],
        |file, _| {
            let types = file.at("/components/schemas").clone();
            file.set("$defs", types);
        },
        Same,
    ),
    Row("parameters in `contentDescriptors`", &[Kind::File], descriptors, Same),
    Row(
        "results by reference to a type",
        &[Kind::File],
        |file, _| {
            for index in 0..file.at("/methods").elements().len() {
                let result = file.at(&format!("/methods/{index}/result"));
                let schema = result.remove("schema").unwrap();
                let name = format!("Result{index}");
                result.set("schema", json!({ "$ref": format!("#/components/results/{name}") }));
                if file.get("components").unwrap().get("results").is_none() {
                    file.at("/components").set("results", Json::object([]));
                }
                file.at("/components/results").set(&name, schema);
            }
        },
        Reported("/components/results"),
    ),
    Row(
        "names that lead in a circle",
        &[Kind::File],
        |file, _| {
            let schemas = file.at("/components/schemas");
            schemas.set("Alias", json!({ "$ref": "#/components/schemas/OtherAlias" }));
            schemas.set("OtherAlias", json!({ "$ref": "#/components/schemas/Alias" }));
        },
        Error("/components/schemas/OtherAlias/$ref", "leads back to itself"),
    ),
    Row(
        "a list of itself",
        &[Kind::File],
        |file, _| {
            let list =
                |items: &str| json!({ "type": "array", "items": { "$ref": format!("#/components/schemas/{items}") } });
            let schemas = file.at("/components/schemas");
            schemas.set("List", list("Lists"));
            schemas.set("Lists", list("List"));
        },
        Error("/components/schemas/List", "leads back to itself"),
    ),
    Row(
        "types in an array",
        &[Kind::File],
        |file, _| file.at("/components").set("schemas", json!([])),
        Error("/components/schemas", "this should be an object"),
    ),
    Row(
        "no `components`",
        &[Kind::File],
        |file, _| drop(file.remove("components")),
        Error("", "`components` is missing"),
    ),
    Row(
        "`methods` is not an array",
        &[Kind::File],
        |file, _| file.set("methods", json!({})),
        Error("/methods", "this should be an array"),
    ),
];

fn elsewhere(file: &mut Json, section: &str) {
    let types = file.at("/components").remove("schemas").unwrap();
    file.set(section, types);
    *file = Json::read(&file.write().replace("#/components/schemas/", &format!("#/{section}/")));
}

fn descriptors(file: &mut Json, _: &Json) {
    let mut moved = Vec::new();
    for method in file.at("/methods").elements() {
        let name = method.get("name").and_then(Json::as_str).unwrap().to_owned();
        for param in method.at("/params").elements() {
            let id = format!("{name}/{}", param.get("name").and_then(Json::as_str).unwrap());
            let reference = format!("#/components/contentDescriptors/{}", id.replace('/', "~1"));
            moved.push((id, std::mem::replace(param, json!({ "$ref": reference }).into())));
        }
    }
    file.at("/components").set("contentDescriptors", Json::Object(moved));
}

/// All positions of a file, by kind.
pub(crate) fn places(file: &Json) -> Vec<(Kind, String)> {
    let mut places = vec![(Kind::File, String::new())];
    let mut file = file.clone();
    for (index, method) in file.at("/methods").elements().clone().into_iter().enumerate() {
        let at = format!("/methods/{index}");
        places.push((Kind::Method, at.clone()));
        for index in 0..method.clone().at("/params").elements().len() {
            places.push((Kind::Param, format!("{at}/params/{index}")));
            uses(&mut file, format!("{at}/params/{index}/schema"), &mut places);
        }
        places.push((Kind::Result, format!("{at}/result")));
        let schema = file.at(&format!("{at}/result/schema")).clone();
        if let Some(properties) = schema.get("properties") {
            for (name, _) in properties.clone().members() {
                uses(&mut file, format!("{at}/result/schema/properties/{name}"), &mut places);
            }
        }
    }
    for (name, mut schema) in file.at("/components/schemas").members().clone() {
        let at = format!("/components/schemas/{name}");
        if schema.get("properties").is_some() {
            places.push((Kind::Struct, at.clone()));
            for (name, member) in schema.at("/properties").members().clone() {
                uses(&mut file, format!("{at}/properties/{name}"), &mut places);
                if member.get("default").is_some() {
                    places.push((Kind::Default, format!("{at}/properties/{name}")));
                }
            }
        }
        if schema.get("oneOf").is_some() {
            places.push((Kind::Enum, at.clone()));
            for index in 0..schema.at("/oneOf").elements().len() {
                places.push((Kind::Value, format!("{at}/oneOf/{index}")));
            }
        }
    }
    for (name, error) in file.at("/components/errors").members().clone() {
        if error.get("code").is_some() {
            places.push((Kind::ErrorCode, format!("/components/errors/{name}")));
        }
    }
    places
}

fn uses(file: &mut Json, at: String, places: &mut Vec<(Kind, String)>) {
    let schema = file.at(&at).clone();
    let kind = match schema.get("type").and_then(Json::as_str) {
        _ if schema.get("$ref").is_some() => Kind::Reference,
        Some("array") => Kind::Array,
        Some(_) => Kind::Plain,
        None => return,
    };
    if kind == Kind::Array {
        uses(file, format!("{at}/items"), places);
    }
    places.push((kind, at));
}

/// The content of a file: facts, texts, and reports. The code is determined by the first two.
pub(crate) struct Read {
    facts: String,
    prose: Prose,
    pub(crate) unknown: Vec<String>,
}

impl Read {
    pub(crate) fn of(file: &Json) -> Result<Self, Faults> {
        let read = openrpc::read(&file.write())?;
        let unknown = read.unknown.iter().map(|unknown| unknown.pointer.clone()).collect();
        Ok(Self { facts: snapshot::write(&read.model).unwrap(), prose: read.prose, unknown })
    }

    pub(crate) fn is_same_code(&self, other: &Self) -> bool {
        self.facts == other.facts && self.prose == other.prose
    }

    #[track_caller]
    pub(crate) fn assert_same_code(&self, expected: &Self, context: &str) {
        let lines = self.facts.lines().zip(expected.facts.lines());
        let different: Vec<_> = lines.filter(|(is, expected)| is != expected).take(2).collect();
        assert!(self.facts == expected.facts, "{context}: {different:#?}");
        assert!(self.prose == expected.prose, "{context}: other texts");
    }
}

/// Makes a change at a position, and checks the result. Returns whether the change applies there.
pub(crate) fn check(file: &Json, original: &Read, row: &Row, place: &str) -> bool {
    let Row(name, _, change, expected) = row;
    let context = format!("{name} at {place}");
    let mut changed = file.clone();
    change(changed.at(place), file);
    if changed == *file {
        return false;
    }
    match expected {
        Error(at, what) => {
            let faults = Read::of(&changed).err().unwrap_or_else(|| panic!("{context}: no error")).0;
            assert_eq!(faults.len(), 1, "{context}: {faults:#?}");
            assert_eq!(faults[0].pointer, format!("{place}{at}"), "{context}: {}", faults[0]);
            assert!(faults[0].what.contains(what), "{context}: {}", faults[0]);
            assert!(!faults[0].hint.is_empty(), "{context}: {}", faults[0]);
        }
        Same | Reported(_) => {
            let read = Read::of(&changed).unwrap_or_else(|faults| panic!("{context}: {faults}"));
            let reported = if let Reported(at) = expected { vec![format!("{place}{at}")] } else { Vec::new() };
            assert_eq!(read.unknown, reported, "{context}");
            read.assert_same_code(original, &context);
        }
    }
    true
}

#[test]
fn each_equivalent_form_generates_the_same_code_or_is_an_error() {
    let file = Json::read(include_str!("../schema.json"));
    let (original, places) = (Read::of(&file).unwrap(), places(&file));
    for row in ROWS {
        let places = places.iter().filter(|(kind, _)| row.1.contains(kind));
        let made = places.filter(|(_, place)| check(&file, &original, row, place)).count();
        assert!(made > 0, "{} applies nowhere", row.0);
    }
}
