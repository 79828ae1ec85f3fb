use serde_json::{Value, json};

use super::*;
use crate::calculate::tests::{App, SALES};
use crate::selection::Mode as Selecting;

fn dimension(field: &str) -> Value {
    json!({ "qDef": { "qFieldDefs": [field], "qSortCriterias": [{ "qSortByNumeric": 1, "qSortByAscii": 1 }] } })
}

fn measure(expression: &str) -> Value {
    json!({ "qDef": { "qDef": expression } })
}

pub(super) fn definition(dimensions: &[&str], measures: &[&str]) -> Value {
    json!({
        "qDimensions": dimensions.iter().map(|field| dimension(field)).collect::<Vec<_>>(),
        "qMeasures": measures.iter().map(|expression| measure(expression)).collect::<Vec<_>>(),
        "qInitialDataFetch": [{ "qTop": 0, "qLeft": 0, "qWidth": 10, "qHeight": 100 }],
    })
}

pub(super) fn with(mut definition: Value, more: Value) -> Value {
    if let (Value::Object(definition), Value::Object(more)) = (&mut definition, more) {
        definition.extend(more);
    }
    definition
}

pub(super) fn cube(app: &App, definition: &Value) -> Cube {
    Cube::new(definition, &Expansion::default(), &app.context()).unwrap()
}

/// Texts of the first page: cells by `,`, rows by `|`.
pub(super) fn matrix(layout: &Value) -> String {
    let rows = layout["qDataPages"][0]["qMatrix"].as_array().unwrap();
    let row = |row: &Value| {
        row.as_array()
            .unwrap()
            .iter()
            .map(|cell| cell["qText"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(",")
    };
    rows.iter().map(row).collect::<Vec<_>>().join("|")
}

fn shown(app: &App, definition: &Value) -> String {
    matrix(&cube(app, definition).layout())
}

#[test]
fn grand_totals_are_calculated_as_requested() {
    let app = App::new(SALES);
    let total = |of: Value| {
        let mut asked = definition(&["Product"], &["Avg(Amount)"]);
        asked["qMeasures"][0]["qDef"] = with(asked["qMeasures"][0]["qDef"].take(), of);
        let cell = cube(&app, &asked).layout()["qGrandTotalRow"][0].take();
        (cell["qText"].as_str().unwrap().to_owned(), cell["qNum"].clone())
    };
    assert_eq!(shown(&app, &definition(&["Product"], &["Avg(Amount)"])), "a,20|b,20|c,40");
    assert_eq!(total(json!({})).0, "25");
    assert_eq!(total(json!({ "qAggrFunc": "Expr" })).0, "25");
    assert_eq!(total(json!({ "qBrutalSum": true })).0, "80");
    assert_eq!(total(json!({ "qAggrFunc": "Sum" })).0, "80");
    assert_eq!(total(json!({ "qAggrFunc": "Min" })).0, "20");
    assert_eq!(total(json!({ "qAggrFunc": "Max" })).0, "40");
    assert_eq!(total(json!({ "qAggrFunc": "Avg" })).1, json!(80.0 / 3.0));
    assert_eq!(total(json!({ "qAggrFunc": "None" })), ("-".to_owned(), json!("NaN")));
}

#[test]
fn a_straight_cube_has_a_row_per_combination() {
    let app = App::new(SALES);
    assert_eq!(shown(&app, &definition(&["Product"], &["Sum(Amount)"])), "a,40|b,20|c,40");
    assert_eq!(
        shown(&app, &definition(&["Country", "Product"], &["Sum(Amount)"])),
        "DE,a,30|DE,-,0|SE,a,10|SE,b,20|-,c,40"
    );
    assert_eq!(shown(&app, &definition(&["Country"], &[])), "DE|SE");
    assert_eq!(shown(&app, &definition(&[], &["Sum(Amount)"])), "100");
    assert_eq!(shown(&app, &definition(&["Tag"], &["Sum(Amount)"])), "cheap,40|new,60|-,40");
    assert_eq!(
        shown(&app, &definition(&["Customer"], &["Sum(Amount)", "Count(Country)"])),
        "1,30,1|2,30,1|3,0,1|9,40,0"
    );
    assert_eq!(shown(&app, &definition(&["=Year(Day)"], &["Sum(Amount)"])), "2020,60|2021,40");
}

#[test]
fn its_layout_describes_columns() {
    let app = App::new(SALES);
    let mut asked = definition(&["Customer"], &["Sum(Amount)/3"]);
    asked["qDimensions"][0]["qDef"]["cId"] = "x1".into();
    asked["qDimensions"][0]["qDef"]["qFieldLabels"] = json!(["Buyer"]);
    asked["columnWidths"] = json!([1, 2]);
    let layout = cube(&app, &asked).layout();
    assert_eq!(layout["qSize"], json!({ "qcx": 2, "qcy": 4 }));
    let info = &layout["qDimensionInfo"][0];
    assert_eq!(info["qFallbackTitle"], "Buyer");
    assert_eq!(info["cId"], "x1");
    assert_eq!((&info["qMin"], &info["qMax"], &info["qDimensionType"]), (&json!(1), &json!(9), &json!("N")));
    assert_eq!(info["qTags"], json!(["$key", "$numeric", "$integer"]));
    assert_eq!(info["qStateCounts"]["qOption"], 4);
    assert_eq!(info["qCardinalities"]["qHypercubeCardinal"], 4);
    let info = &layout["qMeasureInfo"][0];
    assert_eq!(info["qFallbackTitle"], "Sum(Amount)/3");
    assert_eq!(info["qNumFormat"]["qType"], "R");
    assert_eq!(info["qMax"].as_f64().unwrap(), 40.0 / 3.0);
    assert_eq!(layout["qGrandTotalRow"][0]["qText"], "33.333333333333");
    assert_eq!(layout["columnWidths"], json!([1, 2]));
    assert_eq!(layout["qMode"], "S");
    let cell = &layout["qDataPages"][0]["qMatrix"][0][0];
    assert_eq!(*cell, json!({ "qText": "1", "qNum": 1, "qElemNumber": 0, "qState": "O" }));
    assert_eq!(layout["qDataPages"][0]["qMatrix"][0][1]["qState"], "L");
}

#[test]
fn selections_show_in_states_and_rows() {
    let mut app = App::new(SALES);
    app.select("Country", "SE");
    let layout = cube(&app, &definition(&["Country"], &["Sum(Amount)", "Sum({1} Amount)"])).layout();
    assert_eq!(matrix(&layout), "DE,0,30|SE,30,30|-,0,40");
    assert_eq!(layout["qDataPages"][0]["qMatrix"][1][0]["qState"], "S");
    assert_eq!(layout["qDataPages"][0]["qMatrix"][0][0]["qState"], "A");
    assert_eq!(layout["qDimensionInfo"][0]["qStateCounts"]["qAlternative"], 1);
    assert_eq!(layout["qDataPages"][0]["qMatrix"][2][0]["qIsNull"], true);
}

#[test]
fn rows_are_sorted_as_requested() {
    let app = App::new(SALES);
    let by = |column: usize, criteria: Value| {
        let mut asked = definition(&["Customer"], &["Sum(Amount)"]);
        if column == 0 {
            asked["qDimensions"][0]["qDef"]["qSortCriterias"] = json!([criteria]);
        } else {
            asked["qMeasures"][0]["qSortBy"] = criteria;
            asked["qInterColumnSortOrder"] = json!([1, 0]);
        }
        shown(&app, &asked)
    };
    assert_eq!(by(0, json!({ "qSortByNumeric": -1 })), "9,40|3,0|2,30|1,30");
    assert_eq!(by(0, json!({ "qSortByLoadOrder": 1 })), "1,30|2,30|9,40|3,0");
    assert_eq!(by(0, json!({})), "1,30|2,30|9,40|3,0");
    assert_eq!(by(0, json!({ "qSortByExpression": -1, "qExpression": { "qv": "Sum(Amount)" } })), "9,40|1,30|2,30|3,0");
    assert_eq!(by(0, json!({ "qSortByFrequency": 1 })), "1,30|2,30|9,40|3,0");
    assert_eq!(by(0, json!({ "qSortByFrequency": -1 })), "3,0|2,30|9,40|1,30");
    assert_eq!(by(1, json!({ "qSortByNumeric": 1 })), "3,0|1,30|2,30|9,40");
    assert_eq!(by(1, json!({ "qSortByNumeric": -1 })), "9,40|1,30|2,30|3,0");
}

#[test]
fn suppression_removes_rows() {
    let app = App::new(SALES);
    let base = definition(&["Customer"], &["Sum(Amount)"]);
    assert_eq!(shown(&app, &with(base.clone(), json!({ "qSuppressZero": true }))), "1,30|2,30|9,40");
    assert_eq!(shown(&app, &with(base, json!({ "qSuppressMissing": true }))), "1,30|2,30|9,40");
    let mut nulls = definition(&["Country"], &["Sum(Amount)"]);
    assert_eq!(shown(&app, &nulls), "DE,30|SE,30|-,40");
    nulls["qDimensions"][0]["qNullSuppression"] = true.into();
    assert_eq!(shown(&app, &nulls), "DE,30|SE,30");
}

#[test]
fn pages_have_limits() {
    let app = App::new("T: LOAD RecNo() as n AUTOGENERATE 20000;");
    let cube = cube(&app, &definition(&["n"], &["Sum(n)"]));
    let page = |top: i64, height: i64| json!([{ "qTop": top, "qLeft": 0, "qWidth": 2, "qHeight": height }]);
    let data = cube.data_pages(page(19_998, 5000).as_array().unwrap()).unwrap();
    assert_eq!(data[0]["qMatrix"].as_array().unwrap().len(), 2);
    assert_eq!(data[0]["qArea"], json!({ "qLeft": 0, "qTop": 19_998, "qWidth": 2, "qHeight": 2 }));
    assert_eq!(cube.data_pages(page(0, 5001).as_array().unwrap()).unwrap_err().code, code::PAGES_TOO_LARGE);
    assert_eq!(cube.data_pages(page(30_000, 10).as_array().unwrap()).unwrap()[0]["qMatrix"], json!([]));
    assert_eq!(cube.pivot_pages(&[]).unwrap_err().code, code::INVALID_OBJECT);
}

#[test]
fn conditions_are_states() {
    let app = App::new(SALES);
    let unmet =
        json!({ "qCalcCondition": { "qCond": { "qv": "Count(Customer)>99" }, "qMsg": { "qv": "='too ' & 'few'" } } });
    let layout = cube(&app, &with(definition(&["Product"], &["Sum(Amount)"]), unmet.clone())).layout();
    assert_eq!(layout["qError"]["qErrorCode"], 7005);
    assert_eq!(layout["qCalcCondMsg"], "too few");
    assert_eq!(layout["qSize"]["qcy"], 0);
    let mut partly = definition(&["Product", "Country"], &["Sum(Amount)", "1"]);
    partly["qDimensions"][0]["qCalcCondition"] = unmet["qCalcCondition"].clone();
    partly["qMeasures"][1]["qCalcCond"] = json!({ "qv": "0" });
    let layout = cube(&app, &partly).layout();
    assert_eq!(matrix(&layout), "DE,30|SE,30|-,40");
    assert_eq!(layout["qDimensionInfo"][0]["qError"]["qErrorCode"], 7005);
    assert_eq!(layout["qMeasureInfo"][1]["qError"]["qErrorCode"], 7005);
    let pivot = cube(&app, &with(partly, json!({ "qMode": "P" }))).layout();
    assert_eq!(pivot["qSize"], json!({ "qcx": 1, "qcy": 3 }));
}

#[test]
fn errors_are_shown_at_their_columns() {
    let app = App::new(SALES);
    let layout = cube(&app, &definition(&["=nosuch("], &["Sum(Amount)"])).layout();
    assert_eq!(layout["qDimensionInfo"][0]["qError"]["qErrorCode"], 7000);
    assert_eq!(layout["qError"]["qErrorCode"], 7000);
    let layout = cube(&app, &definition(&["Product"], &["Sum(Amount"])).layout();
    assert_eq!(layout["qMeasureInfo"][0]["qError"]["qErrorCode"], 7000);
    assert_eq!(matrix(&layout), "a,-|b,-|c,-");
    let library = json!({ "qDimensions": [{ "qLibraryId": "nosuch" }] });
    assert_eq!(cube(&app, &library).layout()["qError"]["qErrorCode"], 7001);
    assert_eq!(cube(&app, &json!({})).layout()["qSize"], json!({ "qcx": 0, "qcy": 0 }));
}

#[test]
fn attribute_expressions_come_with_cells() {
    let app = App::new(SALES);
    let mut asked = definition(&["Product"], &["Sum(Amount)"]);
    asked["qDimensions"][0]["qAttributeExpressions"] = json!([{ "qExpression": "Max(Amount)", "id": "top" }]);
    asked["qMeasures"][0]["qAttributeExpressions"] = json!([{ "qExpression": "If(Sum(Amount)>20, 'hi', 'lo')" }]);
    let layout = cube(&app, &asked).layout();
    let row = &layout["qDataPages"][0]["qMatrix"][0];
    assert_eq!(row[0]["qAttrExps"]["qValues"], json!([{ "qText": "30", "qNum": 30 }]));
    assert_eq!(row[1]["qAttrExps"]["qValues"], json!([{ "qText": "hi", "qNum": "NaN" }]));
    asked["qMode"] = "P".into();
    let (_, page) = pivot(&app, &asked, &Expansion::default());
    assert_eq!(page["qLeft"][0]["qAttrExps"]["qValues"][0]["qNum"], 30);
    assert_eq!(page["qData"][1][0]["qAttrExps"]["qValues"][0]["qText"], "lo");
    let info = &layout["qDimensionInfo"][0]["qAttrExprInfo"][0];
    assert_eq!((&info["qMin"], &info["qMax"], &info["id"]), (&json!(20), &json!(40), &json!("top")));
}

#[test]
fn formulas_can_read_totals_and_other_rows() {
    let app = App::new(SALES);
    let asked = definition(
        &["Customer"],
        &[
            "Sum(Amount)/Sum(total Amount)",
            "RangeSum(Above(Sum(Amount), 0), Above(Sum(Amount)))",
            "RowNo() & '/' & NoOfRows()",
            "Rank(Sum(Amount))",
            "Column(1)*100",
        ],
    );
    assert_eq!(shown(&app, &asked), "1,0.3,30,1/4,2-3,30|2,0.3,60,2/4,2-3,30|3,0,30,3/4,4,0|9,0.4,40,4/4,1,40");
    let by_country = definition(&["Country", "Product"], &["Sum(total <Country> Amount)"]);
    assert_eq!(shown(&app, &by_country), "DE,a,30|DE,-,30|SE,a,30|SE,b,30|-,c,40");
}

#[test]
fn a_measure_can_name_another_by_its_label() {
    let app = App::new(SALES);
    let mut asked = definition(&["Product"], &["[All of it]/2", "Sum(Amount)", "Above([All of it])", "Round trip"]);
    asked["qMeasures"][1]["qDef"]["qLabel"] = "All of it".into();
    asked["qMeasures"][3]["qDef"] = json!({ "qDef": "[Round trip]+1", "qLabel": "Round trip" });
    let layout = cube(&app, &asked).layout();
    assert_eq!(matrix(&layout), "a,20,40,-,-|b,10,20,40,-|c,20,40,20,-");
    assert_eq!(layout["qGrandTotalRow"][0]["qNum"], 50);
    // Fields take precedence over labels.
    asked["qMeasures"][1]["qDef"]["qLabel"] = "Amount".into();
    asked["qMeasures"][0]["qDef"]["qDef"] = "Amount".into();
    assert_eq!(matrix(&cube(&app, &asked).layout()), "a,-,40,-,-|b,20,20,-,-|c,40,40,-,-");
}

#[test]
fn columns_can_change_places() {
    let app = App::new(SALES);
    let asked = with(definition(&["Product"], &["Sum(Amount)"]), json!({ "qColumnOrder": [1, 0] }));
    assert_eq!(shown(&app, &asked), "40,a|20,b|40,c");
    assert_eq!(cube(&app, &asked).csv().unwrap(), "Sum(Amount),Product\n40,a\n20,b\n40,c\n");
}

/// Nodes as text: `A[x y]`, a closed node with `+`, an open one with `-`.
pub(super) fn tree(nodes: &Value) -> String {
    let one = |node: &Value| {
        let mark = match (&node["qCanExpand"], &node["qCanCollapse"]) {
            (Value::Bool(true), _) => "+",
            (_, Value::Bool(true)) => "-",
            _ => "",
        };
        let text = node["qText"].as_str().unwrap_or("_");
        let kind = node["qType"].as_str().filter(|kind| *kind != "N").unwrap_or("");
        let inside = tree(&node["qSubNodes"]);
        if inside.is_empty() { format!("{text}{kind}{mark}") } else { format!("{text}{kind}{mark}[{inside}]") }
    };
    nodes.as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(" ")
}

pub(super) fn cells(page: &Value) -> String {
    let row = |row: &Value| {
        row.as_array()
            .unwrap()
            .iter()
            .map(|cell| cell["qText"].as_str().unwrap_or("?").to_owned())
            .collect::<Vec<_>>()
            .join(",")
    };
    page["qData"].as_array().unwrap().iter().map(row).collect::<Vec<_>>().join("|")
}

pub(super) fn pivot(app: &App, definition: &Value, expansion: &Expansion) -> (Cube, Value) {
    let cube = Cube::new(definition, expansion, &app.context()).unwrap();
    let page = cube.layout()["qPivotDataPages"][0].clone();
    (cube, page)
}

#[test]
fn a_pivot_cube_has_rows_and_columns() {
    let app = App::new(SALES);
    let asked =
        with(definition(&["Country", "Product"], &["Sum(Amount)"]), json!({ "qMode": "P", "qNoOfLeftDims": 1 }));
    let (cube, page) = pivot(&app, &asked, &Expansion::default());
    assert_eq!(tree(&page["qLeft"]), "DE SE -U");
    assert_eq!(tree(&page["qTop"]), "a b c -U");
    assert_eq!(cells(&page), "30,-,-,0|10,20,-,-|-,-,40,-");
    assert_eq!(page["qData"][0][0]["qType"], "V");
    assert_eq!(page["qData"][0][1]["qType"], "U");
    assert_eq!(cube.layout()["qSize"], json!({ "qcx": 4, "qcy": 3 }));
    assert_eq!(page["qArea"], json!({ "qLeft": 0, "qTop": 0, "qWidth": 4, "qHeight": 3 }));
}

#[test]
fn pivot_nodes_open_and_close() {
    let app = App::new(SALES);
    let asked = with(definition(&["Product", "Customer"], &["Sum(Amount)"]), json!({ "qMode": "EQ_DATA_MODE_PIVOT" }));
    let mut expansion = Expansion::default();
    let (cube, page) = pivot(&app, &asked, &expansion);
    assert_eq!(tree(&page["qLeft"]), "a+ b+ c+ -U+");
    assert_eq!(tree(&page["qTop"]), "Sum(Amount)P");
    assert_eq!(cells(&page), "40|20|40|0");
    cube.expand(&mut expansion, Side::Left, 0, 0, false, true).unwrap();
    let (cube, page) = pivot(&app, &asked, &expansion);
    assert_eq!(tree(&page["qLeft"]), "a-[1 2] b+[_E] c+[_E] -U+[_E]");
    assert_eq!(cells(&page), "10|30|20|40|0");
    cube.expand(&mut expansion, Side::Left, 1, 0, false, false).unwrap();
    assert_eq!(pivot(&app, &asked, &expansion).0.layout()["qSize"]["qcy"], 4);
    cube.expand(&mut expansion, Side::Left, 0, 0, true, true).unwrap();
    assert_eq!(tree(&pivot(&app, &asked, &expansion).1["qLeft"]), "a-[1 2] b-[1] c-[9] -U-[3]");
    assert!(cube.expand(&mut expansion, Side::Left, 99, 0, false, true).is_err());
    let full = with(asked, json!({ "qAlwaysFullyExpanded": true }));
    assert_eq!(tree(&pivot(&app, &full, &Expansion::default()).1["qLeft"]), "a[1 2] b[1] c[9] -U[3]");
}

#[test]
fn pivot_measures_and_totals_have_their_positions() {
    let app = App::new(SALES);
    let mut asked = definition(&["Product"], &["Sum(Amount)", "Count(Amount)"]);
    asked["qMode"] = "P".into();
    asked["qDimensions"][0]["qOtherTotalSpec"] = json!({ "qTotalMode": "TOTAL_EXPR" });
    asked["qNoOfLeftDims"] = 1.into();
    let (_, page) = pivot(&app, &asked, &Expansion::default());
    assert_eq!(tree(&page["qLeft"]), "a b c TotalT");
    assert_eq!(tree(&page["qTop"]), "Sum(Amount)P Count(Amount)P");
    assert_eq!(cells(&page), "40,2|20,1|40,1|100,4");
    asked["qMeasures"][0]["qDef"]["qDef"] = "Dimensionality()".into();
    assert_eq!(cells(&pivot(&app, &asked, &Expansion::default()).1), "1,2|1,1|1,1|0,4");
    asked["qMeasures"][0]["qDef"]["qDef"] = "Sum(Amount)".into();
    asked["qNoOfLeftDims"] = (-1).into();
    asked["qShowTotalsAbove"] = true.into();
    let (cube, page) = pivot(&app, &asked, &Expansion::default());
    assert_eq!(cube.layout()["qEffectiveInterColumnSortOrder"], json!([0, -1]));
    assert_eq!(cube.layout()["qNoOfLeftDims"], 2);
    assert_eq!(tree(&page["qTop"]), "");
    assert!(tree(&page["qLeft"]).starts_with("TotalT[Sum(Amount)P Count(Amount)P] a["));
    assert_eq!(cells(&page), "100|4|40|2|20|1|40|1");
}

#[test]
fn pivot_pages_cut_trees() {
    let app = App::new(SALES);
    let asked = with(
        definition(&["Product", "Customer"], &["Sum(Amount)"]),
        json!({ "qMode": "P", "qAlwaysFullyExpanded": true }),
    );
    let (cube, _) = pivot(&app, &asked, &Expansion::default());
    let page = cube.pivot_pages(&[json!({ "qTop": 1, "qLeft": 0, "qWidth": 1, "qHeight": 2 })]).unwrap()[0].clone();
    assert_eq!(tree(&page["qLeft"]), "a[2] b[1]");
    assert_eq!((&page["qLeft"][0]["qUp"], &page["qLeft"][0]["qDown"]), (&json!(1), &json!(0)));
    assert_eq!(cells(&page), "30|20");
}

#[test]
fn a_stacked_cube_is_one_tree() {
    let app = App::new(SALES);
    let asked = with(
        definition(&["Product", "Customer"], &["Sum(Amount)"]),
        json!({
            "qMode": "K", "qAlwaysFullyExpanded": true, "qSuppressMissing": true,
            "qInitialDataFetch": [{ "qTop": 0, "qLeft": 0, "qWidth": 3, "qHeight": 10 }],
        }),
    );
    let layout = cube(&app, &asked).layout();
    let page = &layout["qStackedDataPages"][0];
    assert_eq!(tree(&page["qData"]), "_R[a[1[10V] 2[30V]] b[1[20V]] c[9[40V]]]");
    assert_eq!(page["qData"][0]["qMaxPos"], 100);
    assert_eq!(page["qData"][0]["qSubNodes"][1]["qRow"], 2);
    assert_eq!(page["qArea"], json!({ "qLeft": 0, "qTop": 0, "qWidth": 2, "qHeight": 3 }));
    assert_eq!(layout["qSize"], json!({ "qcx": 1, "qcy": 4 }));
}

#[test]
fn cells_select_their_values() {
    let mut app = App::new(SALES);
    let straight = cube(&app, &definition(&["Country", "Product"], &["Sum(Amount)"]));
    let picks = straight.pick_cells(&[0], &[]).unwrap();
    assert_eq!(
        picks.iter().map(|pick| (pick.field.as_str(), pick.elements.clone())).collect::<Vec<_>>(),
        [("Country", vec![1]), ("Product", vec![0])]
    );
    assert_eq!(straight.pick_cells(&[0, 1], &[1]).unwrap()[0].elements, [0]);
    let ranges = [json!({ "qRange": { "qMin": 20, "qMax": 30, "qMinInclEq": true }, "qMeasureIx": 0 })];
    assert_eq!(straight.pick_ranges(&ranges, &[1], false).unwrap()[0].elements, [1]);
    assert!(straight.pick_values(7, &[0]).is_err());
    let asked =
        with(definition(&["Country", "Product"], &["Sum(Amount)"]), json!({ "qMode": "P", "qNoOfLeftDims": 1 }));
    let (pivot, _) = pivot(&app, &asked, &Expansion::default());
    let cell = |kind: &str, row: i64, column: i64| json!({ "qType": kind, "qRow": row, "qCol": column });
    assert_eq!(pivot.pick_pivot_cells(&[cell("L", 1, 0)]).unwrap()[0].elements, [0]);
    assert_eq!(pivot.pick_pivot_cells(&[cell("T", 0, 1), cell("T", 0, 2)]).unwrap()[0].elements, [1, 2]);
    assert_eq!(pivot.pick_pivot_cells(&[cell("D", 0, 0)]).unwrap().len(), 2);
    let years = cube(&app, &definition(&["=Year(Day)"], &[]));
    let picks = years.pick_values(0, &[1]).unwrap();
    assert_eq!((picks[0].field.as_str(), picks[0].elements.clone()), ("Day", vec![3]));
    app.selections.select(&app.data, "$", &picks, Selecting::Replace, false).unwrap();
    let layout = cube(&app, &definition(&["=Year(Day)"], &["Sum(Amount)"])).layout();
    assert_eq!(matrix(&layout), "2021,40");
    assert_eq!(layout["qDataPages"][0]["qMatrix"][0][0]["qState"], "S");
    assert_eq!(layout["qDimensionInfo"][0]["qIsCalculated"], true);
}

#[test]
fn a_cube_can_look_from_another_state() {
    let mut app = App::new(SALES);
    app.selections.add_state("S").unwrap();
    app.select("Product", "a");
    let asked = with(definition(&["Product"], &["Sum(Amount)"]), json!({ "qStateName": "S" }));
    assert_eq!(shown(&app, &asked), "a,40|b,20|c,40");
    assert_eq!(cube(&app, &asked).layout()["qStateName"], "S");
}

#[test]
fn limits_group_the_rest_as_others() {
    let app = App::new(SALES);
    let limited = |spec: Value, measures: &[&str]| {
        let mut asked = definition(&["Product"], measures);
        asked["qDimensions"][0]["qOtherTotalSpec"] = spec;
        asked
    };
    let counted = |count: &str| json!({ "qOtherMode": "OTHER_COUNTED", "qOtherCounted": { "qv": count } });
    assert_eq!(shown(&app, &limited(counted("1"), &["Sum(Amount)", "Avg(Amount)"])), "a,40,20|Others,60,30");
    assert_eq!(shown(&app, &limited(counted("=1+1"), &["-Sum(Amount)"])), "a,-40|b,-20|Others,-40");
    let by = |mode: &str, limit: &str| json!({ "qOtherMode": mode, "qOtherLimit": { "qv": limit }, "qOtherLimitMode": "OTHER_GE_LIMIT" });
    assert_eq!(shown(&app, &limited(by("OTHER_ABS_LIMITED", "40"), &["Sum(Amount)"])), "a,40|c,40|Others,20");
    assert_eq!(shown(&app, &limited(by("OTHER_REL_LIMITED", "0.3"), &["Sum(Amount)"])), "a,40|c,40|Others,20");
    assert_eq!(shown(&app, &limited(by("OTHER_REL_ACC_TARGET", "0.5"), &["Sum(Amount)"])), "a,40|c,40|Others,20");
    let layout = cube(&app, &limited(counted("2"), &["Sum(Amount)"])).layout();
    assert_eq!(layout["qHasOtherValues"], true);
    let cell = &layout["qDataPages"][0]["qMatrix"][2][0];
    assert_eq!((&cell["qElemNumber"], &cell["qIsOtherCell"]), (&json!(-3), &json!(true)));
    let mut hidden = counted("2");
    hidden["qSuppressOther"] = true.into();
    assert_eq!(shown(&app, &limited(hidden, &["Sum(Amount)"])), "a,40|c,40");
    let mut inner = definition(&["Customer", "Product"], &["Sum(Amount)"]);
    inner["qDimensions"][1]["qOtherTotalSpec"] = counted("1");
    inner["qSuppressMissing"] = true.into();
    assert_eq!(shown(&app, &inner), "1,b,20|1,Others,10|2,a,30|9,c,40");
    let mut pivot_def = with(limited(counted("1"), &["Sum(Amount)"]), json!({ "qMode": "P" }));
    pivot_def["qDimensions"][0]["qOtherLabel"] = json!({ "qv": "Rest" });
    assert_eq!(tree(&pivot(&app, &pivot_def, &Expansion::default()).1["qLeft"]), "a RestO");
}

#[test]
fn attribute_dimensions_come_with_cells() {
    let app = App::new(SALES);
    let mut asked = definition(&["Customer"], &["Sum(Amount)"]);
    asked["qDimensions"][0]["qAttributeDimensions"] = json!([{ "qDef": "Country" }, { "qDef": "nosuch" }]);
    let layout = cube(&app, &asked).layout();
    let cell = |row: usize| layout["qDataPages"][0]["qMatrix"][row][0]["qAttrDims"]["qValues"].clone();
    assert_eq!(cell(0), json!([{ "qText": "SE", "qElemNo": 0 }, { "qElemNo": -2 }]));
    assert_eq!(cell(3)[0], json!({ "qElemNo": -2 }));
    let infos = &layout["qDimensionInfo"][0]["qAttrDimInfo"];
    assert_eq!((&infos[0]["qCardinal"], &infos[1]["qError"]["qErrorCode"]), (&json!(2), &Value::Null));
}

#[test]
fn selections_drill_down_in_a_group() {
    let mut app = App::new(SALES);
    let mut asked = definition(&[], &["Sum(Amount)"]);
    let group = |kind: &str| json!([{ "qDef": { "qGrouping": kind, "qFieldDefs": ["Country", "Product"], "qActiveField": 1 } }]);
    asked["qDimensions"] = group("C");
    assert_eq!(shown(&app, &asked), "a,40|b,20|c,40");
    asked["qDimensions"] = group("H");
    assert_eq!(shown(&app, &asked), "SE,30|DE,30|-,40");
    app.select("Country", "SE");
    let layout = cube(&app, &asked).layout();
    assert_eq!(matrix(&layout), "a,10|b,20");
    let info = &layout["qDimensionInfo"][0];
    assert_eq!(
        (&info["qGroupPos"], &info["qGrouping"], &info["qFallbackTitle"]),
        (&json!(1), &json!("H"), &json!("Product"))
    );
}
