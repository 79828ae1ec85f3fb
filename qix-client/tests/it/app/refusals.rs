//! Selections that an engine refuses or ignores, as it answers them.

use qix_client::prelude::*;
use serde_json::{Value, json};

use crate::support::{object, opened};

/// A field of an engine, with two values: `a` and `b`. Selections do not change it.
#[derive(Clone, Copy)]
struct Field {
    /// What the engine returns for a selection.
    returned: bool,
    /// The selected values.
    selected: &'static str,
    /// What a list's layout says about the field, after its title.
    info: &'static [(&'static str, bool)],
    and_mode: bool,
}

const USUAL: Field = Field { returned: false, selected: "", info: &[], and_mode: false };

impl Field {
    fn answer(self, method: &str, params: &Value, search: &mut Option<String>) -> Value {
        let value = |text: &str, at: i64| {
            let state = if self.selected.contains(text) { "S" } else { "O" };
            json!([{ "qText": text, "qNum": "NaN", "qElemNumber": at, "qState": state }])
        };
        match method {
            "GetField" => object("Field", 2),
            "CreateSessionObject" => object("GenericObject", 3),
            "GetLayout" => {
                let counts = json!({ "qOption": 2 - self.selected.len(), "qSelected": self.selected.len() });
                let mut info = json!({ "qFallbackTitle": "F", "qStateCounts": counts });
                self.info.iter().for_each(|(name, flag)| info[*name] = json!(flag));
                let rows = listed(search.as_deref()).len();
                let list = json!({ "qSize": { "qcx": 1, "qcy": rows }, "qDimensionInfo": info });
                json!({ "qLayout": { "qListObject": list, "elsewhere": { "qListObject": list } } })
            }
            "GetListObjectData" => {
                let mut rows: Vec<_> = listed(search.as_deref()).iter().map(|(text, at)| value(text, *at)).collect();
                // Selected values first.
                rows.sort_by_key(|row| row[0]["qState"] != "S");
                json!({ "qDataPages": [{ "qMatrix": rows }] })
            }
            "SearchListObjectFor" => {
                *search = params["qMatch"].as_str().map(str::to_owned);
                json!({ "qSuccess": true })
            }
            "AbortListObjectSearch" | "AcceptListObjectSearch" => {
                *search = None;
                json!({ "qSuccess": self.returned })
            }
            "SelectValues" | "Select" | "ToggleSelect" | "LowLevelSelect" => json!({ "qReturn": self.returned }),
            "SelectListObjectValues" | "DestroySessionObject" => json!({ "qSuccess": self.returned }),
            "GetAndMode" => json!({ "qReturn": self.and_mode }),
            method => panic!("unexpected: {method}"),
        }
    }

    /// Runs a program against the field.
    async fn run<T>(
        self,
        program: impl AsyncFnOnce(Doc) -> Result<T, qix_client::Error>,
    ) -> Result<T, qix_client::Error> {
        let (_session, mut engine, doc) = opened(|builder| builder).await;
        let script = async {
            let mut search = None;
            loop {
                let request = engine.request().await;
                let result = self.answer(request["method"].as_str().unwrap(), &request["params"], &mut search);
                engine.push(json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })).await;
            }
        };
        tokio::select! {
            outcome = program(doc) => outcome,
            () = script => unreachable!("it does not end"),
        }
    }

    /// Runs a program against the field. Returns its error.
    async fn refuses<T: std::fmt::Debug>(
        self,
        program: impl AsyncFnOnce(Doc) -> Result<T, qix_client::Error>,
    ) -> SelectError {
        let error = self.run(program).await.unwrap_err();
        error.downcast_ref::<SelectError>().unwrap_or_else(|| panic!("{error}")).clone()
    }
}

/// The values that match a search such as `a*`, with their elements.
fn listed(search: Option<&str>) -> Vec<(&'static str, i64)> {
    let start = search.unwrap_or_default().trim_end_matches('*');
    [("a", 0), ("b", 1)].into_iter().filter(|(text, _)| text.starts_with(start)).collect()
}

fn named(kind: fn(String) -> SelectError) -> SelectError {
    kind("F".to_owned())
}

#[tokio::test]
async fn each_refusal_has_its_reason() {
    let refused = named(|field| SelectError::Refused { field });
    for (field, expected) in [
        (USUAL, refused.clone()),
        (Field { info: &[("qLocked", true)], ..USUAL }, named(|field| SelectError::Locked { field })),
        (
            Field { info: &[("qIsOneAndOnlyOne", true)], ..USUAL },
            named(|field| SelectError::AlwaysOneSelected { field }),
        ),
        (Field { and_mode: true, ..USUAL }, named(|field| SelectError::AndMode { field })),
        // The engine says `true`, although it has selected nothing.
        (Field { returned: true, ..USUAL }, refused),
    ] {
        assert_eq!(field.refuses(async |doc| doc.select("F", ["a"]).await).await, expected);
        assert_eq!(field.refuses(async |doc| doc.select("F", ["a", "b"]).await).await, expected);
    }
}

#[tokio::test]
async fn a_missing_value_is_named_whatever_the_engine_returns() {
    for returned in [true, false] {
        let field = Field { returned, ..USUAL };
        let missing = SelectError::NoValue { field: "F".to_owned(), values: vec!["c".into()], similar: Vec::new() };
        assert_eq!(field.refuses(async |doc| doc.select("F", ["c"]).await).await, missing);
    }
}

#[tokio::test]
async fn a_search_without_a_selection_is_an_error_whatever_the_engine_returns() {
    let no_match = SelectError::NoMatch { field: "F".to_owned(), search: "c*".to_owned() };
    for returned in [true, false] {
        let field = Field { returned, ..USUAL };
        assert_eq!(field.refuses(async |doc| doc.select_matching("F", "c*").await).await, no_match);
    }
}

#[tokio::test]
async fn a_search_that_the_engine_would_cut_off_is_an_error() {
    let search = "x".repeat(256);
    let too_long = SelectError::SearchTooLong { field: "F".to_owned(), length: 256 };
    assert_eq!(USUAL.refuses(async |doc| doc.select_matching("F", &search).await).await, too_long);
    let of_list = async |doc: Doc| {
        let list = doc.create_session_object(ListObjectDef::field("F").into()).await?;
        list.select_matching(&search).await
    };
    assert_eq!(USUAL.refuses(of_list).await, too_long);
}

#[tokio::test]
async fn a_list_whose_selection_was_ignored_is_an_error() {
    let refused = named(|field| SelectError::Refused { field });
    for returned in [true, false] {
        let of_list = async |doc: Doc| {
            let list = doc.create_session_object(ListObjectDef::field("F").into()).await?;
            list.select(["a"]).await
        };
        assert_eq!(Field { returned, ..USUAL }.refuses(of_list).await, refused);
    }
}

#[tokio::test]
async fn an_ignored_selection_is_an_error_even_if_the_value_was_selected_with_others() {
    let refused = named(|field| SelectError::Refused { field });
    let both = Field { returned: true, selected: "ab", ..USUAL };
    assert_eq!(both.refuses(async |doc| doc.select("F", ["a"]).await).await, refused);
    both.run(async |doc| doc.select("F", ["a", "b", "a"]).await).await.unwrap();
    let one = Field { selected: "b", ..both };
    one.run(async |doc| doc.select("F", ["b"]).await).await.unwrap();
    assert_eq!(one.refuses(async |doc| doc.select("F", ["a"]).await).await, refused);
    // Toggling must have changed both.
    assert_eq!(one.refuses(async |doc| doc.select("F", ["b"]).toggle_mode(true).await).await, refused);
    let of_list = async |doc: Doc| {
        let list = doc.create_session_object(ListObjectDef::field("F").into()).await?;
        list.select(["a"]).await
    };
    assert_eq!(both.refuses(of_list).await, refused);
}

#[tokio::test]
async fn an_ignored_search_is_an_error_even_if_values_were_selected() {
    let no_match = SelectError::NoMatch { field: "F".to_owned(), search: "c*".to_owned() };
    let refused = named(|field| SelectError::Refused { field });
    for returned in [true, false] {
        let field = Field { returned, selected: "b", ..USUAL };
        for toggle in [true, false] {
            let search = async |doc: Doc| doc.select_matching("F", "c*").toggle_mode(toggle).await;
            assert_eq!(field.refuses(search).await, no_match);
            let search = async |doc: Doc| doc.select_matching("F", "a*").toggle_mode(toggle).await;
            assert_eq!(field.refuses(search).await, refused, "there is a match");
        }
    }
    let again = Field { returned: true, selected: "a", ..USUAL };
    again.run(async |doc| doc.select_matching("F", "a*").await).await.unwrap();
}

#[tokio::test]
async fn an_accepted_search_in_a_list_must_have_selected_a_match() {
    let refused = named(|field| SelectError::Refused { field });
    let search = async |doc: Doc| {
        let list = doc.create_session_object(ListObjectDef::field("F").into()).await?;
        list.select_matching("a*").await
    };
    for returned in [true, false] {
        assert_eq!(Field { returned, selected: "b", ..USUAL }.refuses(search).await, refused);
    }
    Field { selected: "a", ..USUAL }.run(search).await.unwrap();
}

#[tokio::test]
async fn an_ignored_step_is_an_error() {
    for returned in [true, false] {
        let field = Field { returned, ..USUAL };
        assert_eq!(
            field.refuses(async |doc| doc.select_next("F").await).await,
            named(|field| SelectError::Refused { field })
        );
        let locked = Field { info: &[("qLocked", true)], ..field };
        assert_eq!(
            locked.refuses(async |doc| doc.select_previous("F").await).await,
            named(|field| SelectError::Locked { field })
        );
    }
}

#[tokio::test]
async fn the_reason_is_that_of_the_list_at_the_path() {
    let field = Field { info: &[("qLocked", true)], ..USUAL };
    let of_list = async |doc: Doc| {
        let list = doc.create_session_object(GenericObjectProperties::of_type("x")).await?;
        list.select(["a"]).with_path("/elsewhere/qListObjectDef").await
    };
    assert_eq!(field.refuses(of_list).await, named(|field| SelectError::Locked { field }));
}

#[tokio::test]
async fn a_value_that_is_given_twice_is_sent_once() {
    let (_session, mut engine, doc) = opened(|builder| builder).await;
    let script = async {
        engine.answer("GetField", object("Field", 2)).await;
        engine.answer("CreateSessionObject", object("GenericObject", 3)).await;
        engine.answer("GetLayout", json!({ "qLayout": { "qListObject": { "qSize": { "qcx": 1, "qcy": 0 } } } })).await;
        engine.request().await["params"]["qFieldValues"].clone()
    };
    let values: [FieldValue; 4] = [1.into(), "1".into(), 1.0.into(), "1".into()];
    let sent = tokio::select! {
        outcome = doc.select("F", values).toggle_mode(true).into_future() => panic!("{outcome:?}"),
        sent = script => sent,
    };
    assert_eq!(sent, json!([{ "qIsNumeric": true, "qNumber": 1.0 }, { "qText": "1" }]));
}
