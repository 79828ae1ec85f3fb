//! Loading rows from a program as tables of an app.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{count, open};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A value that is a number in one row and a text in another.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
enum Either {
    Number(f64),
    Text(String),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Row {
    id: u32,
    text: String,
    maybe: Option<String>,
    number: f64,
    #[serde(rename = "maybe [a] \"number\"")]
    maybe_number: Option<f64>,
    either: Either,
    flag: bool,
}

const FIELDS: [&str; 7] = ["id", "text", "maybe", "number", "maybe [a] \"number\"", "either", "flag"];

/// Texts that scripts, inline tables or numbers interpret.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[\\[\\]~,'\"`´$(){}/*;:=\\\\#\r\n\t\u{a0}\u{feff} ax1.-]{0,16}",
        prop::sample::select(vec![
            "",
            " ",
            "007",
            "7",
            "1e5",
            "1,5",
            "-",
            "~-",
            "~t7",
            "~.",
            "~2c.",
            "NULL",
            "$(x)",
            "]",
            "];",
            "a];\nLOAD 1",
            "'",
            "''",
            "\"",
            "2024-01-31",
            "12:30:00",
            "// no",
            "/* no */",
            "///$tab x",
            "let x=1;",
            "North ",
            "\u{0}",
            "é",
            "E",
            "e",
            "日本",
        ])
        .prop_map(str::to_owned),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("fields hold finite numbers", |number| number.is_finite()),
        (-1000i32..1000).prop_map(f64::from),
        (-100_000i32..100_000).prop_map(|cents| f64::from(cents) / 100.0),
        prop::sample::select(vec![0.0, 9_007_199_254_740_992.0, 0.1, 1e300, 5e-324, 0.1 + 0.2, 1e15, 1e-7]),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let either = prop_oneof![number().prop_map(Either::Number), text().prop_map(Either::Text)];
    let row = (text(), prop::option::of(text()), number(), prop::option::of(number()), either, any::<bool>());
    prop::collection::vec(row, 1..12).prop_map(|rows| {
        let row = |(id, (text, maybe, number, maybe_number, either, flag))| Row {
            id,
            text,
            maybe,
            number,
            maybe_number,
            either,
            flag,
        };
        (0u32..).zip(rows).map(row).collect()
    })
}

async fn read<T: serde::de::DeserializeOwned + Send + 'static>(doc: &Doc, fields: &[&str]) -> Vec<T> {
    let name = |field: &&str| NxDimension::field(format!("[{}]", field.replace(']', "]]"))).with_label(*field);
    let sorted = |dimension: NxDimension| dimension.with_sort_by(SortCriteria::by_load_order());
    let cube = HyperCubeDef::default().with_dimensions(fields.iter().map(name).map(sorted));
    doc.create_session_object(cube.into()).await.unwrap().rows().read_all().await.unwrap()
}

#[test]
fn loaded_rows_are_read_back_unchanged() {
    let runtime = Arc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let (_engine, _session, doc) = runtime.block_on(open(App::new("app")));
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&rows(), |rows| {
        let back: Vec<Row> = runtime.block_on(async {
            doc.load_rows("T", &rows).await.unwrap();
            read(&doc, &FIELDS).await
        });
        prop_assert_eq!(back, rows);
        Ok(())
    });
    runtime.block_on(async move { drop(doc) });
    outcome.unwrap();
}

#[derive(Serialize)]
struct Sale {
    region: &'static str,
    amount: i32,
}

#[tokio::test]
async fn tables_are_loaded_into_a_session_app_and_associated() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let sales = vec![
        Sale { region: "North", amount: 7 },
        Sale { region: "North", amount: 7 },
        Sale { region: "West", amount: 1 },
    ];
    let people = vec![BTreeMap::from([("region", "North"), ("who", "Ann")])];
    let doc = session.load_rows("Sales", sales).with_rows("People", people).await.unwrap();
    assert!(doc.get_app_layout().await.unwrap().is_session_app);
    assert_eq!(doc.evaluate("Count(amount) & ' ' & Sum(amount)").await.unwrap(), "3 15");
    doc.select("who", ["Ann"]).await.unwrap();
    assert_eq!(doc.evaluate("Sum(amount)").await.unwrap(), "14");
    let tables = doc.get_tables_and_keys(Size::default(), Size::default(), 0, false, false).await.unwrap().tr;
    let names: Vec<_> = tables.iter().map(|table| (table.name.as_str(), table.no_of_rows)).collect();
    assert_eq!(names, [("Sales", 3), ("People", 1)]);
    assert!(session.load_rows("More", [Sale { region: "x", amount: 1 }]).await.is_err(), "a session has one app");
    // Tables with the same fields stay separate; an app that is open is loaded again.
    let one = || [Sale { region: "South", amount: 2 }];
    doc.load_rows("A", one()).with_rows("B", one()).with_rows("A", one()).await.unwrap();
    let tables = doc.get_tables_and_keys(Size::default(), Size::default(), 0, false, false).await.unwrap().tr;
    let rows = |name: &str| tables.iter().find(|table| table.name == name).unwrap().no_of_rows;
    assert_eq!((rows("A"), rows("B")), (2, 1));
}

#[tokio::test]
async fn large_tables_are_written_in_chunks_to_one_table() {
    let (engine, _session, doc) = open(App::new("app")).await;
    let rows = (0..20_000).map(|id| json!({ "id": id, "name": format!("Name, number {id}") }));
    doc.load_rows("Many", rows).await.unwrap();
    assert_eq!(doc.evaluate("Count(DISTINCT name) & ' ' & Sum(id)").await.unwrap(), "20000 199990000");
    assert_eq!(doc.evaluate("MaxString(name)").await.unwrap(), "Name, number 9999");
    let script = engine.requests().into_iter().find(|request| request.method == "SetScript").unwrap();
    let pieces = script.params["qScript"].as_str().unwrap().matches("INLINE [").count();
    assert!((2..20).contains(&pieces), "{pieces} pieces");
}

#[tokio::test]
async fn dates_are_numbers_displayed_as_dates() {
    let (_engine, _session, doc) = open(App::new("app")).await;
    let rows = [
        json!({ "id": 1, "day": "2024-01-31", "at": "2024-01-31T12:30:00.250Z" }),
        json!({ "id": 2, "day": 45_323, "at": "2024-02-01 06:00" }),
        json!({ "id": 3, "day": null }),
    ];
    doc.load_rows("T", rows).with_dates(["day"]).with_timestamps(["at"]).await.unwrap();
    let rows: Vec<(u8, Option<String>, Option<String>)> = read(&doc, &["id", "day", "at"]).await;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [
            (1, some("2024-01-31"), some("2024-01-31 12:30:00.250")),
            (2, some("2024-02-01"), some("2024-02-01 06:00:00")),
            (3, None, None)
        ]
    );
    assert_eq!(doc.evaluate("Num(Max(day)) & ' ' & Month(Min(day))").await.unwrap(), "45323 Jan");
}

#[tokio::test]
async fn a_load_sets_every_format_that_depends_on_the_server() {
    let (_engine, _session, doc) = open(App::new("app").script("")).await;
    doc.load_rows("T", [BTreeMap::from([("n", 1)])]).await.unwrap();
    for (expression, shown) in [
        ("Month(45292)", "Jan"),
        ("WeekDay(45292)", "Mon"),
        ("Num(WeekDay(45292))", "0"),
        ("Week(46388)", "53"),
        ("Time(0.75)", "18:00:00"),
        ("Date(45292)", "2024-01-01"),
        ("Timestamp(45292.5)", "2024-01-01 12:00:00"),
        ("Date(45292, 'MMMM WWWW')", "January Monday"),
    ] {
        assert_eq!(doc.evaluate(expression).await.unwrap(), shown, "{expression}");
    }
}

#[tokio::test]
async fn rows_that_are_not_a_table_are_errors_with_their_position() {
    let (engine, _session, doc) = open(App::new("app")).await;
    let error = async |rows: Vec<Value>| doc.load_rows("T", rows).await.unwrap_err().to_string();
    let nested = error(vec![json!({ "a": 1 }), json!({ "a": { "b": 1 } })]).await;
    assert!(nested.starts_with("row 1 of `T`, field `a`: it is a map, "), "{nested}");
    let list = error(vec![json!({ "a": [1] })]).await;
    assert!(list.starts_with("row 0 of `T`, field `a`: it is a list, "), "{list}");
    assert!(error(vec![json!([1, 2])]).await.starts_with("row 0 of `T` is a list; rows are structs"));
    assert!(error(vec![]).await.starts_with("the table `T` has no rows"));
    assert!(error(vec![json!({ "a": 9_007_199_254_740_993i64 })]).await.contains("9007199254740993"));
    assert!(error(vec![json!({ "": 1 })]).await.contains("it is empty"));
    assert!(error(vec![json!({ "$(x)": 1 })]).await.contains("variable"));

    let infinite = doc.load_rows("T", [BTreeMap::from([("a", f64::INFINITY)])]).await.unwrap_err();
    assert!(infinite.to_string().contains("no number inf"), "{infinite}");
    let tuple = doc.load_rows("T", [(1, 2)]).await.unwrap_err();
    assert!(matches!(tuple.downcast_ref::<LoadError>(), Some(LoadError::Row { row: 0, .. })), "{tuple}");
    let wrong = doc.load_rows("T", [json!({ "day": "31.1.2024" })]).with_dates(["day"]).await.unwrap_err();
    assert!(wrong.to_string().contains("field `day`: `31.1.2024` is not a date such as `2024-01-31`"), "{wrong}");
    let missing = doc.load_rows("T", [json!({ "a": 1 })]).with_dates(["b"]).await.unwrap_err();
    assert_eq!(missing.downcast_ref::<LoadError>(), Some(&LoadError::NoField { field: "b".to_owned() }));
    let later = doc.load_rows("T", [json!({ "a": 1 })]).with_rows("U", [1]).with_dates(["a"]).await.unwrap_err();
    assert!(matches!(later.downcast_ref::<LoadError>(), Some(LoadError::Row { table, .. }) if table == "U"));
    assert_eq!(count(&engine, "SetScript"), 0, "nothing was sent");
}

#[tokio::test]
async fn serde_attributes_apply_to_names_and_values() {
    #[derive(Serialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Event {
        Opened { by: &'static str },
        Closed,
    }
    #[derive(Serialize)]
    struct Full {
        #[serde(flatten)]
        event: Event,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<&'static str>,
        share: f32,
        letter: char,
        none: (),
        unknown: f64,
    }
    let full = |event, note| Full { event, note, share: 0.1, letter: 'x', none: (), unknown: f64::NAN };
    let (_engine, _session, doc) = open(App::new("app")).await;
    let rows = [full(Event::Opened { by: "me" }, None), full(Event::Closed, Some("late"))];
    let script = doc.load_rows("T", &rows).script().unwrap();
    doc.reload().with_script(script + "\nLET vRows = NoOfRows('T');").await.unwrap();
    type Back = (String, Option<String>, Option<String>, f64, String, Option<f64>);
    let back: Vec<Back> = read(&doc, &["kind", "by", "note", "share", "letter", "unknown"]).await;
    let text = |text: &str| text.to_owned();
    assert_eq!(back[0], (text("opened"), Some(text("me")), None, 0.1, text("x"), None));
    assert_eq!(back[1], (text("closed"), None, Some(text("late")), 0.1, text("x"), None));
    assert_eq!(doc.evaluate("vRows").await.unwrap(), "2");
}
