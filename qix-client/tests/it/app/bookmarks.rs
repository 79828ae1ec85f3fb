//! Bookmarks in another app: with their selections, which their properties do not contain.

use qix_client::prelude::*;
use qix_client::stored::CopyError;
use qix_test_engine::{App, TestEngine};

use super::selected;

const SCRIPT: &str =
    "SET vRate = '1'; T: LOAD RecNo() AS N, Chr(64 + RecNo()) AS [Letter [x]]], 2020 + RecNo() AS Year AUTOGENERATE 5;";
const LESS: &str = "SET vRate = '1'; T: LOAD RecNo() AS N, Chr(64 + RecNo()) AS [Letter [x]]] AUTOGENERATE 2;";

/// Two apps, and sessions with each.
async fn apps(script: &str, other: &str) -> (TestEngine, Vec<Session>, Doc, Doc) {
    let builder =
        TestEngine::builder().with_app(App::new("from").script(script)).with_app(App::new("to").script(other));
    let engine = builder.start().await.unwrap();
    let mut sessions = Vec::new();
    let mut docs = Vec::new();
    for app in ["from", "to"] {
        let session = Session::builder().url(engine.url()).app(app).connect().await.unwrap();
        docs.push(session.open_doc(app).await.unwrap());
        sessions.push(session);
    }
    let to = docs.pop().unwrap();
    (engine, sessions, docs.pop().unwrap(), to)
}

fn properties(id: &str) -> GenericBookmarkProperties {
    GenericBookmarkProperties::default().with_info(NxInfo::default().with_id(id).with_type("bookmark"))
}

fn pair(field: &str, selected: &str) -> (String, String) {
    (field.to_owned(), selected.to_owned())
}

#[tokio::test]
async fn a_copied_bookmark_has_the_selections_of_the_original() {
    let (_engine, _sessions, from, to) = apps(SCRIPT, SCRIPT).await;
    from.select("Letter [x]", ["B", "D"]).await.unwrap();
    from.get_field("Letter [x]").await.unwrap().lock().await.unwrap();
    from.select("Year", [2022]).await.unwrap();
    let mut mine = properties("b");
    mine.extra.set("sheetId", "s").unwrap();
    let bookmark = from.create(mine).await.unwrap();

    to.select("N", [1]).await.unwrap();
    for _ in 0..2 {
        let copy = bookmark.copy_to(&to).await.unwrap();
        assert_eq!(copy.get_properties().await.unwrap(), bookmark.get_properties().await.unwrap());
        assert_eq!(selected(&to).await, [pair("N", "1")], "those of the session are restored");
        assert_eq!(to.bookmarks().await.unwrap().len(), 1);
    }
    assert!(to.bookmark("b").await.unwrap().unwrap().apply().await.unwrap());
    assert_eq!(selected(&to).await, [pair("Letter [x]", "B, D"), pair("Year", "2022")]);
    let locked = to.current_selections().await.unwrap().into_iter().map(|item| item.locked).collect::<Vec<_>>();
    assert_eq!(locked, [true, false]);
}

#[tokio::test]
async fn fields_and_values_that_the_other_app_lacks_are_errors_or_skipped() {
    let (_engine, _sessions, from, to) = apps(SCRIPT, LESS).await;
    let letters: Vec<FieldValue> = vec!["B".into(), "D".into()];
    for (field, values, skipped) in [("Letter [x]", letters, Some("B")), ("Year", vec![2022.into()], None)] {
        from.clear_all().await.unwrap();
        from.select(field, values).await.unwrap();
        let bookmark = from.create(properties(field)).await.unwrap();
        let error = bookmark.copy_to(&to).await.unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(CopyError::Missing { .. })), "{error}");
        assert!(error.to_string().contains("skip_missing"), "{error}");
        assert!(to.bookmarks().await.unwrap().is_empty());
        assert!(selected(&to).await.is_empty());

        bookmark.copy_to(&to).skip_missing(true).await.unwrap().apply().await.unwrap();
        let expected: Vec<_> = skipped.into_iter().map(|value| pair(field, value)).collect();
        assert_eq!(selected(&to).await, expected);
        to.destroy_bookmark(field).await.unwrap();
        to.clear_all().await.unwrap();
    }
}

#[tokio::test]
async fn alternate_states_and_variables_are_part_of_the_copy() {
    let (_engine, _sessions, from, to) = apps(SCRIPT, SCRIPT).await;
    from.add_alternate_state("Compare").await.unwrap();
    from.select("Year", [2021, 2022]).state_name("Compare").await.unwrap();
    from.variable("vRate").await.unwrap().unwrap().set_string_value("7").await.unwrap();
    let bookmark = from.create(properties("b").with_include_variables(true)).await.unwrap();

    let copy = bookmark.copy_to(&to).await.unwrap();
    assert_eq!(to.evaluate("vRate").await.unwrap(), "1");
    assert_eq!(to.evaluate("Count({Compare} N)").await.unwrap(), "5");
    copy.apply().await.unwrap();
    assert_eq!(to.evaluate("vRate").await.unwrap(), "7");
    assert_eq!(to.evaluate("Count({Compare} N)").await.unwrap(), "2");
    assert!(selected(&to).await.is_empty());
}
