//! Pages in the form of an engine, as rows.

use qix_schema::Error;
use qix_schema::cells::{Cell, Sink, Table, read_pivot_pages, read_stack_pages};
use qix_schema::types::HyperCube;
use serde_json::{Value, json};

use super::assemble::Assembler;
use crate::ext::rows::RowsError;
use crate::ext::rows::collect::PageSink;
use crate::ext::rows::columns::Columns;
use crate::ext::rows::pages::Area;

fn columns(dimensions: &[&str], measures: &[&str], order: &[i32]) -> Columns {
    let titles = |titles: &[&str]| titles.iter().map(|title| json!({ "qFallbackTitle": title })).collect::<Vec<_>>();
    let cube = json!({
        "qDimensionInfo": titles(dimensions),
        "qMeasureInfo": titles(measures),
        "qEffectiveInterColumnSortOrder": order,
    });
    Columns::of_pivot(&qix_schema::decode::<HyperCube>(&cube.to_string()).unwrap())
}

/// A heading: text, element number, kind, and the nodes below it.
fn node(text: &str, element: i32, kind: &str, below: Vec<Value>) -> Value {
    let mut node =
        json!({ "qElemNo": element, "qValue": "NaN", "qType": kind, "qUp": 0, "qDown": 0, "qSubNodes": below });
    if !text.is_empty() {
        node["qText"] = text.into();
    }
    node
}

fn value(number: f64) -> Value {
    match number.is_nan() {
        true => json!({ "qText": "-", "qNum": "NaN", "qType": "U" }),
        false => json!({ "qText": number.to_string(), "qNum": number, "qType": "V" }),
    }
}

fn page(left: Vec<Value>, top: Vec<Value>, data: &[&[f64]]) -> String {
    let data: Vec<Vec<Value>> = data.iter().map(|row| row.iter().copied().map(value).collect()).collect();
    json!({ "qDataPages": [{ "qLeft": left, "qTop": top, "qData": data }] }).to_string()
}

fn area(width: usize, height: usize) -> Area {
    Area { left: 0, top: 0, width, height }
}

/// Rows as a table.
#[derive(Default)]
struct Shown(Table);

impl Sink for Shown {
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.0.cell(column, cell);
    }

    fn end_row(&mut self) {
        self.0.end_row();
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl PageSink for Shown {
    type Page = Self;

    fn rows(&self) -> usize {
        self.0.len()
    }

    fn finish(self) -> Result<Self, Error> {
        Ok(self)
    }
}

/// The rows that are complete after a page of a pivot table, as text.
fn pivot(assembler: &mut Assembler, text: &str, area: Area) -> Result<Vec<String>, Error> {
    let pages = read_pivot_pages(text).unwrap();
    let mut queue = assembler.queue();
    assembler.pivot(&pages[0], area, &mut queue)?;
    Ok(shown(assembler.take(queue, false, |_, _| Shown::default())))
}

/// The rows at the end.
fn last(assembler: &mut Assembler) -> Vec<String> {
    let queue = assembler.queue();
    shown(assembler.take(queue, true, |_, _| Shown::default()))
}

fn shown(page: Option<Result<Shown, Error>>) -> Vec<String> {
    let of_cell = |cell: Cell<'_>| if cell.is_null { "-".to_owned() } else { cell.text.to_owned() };
    let page = page.map(Result::unwrap);
    let rows = page.iter().flat_map(|page| page.0.rows());
    rows.map(|row| row.cells().map(of_cell).collect::<Vec<_>>().join(",")).collect()
}

/// An open year with a month and its total, and a closed year; totals have a node below them, too.
fn years() -> Vec<Value> {
    let months = vec![node("Jan", 2, "N", vec![]), node("Total", -1, "T", vec![])];
    vec![
        node("2006", 1, "N", months),
        node("2007", 0, "N", vec![node("", -4, "T", vec![])]),
        node("Total", -1, "T", vec![node("", -4, "T", vec![])]),
    ]
}

#[test]
fn a_collapsed_value_is_not_a_total() {
    let columns = columns(&["Year", "Month"], &["Sales"], &[0, 1]);
    let top = vec![node("Sales", 0, "P", vec![])];
    let page = page(years(), top, &[&[1.0], &[2.0], &[3.0], &[5.0]]);
    let mut plain = Assembler::new(&columns, "/c", false);
    assert_eq!(pivot(&mut plain, &page, area(1, 4)).unwrap(), ["2006,Jan,1", "2007,-,3"]);
    let mut totals = Assembler::new(&columns, "/c", true);
    assert_eq!(pivot(&mut totals, &page, area(1, 4)).unwrap(), ["2006,Jan,1", "2006,-,2", "2007,-,3", "-,-,5"]);
}

#[test]
fn a_row_waits_for_its_measures_and_blocks_later_rows() {
    let columns = columns(&["Region", "Year"], &["Sales", "Costs"], &[1, -1, 0]);
    let regions = || vec![node("N", 0, "N", vec![]), node("S", 1, "N", vec![])];
    let part =
        |year: &str, at, measure: &str, index| vec![node(year, at, "N", vec![node(measure, index, "P", regions())])];
    let mut rows = Assembler::new(&columns, "/c", false);
    let mut add = |year, at, measure, index, data: &[&[f64]]| {
        pivot(&mut rows, &page(part(year, at, measure, index), vec![], data), area(1, 2)).unwrap()
    };
    assert!(add("2006", 0, "Sales", 0, &[&[1.0], &[2.0]]).is_empty());
    assert_eq!(add("2006", 0, "Costs", 1, &[&[3.0], &[f64::NAN]]), ["N,2006,1,3", "S,2006,2,-"]);
    assert!(add("2007", 1, "Costs", 1, &[&[5.0], &[6.0]]).is_empty());
    assert_eq!(last(&mut rows), ["N,2007,-,5", "S,2007,-,6"], "what has not come is null");
}

#[test]
fn a_measure_is_identified_by_its_title_or_its_number() {
    let top = |titles: [(&str, i32); 2]| titles.map(|(title, at)| node(title, at, "P", vec![])).to_vec();
    let left = || vec![node("a", 0, "N", vec![])];
    let read = |measures: &[&str], titles| {
        let columns = columns(&["D"], measures, &[0, -1]);
        let mut rows = Assembler::new(&columns, "/c", false);
        pivot(&mut rows, &page(left(), top(titles), &[&[1.0, 2.0]]), area(2, 1))
    };
    // A measure before them that is not shown may count.
    assert_eq!(read(&["X", "Y"], [("Y", 2), ("X", 1)]).unwrap(), ["a,2,1"]);
    assert_eq!(read(&["X", "X"], [("X", 1), ("X", 0)]).unwrap(), ["a,2,1"]);
    let error = read(&["X", "Y"], [("Z", 2), ("X", 0)]).unwrap_err();
    assert!(matches!(error.downcast_ref::<RowsError>(), Some(RowsError::Headings { .. })), "{error}");
}

#[test]
fn intersections_without_data_are_not_rows() {
    let columns = columns(&["D", "E"], &["X"], &[0, 1]);
    let side = || vec![node("a", 0, "N", vec![]), node("-", -2, "U", vec![]), node("Others", -3, "O", vec![])];
    let nan = f64::NAN;
    let page = page(side(), side(), &[&[1.0, nan, 2.0], &[nan, 3.0, nan], &[nan, nan, nan]]);
    let mut rows = Assembler::new(&columns, "/c", false);
    assert_eq!(pivot(&mut rows, &page, area(3, 3)).unwrap(), ["a,a,1", "a,Others,2", "-,-,3"]);
}

#[test]
fn a_stacked_cube_is_read_from_its_ends() {
    let end = |text: &str| vec![node(text, 0, "V", vec![])];
    let closed = vec![node("", -1, "T", vec![node("", -4, "E", end("9"))])];
    let open = vec![
        node("", -1, "T", vec![node("", -4, "E", end("5"))]),
        node("f", 0, "N", vec![node("", -1, "T", end("4")), node("Z", 2, "N", end("3")), node("-", -2, "U", end("1"))]),
    ];
    let roots = [node("C", 0, "N", open), node("B", 1, "O", closed)];
    let page = |root: Value| json!({ "qDataPages": [{ "qData": [node("", 0, "R", vec![root])] }] }).to_string();
    let add = |rows: &mut Assembler, text: &str| {
        let pages = read_stack_pages(text).unwrap();
        let mut queue = rows.queue();
        rows.stacked(&pages[0], &mut queue)?;
        Ok::<_, Error>(shown(rows.take(queue, false, |_, _| Shown::default())).len())
    };
    let columns = columns(&["D1", "D2", "D3"], &["X"], &[0, 1, 2]);
    let read = |totals| {
        let mut rows = Assembler::new(&columns, "/c", totals);
        let count: usize = roots.iter().map(|root| add(&mut rows, &page(root.clone())).unwrap()).sum();
        assert_eq!(rows.leaves(), 5);
        count
    };
    assert_eq!((read(false), read(true)), (2, 5));
    let mut rows = Assembler::new(&columns, "/c", false);
    let short = add(&mut rows, &page(node("C", 0, "N", vec![]))).unwrap_err();
    assert!(matches!(short.downcast_ref::<RowsError>(), Some(RowsError::Headings { .. })), "{short}");
}

#[test]
fn levels_are_found_whether_or_not_hidden_dimensions_count() {
    let levels = |order: &[i32], hidden: &[usize]| {
        let mut cube = HyperCube::default().with_effective_inter_column_sort_order(order.to_vec());
        cube.dimension_info = vec![Default::default(); 3];
        for at in hidden {
            cube.dimension_info[*at].error = Some(Box::default());
        }
        Columns::of_pivot(&cube).levels
    };
    assert_eq!(levels(&[2, -1, 0, 1], &[]), [2, 0, 1]);
    assert_eq!(levels(&[], &[]), [0, 1, 2]);
    assert_eq!(levels(&[2, 0, 1], &[0]), [1, 0], "counted");
    assert_eq!(levels(&[2, 1], &[0]), [1, 0], "omitted");
    assert_eq!(levels(&[1, 0], &[0]), [1, 0], "not counted");
    assert_eq!(levels(&[7, 2], &[]), [2, 0, 1]);
}
