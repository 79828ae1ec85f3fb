//! Compares the parser with the general decoder.

use std::path::{Path, PathBuf};

use super::general;
use crate::fuzz::agree;
use crate::types::*;

/// Values, and invalid text in place of a value.
const VALUES: [&str; 62] = [
    "null",
    "true",
    "false",
    "nul",
    "tru",
    "True",
    "0",
    "-0",
    "1",
    "-1",
    "12345678",
    "123456789",
    "-99999999",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "3.0",
    "3.5",
    "-0.0",
    "1e2",
    "1E+2",
    "1e-2",
    "1e400",
    "-1e400",
    "1e-400",
    "4.9e-324",
    "0.1234567890123456789012345",
    "01",
    "-",
    "1.",
    ".5",
    "1e",
    "+1",
    "NaN",
    r#""""#,
    r#""a""#,
    r#""NaN""#,
    r#""Infinity""#,
    r#""+Infinity""#,
    r#""-Infinity""#,
    r#""S""#,
    r#""\u0053""#,
    r#""\ud83c\udfbf é \n\"""#,
    r#""\ud800""#,
    r#""\x""#,
    "\"\t\"",
    "\"a",
    "[]",
    "[ ]",
    "[1]",
    "{}",
    "{ }",
    r#"{"a":1}"#,
    "",
];

#[test]
fn every_value_at_every_position_decodes_like_with_serde() {
    for value in VALUES {
        for written in [value.to_owned(), format!(" \n{value}\t"), format!("{value}]"), format!("{value},")] {
            agree::<String>(&written);
            agree::<bool>(&written);
            agree::<f64>(&written);
            agree::<i8>(&written);
            agree::<i32>(&written);
            agree::<i64>(&written);
            agree::<StateEnumType>(&written);
            agree::<Option<i32>>(&written);
            agree::<Vec<f64>>(&written);
            agree::<Vec<f64>>(&format!("[0,{written}]"));
            agree::<Vec<Vec<String>>>(&format!("[[\"a\",{written}],[]]"));
            agree::<crate::Json>(&written);
            agree::<Size>(&written);
            agree::<Size>(&format!(r#"{{"qcx":1,"qcy":{written}}}"#));
            agree::<GenericObjectProperties>(&format!(r#"{{"mine":{written},"qInfo":{{"qId":"a"}}}}"#));
            agree::<GenericObjectProperties>(&format!(r#"{{"qInfo":{{"qId":{written}}}}}"#));
            for member in NX_CELL {
                agree::<NxCell>(&format!(r#"{{"{member}":{written}}}"#));
                agree::<NxCell>(&format!(r#"{{"{member}":{written},"qText":"x","{member}":{written}}}"#));
                agree::<NxCell>(&format!("{{\r\"qNum\" : 1 , \"{member}\" : {written} }}"));
            }
        }
    }
}

const NX_CELL: &[&str] = <NxCell as crate::wire::Record>::MEMBERS;

#[test]
fn objects_decode_like_with_serde() {
    for text in [
        r#"{"qText":"a","qNum":1"#,
        r#"{"qText":"a" "qNum":1}"#,
        r#"{"qText":"a",,"qNum":1}"#,
        r#"{"qText":"a",}"#,
        r#"{,"qText":"a"}"#,
        r#"{"qText" "a"}"#,
        r#"{"qText":}"#,
        r#"{"qText"}"#,
        r#"{qText:"a"}"#,
        r#"{"qText":"a"]"#,
        r#"{"qText":"a"}}"#,
        r#"{"qText":"a"} x"#,
        r#"{"q\u0054ext":"a","\u0071Num":2}"#,
        r#"{"q\ud800":"a"}"#,
        r#"{"\u0000":"a"}"#,
        r#"{"qNew":"\ud800"}"#,
        r#"{"qNew":1e999,"qNew":[1,{"a":[]},"\u12"]}"#,
        r#"{"qNew":[1,{"a":[]},"\u12aB",-0.5e+3,true,null]}"#,
        r#"{"qNew":[1 2]}"#,
        r#"{"qNew":{"a" 1}}"#,
        r#"{"qNew":{"a":1,}}"#,
        r#"{"qNew":[1,]}"#,
        r#"{"qNew":{1:2}}"#,
        r#"{"qInExtRow":true,"qIsNull":true,"qState":"S","qElemNumber":7,"qNum":1.5,"qText":"other order"}"#,
        r#"{"qAttrExps":{"qValues":[{"qText":"a"}]},"qAttrExps":{"qValues":[]},"qAttrExps":null,"qFrequency":"3"}"#,
        r#"{"qText":"a","qText":null,"qText":"b","qText":3}"#,
        "{\"qText\":\"a\u{0}\"}",
        "\u{feff}{}",
        "{\"qText\":\"a\"}\u{a0}",
        "",
        " ",
        "[",
        "[]",
        "[{}]",
    ] {
        agree::<NxCell>(text);
        agree::<Vec<NxCell>>(&format!("[{text}]"));
        agree::<Vec<Vec<NxCell>>>(&format!("[[{{}},{text},{{}}],[{text}]]"));
        agree::<GenericObjectLayout>(&format!(
            r#"{{"title":"x","qHyperCube":{{"cId":"a","qDataPages":[{{"qMatrix":[[{text}]]}}]}}}}"#
        ));
    }
}

#[test]
fn trees_of_any_depth_decode_like_with_serde() {
    for depth in [1, 2, 9, 127, 128, 500, 4094, 4095, 4096, 4097, 20_000] {
        let tree = format!("{}{}", r#"{"qSubNodes":["#.repeat(depth), "]}".repeat(depth));
        // Formatting a tree needs more stack than reading it.
        let [read, general] =
            [crate::decode::<NxStackedPivotCell>, general::decode::<NxStackedPivotCell>].map(|decode| {
                decode(&tree).map(|tree| crate::encode(&tree).unwrap()).map_err(|error| error.cause.to_string())
            });
        assert_eq!(read, general, "{depth}");
        let lists = format!(r#"{{"qNew":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        agree::<NxStackedPivotCell>(&lists);
        agree::<GenericObjectLayout>(&lists);
    }
}

#[test]
fn a_node_has_room_for_as_many_nodes_as_its_sibling() {
    let node = |below: &str| format!(r#"{{"qText":"a","qSubNodes":[{below}]}}"#);
    let three = node(r#"{"qText":"b"},{"qText":"c"},{"qText":"d"}"#);
    let root: NxStackedPivotCell = crate::decode(&node(&format!("{three},{three}"))).unwrap();
    let below = &root.sub_nodes[1].sub_nodes;
    assert_eq!((below.len(), below.capacity()), (3, 3));
}

#[test]
fn errors_have_the_same_text_as_with_serde() {
    for text in [
        r#"{"qText":"a","qNum":true}"#,
        r#"{"qText":3}"#,
        r#"{"qNum":"3"}"#,
        r#"{"qElemNumber":3.5}"#,
        r#"{"qElemNumber":"3"}"#,
        "{\n \"qElemNumber\": 3000000000\n}",
        r#"{"qState":false}"#,
        r#"{"qState":1.5}"#,
        r#"{"qIsNull":0}"#,
        r#"{"qText":"a"#,
        r#"{"qText":"a" "qNum":1}"#,
        r#"{"qText":"\ud800"}"#,
        r#"{"qText":nope}"#,
        r#"{"qNum":1e400}"#,
        r#"{"qText":"a"} x"#,
        "7",
    ] {
        let error = crate::decode::<NxCell>(text).unwrap_err();
        assert_eq!(error.to_string(), general::decode::<NxCell>(text).unwrap_err().to_string());
    }
}

/// Run with `cargo test -p qix-schema -- --ignored` if the folder `../shared/corpus` is next to the checkout.
#[test]
#[ignore = "needs ../shared/corpus"]
fn engine_documents_decode_like_with_serde() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let mut count = 0;
    for path in ["layouts", "frames", "stored"].iter().flat_map(|folder| files(&corpus.join(folder))) {
        let text = std::fs::read_to_string(&path).unwrap();
        count += 1;
        let mut parts = Vec::new();
        objects(&serde_json::from_str(&text).unwrap(), &mut parts);
        for part in parts {
            // Most parts do not have these types, which tests invalid input too.
            agree::<GenericObjectLayout>(&part);
            agree::<GenericObjectEntry>(&part);
            agree::<HyperCube>(&part);
            agree::<HyperCubeDef>(&part);
            agree::<ListObject>(&part);
            agree::<NxDataPage>(&part);
            agree::<NxPivotPage>(&part);
            agree::<NxStackPage>(&part);
            agree::<NxAppLayout>(&part);
        }
    }
    assert!(count > 300, "only {count} files");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The large objects of a document.
fn objects(value: &serde_json::Value, parts: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            parts.push(value.to_string());
            members.values().filter(|member| member.to_string().len() > 400).for_each(|member| objects(member, parts));
        }
        serde_json::Value::Array(elements) => elements.iter().take(2).for_each(|element| objects(element, parts)),
        _ => {}
    }
}
