//! JSON encoding of values.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use qix_schema::types::*;
use qix_schema::{Json, decode, encode};
use serde::{Deserialize, Serialize};

fn written<T: qix_schema::wire::Wire + Default>(text: &str) -> String {
    encode(&decode::<T>(text).unwrap()).unwrap()
}

#[test]
fn a_cell_is_small() {
    assert_eq!(size_of::<NxCell>(), 72);
    assert_eq!(size_of::<StateEnumType>(), 16);
}

#[test]
fn numbers_can_be_strings_and_are_preserved() {
    for (text, same) in [
        (r#"{"qNum":"NaN"}"#, r#"{"qNum":"NaN"}"#),
        (r#"{"qNum":"Infinity"}"#, r#"{"qNum":"Infinity"}"#),
        (r#"{"qNum":"+Infinity"}"#, r#"{"qNum":"Infinity"}"#),
        (r#"{"qNum":"-Infinity"}"#, r#"{"qNum":"-Infinity"}"#),
        (r#"{"qNum":0.10000000000000001}"#, r#"{"qNum":0.1}"#),
        (r#"{"qNum":1.7976931348623157e308}"#, r#"{"qNum":1.7976931348623157e+308}"#),
        (r#"{"qNum":9007199254740993}"#, r#"{"qNum":9007199254740992.0}"#),
        (r#"{"qNum":-5e-324}"#, r#"{"qNum":-5e-324}"#),
        (r#"{"qNum":0}"#, "{}"),
        (r#"{"qElemNumber":-4}"#, r#"{"qElemNumber":-4}"#),
        (r#"{"qElemNumber":3.0}"#, r#"{"qElemNumber":3}"#),
    ] {
        assert_eq!(written::<NxCell>(text), same, "{text}");
    }
    assert!(decode::<NxCell>(r#"{"qNum":"12"}"#).is_err());
    assert!(decode::<NxCell>(r#"{"qElemNumber":3.5}"#).is_err());
    assert!(decode::<NxCell>(r#"{"qElemNumber":3000000000}"#).is_err());
    assert_eq!(decode::<DoReloadExParams>(r#"{"qRowLimit":9223372036854775807}"#).unwrap().row_limit, i64::MAX);
}

#[test]
fn unsigned_integers_cover_exactly_their_range() {
    assert_eq!(decode::<u64>("18446744073709551615").unwrap(), u64::MAX);
    assert_eq!(decode::<u32>("4294967295.0").unwrap(), u32::MAX);
    assert_eq!(written::<Vec<u8>>("[0, 255]"), "[0,255]");
    assert!(decode::<u32>("-1").is_err() && decode::<u64>("-1.0").is_err());
    assert!(decode::<u8>("256").is_err() && decode::<u16>("65536").is_err());
}

#[test]
fn enums_are_read_in_three_forms_and_written_in_one() {
    for text in [r#"{"qMode":"P"}"#, r#"{"qMode":"DATA_MODE_PIVOT"}"#, r#"{"qMode":1}"#] {
        let def: HyperCubeDef = decode(text).unwrap();
        assert_eq!(def.mode, NxHypercubeMode::Pivot);
        assert_eq!(encode(&def).unwrap(), r#"{"qMode":"P"}"#);
    }
    for text in [r#"{"qMode":"Q"}"#, r#"{"qMode":99}"#] {
        let def: HyperCubeDef = decode(text).unwrap();
        assert!(matches!(def.mode, NxHypercubeMode::Unrecognized(_)));
        assert_eq!(encode(&def).unwrap(), text);
    }
    assert_eq!(NxHypercubeMode::from("K").to_string(), "K");
    assert_eq!(NxHypercubeMode::from(2), NxHypercubeMode::PivotStack);
}

#[test]
fn absent_and_null_members_have_the_schemas_default_and_defaults_are_not_written() {
    for text in ["{}", r#"{"qMaxStackedCells":null,"qPseudoDimPos":null,"qMode":null,"qDimensions":null}"#, "null"] {
        let def: HyperCubeDef = decode(text).unwrap();
        assert_eq!((def.max_stacked_cells, def.pseudo_dim_pos, def.dimensions.len()), (5000, -1, 0));
        assert_eq!(encode(&def).unwrap(), "{}");
    }
    let zero = r#"{"qPseudoDimPos":0,"qMaxStackedCells":0}"#;
    assert_eq!(written::<HyperCubeDef>(zero), zero);
    let off = r#"{"qForceBadValueKeeping":false}"#;
    assert_eq!(written::<OtherTotalSpecProp>(off), off);
    assert_eq!(written::<OtherTotalSpecProp>(r#"{"qOtherLimitMode":"OTHER_GT_LIMIT"}"#), "{}");
}

#[test]
fn presence_of_dynamic_members_is_significant() {
    let properties: GenericObjectProperties = decode(r#"{"qHyperCubeDef":{}}"#).unwrap();
    assert!(properties.hyper_cube_def.is_some() && properties.list_object_def.is_none());
    assert_eq!(encode(&properties).unwrap(), r#"{"qHyperCubeDef":{}}"#);
    let layout: GenericObjectLayout = decode(r#"{"qHyperCube":{"qError":{}},"qListObject":null}"#).unwrap();
    assert!(layout.hyper_cube.unwrap().error.is_some() && layout.list_object.is_none());
}

#[test]
fn custom_members_are_kept_exactly() {
    let text = r#"{"qInfo":{"qType":"table"},"$$hashKey":"object:1","big":123456789012345678901234567890,"deep":[[[{"a":1.50}]]],"nothing":null}"#;
    assert_eq!(written::<GenericObjectProperties>(text), text);
    let mut properties: GenericObjectProperties = decode(text).unwrap();
    properties.extra.set("title", "Sales").unwrap();
    assert_eq!(properties.extra.get::<String>("title").unwrap().unwrap(), "Sales");
    assert!(properties.extra.get::<i64>("title").is_err());
    assert_eq!(properties.extra.get::<i64>("other").unwrap(), None);
    properties.extra.remove("big").unwrap();
    assert_eq!(properties.extra.len(), 4);
}

#[test]
fn members_of_closed_types_are_not_kept() {
    assert_eq!(written::<NxCell>(r#"{"mine":{"large":[1,2,3]},"qText":"a"}"#), r#"{"qText":"a"}"#);
}

#[test]
fn rare_members_of_a_cell_share_a_box() {
    let text = r#"{"qText":"a","qFrequency":"3","qAttrExps":{"qValues":[{"qText":"red","qNum":"NaN"}]}}"#;
    let cell: NxCell = decode(text).unwrap();
    assert_eq!(cell.attr_exps().unwrap().values[0].text, "red");
    assert_eq!(encode(&cell).unwrap(), text);
    assert!(decode::<NxCell>("{}").unwrap().attr_exps().is_none());
    assert_eq!(NxCell::default().with_frequency("3").frequency().unwrap(), "3");
}

#[test]
fn a_mismatch_names_its_path() {
    let layout = r#"{"qHyperCube":{"qDataPages":[{"qMatrix":[[],[],[],[{},{"qText":"x","qNum":true}]]}]}}"#;
    let error = decode::<GenericObjectLayout>(layout).unwrap_err();
    assert_eq!(error.path, "qHyperCube.qDataPages[0].qMatrix[3][1].qNum");
    assert!(error.to_string().contains("invalid type: boolean `true`, expected a number"), "{error}");
    for (text, path) in [
        ("7", "."),
        (r#"{"qText":{}}"#, "qText"),
        (r#"{"qText":"a" "qNum":1}"#, "qText"),
        (r#"{"qText":"a"#, "qText"),
        (r#"{"qAttrExps":{"qValues":[{},{"qNum":[]}]}}"#, "qAttrExps.qValues[1].qNum"),
        (r#"{"qText":"a"} x"#, "."),
    ] {
        assert_eq!(decode::<NxCell>(text).unwrap_err().path, path, "{text}");
    }
}

#[test]
fn deep_trees_fit_the_stack_of_a_thread() {
    let deep = format!("{}{}", r#"{"qNodes":["#.repeat(2000), "]}".repeat(2000));
    let work = move || {
        let tree = decode::<qix_schema::types::NxTreeNode>(&deep).unwrap();
        assert!(tree.clone() == tree);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn trees_can_exceed_default_depth_limits() {
    let deep = |levels: usize| format!("{}{}", r#"{"qText":"n","qSubNodes":["#.repeat(levels), "]}".repeat(levels));
    let text = deep(1500);
    let tree: NxPivotDimensionCell = decode(&text).unwrap();
    assert_eq!(encode(&tree.clone()).unwrap().matches("qSubNodes").count(), 1499);
    assert_eq!(tree, tree.clone());
    let error = decode::<NxPivotDimensionCell>(&deep(100_000)).unwrap_err();
    assert!(error.to_string().contains("nested more than"), "{error}");
    // Values that are skipped or kept as text are not traversed recursively.
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(decode::<NxCell>(&format!(r#"{{"mine":{nested}}}"#)).is_ok());
    assert!(decode::<NxMeta>(&format!(r#"{{"mine":{nested}}}"#)).is_ok());
}

#[test]
fn types_mix_with_types_of_the_user() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Mine {
        name: String,
        #[serde(flatten)]
        properties: GenericObjectProperties,
        cells: Vec<NxCell>,
        mode: Option<NxHypercubeMode>,
    }
    let text =
        r#"{"name":"n","qInfo":{"qType":"t"},"own":[1,{"a":null}],"cells":[{"qNum":"NaN","qText":"x"}],"mode":"T"}"#;
    let mine: Mine = serde_json::from_str(text).unwrap();
    assert_eq!(mine.properties.extra.json("own").unwrap(), &Json::new(&serde_json::json!([1, {"a": null}])).unwrap());
    let value = serde_json::to_value(&mine).unwrap();
    assert_eq!(value["own"], serde_json::json!([1, { "a": null }]));
    assert_eq!(value["cells"][0]["qNum"], "NaN");
    let again: Mine = serde_json::from_value(value).unwrap();
    assert_eq!(again.properties, mine.properties);
}

#[test]
fn lists_of_lists_and_bytes() {
    let page = r#"{"qMatrix":[[{"qText":"a"}],[],[{"qText":"b"},{"qText":"c"}]]}"#;
    assert_eq!(written::<NxDataPage>(page), page);
    assert!(decode::<NxDataPage>(r#"{"qMatrix":{"a":1}}"#).is_err());
    assert!(decode::<NxDataPage>(r#"{"qMatrix":{}}"#).unwrap().matrix.is_empty());
    assert_eq!(decode::<NxDataPage>(r#"{"qMatrix":[null,[null]]}"#).unwrap().matrix, [vec![], vec![NxCell::default()]]);
}

#[test]
fn definitions_read_like_sentences() {
    let def = HyperCubeDef::default()
        .with_dimensions([NxDimension::default().with_library_id("year")])
        .with_initial_data_fetch([NxPage::default().with_height(100).with_width(2)]);
    let properties =
        GenericObjectProperties::default().with_info(NxInfo::default().with_type("table")).with_hyper_cube_def(def);
    assert_eq!(
        encode(&properties).unwrap(),
        r#"{"qInfo":{"qType":"table"},"qHyperCubeDef":{"qDimensions":[{"qLibraryId":"year"}],"qInitialDataFetch":[{"qWidth":2,"qHeight":100}]}}"#
    );
}
