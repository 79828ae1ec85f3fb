use serde_json::{Value, json};

use super::tests::{App, SALES};
use super::{Context, List, NoLibrary};
use crate::selection::Part;

fn definition(field: &str, more: Value) -> Value {
    let mut definition = json!({
        "qDef": { "qFieldDefs": [field], "qSortCriterias": [{ "qSortByAscii": 1, "qSortByNumeric": 1 }] },
        "qInitialDataFetch": [{ "qTop": 0, "qLeft": 0, "qWidth": 5, "qHeight": 100 }],
    });
    if let (Value::Object(definition), Value::Object(more)) = (&mut definition, more) {
        definition.extend(more);
    }
    definition
}

fn list(app: &App, definition: &Value, search: Option<&str>) -> List {
    List::new(definition, search, &app.context()).unwrap()
}

/// First column as text with states.
fn shown(list: &List) -> String {
    let layout = list.layout();
    let rows = layout["qDataPages"][0]["qMatrix"].as_array().unwrap().clone();
    let cell = |row: &Value| format!("{}{}", row[0]["qText"].as_str().unwrap(), row[0]["qState"].as_str().unwrap());
    rows.iter().map(cell).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_list_has_all_values_with_their_states() {
    let mut app = App::new(SALES);
    assert_eq!(shown(&list(&app, &definition("Product", json!({})), None)), "aO bO cO");
    app.select("Country", "SE");
    assert_eq!(shown(&list(&app, &definition("Product", json!({})), None)), "aO bO cX");
    assert_eq!(shown(&list(&app, &definition("Country", json!({})), None)), "DEX SES");
    assert_eq!(shown(&list(&app, &definition("Country", json!({ "qShowAlternatives": true })), None)), "DEA SES");
    let by_state =
        json!({ "qDef": { "qFieldDefs": ["Country"], "qSortCriterias": [{ "qSortByState": 1, "qSortByAscii": 1 }] } });
    assert_eq!(shown(&list(&app, &definition("", by_state), None)), "SES DEX");
    let auto = json!({ "qAutoSortByState": { "qDisplayNumberOfRows": 1 } });
    assert_eq!(shown(&list(&app, &definition("Country", auto), None)), "SES DEX");
}

#[test]
fn its_layout_has_one_dimension() {
    let app = App::new(SALES);
    let layout = list(&app, &definition("Day", json!({ "title": "T" })), None).layout();
    assert_eq!(layout["qSize"], json!({ "qcx": 1, "qcy": 4 }));
    assert_eq!(layout["qDimensionInfo"]["qFallbackTitle"], "Day");
    assert_eq!(layout["qDimensionInfo"]["qNumFormat"]["qType"], "D");
    assert_eq!(layout["qDimensionInfo"]["qDimensionType"], "T");
    assert_eq!(layout["title"], "T");
    assert_eq!(list(&app, &definition("=nosuch(", json!({})), None).layout()["qError"]["qErrorCode"], 7000);
    assert!(list(&app, &definition("=nosuch(", json!({})), None).data_pages(&[]).is_err());
    // An unknown field name results in an empty list without an error.
    let unknown = list(&app, &definition("nosuch", json!({})), None).layout();
    assert_eq!((&unknown["qError"], &unknown["qSize"]["qcy"]), (&Value::Null, &json!(0)));
}

#[test]
fn frequencies_and_expressions() {
    let app = App::new(SALES);
    let frequency = |mode: &str| {
        let layout = list(&app, &definition("Product", json!({ "qFrequencyMode": mode })), None).layout();
        layout["qDataPages"][0]["qMatrix"][0][0]["qFrequency"].clone()
    };
    assert_eq!((frequency("V"), frequency("P"), frequency("N")), (json!("2"), json!("50.0%"), Value::Null));
    let layout =
        list(&app, &definition("Product", json!({ "qExpressions": [{ "qExpr": "Sum(Amount)" }] })), None).layout();
    assert_eq!(layout["qDataPages"][0]["qMatrix"][0][1]["qNum"], 40);
    assert_eq!(layout["qSize"]["qcx"], 2);
}

#[test]
fn searching_narrows_the_list() {
    let app = App::new(SALES);
    assert_eq!(shown(&list(&app, &definition("Country", json!({})), Some("e"))), "");
    assert_eq!(shown(&list(&app, &definition("Country", json!({})), Some("*e"))), "DEO SEO");
    let searched = list(&app, &definition("Country", json!({})), Some("d x"));
    assert_eq!(shown(&searched), "DEO");
    assert_eq!(searched.pick_part(Part::Possible).unwrap()[0].elements, [1]);
    assert_eq!(shown(&list(&app, &definition("Amount", json!({})), Some(">20"))), "30O 40O");
}

#[test]
fn a_plain_search_finds_beginnings_of_words() {
    let app = App::new("T: LOAD * INLINE [Name\nNew York\nYorktown\nSaint-Yon\nMyorka\n];");
    let find = |text: &str| shown(&list(&app, &definition("Name", json!({})), Some(text)));
    assert_eq!(find("yor"), "New YorkO YorktownO");
    assert_eq!(find("yo"), "New YorkO Saint-YonO YorktownO");
    assert_eq!(find("ork"), "");
    assert_eq!(find("new myo"), "MyorkaO New YorkO");
    assert_eq!(find("\"new y\""), "New YorkO");
    assert_eq!(find("\"new x\" sai"), "Saint-YonO");
    assert_eq!(find("+yo +ne"), "New YorkO");
    assert_eq!(find("yo -ne"), "Saint-YonO YorktownO");
    assert_eq!(find("-yo"), "MyorkaO");
    assert_eq!(find("=Len(Name)<7"), "MyorkaO");
    let computed = list(&app, &definition("=Upper(Name)", json!({})), Some("yor"));
    assert_eq!(shown(&computed), "NEW YORKO YORKTOWNO");
    for text in ["~york", "(*a*)&(*b*)", "(>a|<b)", "*^Y*"] {
        let error = List::new(&definition("Name", json!({})), Some(text), &app.context()).unwrap_err();
        assert_eq!(error.code, crate::error::code::NOT_IMPLEMENTED, "{text}");
    }
    let error = List::new(&definition("=Upper(Name)", json!({})), Some("=1"), &app.context()).unwrap_err();
    assert_eq!(error.code, crate::error::code::NOT_IMPLEMENTED);
    // The search text is cut at 255 characters.
    let long = format!("{} yor", "x".repeat(252));
    assert_eq!(find(&long), "New YorkO Saint-YonO YorktownO", "only `yo` of the last word is read");
}

#[test]
fn an_order_can_be_kept_from_before_a_selection() {
    let mut app = App::new(SALES);
    let by_state =
        json!({ "qDef": { "qFieldDefs": ["Product"], "qSortCriterias": [{ "qSortByState": 1, "qSortByAscii": 1 }] } });
    let asked = definition("", by_state);
    let before = app.selections.clone();
    app.select("Product", "c");
    assert_eq!(shown(&list(&app, &asked, None)), "cS aX bX");
    let now = app.context();
    let then = Context::new(&app.data, &before, &app.variables, &NoLibrary, now.cancel);
    assert_eq!(shown(&List::ordered_as_in(&asked, None, &now, &then).unwrap()), "aX bX cS");
}

#[test]
fn rows_select_their_values() {
    let mut app = App::new(SALES);
    app.select("Country", "SE");
    let products = list(&app, &definition("Product", json!({})), None);
    assert_eq!(products.field(), "Product");
    assert_eq!(products.pick_values(&[2, 99]).unwrap()[0].elements, [2, 99]);
    assert_eq!(products.pick_part(Part::Excluded).unwrap()[0].elements, [2]);
    let amounts = list(&app, &definition("Amount", json!({})), None);
    let range = json!({ "qMin": 20, "qMax": 40, "qMinInclEq": true });
    assert_eq!(amounts.pick_ranges(&[range]).unwrap()[0].elements, [1, 2]);
    let years = list(&app, &definition("=Year(Day)", json!({})), None);
    assert_eq!(shown(&years), "2020O 2021X");
    assert_eq!(years.pick_values(&[1]).unwrap()[0].elements, [3]);
}
