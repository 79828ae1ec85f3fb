//! Which rows, columns and levels a cube has.

use serde_json::{Value, json};

use super::tests::{cells, cube, definition, matrix, pivot, tree, with};
use super::*;
use crate::calculate::tests::{App, SALES};

const NESTED: &str = "T: LOAD * INLINE [D,E,F,x
    A,a,p,1
    A,b,p,2
    B,a,p,3
    B,b,q,4
    ];";

fn nested(dimensions: &[&str], measures: &[&str], more: Value) -> (App, Value) {
    let asked = with(definition(dimensions, measures), json!({ "qMode": "P" }));
    (App::new(NESTED), with(asked, more))
}

#[test]
fn an_unknown_dimension_is_one_row_of_null() {
    let app = App::new(SALES);
    for name in ["nosuch", "[no such]", "no such", "=nosuch"] {
        let layout = cube(&app, &definition(&[name], &["Sum(Amount)"])).layout();
        assert_eq!(matrix(&layout), "-,100", "{name}");
        assert_eq!(layout["qError"], Value::Null);
        assert_eq!(layout["qDimensionInfo"][0]["qError"], Value::Null);
        assert_eq!(layout["qDataPages"][0]["qMatrix"][0][0]["qElemNumber"], -2);
    }
    let layout = cube(&app, &definition(&["Product", "nosuch"], &["Sum(Amount)"])).layout();
    assert_eq!(matrix(&layout), "a,-,40|b,-,20|c,-,40");
}

#[test]
fn closed_nodes_alone_have_no_levels_below() {
    let closed = Expansion::default();
    let (app, asked) = nested(&["D", "E"], &["Sum(x)"], json!({ "qNoOfLeftDims": 2 }));
    let (_, page) = pivot(&app, &asked, &closed);
    assert_eq!((tree(&page["qLeft"]), cells(&page)), ("A+ B+".into(), "3|7".into()));

    let (app, asked) = nested(&["D", "E", "F"], &["Sum(x)"], json!({ "qNoOfLeftDims": 3 }));
    let (cube, _) = pivot(&app, &asked, &closed);
    let mut open = closed.clone();
    cube.expand(&mut open, Side::Left, 0, 0, false, true).unwrap();
    let (_, page) = pivot(&app, &asked, &open);
    assert_eq!((tree(&page["qLeft"]), cells(&page)), ("A-[a+ b+] B+[_E]".into(), "1|2|7".into()));

    let (app, asked) = nested(&["D", "E", "F"], &["Sum(x)"], json!({ "qNoOfLeftDims": 1 }));
    let (_, page) = pivot(&app, &asked, &closed);
    assert_eq!((tree(&page["qLeft"]), tree(&page["qTop"])), ("A B".into(), "a+ b+".into()));
    assert_eq!(cells(&page), "1,2|3,4");

    let more = json!({ "qNoOfLeftDims": 2, "qInterColumnSortOrder": [0, 1, -1] });
    let (app, asked) = nested(&["D", "E"], &["Sum(x)", "Count(x)"], more);
    let (_, page) = pivot(&app, &asked, &closed);
    assert_eq!((tree(&page["qLeft"]), tree(&page["qTop"])), ("A+ B+".into(), "Sum(x)P Count(x)P".into()));
    assert_eq!(cells(&page), "3,2|7,2");
}

#[test]
fn closed_nodes_beside_a_total_have_fillers_only_where_a_sibling_is_open() {
    let (app, mut asked) = nested(&["D", "E"], &["Sum(x)"], json!({ "qNoOfLeftDims": 2 }));
    for dimension in 0..2 {
        asked["qDimensions"][dimension]["qOtherTotalSpec"] = json!({ "qTotalMode": "TOTAL_EXPR" });
    }
    let (cube, page) = pivot(&app, &asked, &Expansion::default());
    assert_eq!(tree(&page["qLeft"]), "A+ B+ TotalT");
    let mut open = Expansion::default();
    cube.expand(&mut open, Side::Left, 0, 0, false, true).unwrap();
    let (cube, page) = pivot(&app, &asked, &open);
    assert_eq!(tree(&page["qLeft"]), "A-[a b TotalT] B+[_T] TotalT[_T]");
    // Neither totals nor the fillers beside them count as values of the measure.
    let info = &cube.layout()["qMeasureInfo"][0];
    assert_eq!((&info["qMin"], &info["qMax"]), (&json!(1), &json!(2)));
}

#[test]
fn the_range_of_a_measure_is_that_of_its_cells_without_totals() {
    let (app, asked) = nested(&["D", "E"], &["Sum(x)"], json!({ "qNoOfLeftDims": 1 }));
    let info = &pivot(&app, &asked, &Expansion::default()).0.layout()["qMeasureInfo"][0];
    assert_eq!((&info["qMin"], &info["qMax"]), (&json!(1), &json!(4)));
    let closed = with(asked.clone(), json!({ "qNoOfLeftDims": 2 }));
    let info = &pivot(&app, &closed, &Expansion::default()).0.layout()["qMeasureInfo"][0];
    assert_eq!((&info["qMin"], &info["qMax"]), (&json!(3), &json!(7)));
    let stacked = with(asked, json!({ "qMode": "K", "qAlwaysFullyExpanded": true }));
    let info = &cube(&app, &stacked).layout()["qMeasureInfo"][0];
    assert_eq!((&info["qMin"], &info["qMax"]), (&json!(1), &json!(4)));
}

#[test]
fn hidden_columns_leave_the_others_in_their_order() {
    let app = App::new("T: LOAD * INLINE [A,B,x\na,b,3\n];");
    let hidden = json!({ "qCond": { "qv": "0" } });
    let mut asked = with(definition(&["A", "B"], &["Sum(x)"]), json!({ "qColumnOrder": [2, 0, 1] }));
    assert_eq!(matrix(&cube(&app, &asked).layout()), "3,a,b");
    asked["qDimensions"][1]["qCalcCondition"] = hidden.clone();
    let layout = cube(&app, &asked).layout();
    assert_eq!((matrix(&layout), &layout["qSize"]["qcx"]), ("3,a".into(), &json!(2)));
    let mut asked = with(definition(&["A"], &["Sum(x)", "Count(x)"]), json!({ "qColumnOrder": [2, 1, 0] }));
    assert_eq!(matrix(&cube(&app, &asked).layout()), "1,3,a");
    asked["qMeasures"][0]["qCalcCondition"] = hidden;
    assert_eq!(matrix(&cube(&app, &asked).layout()), "1,a");
}

#[test]
fn a_measure_sorts_only_before_the_dimension_that_identifies_rows() {
    let app = App::new("T: LOAD * INLINE [Region,x\nA,1\nB,5\nC,9\nD,7\n];");
    let mut asked = definition(&["Region"], &["Sum(x)"]);
    asked["qMeasures"][0]["qSortBy"] = json!({ "qSortByNumeric": -1 });
    assert_eq!(matrix(&cube(&app, &asked).layout()), "A,1|B,5|C,9|D,7");
    let first = with(asked.clone(), json!({ "qInterColumnSortOrder": [1, 0] }));
    assert_eq!(matrix(&cube(&app, &first).layout()), "C,9|D,7|B,5|A,1");
    // Recorded from engine 12.1050 by the integration tests of corectl.
    asked["qMeasures"][0]["qSortBy"] = json!({ "qSortByFrequency": 1 });
    let layout = cube(&app, &asked).layout();
    assert_eq!(
        (matrix(&layout).as_str(), &layout["qMeasureInfo"][0]["qSortIndicator"]),
        ("A,1|B,5|C,9|D,7", &json!("A"))
    );
}

#[test]
fn a_sort_indicator_needs_criteria_and_a_separator_needs_the_script() {
    let app = App::new(SALES);
    let mut asked = definition(&["Product"], &["Sum(Amount)"]);
    asked["qDimensions"][0]["qDef"]["qSortCriterias"] = json!([]);
    let layout = cube(&app, &asked).layout();
    assert_eq!(layout["qDimensionInfo"][0]["qSortIndicator"], "N");
    assert_eq!(
        layout["qMeasureInfo"][0]["qNumFormat"],
        json!({ "qType": "I", "qnDec": 0, "qUseThou": 1, "qFmt": "###0", "qDec": "." })
    );
    asked["qDimensions"][0]["qDef"]["qSortCriterias"] = json!([{ "qSortByAscii": -1 }]);
    assert_eq!(cube(&app, &asked).layout()["qDimensionInfo"][0]["qSortIndicator"], "D");
}

#[test]
fn a_stacked_page_of_too_many_cells_fails_unless_it_is_one_node() {
    let app = App::new("T: LOAD Mod(RecNo(), 2) as a, RecNo() as n AUTOGENERATE 20002;");
    let asked = with(
        definition(&["a", "n"], &["Sum(n)"]),
        json!({ "qMode": "K", "qAlwaysFullyExpanded": true, "qInitialDataFetch": [] }),
    );
    let cube = cube(&app, &asked);
    let page = |height: i64| [json!({ "qTop": 0, "qLeft": 0, "qWidth": 2, "qHeight": height })];
    assert_eq!(cube.stack_pages(&page(2), None).unwrap_err().code, code::PAGES_TOO_LARGE);
    let one = cube.stack_pages(&page(1), None).unwrap();
    assert_eq!(one[0]["qData"][0]["qSubNodes"][0]["qSubNodes"].as_array().unwrap().len(), 10_001);
    assert_eq!(cube.stack_pages(&page(2), Some(1)).unwrap()[0]["qArea"]["qHeight"], 1);
}
