//! Data for charts: reduced, binned, along an axis, as a tree.

use serde_json::{Value, json};

use super::tests::{cube, definition, with};
use crate::calculate::tests::{App, SALES};

const MANY: &str = "SET DateFormat='YYYY-MM-DD';
    T: LOAD RecNo() as n, Date(44927 + RecNo()) as Day, If(Mod(RecNo(), 2)=0, 'even', 'odd') as Kind,
        If(RecNo()=777, 5000, Mod(RecNo(), 10)) as x, Mod(RecNo(), 7) - 3 as y AUTOGENERATE 1000;";

fn page(left: usize, width: usize, height: usize) -> [Value; 1] {
    [json!({ "qTop": 0, "qLeft": left, "qWidth": width, "qHeight": height })]
}

/// Numbers of the cells of a matrix.
fn numbers(page: &Value) -> Vec<Vec<f64>> {
    let row =
        |row: &Value| row.as_array().unwrap().iter().map(|cell| cell["qNum"].as_f64().unwrap_or(f64::NAN)).collect();
    page["qMatrix"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_reduced_page_keeps_extremes() {
    let app = App::new(MANY);
    let bars = cube(&app, &definition(&["n"], &["Sum(x)"]));
    let whole = bars.reduced_pages(&page(0, 2, 1000), -1, "D1").unwrap()[0].clone();
    assert_eq!((numbers(&whole).len(), &whole["qIsReduced"]), (1000, &Value::Null));
    let few = bars.reduced_pages(&page(0, 2, 100), -1, "D1").unwrap()[0].clone();
    let rows = numbers(&few);
    assert_eq!((rows.len(), &few["qIsReduced"]), (100, &json!(true)));
    assert!(rows.contains(&vec![777.0, 5000.0]));
    assert!(rows.is_sorted_by(|a, b| a[0] < b[0]), "in the order of the chart");
    let zoomed = bars.reduced_pages(&page(0, 2, 1000), 2, "EQ_DATA_REDUCTION_ONEDIM").unwrap();
    assert_eq!(numbers(&zoomed[0]).len(), 250, "one of 2 to the power of 2");
    assert_eq!(numbers(&bars.reduced_pages(&page(0, 2, 10), 0, "D1").unwrap()[0]).len(), 10, "nothing is reduced");
    assert_eq!(bars.reduced_pages(&page(0, 2, 10), -1, "C").unwrap_err().code, crate::error::code::NOT_IMPLEMENTED);
    assert_eq!(bars.reduced_pages(&page(0, 2, 5001), -1, "D1").unwrap_err().code, crate::error::code::PAGES_TOO_LARGE);
}

#[test]
fn stacks_are_reduced_to_what_is_above_and_below_zero() {
    let app = App::new("T: LOAD * INLINE [a,b,x\nu,p,1\nu,q,2\nu,r,-4\nv,p,8\nw,q,-16\n];");
    let more = json!({ "qMode": "K", "qAlwaysFullyExpanded": true, "qInitialDataFetch": [] });
    let stacks = cube(&app, &with(definition(&["a", "b"], &["Sum(x)"]), more));
    let pages = |left, height| stacks.reduced_pages(&page(left, 4, height), -1, "D1").unwrap()[0].clone();
    let each = pages(1, 100);
    let texts: Vec<&str> =
        each["qMatrix"].as_array().unwrap().iter().map(|row| row[0]["qText"].as_str().unwrap()).collect();
    assert_eq!(texts, ["u", "v", "w"]);
    let sums: Vec<Vec<f64>> = numbers(&each).into_iter().map(|row| row[1..].to_vec()).collect();
    assert_eq!(sums, [[3.0, -4.0], [8.0, 0.0], [0.0, -16.0]]);
    assert_eq!(each["qArea"], json!({ "qLeft": 1, "qTop": 0, "qWidth": 3, "qHeight": 3 }));
    assert_eq!(numbers(&pages(1, 1))[0][1..], [8.0, -16.0], "one row for all stacks");
    // From the first column on, each value has a row.
    assert_eq!(pages(0, 100)["qMatrix"].as_array().unwrap().len(), 5);
}

#[test]
fn too_many_points_become_rectangles_that_count_them() {
    let app = App::new(MANY);
    let points = cube(&app, &definition(&["n"], &["Sum(n)", "Sum(y)"]));
    let area = |left: f64, top: f64, width: f64, height: f64| {
        [json!({ "qLeft": left, "qTop": top, "qWidth": width, "qHeight": height })]
    };
    let all = area(1.0, 3.0, 999.0, 6.0);
    let binned = points.binned_pages(&page(0, 3, 1000), &all, 100, 5).unwrap();
    let cells: Vec<&Value> = binned[0]["qMatrix"].as_array().unwrap().iter().map(|row| &row[0]).collect();
    assert!((2..=101).contains(&cells.len()), "{} rectangles", cells.len() - 1);
    let counts: Vec<i64> = cells[1..].iter().map(|cell| cell["qNum"].as_i64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<i64>(), 1000);
    assert_eq!(cells[0]["qNum"].as_i64(), counts.iter().copied().max());
    for cell in &cells[1..] {
        let corners: Vec<f64> = serde_json::from_str(cell["qText"].as_str().unwrap()).unwrap();
        assert!(corners[0] < corners[2] && corners[1] > corners[3], "left, top, right, bottom: {corners:?}");
    }
    assert_eq!(binned[1]["qMatrix"], json!([]));
    let near = points.binned_pages(&page(0, 3, 1000), &area(10.0, 3.0, 9.0, 2.0), 100, 5).unwrap();
    assert_eq!(near[0]["qMatrix"], json!([]));
    let expected: Vec<Vec<f64>> =
        (10..=19).map(|n| vec![f64::from(n), f64::from(n), f64::from(n % 7 - 3)]).filter(|row| row[2] >= 1.0).collect();
    assert_eq!(numbers(&near[1]), expected);
}

#[test]
fn a_line_over_time_has_its_points_and_ticks() {
    let app = App::new(MANY);
    let mut asked = definition(&["Day"], &["Sum(x)"]);
    asked["qDimensions"][0]["qDef"]["qSortCriterias"] = json!([{ "qSortByNumeric": -1 }]);
    let line = cube(&app, &asked);
    let options = |from: i64, to: i64, points: i64| json!({ "qStart": from, "qEnd": to, "qNbrPoints": points, "qMaxNbrTicks": 300, "qMaxNumberLines": -1 });
    let (pages, axis) = line.continuous(&options(44_930, 44_940, 100), false).unwrap();
    let days: Vec<f64> = numbers(&pages[0]).iter().map(|row| row[0]).collect();
    let expected: Vec<f64> = (44_929..=44_941).map(f64::from).collect();
    assert_eq!(days, expected, "with a neighbor on either side");
    let ticks = |name: &str| axis["qAxis"].as_array().unwrap().iter().find(|level| level["qName"] == name).cloned();
    let year = ticks("Year").unwrap()["qTicks"].clone();
    assert_eq!(year, json!([{ "qText": "2023", "qStart": 44_927.0, "qEnd": 45_292.0 }]));
    assert_eq!(ticks("YearMonth").unwrap()["qTicks"][0]["qText"], "2023-Jan");
    assert_eq!(ticks("Date").unwrap()["qTicks"][0]["qText"], "1/4/2023");
    assert_eq!(ticks("Minute"), None, "more ticks than wanted");

    let (pages, _) = line.continuous(&options(44_928, 45_927, 10), false).unwrap();
    assert_eq!(pages[0]["qIsReduced"], true);
    let rows = numbers(&pages[0]);
    assert!(rows.len() <= 4 * 12 && rows.contains(&vec![45_704.0, 5000.0]), "{} rows", rows.len());
    assert!(rows.is_sorted_by(|a, b| a[0] <= b[0]));
    let (reversed, _) = line.continuous(&options(44_928, 45_927, 10), true).unwrap();
    assert_eq!(numbers(&reversed[0]).first(), rows.last());

    let two = with(definition(&["Day", "Kind"], &["Sum(x)"]), json!({ "qMode": "K", "qAlwaysFullyExpanded": true }));
    let (pages, _) = cube(&app, &two).continuous(&options(44_930, 44_933, 100), false).unwrap();
    let kind = |row: &Value| row[1]["qText"].as_str().unwrap().to_owned();
    let kinds: Vec<String> = pages[0]["qMatrix"].as_array().unwrap().iter().map(kind).collect();
    assert_eq!(kinds, ["odd", "even"].repeat(4), "each line with its neighbors");
    assert!(cube(&app, &definition(&["Kind"], &["Sum(x)"])).continuous(&options(0, 0, 10), false).is_err());
}

#[test]
fn a_tree_has_nodes_by_level_with_measures_at_the_end() {
    let app = App::new(SALES);
    let mut asked = with(
        definition(&["Country", "Product"], &["Sum(Amount)", "Count(Amount)"]),
        json!({ "qMode": "T", "qAlwaysFullyExpanded": true, "qSuppressMissing": true, "qInitialDataFetch": [] }),
    );
    asked["qDimensions"][0]["qNullSuppression"] = true.into();
    let tree = cube(&app, &asked);
    let layout = tree.layout();
    assert_eq!((&layout["qMode"], &layout["qTreeNodesOnDim"]), (&json!("T"), &json!([2, 3])));
    assert_eq!(layout["qEffectiveInterColumnSortOrder"], json!([0, 1]));
    assert_eq!(layout["qError"], Value::Null);
    fn shown(node: &Value) -> String {
        let values: Vec<String> =
            node["qValues"].as_array().unwrap().iter().map(|value| value["qValue"].to_string()).collect();
        let below: Vec<String> = node["qNodes"].as_array().unwrap().iter().map(shown).collect();
        format!(
            "{}{}({}{})",
            node["qText"].as_str().unwrap_or("_"),
            node["qType"].as_str().unwrap(),
            values.join(","),
            below.join(" ")
        )
    }
    let nodes = |options: Value| {
        let nodes = tree.tree_nodes(&options).unwrap();
        nodes.as_array().unwrap().iter().map(shown).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(nodes(json!({})), "_R(DEN(aN(30,1)) SEN(aN(10,1) bN(20,1)))");
    let root = tree.tree_nodes(&Value::Null).unwrap()[0].clone();
    let last = &root["qNodes"][1]["qNodes"][1];
    assert_eq!((&root["qGroupSize"], &root["qMaxPos"]), (&json!(2), &json!([60, 3])));
    assert_eq!((&last["qRow"], &last["qGroupPos"], &last["qTreePath"]), (&json!(2), &json!(1), &json!([1])));
    let area = |level: i64, top: i64, height: i64, all: bool| json!({ "qArea": { "qLeft": level, "qTop": top, "qWidth": 1, "qHeight": height }, "qAllValues": all });
    assert_eq!(nodes(json!({ "qTreeNodes": [area(0, 1, 5, false), area(1, 0, 1, false)] })), "_R(SEN(aN(10,1)))");
    assert_eq!(
        nodes(json!({ "qTreeNodes": [area(0, 0, 5, false), area(1, 1, 5, true)] })),
        "_R(DEN(bG()) SEN(bN(20,1)))"
    );
    assert_eq!(nodes(json!({ "qTreeLevels": { "qLeft": 0, "qDepth": 1 } })), "_R(DEN() SEN())");
    assert_eq!(nodes(json!({ "qMaxNbrOfNodes": 4 })), "");
    assert!(tree.data_pages(&[]).is_err());
    let picked = tree.pick_pivot_cells(&[json!({ "qType": "L", "qCol": 1, "qRow": 2 })]).unwrap();
    assert_eq!((picked[0].field.as_str(), &picked[0].elements), ("Product", &vec![1]));
}
