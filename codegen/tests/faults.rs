//! Invalid schemas, with the position and the advice that the fault must contain.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use qix_codegen::companion::Companion;
use qix_codegen::{Place, Texts, generate, openrpc};

const SCHEMA: &str = include_str!("schema.json");

/// The faults of the small schema with a change.
fn faults(from: &str, to: &str) -> String {
    let changed = SCHEMA.replacen(from, to, 1);
    assert_ne!(changed, SCHEMA, "`{from}` is not in the schema");
    let companion = Companion::read(include_str!("companion.json")).unwrap();
    openrpc::read(&changed)
        .and_then(|published| {
            let texts = Texts { own: &Default::default(), published: &published.prose };
            generate(published.model, &companion, texts, Place::Crate)
        })
        .map(drop)
        .expect_err(&format!("this should be a fault: {from} -> {to}"))
        .to_string()
}

#[test]
fn faults_name_their_position_and_a_fix() {
    let ref_of = |name: &str| format!("#/components/schemas/{name}");
    for (from, to, place, what) in [
        ("{", "", "(the whole file)", "this is not JSON"),
        (
            &*ref_of("ThingKind"),
            &*ref_of("Missing"),
            "/methods/0/params/1/schema/$ref",
            "`#/components/schemas/Missing` is not in the file",
        ),
        (&*ref_of("ThingKind"), "ThingKind", "/methods/0/params/1/schema/$ref", "does not point to a type"),
        ("Thing.OldMeasure", "Thing.Measure", "/methods/2", "the method `Thing.Measure` is a duplicate"),
        ("Thing.OldMeasure", "OldMeasure", "/methods/2", "the method `OldMeasure` has no class"),
        (
            r#""format": "int32", "default": -1"#,
            r#""format": "int128""#,
            "/components/schemas/ThingDef/properties/qLimit",
            "`integer` with format `int128` cannot be mapped",
        ),
        (
            r#""type": "boolean", "default": true"#,
            r#""type": "tuple""#,
            "/components/schemas/ThingDef/properties/qIsOn",
            "`tuple` cannot be mapped",
        ),
        (r#""qIsOn""#, r#""qLimit""#, "/components/schemas/ThingDef/properties/qLimit", "`qLimit` is a duplicate"),
        (
            r#""qIsOn""#,
            r#""limit""#,
            "/components/schemas/ThingDef/properties/limit",
            "the members `qLimit` and `limit` both become `limit`",
        ),
        (r#""qIsOn""#, r#""qExtra""#, "/components/schemas/ThingDef/properties/qExtra", "both become `extra`"),
        (r#""Bytes""#, r#""node""#, "/components/schemas/node", "the types `Node` and `node` both become `Node`"),
        ("THING_SMALL", "THING_LARGE", "/components/schemas/ThingKind/oneOf/L", "both become `Large`"),
        (
            r#""default": "THING_LARGE""#,
            r#""default": "HUGE""#,
            "/components/schemas/ThingDef/properties/qKind/default",
            "the default \"HUGE\" does not fit",
        ),
        (
            r#""x-qlik-const": 1"#,
            r#""x-qlik-const": "one""#,
            "/components/schemas/ThingKind/oneOf/1",
            "no number (an integer `x-qlik-const`)",
        ),
        (
            "#/components/errors/LOCERR_GENERIC_ABORTED",
            "#/components/errors/OTHER",
            "/components/errors/GenericErrors/oneOf/0/$ref",
            "`#/components/errors/OTHER` is not in the file",
        ),
        (r#""code": 15"#, r#""code": "15""#, "/components/errors/LOCERR_GENERIC_ABORTED", "integer `code`"),
        (
            r#""type": "array", "items": { "type": "string" }"#,
            r#""type": "array""#,
            "/components/schemas/ThingDef/properties/qTags",
            "an array without `items`",
        ),
        (r#""qIsOn""#, r#""$$""#, "/components/schemas/ThingDef/properties/$$", "which is not a valid Rust identifier"),
        (
            r#""title": "S", "description": "THING_SMALL""#,
            r#""title": "$""#,
            "/components/schemas/ThingKind/oneOf/$",
            "which is not a valid Rust identifier",
        ),
        (r#""Bytes""#, r#""Many-Bytes""#, "/components/schemas/Many-Bytes", "which is not a valid Rust identifier"),
        (r#""Bytes""#, r#""Result""#, "/components/schemas/Result", "taken by the generated code"),
        (r#""Bytes""#, r#""Extra""#, "/components/schemas/Extra", "taken by the generated code"),
        ("Thing.OldMeasure", "Thing.Remote", "/methods/Thing.Remote", "taken by the generated code"),
        ("Thing.OldMeasure", "Thing.Thing", "/methods/Thing.Thing", "taken by the generated code"),
        ("Thing.OldMeasure", "Types.OldMeasure", "/methods/Types", "taken by the generated code"),
        (
            r#""format": "int32", "default": -1"#,
            r#""format": "int32", "default": 5000000000"#,
            "/components/schemas/ThingDef/properties/qLimit/default",
            "does not fit",
        ),
        (r#""oneOf": ["#, r#""oneOf": {}, "other": ["#, "/oneOf", "this should be an array"),
        (r#""qCount""#, r#""qWithCount""#, "/methods/Thing.Measure/params", "would start with `with_`"),
        (
            r#""x-qlik-stability": "experimental""#,
            r#""x-qlik-stability": "brittle""#,
            "/methods/1/x-qlik-stability",
            "`brittle` is not a known stability",
        ),
        (
            "Global.OpenThing",
            "Global.MakeThing",
            "companion.json /returns",
            "Add the line `\"Global.MakeThing\": \"CLASS\",`",
        ),
    ] {
        let said = faults(from, to);
        assert!(said.contains(&format!("{place}: ")) && said.contains(what), "{from} -> {to} said:\n{said}");
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let said = faults(r#""format": "int32", "default": -1 }"#, r#""format": "int99" }, "qMore": { "type": "b" }"#);
    assert_eq!(said.matches("cannot be mapped").count(), 2, "{said}");
}

#[test]
fn unknown_keys_are_reported() {
    let changed = SCHEMA.replacen(r#""title": "QIX""#, r#""title": "QIX", "x-new": { "a": 1 }"#, 1);
    let changed = changed.replacen(r#""format": "int32","#, r#""format": "int32", "maximum": 3,"#, 1);
    let changed = changed.replacen(
        r#""qText": { "type": "string" }"#,
        r#""qText": { "type": "string", "format": "date-time" }"#,
        1,
    );
    let published = openrpc::read(&changed).unwrap();
    let places: Vec<_> = published.unknown.iter().map(|unknown| unknown.pointer.as_str()).collect();
    let schemas = "/components/schemas";
    let (limit, text) =
        (format!("{schemas}/ThingDef/properties/qLimit/maximum"), format!("{schemas}/Node/properties/qText/format"));
    assert_eq!(places, ["/info/x-new", &limit, &text]);
}

#[test]
fn legacy_files_are_rejected_with_the_reason() {
    let error = openrpc::read(r#"{"structs":{"Doc":{"GetField":{"In":[],"Out":[]}}},"enums":{}}"#).unwrap_err();
    assert!(error.to_string().contains("/structs: this is the legacy schema form"), "{error}");
}

#[test]
fn companion_entries_that_do_not_apply_are_noted() {
    let mut published = openrpc::read(SCHEMA).unwrap();
    let text = include_str!("companion.json").replace(r#""extended": ["#, r#""extended": ["Gone", "#);
    let text = text.replace(r#""reads": ["Thing.Measure", "#, r#""reads": ["#);
    let notes = Companion::read(&text).unwrap().complete(&mut published.model).unwrap();
    let said: Vec<_> = notes.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("companion.json /extended: `Gone` is not in this schema"), "{said:?}");
    assert!(said[1].contains("`Thing.Measure` is in neither `reads` nor `writes`"), "{said:?}");
    assert!(Companion::read("{").is_err() && Companion::read(r#"{"unknown": 1}"#).is_err());
}

#[test]
fn a_snapshot_holds_all_facts_and_no_prose() {
    let published = openrpc::read(SCHEMA).unwrap();
    let text = qix_codegen::snapshot::write(&published.model).unwrap();
    assert_eq!(qix_codegen::snapshot::read(&text).unwrap(), published.model);
    for fact in ["THING_LARGE", "contentEncoding", "base64", "experimental", "Thing.Measure", "\"default\": -1", "read"]
    {
        assert!(text.contains(fact) || fact == "contentEncoding", "{fact} is missing in:\n{text}");
    }
    for prose in ["Opens a thing", "Defines a thing", "Request aborted", "Use the", "csh-", "small API"] {
        assert!(!text.contains(prose), "{prose}");
    }
}
