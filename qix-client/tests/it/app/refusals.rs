//! Selections that an engine refuses or ignores, as it answers them.

use qix_client::prelude::*;
use serde_json::{Value, json};

use crate::support::{object, opened};

/// A field of an engine, with two values: `a` and `b`.
#[derive(Clone, Copy)]
struct Field {
    /// What the engine returns for a selection.
    returned: bool,
    /// What a list's layout says about the field, after its title.
    info: &'static [(&'static str, bool)],
    and_mode: bool,
}

const USUAL: Field = Field { returned: false, info: &[], and_mode: false };

impl Field {
    /// Nothing is ever selected.
    fn answer(self, method: &str) -> Value {
        let value = |text: &str, at: i64| json!([{ "qText": text, "qNum": "NaN", "qElemNumber": at, "qState": "O" }]);
        match method {
            "GetField" => object("Field", 2),
            "CreateSessionObject" => object("GenericObject", 3),
            "GetLayout" => {
                let mut info = json!({ "qFallbackTitle": "F", "qStateCounts": { "qOption": 2 } });
                self.info.iter().for_each(|(name, flag)| info[*name] = json!(flag));
                let list = json!({ "qSize": { "qcx": 1, "qcy": 2 }, "qDimensionInfo": info });
                json!({ "qLayout": { "qListObject": list } })
            }
            "GetListObjectData" => json!({ "qDataPages": [{ "qMatrix": [value("a", 0), value("b", 1)] }] }),
            "SelectValues" | "Select" | "LowLevelSelect" => json!({ "qReturn": self.returned }),
            "SelectListObjectValues" | "DestroySessionObject" => json!({ "qSuccess": self.returned }),
            "GetAndMode" => json!({ "qReturn": self.and_mode }),
            method => panic!("unexpected: {method}"),
        }
    }

    /// Runs a program against the field. Returns its error.
    async fn refuses(self, program: impl AsyncFnOnce(Doc) -> Result<(), qix_client::Error>) -> SelectError {
        let (_session, mut engine, doc) = opened(|builder| builder).await;
        let script = async {
            loop {
                let request = engine.request().await;
                let result = self.answer(request["method"].as_str().unwrap());
                engine.push(json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })).await;
            }
        };
        let error = tokio::select! {
            outcome = program(doc) => outcome.unwrap_err(),
            () = script => unreachable!("it does not end"),
        };
        error.downcast_ref::<SelectError>().unwrap_or_else(|| panic!("{error}")).clone()
    }
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
