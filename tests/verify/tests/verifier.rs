//! What the verifier reports and what it accepts.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use qix_verify::Verifier;

fn report(text: &str, ty: &str) -> qix_verify::Report {
    Verifier::new().document(text, ty).unwrap()
}

#[test]
fn absent_null_empty_and_default_mean_the_same() {
    for text in
        ["{}", r#"{"qDimensions": null}"#, r#"{"qDimensions": [], "qMode": "DATA_MODE_STRAIGHT", "qMode": "S"}"#]
    {
        assert!(report(text, "HyperCubeDef").is_lossless(), "{text}");
    }
    assert!(
        report(r#"{"qMaxStackedCells": 5000, "qTitle": {}, "qCalcCond": {"qv": ""}}"#, "HyperCubeDef").is_lossless()
    );
}

#[test]
fn a_member_that_is_dropped_is_lost() {
    let report = report(r#"{"qMatrix": [[{"qText": "a", "mine": 1}, {"mine": 2}]]}"#, "NxDataPage");
    assert_eq!(report.lost["NxCell.mine"].count, 2);
    assert_eq!(report.lost["NxCell.mine"].first, "/qMatrix/0/0/mine");
    assert!(!report.is_lossless());
}

#[test]
fn a_custom_member_is_kept() {
    let report = report(r#"{"qDef": {"cId": "x", "rank": 12345678901234567890123}}"#, "NxMeasure");
    assert_eq!(report.kept.keys().collect::<Vec<_>>(), ["NxInlineMeasureDef.cId", "NxInlineMeasureDef.rank"]);
    assert!(report.is_lossless());
}

#[test]
fn decoding_errors_have_positions() {
    let error = Verifier::new().document(r#"{"qMatrix": [[{}, {"qElemNumber": "x"}]]}"#, "NxDataPage").unwrap_err();
    assert_eq!(error.place, "qMatrix[0][1].qElemNumber");
    let error = Verifier::new().document("{", "NxDataPage").unwrap_err();
    assert!(error.why.contains("EOF"), "{error}");
}

#[test]
fn results_are_checked_against_their_methods() {
    let log = r#"
{"dir": ">", "msg": {"id": 1, "handle": -1, "method": "OpenDoc", "params": ["a"]}}
{"dir": "<", "msg": {"id": 1, "result": {"qReturn": {"qType": "Doc", "qHandle": 1}}}}
{"dir": ">", "msg": {"id": 2, "handle": 1, "method": "GetAppLayout", "params": []}}
{"dir": "<", "msg": {"id": 2, "result": {"qLayout": {"qTitle": "a", "mine": true}}}}
{"dir": ">", "msg": {"id": 3, "handle": 1, "method": "GetAppLayout", "params": [], "delta": true}}
{"dir": "<", "msg": {"id": 3, "delta": true, "result": {"qLayout": []}}}
"#;
    let report = Verifier::new().traffic(log);
    assert_eq!((report.checked, report.skipped.len()), (2, 1));
    assert!(report.kept.contains_key("NxAppLayout.mine"));

    let wrong = log.replace(r#""qTitle": "a""#, r#""qTitle": 7"#);
    let report = Verifier::new().traffic(&wrong);
    assert!(!report.is_lossless());
    assert!(matches!(&report.failed[..], [one] if one.place == "line 5 Doc.GetAppLayout qLayout.qTitle"), "{report}");

    let unknown = log.replace(r#""qLayout": {"#, r#""qOther": 1, "qLayout": {"#);
    assert!(Verifier::new().traffic(&unknown).lost.contains_key("Doc.GetAppLayout.qOther"));
}

#[test]
fn a_log_is_checked_completely() {
    let log = r#"
{"dir": "<", "msg": null}
{"dir": "<", "msg": {"id": 9, "result": {"qLayout": {}}}}
not JSON
{"dir": ">", "msg": {"id": 1, "handle": 4, "method": "GetLayout"}}
{"dir": "<", "msg": {"id": 1, "result": null, "change": [4]}}
{"dir": ">", "msg": {"id": 2, "handle": 4, "method": "GetChild", "params": ["a"]}}
{"dir": "<", "msg": {"id": 2, "result": {"qReturn": {"qType": "Sheet", "qHandle": 5}}}}
{"dir": ">", "msg": {"id": 3, "handle": 5, "method": "GetLayout"}}
{"dir": "<", "msg": {"id": 3, "result": {"qLayout": {"title": 1}}}}
"#;
    let report = Verifier::new().traffic(log);
    assert!(matches!(&report.failed[..], [one] if one.place == "line 4"), "{report}");
    assert!(report.kept.contains_key("GenericObjectLayout.title") && report.lost.is_empty(), "{report}");
    assert_eq!(report.skipped, ["line 3: the log has no request for this response"]);
}

#[test]
fn forms_of_empty_values_and_numbers_are_equivalent() {
    let text = r#"{"qHyperCubeDef": [], "qInfo": [], "qChildListDef": null, "qMetaDef": {}}"#;
    assert!(report(text, "GenericObjectProperties").is_lossless());
    let text =
        r#"{"qDimensions": {}, "qMeasures": null, "qMode": 1.0, "qInitialDataFetch": [{"qTop": 1E1, "qLeft": -0}]}"#;
    assert!(report(text, "HyperCubeDef").is_lossless());
    let error = Verifier::new().document(r#"{"qDimensions": {"a": 1}}"#, "HyperCubeDef").unwrap_err();
    assert!(error.why.contains("expected a list"), "{error}");
    let error = Verifier::new().document(r#"{"qCalcCond": [1]}"#, "HyperCubeDef").unwrap_err();
    assert!(error.why.contains("expected an object"), "{error}");
}

#[test]
fn unpaired_surrogates_are_kept_in_custom_members() {
    let text = r#"{"title": "\\ud800 \ud83d\ude00 \uDE00\ud83d\\ud83d\u00e9é\"", "qInfo": {"qId": "\ud83d\ude00"}}"#;
    assert!(report(text, "GenericObjectProperties").is_lossless());
}

#[test]
fn a_pointer_to_a_missing_part_is_an_error() {
    for pointer in ["/a/b", "/a/0", "/b", "/c/1", "a"] {
        let error = qix_verify::at(r#"{"a": 1, "c": [2]}"#, pointer).unwrap_err();
        assert!(error.why.contains("no such part") || error.why.contains("begins with"), "{error}");
    }
}

#[test]
fn deep_trees_are_checked() {
    let deep = |levels: usize| format!("{}{}", r#"{"qNodes":["#.repeat(levels), "]}".repeat(levels));
    let checked = std::thread::Builder::new().stack_size(1 << 30).spawn(move || report(&deep(2000), "NxTreeNode"));
    assert!(checked.unwrap().join().unwrap().is_lossless());
}
