//! Rows of list objects.

use futures_util::TryStreamExt;
use qix_client::prelude::*;
use qix_client::quote_name;
use serde::Deserialize;

use super::{object, open, pages, rows_error, sales};

#[tokio::test]
async fn lists_return_their_values_and_states() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        region: String,
        state: StateEnumType,
        elem_number: i32,
    }
    let (engine, _session, doc) = sales().await;
    doc.get_field("Region").await.unwrap().select("South").await.unwrap();
    let definition = ListObjectDef::field("Region").with_sort_by(SortCriteria::by_text());
    let list = object(&doc, GenericObjectProperties::of_type("filter").with_list_object_def(definition)).await;
    let rows: Vec<Row> = list.rows().read_all().await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (&*row.region, row.elem_number)).collect();
    assert_eq!(found, [("North", 0), ("South", 1), ("West", 2)]);
    let selected: Vec<_> = rows.iter().map(|row| row.state == StateEnumType::Selected).collect();
    assert_eq!(selected, [false, true, false]);
    let pairs: Vec<(String, String)> = list.rows().read_all().await.unwrap();
    assert!(pairs.contains(&("South".into(), "S".into())));
    let plain: Vec<String> = list.rows().read_all().await.unwrap();
    assert_eq!(plain, ["North", "South", "West"]);
    assert_eq!(pages(&engine, "GetListObjectData").len(), 3);
}

#[tokio::test]
async fn the_most_frequent_value_comes_first() {
    let script = "T: LOAD * INLINE [F\na\nb\nc\nb\nc\nc];";
    let (_engine, _session, doc) = open(script).await;
    for (order, wanted) in
        [(SortCriteria::by_frequency(), ["c", "b", "a"]), (SortCriteria::by_frequency().reverse(), ["a", "b", "c"])]
    {
        let definition = ListObjectDef::field("F").with_sort_by(order);
        let list = object(&doc, GenericObjectProperties::of_type("filter").with_list_object_def(definition)).await;
        let values: Vec<String> = list.rows().read_all().await.unwrap();
        assert_eq!(values, wanted);
    }
}

#[tokio::test]
async fn fields_return_their_values_and_states() {
    let (engine, session, doc) = sales().await;
    assert_eq!(doc.field_values::<i32>("Year").read_all().await.unwrap(), [2021, 2022, 2023]);
    doc.get_field("Region").await.unwrap().select("South").await.unwrap();
    let states: Vec<(String, StateEnumType)> = doc.field_values("Region").read_all().await.unwrap();
    let south = ("South".to_owned(), StateEnumType::Selected);
    assert!(states.len() == 3 && states.contains(&south), "{states:?}");
    let twice: Vec<f64> = doc.field_values("=Year * 2").read_all().await.unwrap();
    assert_eq!(twice, [4042.0, 4044.0, 4046.0]);
    let error = doc.field_values::<String>("No such field").read_all().await.unwrap_err();
    assert_eq!(rows_error(&error), RowsError::NoField { field: "No such field".into() });
    session.engine_version().await.unwrap();
    let count = |method: &str| engine.requests().iter().filter(|request| request.method == method).count();
    // The session itself has one object.
    assert_eq!((count("CreateSessionObject") - 1, count("DestroySessionObject")), (4, 4), "each list is destroyed");
}

#[tokio::test]
async fn a_dropped_list_is_destroyed_in_the_engine() {
    let (engine, session, doc) = sales().await;
    let mut years = doc.field_values::<i32>("Year").with_page_rows(1).with_pages_ahead(0);
    assert_eq!(years.try_next().await.unwrap(), Some(2021));
    drop(years);
    session.engine_version().await.unwrap();
    assert!(engine.requests().iter().any(|request| request.method == "DestroySessionObject"));
}

#[tokio::test]
async fn numbers_and_nulls_of_a_list_are_read_like_those_of_a_cube() {
    let (_engine, _session, doc) = open("T: LOAD * INLINE [V\n1\nx\n2.5];").await;
    let values: Vec<Option<f64>> = doc.field_values("V").read_all().await.unwrap();
    assert_eq!(values, [Some(1.0), None, Some(2.5)]);
    let error = doc.field_values::<f64>("V").read_all().await.unwrap_err();
    assert!(matches!(rows_error(&error), RowsError::Value { row: 1, column, .. } if column == "V"), "{error}");
}

#[tokio::test]
async fn field_names_can_contain_any_characters() {
    let (engine, _session, doc) = open("T: LOAD * INLINE [x, y\n1, 2\n3, 4];\nRENAME FIELD x TO [a]]b];").await;
    assert_eq!(doc.field_values::<i32>("a]b").read_all().await.unwrap(), [1, 3]);
    assert_eq!(doc.field_values::<i32>("[a]]b]").read_all().await.unwrap(), [1, 3]);
    assert_eq!(doc.field_values::<i32>(quote_name("y")).read_all().await.unwrap(), [2, 4]);
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("a]b")]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    assert_eq!(table.rows::<i32>().read_all().await.unwrap(), [1, 3]);
    // Engines differ in which field names they accept without brackets.
    let made = engine.requests().into_iter().filter(|request| request.method == "CreateSessionObject");
    let made: String = made.map(|request| serde_json::to_string(&request.params).unwrap()).collect();
    assert_eq!(made.matches(r#""[a]]b]""#).count(), 3, "{made}");
}

#[tokio::test]
async fn an_unknown_field_is_an_error_that_names_it() {
    let (_engine, _session, doc) = open("T: LOAD * INLINE [Year\n2021];\nE: LOAD * INLINE [Empty];").await;
    let missing = async |name: &str| rows_error(&doc.field_values::<String>(name).read_all().await.unwrap_err());
    let no_field = |field: &str| RowsError::NoField { field: field.to_owned() };
    for name in ["year", "No such", "[No such]", "a]b"] {
        assert_eq!(missing(name).await, no_field(name));
    }
    assert_eq!(missing("=Month([No such])").await, no_field("[No such]"));
    assert_eq!(missing("=Yaer * 2").await, no_field("Yaer"));
    assert!(missing("Yaer").await.to_string().contains("no field `Yaer`"));
    let RowsError::Expression { expression, .. } = missing("=Sum(").await else { panic!("it does not parse") };
    assert_eq!(expression, "=Sum(");
    // A field without values exists.
    assert!(doc.field_values::<String>("Empty").read_all().await.unwrap().is_empty());
}
