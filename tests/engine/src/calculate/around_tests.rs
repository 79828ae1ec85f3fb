use serde_json::{Value, json};

use super::cube::{Cube, Expansion, Side};
use super::tests::App;

const YEARS: &str = "T: LOAD * INLINE [Year,Month,x
    2021,1,1
    2021,2,2
    2021,3,4
    2022,1,8
    2022,2,16
    2022,3,16
    ];";

fn definition(dimensions: &[&str], measures: &[&str], more: Value) -> Value {
    let dimension =
        |field: &&str| json!({ "qDef": { "qFieldDefs": [field], "qSortCriterias": [{ "qSortByNumeric": 1 }] } });
    let mut definition = json!({
        "qDimensions": dimensions.iter().map(dimension).collect::<Vec<_>>(),
        "qMeasures": measures.iter().map(|measure| json!({ "qDef": { "qDef": measure } })).collect::<Vec<_>>(),
        "qInitialDataFetch": [{ "qTop": 0, "qLeft": 0, "qWidth": 10, "qHeight": 100 }],
    });
    if let (Value::Object(definition), Value::Object(more)) = (&mut definition, more) {
        definition.extend(more);
    }
    definition
}

/// The texts of one measure in all rows.
fn column(dimensions: &[&str], measure: &str) -> String {
    let app = App::new(YEARS);
    let cube =
        Cube::new(&definition(dimensions, &[measure], json!({})), &Expansion::default(), &app.context()).unwrap();
    let layout = cube.layout();
    let rows = layout["qDataPages"][0]["qMatrix"].as_array().unwrap();
    let text = |row: &Value| row.as_array().unwrap().last().unwrap()["qText"].as_str().unwrap_or_default().to_owned();
    rows.iter().map(text).collect::<Vec<_>>().join(" ")
}

/// The texts of all cells of a pivot table of years down and months across, by rows.
fn pivot(measure: &str, more: Value) -> String {
    let app = App::new(YEARS);
    let asked = definition(&["Year", "Month"], &[measure], json!({ "qMode": "P", "qNoOfLeftDims": 1 }));
    let mut asked = asked;
    if let (Value::Object(asked), Value::Object(more)) = (&mut asked, more) {
        asked.extend(more);
    }
    cells(&Cube::new(&asked, &Expansion::default(), &app.context()).unwrap())
}

fn cells(cube: &Cube) -> String {
    let layout = cube.layout();
    let rows = layout["qPivotDataPages"][0]["qData"].as_array().unwrap();
    let row = |row: &Value| {
        let texts = row.as_array().unwrap().iter().map(|cell| cell["qText"].as_str().unwrap_or_default());
        texts.collect::<Vec<_>>().join(",")
    };
    rows.iter().map(row).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_running_sum_uses_the_requested_number_of_rows() {
    assert_eq!(column(&["Month"], "RangeSum(Above(Sum(x), 0, RowNo()))"), "9 27 47");
    assert_eq!(column(&["Year", "Month"], "RangeSum(Above(Sum(x), 0, RowNo()))"), "1 3 7 8 24 40");
    assert_eq!(column(&["Year", "Month"], "RangeSum(Above(total Sum(x), 0, RowNo(total)))"), "1 3 7 15 31 47");
    assert_eq!(column(&["Month"], "RangeSum(Below(Sum(x), 0, NoOfRows()))"), "47 38 20");
    assert_eq!(column(&["Month"], "RangeCount(Above(Sum(x), 1, 2))"), "0 1 2");
    assert_eq!(column(&["Month"], "RangeAvg(Above(Sum(x), 0, 2))"), "9 13.5 19");
    assert_eq!(
        column(&["Month"], "RangeSum(Top(Sum(x), 1, 2)) & '/' & RangeSum(Bottom(Sum(x), 1, 2))"),
        "27/38 27/38 27/38"
    );
    // A column that adds to its own value above.
    assert_eq!(column(&["Month"], "RangeSum(Above(Column(1)), Sum(x))"), "9 27 47");
    // A measure that is only known once all rows are is not suppressed as zero.
    let app = App::new(YEARS);
    let asked = definition(&["Month"], &["RangeSum(Above(Sum(x), 0, RowNo()))"], json!({ "qSuppressZero": true }));
    assert_eq!(Cube::new(&asked, &Expansion::default(), &app.context()).unwrap().layout()["qSize"]["qcy"], 3);
}

#[test]
fn one_row_counts_from_its_segment_or_from_all() {
    assert_eq!(column(&["Year", "Month"], "RowNo() & '/' & NoOfRows()"), "1/3 2/3 3/3 1/3 2/3 3/3");
    assert_eq!(column(&["Year", "Month"], "RowNo(total) & '/' & NoOfRows(total)"), "1/6 2/6 3/6 4/6 5/6 6/6");
    assert_eq!(column(&["Year", "Month"], "Above(Sum(x))"), "- 1 2 - 8 16");
    assert_eq!(column(&["Year", "Month"], "Above(total Sum(x), 2)"), "- - 1 2 4 8");
    assert_eq!(column(&["Year", "Month"], "Below(Sum(x)) & ',' & Above(Sum(x), -1)"), "2,2 4,4 , 16,16 16,16 ,");
    assert_eq!(
        column(&["Year", "Month"], "Top(Sum(x)) & ',' & Bottom(total Sum(x), 2)"),
        "1,16 1,16 1,16 8,16 8,16 8,16"
    );
    assert_eq!(column(&["Month"], "Above(Above(Sum(x)))"), "- - 9");
    assert_eq!(column(&["Month"], "ColumnNo() & NoOfColumns() & Before(Sum(x))"), "11 11 11");
}

#[test]
fn ranks_have_modes_and_formats() {
    assert_eq!(column(&["Year", "Month"], "Rank(Sum(x))"), "3 2 1 3 1-2 1-2");
    assert_eq!(column(&["Year", "Month"], "Rank(total Sum(x))"), "6 5 4 3 1-2 1-2");
    assert_eq!(column(&["Year", "Month"], "Num(Rank(total Sum(x)))"), "6 5 4 3 1 1");
    assert_eq!(column(&["Year", "Month"], "Num(Rank(total Sum(x), 2))"), "6 5 4 3 1.5 1.5");
    assert_eq!(column(&["Year", "Month"], "Num(Rank(total Sum(x), 3))"), "6 5 4 3 2 2");
    assert_eq!(column(&["Year", "Month"], "Num(Rank(total Sum(x), 4))"), "6 5 4 3 1 2");
    assert_eq!(column(&["Year", "Month"], "Rank(total Sum(x), 1, 1)"), "6 5 4 3 1 1");
    assert_eq!(column(&["Year", "Month"], "Rank(total Sum(x), 1, 2) & '.'"), "6. 5. 4. 3. 1. .");
    assert_eq!(column(&["Month"], "Rank(If(Sum(x) > 10, Sum(x)))"), "- 2 1");
}

#[test]
fn functions_of_other_rows_work_in_aggr_tables() {
    let app = App::new(YEARS);
    let value = |text: &str| super::evaluate(text, &app.context()).unwrap().as_text().into_owned();
    assert_eq!(value("Concat(Aggr(RowNo(), Month), ',')"), "1,2,3");
    assert_eq!(value("Sum(Aggr(If(Rank(Sum(x)) <= 2, Sum(x)), Month))"), "38");
    assert_eq!(value("Sum(Aggr(RangeSum(Above(Sum(x), 0, RowNo())), Year, Month))"), "83");
    assert_eq!(value("Max(Aggr(RowNo(), Year, Month)) & Max(Aggr(RowNo(total), Year, Month))"), "36");
    assert_eq!(value("Concat({<Month={\"=Rank(Sum(x))<=2\"}>} distinct Month, ',')"), "2,3");
    let running = "Concat(Aggr(RangeSum(Above(Sum(x), 0, RowNo())), (Month, (NUMERIC, DESCENDING))), ',', Month)";
    assert_eq!(value(running), "47,38,20");
    assert_eq!(value(&running.replace("DESCENDING", "ascending")), "9,27,47");
    assert_eq!(value("Concat(Aggr(RowNo(), (Month, (TEXT, REVERSE)), (Year)), ',', Month)"), "1,2,1,2,1,2");
    assert!(super::evaluate("Sum(Aggr(RowNo(), (Month, (MAGIC))))", &app.context()).unwrap_err().contains("MAGIC"));
    let top = definition(&["=Aggr(If(Rank(Sum(x)) <= 2, Month), Month)"], &["Sum(x)"], json!({}));
    let cube = Cube::new(&top, &Expansion::default(), &app.context()).unwrap().layout();
    let rows = cube["qDataPages"][0]["qMatrix"].as_array().unwrap();
    let texts: Vec<String> = rows.iter().map(|row| format!("{}:{}", row[0]["qText"], row[1]["qNum"])).collect();
    assert_eq!(texts, ["\"2\":18", "\"3\":20", "\"-\":9"]);
}

#[test]
fn a_pivot_table_has_cells_above_and_beside() {
    assert_eq!(pivot("Sum(x)", json!({})), "1,2,4 8,16,16");
    assert_eq!(pivot("Above(Sum(x))", json!({})), "-,-,- 1,2,4");
    assert_eq!(pivot("Before(Sum(x)) & ',' & After(Sum(x))", json!({})), ",2,1,4,2, ,16,8,16,16,");
    assert_eq!(pivot("RangeSum(Before(Sum(x), 0, ColumnNo()))", json!({})), "1,3,7 8,24,40");
    assert_eq!(pivot("RowNo() & NoOfRows() & ColumnNo() & NoOfColumns()", json!({})), "1213,1223,1233 2213,2223,2233");
    assert_eq!(pivot("First(Sum(x)) & Last(Sum(x), 2)", json!({})), "12,12,12 816,816,816");
    assert_eq!(pivot("HRank(Sum(x))", json!({})), "3,2,1 3,1-2,1-2");
    assert_eq!(pivot("Rank(Sum(x))", json!({})), "2,2,2 1,1,1");
    assert_eq!(pivot("Sum(total <Year> x)", json!({})), "7,7,7 40,40,40");
    assert_eq!(pivot("Sum(total <Month> x)", json!({})), "9,18,20 9,18,20");
    assert_eq!(pivot("Rank(total Sum(x)) & HRank(total Sum(x))", json!({})), "23,22,21 13,11-2,11-2");
    let totals = json!({ "qOtherTotalSpec": { "qTotalMode": "TOTAL_EXPR" } });
    let app = App::new(YEARS);
    let mut asked = definition(&["Year", "Month"], &["Above(total Sum(x))"], json!({ "qMode": "P" }));
    asked["qDimensions"][1]["qOtherTotalSpec"] = totals["qOtherTotalSpec"].clone();
    let mut open = Expansion::default();
    let closed = Cube::new(&asked, &open, &app.context()).unwrap();
    assert_eq!(cells(&closed), "- 7", "closed years are rows of one segment");
    closed.expand(&mut open, Side::Left, 1, 0, false, true).unwrap();
    // A total is never the row above, nor is a closed node beside an open one that has a total.
    assert_eq!(cells(&Cube::new(&asked, &open, &app.context()).unwrap()), "- - 8 16 -");
}
