//! Pivot and stacked cubes with collapsed sides and levels, as an engine sends them.

use qix_client::prelude::*;
use serde_json::{Value, json};

use super::scripted::{self, Scripted, columns, rows_of};

/// A heading, and the nodes below it.
fn node(text: &str, element: i64, kind: &str, below: &[Value]) -> Value {
    json!({ "qText": text, "qElemNo": element, "qValue": "NaN", "qType": kind, "qSubNodes": below })
}

/// A value, which is closed if there is nothing below it.
fn value(text: &str, below: &[Value]) -> Value {
    node(text, i64::from(text.as_bytes()[0]), "N", below)
}

/// The node that an engine puts below a closed value with open siblings, or below a total.
fn filler(kind: &str, below: &[Value]) -> Value {
    json!({ "qElemNo": -4, "qValue": "NaN", "qType": kind, "qSubNodes": below })
}

fn measure(text: &str, at: i64) -> Value {
    node(text, at, "P", &[])
}

fn number(number: f64) -> Value {
    json!({ "qText": number.to_string(), "qNum": number, "qType": "V" })
}

/// A pivot table: dimensions, measures, number of left dimensions, sort order, headings and data.
struct Pivot<'a> {
    dimensions: &'a [&'a str],
    measures: &'a [&'a str],
    left_dims: i64,
    order: &'a [i64],
    left: Vec<Value>,
    top: Vec<Value>,
    data: &'a [&'a [f64]],
}

impl Pivot<'_> {
    async fn open(&self) -> Scripted {
        let data: Vec<Vec<Value>> = self.data.iter().map(|row| row.iter().copied().map(number).collect()).collect();
        let page = json!({ "qLeft": self.left, "qTop": self.top, "qData": data });
        let cube = json!({
            "qMode": "P",
            "qSize": { "qcx": self.data.first().map_or(0, |row| row.len()), "qcy": self.data.len() },
            "qDimensionInfo": columns(self.dimensions),
            "qMeasureInfo": columns(self.measures),
            "qNoOfLeftDims": self.left_dims,
            "qEffectiveInterColumnSortOrder": self.order,
        });
        scripted::cube(cube, move |_| Ok(json!({ "qDataPages": [page] }))).await
    }

    /// The rows, with `-` for missing values.
    async fn rows(&self) -> Vec<String> {
        rows(&self.open().await.object, false).await
    }
}

async fn rows(object: &GenericObject, totals: bool) -> Vec<String> {
    let stream = object.rows::<Vec<Option<String>>>();
    let rows = if totals { stream.with_totals(true) } else { stream }.read_all().await.unwrap();
    let text = |cell: Option<String>| cell.unwrap_or_else(|| "-".to_owned());
    rows.into_iter().map(|row| row.into_iter().map(text).collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test]
async fn a_side_whose_last_level_is_closed_has_no_fillers() {
    let closed = [value("A", &[]), value("B", &[])];
    // Two levels on the left, with the second closed everywhere.
    let pivot = Pivot {
        dimensions: &["D", "E"],
        measures: &["X"],
        left_dims: 2,
        order: &[0, 1],
        left: closed.to_vec(),
        top: vec![],
        data: &[&[10.0], &[20.0]],
    };
    assert_eq!(pivot.rows().await, ["A - 10", "B - 20"]);
    // All of them on the left, whichever way it is written.
    assert_eq!(Pivot { left_dims: -1, ..pivot }.rows().await, ["A - 10", "B - 20"]);
    // The first one is the first open dimension of a side, not the first of the definition.
    let pivot = Pivot {
        dimensions: &["D", "E"],
        measures: &["X"],
        left_dims: 2,
        order: &[1, 0],
        left: closed.to_vec(),
        top: vec![],
        data: &[&[10.0], &[20.0]],
    };
    assert_eq!(pivot.rows().await, ["- A 10", "- B 20"]);
}

#[tokio::test]
async fn closed_nodes_can_lack_members_and_be_null() {
    let plain = |text: &str, below: Value| json!({ "qText": text, "qElemNo": 1, "qType": "N", "qSubNodes": below });
    let without = |text: &str| json!({ "qText": text, "qElemNo": 1, "qType": "N" });
    let missing = json!({ "qText": "-", "qElemNo": -2, "qType": "U", "qSubNodes": null });
    let pivot = |left: Vec<Value>, order: &'static [i64]| Pivot {
        dimensions: &["D", "E"],
        measures: &["X"],
        left_dims: 2,
        order,
        left,
        top: vec![],
        data: &[&[1.0], &[2.0], &[3.0]],
    };
    for order in [&[0_i64, 1][..], &[]] {
        let left = vec![plain("A", json!([])), without("B"), missing.clone()];
        assert_eq!(pivot(left, order).rows().await, ["A - 1", "B - 2", "- - 3"]);
        let left = vec![plain("A", json!([without("a"), missing])), plain("B", json!([filler("E", &[])]))];
        assert_eq!(pivot(left, order).rows().await, ["A a 1", "A - 2", "B - 3"]);
    }
    // Each side lacks what the other one has, and there can be three measures.
    let measures = vec![measure("X", 0), measure("Y", 1), measure("Z", 2)];
    let pivot = Pivot {
        dimensions: &["D", "E"],
        measures: &["X", "Y", "Z"],
        left_dims: 1,
        order: &[0, 1, -1],
        left: vec![without("A"), without("B")],
        top: vec![node("x", 1, "N", &measures)],
        data: &[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]],
    };
    assert_eq!(pivot.rows().await, ["A x 1 2 3", "B x 4 5 6"]);
    let empty = Pivot { left: vec![], top: vec![], data: &[], ..pivot };
    assert!(empty.rows().await.is_empty());
}

#[tokio::test]
async fn the_deepest_level_alone_can_be_closed() {
    let left = vec![value("A", &[value("a", &[]), value("b", &[])]), value("B", &[filler("E", &[])])];
    let pivot = Pivot {
        dimensions: &["D", "E", "F"],
        measures: &["X"],
        left_dims: 3,
        order: &[0, 1, 2],
        left,
        top: vec![],
        data: &[&[1.0], &[2.0], &[3.0]],
    };
    assert_eq!(pivot.rows().await, ["A a - 1", "A b - 2", "B - - 3"]);
}

#[tokio::test]
async fn a_closed_level_on_top_is_the_last_level_on_top() {
    let pivot = |left: Vec<Value>, top: Vec<Value>, left_dims| Pivot {
        dimensions: &["D", "E", "F"],
        measures: &["X"],
        left_dims,
        order: &[0, 1, 2],
        left,
        top,
        data: &[&[1.0, 2.0]],
    };
    let top = || vec![value("x", &[]), value("y", &[])];
    assert_eq!(pivot(vec![value("A", &[])], top(), 1).rows().await, ["A x - 1", "A y - 2"]);
    // Closed on the left, with two dimensions.
    assert_eq!(pivot(vec![value("A", &[])], top(), 2).rows().await, ["A - x 1", "A - y 2"]);
    // Everything on top, closed from the second level on, and from the third level on.
    assert_eq!(pivot(vec![], top(), 0).rows().await, ["x - - 1", "y - - 2"]);
    let open = vec![value("A", &[value("x", &[]), value("y", &[])])];
    assert_eq!(pivot(vec![], open, 0).rows().await, ["A x - 1", "A y - 2"]);
}

#[tokio::test]
async fn measures_have_their_level_wherever_it_is() {
    let measures = || vec![measure("X", 0), measure("Y", 1)];
    let pivot = |order: &'static [i64], left_dims, left, top, data| Pivot {
        dimensions: &["D", "E"],
        measures: &["X", "Y"],
        left_dims,
        order,
        left,
        top,
        data,
    };
    let wide: &[&[f64]] = &[&[1.0, 2.0], &[3.0, 4.0]];
    let tall: &[&[f64]] = &[&[1.0], &[2.0], &[3.0], &[4.0]];
    let expected = ["A - 1 2", "B - 3 4"];
    let closed = || vec![value("A", &[]), value("B", &[])];
    // On top, as the only level.
    assert_eq!(pivot(&[0, 1, -1], 2, closed(), measures(), wide).rows().await, expected);
    // On the left, below the closed value.
    let below = vec![value("A", &measures()), value("B", &measures())];
    assert_eq!(pivot(&[0, 1, -1], 3, below.clone(), vec![], tall).rows().await, expected);
    assert_eq!(pivot(&[0, -1, 1], -1, below, vec![], tall).rows().await, expected);
    // Outermost on the left.
    let outside = vec![node("X", 0, "P", &closed()), node("Y", 1, "P", &closed())];
    let by_measure: &[&[f64]] = &[&[1.0], &[3.0], &[2.0], &[4.0]];
    assert_eq!(pivot(&[-1, 0, 1], 3, outside, vec![], by_measure).rows().await, expected);
    // On the left with one dimension, the other one on top.
    let left = vec![node("X", 0, "P", &closed()), node("Y", 1, "P", &closed())];
    let crossed: &[&[f64]] = &[&[1.0], &[3.0], &[2.0], &[4.0]];
    let rows = pivot(&[-1, 0, 1], 2, left, vec![value("x", &[])], crossed).rows().await;
    assert_eq!(rows, ["A x 1 2", "B x 3 4"]);
}

#[tokio::test]
async fn the_order_of_the_levels_can_be_missing() {
    let read = async |left_dims: i64, left: &[Value], top: &[Value], data: &'static [&[f64]]| {
        let pivot = Pivot {
            dimensions: &["D", "E", "F"],
            measures: &["X", "Y"],
            left_dims,
            order: &[],
            left: left.to_vec(),
            top: top.to_vec(),
            data,
        };
        pivot.rows().await
    };
    let closed = || vec![value("A", &[])];
    let measures = |below: &[Value]| vec![node("X", 0, "P", below), node("Y", 1, "P", below)];
    // Two on the left are a dimension and the measures, or two dimensions.
    let tall: &[&[f64]] = &[&[1.0], &[2.0]];
    assert_eq!(read(2, &measures(&closed()), &closed(), tall).await, ["A A - 1 2"]);
    assert_eq!(read(2, &[value("A", &measures(&[]))], &closed(), tall).await, ["A A - 1 2"]);
    assert_eq!(read(2, &closed(), &[value("x", &measures(&[]))], &[&[1.0, 2.0]]).await, ["A - x 1 2"]);
    // All on the left.
    assert_eq!(read(-1, &[value("A", &measures(&[]))], &[], tall).await, ["A - - 1 2"]);
}

#[tokio::test]
async fn the_only_measure_can_be_named_on_either_side_or_both() {
    let named = || vec![measure("X", 0)];
    let pivot = |left: Vec<Value>, top: Vec<Value>| Pivot {
        dimensions: &["D", "E"],
        measures: &["X"],
        left_dims: 2,
        order: &[0, 1],
        left,
        top,
        data: &[&[1.0], &[2.0]],
    };
    let closed = || vec![value("A", &named()), value("B", &named())];
    for top in [named(), vec![], vec![node("", 0, "R", &[])]] {
        assert_eq!(pivot(closed(), top).rows().await, ["A - 1", "B - 2"]);
    }
    let total = |left| Pivot { dimensions: &[], left_dims: 0, order: &[], data: &[&[3.0]], ..pivot(left, named()) };
    assert_eq!(total(named()).rows().await, ["3"]);
    assert_eq!(total(vec![]).rows().await, ["3"]);
}

#[tokio::test]
async fn both_sides_can_be_closed() {
    let pivot = Pivot {
        dimensions: &["D", "E", "F", "G"],
        measures: &["X", "Y"],
        left_dims: 2,
        order: &[0, 1, 2, 3, -1],
        left: vec![value("A", &[]), value("B", &[])],
        top: vec![value("x", &[measure("X", 0), measure("Y", 1)])],
        data: &[&[1.0, 2.0], &[3.0, 4.0]],
    };
    assert_eq!(pivot.rows().await, ["A - x - 1 2", "B - x - 3 4"]);
}

#[tokio::test]
async fn totals_of_closed_sides_are_distinguished_from_closed_values() {
    let left = vec![value("A", &[]), value("B", &[]), node("Total", -1, "T", &[])];
    let pivot = Pivot {
        dimensions: &["D", "E"],
        measures: &["X"],
        left_dims: 2,
        order: &[0, 1],
        left,
        top: vec![measure("X", 0)],
        data: &[&[1.0], &[2.0], &[3.0]],
    };
    let scripted = pivot.open().await;
    assert_eq!(rows(&scripted.object, false).await, ["A - 1", "B - 2"]);
    assert_eq!(rows(&scripted.object, true).await, ["A - 1", "B - 2", "- - 3"]);
    #[derive(serde::Deserialize)]
    struct Heading {
        elem_number: i32,
    }
    let headings: Vec<(Heading, Heading, f64)> = scripted.object.rows().with_totals(true).read_all().await.unwrap();
    let elements: Vec<_> = headings.iter().map(|row| (row.0.elem_number, row.1.elem_number)).collect();
    assert_eq!(elements, [(65, -4), (66, -4), (-1, -4)]);
}

#[tokio::test]
async fn open_and_closed_siblings_can_be_mixed() {
    let left = vec![
        value("A", &[value("a", &[value("i", &[])]), value("b", &[filler("T", &[])])]),
        value("B", &[filler("T", &[filler("T", &[])])]),
        node("-", -2, "U", &[filler("E", &[filler("E", &[])])]),
    ];
    let pivot = Pivot {
        dimensions: &["D", "E", "F"],
        measures: &["X"],
        left_dims: 3,
        order: &[0, 1, 2],
        left,
        top: vec![],
        data: &[&[1.0], &[2.0], &[3.0], &[4.0]],
    };
    assert_eq!(pivot.rows().await, ["A a i 1", "A b - 2", "B - - 3", "- - - 4"]);
}

#[tokio::test]
async fn hidden_dimensions_count_among_those_on_the_left() {
    let read = async |titles: &[&str], order: &[i64]| {
        let mut dimensions = columns(titles);
        dimensions[0]["qError"] = json!({ "qErrorCode": 7005 });
        let cube = json!({
            "qMode": "P",
            "qSize": { "qcx": 1, "qcy": 1 },
            "qDimensionInfo": dimensions,
            "qMeasureInfo": columns(&["X"]),
            "qNoOfLeftDims": 2,
            "qEffectiveInterColumnSortOrder": order,
        });
        let page = json!({ "qLeft": [value("e", &[])], "qTop": [value("f", &[])], "qData": [[number(1.0)]] });
        let scripted = scripted::cube(cube, move |_| Ok(json!({ "qDataPages": [page] }))).await;
        rows(&scripted.object, false).await
    };
    assert_eq!(read(&["D", "E", "F"], &[0, 1, 2]).await, ["e f 1"]);
    // The sort order can omit them.
    assert_eq!(read(&["D", "E", "F"], &[1, 2]).await, ["e f 1"]);
    // With a closed level on top.
    assert_eq!(read(&["D", "E", "F", "G"], &[0, 1, 2, 3]).await, ["e f - 1"]);
}

#[tokio::test]
async fn pages_of_a_pivot_table_can_differ_in_depth() {
    let cube = json!({
        "qMode": "P",
        "qSize": { "qcx": 1, "qcy": 4 },
        "qDimensionInfo": columns(&["D", "E", "F"]),
        "qMeasureInfo": columns(&["X"]),
        "qNoOfLeftDims": 2,
        "qEffectiveInterColumnSortOrder": [0, 1, 2],
    });
    let top = [value("x", &[])];
    let page = move |request: &Value| {
        let left = match rows_of(request).0 {
            0 => vec![value("A", &[])],
            1 => vec![value("B", &[value("a", &[])])],
            2 => vec![value("B", &[value("b", &[])])],
            _ => vec![value("C", &[filler("T", &[])])],
        };
        let row = rows_of(request).0 as f64;
        Ok(json!({ "qDataPages": [{ "qLeft": left, "qTop": top, "qData": [[number(row)]] }] }))
    };
    let scripted = scripted::cube(cube, page).await;
    let rows = scripted.object.rows::<(String, Option<String>, String, f64)>().with_page_rows(1);
    let rows: Vec<_> = rows.read_all().await.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (&*row.0, row.1.as_deref(), &*row.2, row.3)).collect();
    let expected =
        [("A", None, "x", 0.0), ("B", Some("a"), "x", 1.0), ("B", Some("b"), "x", 2.0), ("C", None, "x", 3.0)];
    assert_eq!(rows, expected);
}

fn stacked(dimensions: &[&str], measures: &[&str], ends: usize) -> Value {
    json!({
        "qMode": "K",
        "qSize": { "qcx": 1, "qcy": ends },
        "qDimensionInfo": columns(dimensions),
        "qMeasureInfo": columns(measures),
        "qNoOfLeftDims": -1,
        "qEffectiveInterColumnSortOrder": (0..dimensions.len()).collect::<Vec<_>>(),
    })
}

fn end(number: f64) -> Value {
    json!({ "qText": number.to_string(), "qElemNo": 0, "qValue": number, "qType": "V" })
}

fn root(nodes: &[Value]) -> Value {
    json!({ "qDataPages": [{ "qData": [node("", 0, "R", nodes)] }] })
}

#[tokio::test]
async fn stacked_cubes_can_be_closed_at_any_level() {
    let one = stacked(&["D", "E"], &["X"], 2);
    let nodes = [value("A", &[end(1.0)]), value("B", &[end(2.0)])];
    let scripted = scripted::cube(one, move |_| Ok(root(&nodes))).await;
    assert_eq!(rows(&scripted.object, false).await, ["A - 1", "B - 2"]);

    let three = stacked(&["D", "E", "F"], &["X"], 3);
    let nodes = [
        value("A", &[value("a", &[end(1.0)]), value("b", &[end(2.0)])]),
        value("B", &[filler("E", &[json!({ "qText": "-", "qElemNo": 0, "qValue": "NaN", "qType": "U" })])]),
    ];
    let scripted = scripted::cube(three, move |_| Ok(root(&nodes))).await;
    assert_eq!(rows(&scripted.object, false).await, ["A a - 1", "A b - 2", "B - - -"]);

    let measures = stacked(&["D", "E"], &["X", "Y"], 4);
    let both = |x, y| [node("X", 0, "P", &[end(x)]), node("Y", 1, "P", &[end(y)])];
    let nodes = [value("A", &both(1.0, 2.0)), value("B", &both(3.0, 4.0))];
    let scripted = scripted::cube(measures, move |_| Ok(root(&nodes))).await;
    assert_eq!(rows(&scripted.object, false).await, ["A - 1 2", "B - 3 4"]);
}

#[tokio::test]
async fn stacked_pages_can_differ_in_depth() {
    let pages = |request: &Value| {
        Ok(root(&[match rows_of(request).0 {
            0 => value("A", &[end(1.0)]),
            1 => value("B", &[value("a", &[end(2.0)]), value("b", &[end(3.0)])]),
            _ => return Ok(root(&[])),
        }]))
    };
    let scripted = scripted::cube(stacked(&["D", "E"], &["X"], 3), pages).await;
    let rows: Vec<(String, Option<String>, f64)> = scripted.object.rows().with_page_rows(1).read_all().await.unwrap();
    let expected = [("A".into(), None, 1.0), ("B".into(), Some("a".into()), 2.0), ("B".into(), Some("b".into()), 3.0)];
    assert_eq!(rows, expected);
}

#[cfg(feature = "arrow")]
#[tokio::test]
async fn record_batches_have_the_same_rows() {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Float64Type;
    use futures_util::TryStreamExt;

    let pivot = Pivot {
        dimensions: &["D", "E"],
        measures: &["X", "Y"],
        left_dims: 2,
        order: &[0, 1, -1],
        left: vec![value("A", &[]), value("B", &[])],
        top: vec![measure("X", 0), measure("Y", 1)],
        data: &[&[1.0, 2.0], &[3.0, 4.0]],
    };
    let scripted = pivot.open().await;
    let batch = scripted.object.record_batches().with_type("Y", ColumnType::Number).try_next().await.unwrap().unwrap();
    assert_eq!(batch.column(0).as_string::<i32>().iter().collect::<Vec<_>>(), [Some("A"), Some("B")]);
    assert_eq!(batch.column(1).null_count(), 2);
    assert_eq!(batch.column(3).as_primitive::<Float64Type>().values(), &[2.0, 4.0]);
}
