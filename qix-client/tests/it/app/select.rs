//! Selections in fields and lists.

use super::{count, open, sales, selected};
use qix_client::{Error, prelude::*};
use qix_test_engine::App;

fn one(field: &str, selected: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), selected.to_owned())]
}

fn why(error: &Error) -> SelectError {
    error.downcast_ref::<SelectError>().unwrap_or_else(|| panic!("no error of selecting: {error}")).clone()
}

#[tokio::test]
async fn values_are_selected_as_texts_and_numbers() {
    let (_engine, session, doc) = sales().await;
    doc.select("Year", [2021, 2023]).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2021, 2023"));
    doc.select("Year", [2022]).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2022"));
    doc.select("Year", [2021.0, 2022.0]).toggle_mode(true).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2021"));
    doc.select("Region", vec!["North".to_owned()]).await.unwrap();
    assert_eq!(doc.evaluate("Sum(Sales)").await.unwrap(), "200");
    doc.select_matching("Region", "*t*").await.unwrap();
    assert_eq!(doc.evaluate("Sum(Sales)").await.unwrap(), "550");
    doc.select_matching("Region", "West").toggle_mode(true).await.unwrap();
    assert_eq!(doc.evaluate("Sum(Sales)").await.unwrap(), "460");
    assert_eq!(session.open_handles(), 2, "the engine and the app");
}

#[tokio::test]
async fn unknown_fields_and_values_are_errors_with_their_names() {
    let (_engine, _session, doc) = sales().await;
    let numbers = |numbers: &[f64]| numbers.iter().copied().map(FieldValue::from).collect::<Vec<_>>();
    let no_value = |values: &[f64]| SelectError::NoValue {
        field: "Year".to_owned(),
        values: numbers(values),
        similar: Vec::new(),
    };

    let error = doc.select("Year", [2099]).await.unwrap_err();
    assert_eq!(why(&error), no_value(&[2099.0]));
    assert_eq!(error.to_string(), "the field `Year` has no value 2099");
    assert!(selected(&doc).await.is_empty());

    let error = doc.select("Year", [2021, 2098, 2022, 2099]).await.unwrap_err();
    assert_eq!(why(&error), no_value(&[2098.0, 2099.0]));
    assert_eq!(selected(&doc).await, one("Year", "2021, 2022"));

    let error = doc.select("Year", [2022, 2098, 2023]).toggle_mode(true).await.unwrap_err();
    assert_eq!(why(&error), no_value(&[2098.0]));
    assert_eq!(selected(&doc).await, one("Year", "2021, 2023"));

    let error = doc.select("Yaer", [2021]).await.unwrap_err();
    assert_eq!(why(&error), SelectError::NoField { field: "Yaer".to_owned(), similar: None });
    let error = doc.select_matching("Region", "Q*").await.unwrap_err();
    assert_eq!(why(&error), SelectError::NoMatch { field: "Region".to_owned(), search: "Q*".to_owned() });
    let error = doc.select("Year", [0; 0]).await.unwrap_err();
    assert_eq!(why(&error), SelectError::NoValues { field: "Year".to_owned() });
}

#[tokio::test]
async fn errors_suggest_similar_names_and_values() {
    let (_engine, _session, doc) = sales().await;
    for name in ["year", "[Year]", "[YEAR]"] {
        let error = doc.select(name, [2021]).await.unwrap_err();
        assert_eq!(why(&error), SelectError::NoField { field: name.to_owned(), similar: Some("Year".to_owned()) });
    }
    let error = doc.select("=Year(Today())", [2021]).await.unwrap_err();
    assert!(error.to_string().contains("an expression is not a field"), "{error}");
    let error = doc.select("Region", ["north"]).await.unwrap_err();
    let text = "the field `Region` has no value `north`; it has `North`: strings and numbers are different, and strings are case-sensitive";
    assert_eq!(error.to_string(), text);
    let error = doc.select("Year", ["2021", "2022"]).await.unwrap_err();
    let text = "the field `Year` has no value `2021`, `2022`; it has 2021, 2022: strings and numbers are different, and strings are case-sensitive";
    assert_eq!(error.to_string(), text);
    doc.select("Year", [2022_i64]).await.unwrap();
    doc.select("Year", [2022_u64]).await.unwrap();
    doc.select("Year", [2022_usize]).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2022"));
}

#[tokio::test]
async fn each_failed_selection_returns_its_reason() {
    let (_engine, _session, doc) = sales().await;
    let field = |kind: fn(String) -> SelectError| kind("Year".to_owned());
    let year = doc.get_field("Year").await.unwrap();
    doc.select("Year", [2021]).await.unwrap();
    year.set_nx_properties(NxFieldProperties::default().with_one_and_only_one(true)).await.unwrap();
    let always_one = field(|field| SelectError::AlwaysOneSelected { field });
    assert_eq!(why(&doc.select("Year", [2021, 2022]).await.unwrap_err()), always_one);
    assert_eq!(why(&doc.select("Year", [2021]).toggle_mode(true).await.unwrap_err()), always_one);
    doc.select("Year", [2022]).await.unwrap();
    let no_value = SelectError::NoValue { field: "Year".to_owned(), values: vec![2099.into()], similar: vec![] };
    assert_eq!(why(&doc.select("Year", [2099]).await.unwrap_err()), no_value);
    year.set_nx_properties(NxFieldProperties::default()).await.unwrap();
    year.lock().await.unwrap();
    assert_eq!(why(&doc.select("Year", [2021]).await.unwrap_err()), field(|field| SelectError::Locked { field }));
}

#[tokio::test]
async fn selecting_many_values_does_not_block_other_tasks() {
    let script = "T: LOAD RecNo() AS Id AUTOGENERATE 20000;";
    let (_engine, _session, doc) = open(App::new("app").script(script)).await;
    let turns = std::cell::Cell::new(0);
    let others = async {
        loop {
            turns.set(turns.get() + 1);
            tokio::task::yield_now().await;
        }
    };
    let select = async { doc.select("Id", (1..=5000).map(|n| n * 2).collect::<Vec<i32>>()).await };
    tokio::select! {
        outcome = select => outcome.unwrap(),
        () = others => unreachable!("it runs forever"),
    }
    assert_eq!(doc.evaluate("Count(DISTINCT Id)").await.unwrap(), "5000");
    assert!(turns.get() > 3, "{}", turns.get());
}

#[tokio::test]
async fn excluded_values_can_be_selected() {
    let (_engine, _session, doc) = sales().await;
    doc.select("Region", ["North"]).await.unwrap();
    doc.select("Year", [2021]).await.unwrap();
    // In the north, plums were not sold in 2021.
    doc.select("Product", ["Pears", "Plums"]).await.unwrap();
    let states: Vec<(String, String)> = doc.field_values("Product").read_all().await.unwrap();
    let excluded = states.iter().find(|(product, _)| product == "Plums").unwrap();
    assert_eq!(excluded.1, "XS");
    doc.select("Product", ["Plums", "Apples"]).toggle_mode(true).await.unwrap();
    let error = doc.select("Product", ["Pears", "Plums", "Quinces"]).await.unwrap_err();
    assert_eq!(
        why(&error),
        SelectError::NoValue { field: "Product".to_owned(), values: vec!["Quinces".into()], similar: vec![] }
    );
}

#[tokio::test]
async fn excluded_values_at_the_end_of_a_long_list_are_found() {
    let script = "T: LOAD RecNo() AS Id, Mod(RecNo(), 2) AS Odd AUTOGENERATE 25000;";
    let (engine, _session, doc) = open(App::new("app").script(script)).await;
    doc.select("Odd", [1]).await.unwrap();
    let before = count(&engine, "GetListObjectData");
    doc.select("Id", [1, 2]).await.unwrap();
    let pages = count(&engine, "GetListObjectData") - before;
    assert!((2..=4).contains(&pages), "a short page, then long ones: {pages}");
}

#[tokio::test]
async fn a_lock_blocks_selections_except_with_the_option() {
    let (_engine, _session, doc) = sales().await;
    doc.select("Year", [2021]).await.unwrap();
    doc.get_field("Year").await.unwrap().lock().await.unwrap();
    let locked = SelectError::Locked { field: "Year".to_owned() };
    assert_eq!(why(&doc.select("Year", [2022]).await.unwrap_err()), locked);
    assert_eq!(why(&doc.select("Year", [2022, 2023]).await.unwrap_err()), locked);
    assert_eq!(why(&doc.select_matching("Year", "2022").await.unwrap_err()), locked);
    assert_eq!(why(&doc.select_next("Year").await.unwrap_err()), locked);
    assert_eq!(selected(&doc).await, one("Year", "2021"));
    doc.select("Year", [2022, 2023]).soft_lock(true).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2022, 2023"));
}

#[tokio::test]
async fn names_that_look_like_expressions_are_names() {
    let script = "T: LOAD 1 AS [a]]b], 'x' AS [=1+1], 'y' AS [two words] AUTOGENERATE 1;";
    let (_engine, _session, doc) = open(App::new("app").script(script)).await;
    doc.select("two words", ["y"]).await.unwrap();
    assert_eq!(doc.select_next("two words").await.unwrap().text, "y");
    assert_eq!(doc.select_next("a]b").await.unwrap().number, 1.0);
    let error = doc.select("=1+1", ["x", "z"]).await.unwrap_err();
    assert_eq!(
        why(&error),
        SelectError::NoValue { field: "=1+1".to_owned(), values: vec!["z".into()], similar: vec![] }
    );
}

#[tokio::test]
async fn steps_cycle_through_the_possible_values() {
    let (_engine, session, doc) = sales().await;
    let handles = session.open_handles();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(doc.select_next("Product").await.unwrap().text);
    }
    assert_eq!(seen, ["Apples", "Pears", "Plums", "Apples"]);
    assert_eq!(doc.select_previous("Product").await.unwrap().text, "Plums");

    // In 2021, plums were only sold in the south.
    doc.clear_all().await.unwrap();
    doc.select("Region", ["North"]).await.unwrap();
    doc.select("Year", [2021]).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(doc.select_next("Product").await.unwrap().text);
    }
    assert_eq!(seen, ["Apples", "Pears", "Apples"]);

    doc.clear_all().await.unwrap();
    let down = || SortCriteria::by_text().reverse();
    assert_eq!(doc.select_next("Product").with_sort_by(down()).await.unwrap().text, "Plums");
    assert_eq!(doc.select_next("Product").with_sort_by(down()).await.unwrap().text, "Pears");
    let year = doc.select_previous("Year").await.unwrap();
    assert_eq!((&*year.text, year.is_numeric, year.number), ("2023", true, 2023.0));
    assert_eq!(session.open_handles(), handles);
}

#[tokio::test]
async fn values_of_a_list_are_selected_by_value_and_by_search() {
    let (engine, _session, doc) = sales().await;
    let list = doc.create_session_object(ListObjectDef::field("Year").into()).await.unwrap();
    list.select([2021, 2022]).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2021, 2022"));
    list.select(["2021"]).toggle_mode(true).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2022"));
    list.select([FieldValue::from(2021), "2021".into(), 2021.0.into()]).toggle_mode(true).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2021, 2022"), "it is one value");
    list.select(["2022"]).await.unwrap();
    let error = list.select([2023, 2099]).await.unwrap_err();
    assert_eq!(
        why(&error),
        SelectError::NoValue { field: "Year".to_owned(), values: vec![2099.into()], similar: vec![] }
    );
    assert_eq!(selected(&doc).await, one("Year", "2022"), "nothing has changed");
    list.select_matching("2023").await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2023"));
    let error = list.select_matching("77").await.unwrap_err();
    assert_eq!(why(&error), SelectError::NoMatch { field: "Year".to_owned(), search: "77".to_owned() });
    assert_eq!(list.get_layout().await.unwrap().list_object.unwrap().size.cy, 3, "the search is over");
    assert_eq!(count(&engine, "AbortListObjectSearch"), 1);
    let error = list.select([2021]).with_path("/elsewhere/qListObjectDef").await.unwrap_err();
    assert_eq!(why(&error), SelectError::NoList { path: "/elsewhere/qListObjectDef".to_owned() });
    doc.get_field("Year").await.unwrap().lock().await.unwrap();
    let locked = SelectError::Locked { field: "Year".to_owned() };
    assert_eq!(why(&list.select([2021]).await.unwrap_err()), locked);
    assert_eq!(why(&list.select_matching("2021").await.unwrap_err()), locked);
    list.select_matching("2021").soft_lock(true).await.unwrap();
    assert_eq!(selected(&doc).await, one("Year", "2021"));
}

#[tokio::test]
async fn the_last_of_many_values_is_found_in_a_list() {
    let script = "T: LOAD RecNo() AS Id AUTOGENERATE 25000;";
    let (_engine, _session, doc) = open(App::new("app").script(script)).await;
    let list = doc.create_session_object(ListObjectDef::field("Id").into()).await.unwrap();
    list.select([25_000, 1]).await.unwrap();
    assert_eq!(doc.evaluate("Sum(Id)").await.unwrap(), "25001");
    assert_eq!(doc.select_next("Id").await.unwrap().number, 1.0);
    assert_eq!(doc.select_previous("Id").await.unwrap().number, 25_000.0);
}

#[tokio::test]
async fn zero_is_selected_like_any_number() {
    let (_engine, _session, doc) = open(App::new("app").script("T: LOAD RecNo() - 1 AS N AUTOGENERATE 3;")).await;
    for zero in [0.0, -0.0] {
        doc.select("N", [zero]).await.unwrap();
        assert_eq!(selected(&doc).await, one("N", "0"));
        doc.clear_all().await.unwrap();
    }
}

#[tokio::test]
async fn infinity_and_nan_are_not_sent_and_are_missing_values() {
    let (engine, _session, doc) = open(App::new("app").script("T: LOAD RecNo() / 10 AS N AUTOGENERATE 3;")).await;
    let list = doc.create_session_object(ListObjectDef::field("N").into()).await.unwrap();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for error in [doc.select("N", [number]).await.unwrap_err(), list.select([number]).await.unwrap_err()] {
            assert!(error.to_string().contains(&format!("`N` has no value {number}")), "{error}");
        }
    }
    assert_eq!(count(&engine, "SelectValues") + count(&engine, "SelectListObjectValues"), 0);
    doc.select("N", [f64::NAN, 0.2]).await.unwrap_err();
    assert_eq!(selected(&doc).await, one("N", "0.2"), "the others are selected");
    // A number of 32 bits is the one that is displayed.
    doc.select("N", [0.1_f32]).await.unwrap();
    assert_eq!(selected(&doc).await, one("N", "0.1"));
}
