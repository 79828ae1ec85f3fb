use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Envelope {
    Envelope::read(text).unwrap()
}

fn result(envelope: &Envelope, text: &str) -> String {
    match &envelope.body {
        Body::Result(range) => text[range.clone()].to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_response_in_the_engines_format_is_read_from_both_ends() {
    let text = r#"{"jsonrpc":"2.0","id":6,"delta":true,"result":{"qReturn":{"qHandle":2}},"change":[1, 2],"close":[],"suspend":[3]}"#;
    let envelope = Ends::read(text).unwrap();
    assert_eq!(envelope, full::parse(text).unwrap());
    assert_eq!((envelope.id, envelope.delta), (Some(6), true));
    assert_eq!((&*envelope.change, &*envelope.close, &*envelope.suspend), (&[1, 2][..], &[][..], &[3][..]));
    assert_eq!(result(&envelope, text), r#"{"qReturn":{"qHandle":2}}"#);
}

#[test]
fn an_id_at_the_end_is_found() {
    let text = r#" {"result": {"a":[1]} , "delta" : false , "id" : 12 } "#;
    assert_eq!(Ends::read(text).map(|envelope| envelope.id), Some(Some(12)));
    assert_eq!(result(&read(text), text), r#"{"a":[1]}"#);
}

#[test]
fn other_messages_take_the_slow_path() {
    let texts = [
        r#"{"jsonrpc":"2.0","id":6,"error":{"code":2}}"#,
        r#"{"jsonrpc":"2.0","method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}"#,
        r#"{"jsonrpc":"2.0","method":"OnNoEngineAvailable"}"#,
        r#"{"jsonrpc":"2.0","change":[3]}"#,
        r#"{"jsonrpc":"2.0","id":6}"#,
        r#"{"jsonrpc":"2.0","id":6,"result":null}"#,
        r#"{"id":"six","result":{}}"#,
        r#"{}"#,
    ];
    for text in texts {
        assert_eq!(Ends::read(text), None, "{text}");
        read(text);
    }
    assert_eq!(read(texts[2]).body, Body::Notification { method: "OnNoEngineAvailable".into(), params: None });
    assert_eq!(read(texts[3]).change, [3]);
    assert_eq!(read(texts[4]), Envelope { id: Some(6), ..Envelope::default() });
}

#[test]
fn invalid_messages_are_errors() {
    for text in ["", "nonsense", "[]", "{\"id\":1,", "{\"jsonrpc\":\"2.0\",\u{fffd} this is not JSON", "7"] {
        assert!(Envelope::read(text).is_err(), "{text}");
    }
}

#[test]
fn an_unknown_member_after_the_result_is_found_by_the_slow_path() {
    let text = r#"{"id":1,"result":{"a":1},"trace":{"b":2},"change":[4]}"#;
    let envelope = read(text);
    assert_eq!(envelope.change, [4]);
    assert!(serde_json::from_str::<serde_json::Value>(&result(&envelope, text)).is_err());
    assert_eq!(&text[result_of(text).unwrap()], r#"{"a":1}"#);
}

#[test]
fn an_unknown_member_hides_nothing() {
    let lists = r#""change":[4],"close":[5,6],"suspend":[-7],"delta":true"#;
    let spaced = r#""change" : [ 4 ] , "close" :[5, 6],"suspend": [-7],"delta"	:	true"#;
    let escaped = r#""ch\u0061nge":[4],"\u0063lose":[5,6],"suspen\u0064":[-7],"\u0064elta":true"#;
    let unknown = [
        r#"{}"#,
        r#"{"b":{"change":[9]}}"#,
        r#"[{"close":[9]}]"#,
        r#""\"change\":[9]""#,
        r#""}""#,
        "7",
        "true",
        "null",
    ];
    for lists in [lists, spaced, escaped] {
        for (first, last) in unknown.iter().flat_map(|first| unknown.map(|last| (first, last))) {
            for text in [
                format!(r#"{{"id":1,"result":{{"a":1}},{lists},"x":{last}}}"#),
                format!(r#"{{"id":1,"result":{{"a":1}},"y":{first},{lists},"x":{last}}}"#),
                format!(r#"{{"id":1,"x":{first},"result":{{"a":1}},{lists},"x":{last} }}"#),
                format!(r#"{{"id":1,{lists},"result":{{"a":1}},"x":{last}}}"#),
                format!(r#"{{{lists},"x":{first},"result":{{"a":1}},"y":{last},"id":1}}"#),
            ] {
                let envelope = read(&text);
                assert_eq!((&*envelope.change, &*envelope.close), (&[4][..], &[5, 6][..]), "{text}");
                assert_eq!((&*envelope.suspend, envelope.delta), (&[-7][..], true), "{text}");
                assert_eq!(envelope.id, Some(1));
                assert_eq!(&text[result_of(&text).unwrap()], r#"{"a":1}"#);
            }
        }
    }
}

#[test]
fn members_inside_of_a_result_do_not_make_a_message_unusual() {
    let inside =
        r#"{"x":[["change",[1],"close"]],"y":"delta:true","z":{"changed":[1,2],"qIsNull":true,"t":[-1]},"w":[[1]]}"#;
    let text = format!(r#"{{"id":1,"result":{inside},"change":[2]}}"#);
    assert_eq!(Ends::read(&text).map(|envelope| envelope.change), Some(vec![2]));
}

#[test]
fn a_hidden_list_is_found_at_any_distance_from_both_ends() {
    for before in (0..200).chain(990..1100) {
        let padding = "-".repeat(before);
        let text = format!(
            r#"{{"id":1,"result":{{"a":"{padding}"}},"change":[4],"trace":{{"b":"{}"}}}}"#,
            "-".repeat(200 - before % 200)
        );
        assert_eq!(read(&text).change, [4], "{before}");
    }
}

#[test]
fn members_that_occur_twice_are_not_lost() {
    let text =
        r#"{"id":1,"change":[1],"result":{"a":1},"change":[2,3],"x":1,"result":{"a":2},"change":[],"change":[4]}"#;
    let envelope = read(text);
    assert_eq!(envelope.change, [1, 2, 3, 4]);
    assert_eq!(result(&envelope, text), r#"{"a":1}"#);
    assert_eq!(read(r#"{"id":1,"result":{"a":1},"change":[2],"change":[3]}"#).change, [2, 3]);
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let text = prop_oneof![
        "[ -~]{0,12}",
        Just(r#"","change":[1]}"#.to_owned()),
        Just(r#"\","id":5,"#.to_owned()),
        Just(",\"close\"".to_owned())
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        text.clone().prop_map(Into::into)
    ];
    let key = prop_oneof![text, "change", "close", "id", "result", "delta"];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn members() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let list = || prop::collection::vec(any::<i32>(), 0..4).prop_map(|list| serde_json::to_string(&list).unwrap());
    let pretty = |value: serde_json::Value| serde_json::to_string_pretty(&value).unwrap();
    let maybe = |name: &'static str, value: BoxedStrategy<String>| {
        prop::option::of(value).prop_map(move |value| value.map(|value| (name, value)))
    };
    let all = (
        maybe("jsonrpc", Just("\"2.0\"".to_owned()).boxed()),
        maybe("id", prop_oneof![any::<i32>().prop_map(|id| id.to_string()), Just("\"x\"".to_owned())].boxed()),
        maybe("result", prop_oneof![json().prop_map(|value| value.to_string()), json().prop_map(pretty)].boxed()),
        maybe("error", json().prop_map(|value| value.to_string()).boxed()),
        maybe("change", list().boxed()),
        maybe("close", list().boxed()),
        maybe("suspend", list().boxed()),
        maybe("change", list().boxed()),
        maybe("delta", any::<bool>().prop_map(|flag| flag.to_string()).boxed()),
        prop::collection::vec(json().prop_map(|value| ("other", value.to_string())), 0..3),
    );
    all.prop_map(|(a, b, c, d, e, f, g, h, i, others)| {
        [a, b, c, d, e, f, g, h, i].into_iter().flatten().chain(others).collect::<Vec<_>>()
    })
    .prop_shuffle()
}

proptest! {
    /// The fast path agrees with a complete parser, or the result that it finds is not valid JSON.
    #[test]
    fn the_ends_agree_with_a_parser(members in members(), gap in prop_oneof!["", " ", "\n\t"]) {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("{gap}\"{name}\"{gap}:{gap}{value}{gap}")).collect();
        let text = format!("{{{}}}", members.join(","));
        let whole = full::parse(&text).unwrap();
        if let Some(ends) = Ends::read(&text) {
            let Body::Result(range) = &ends.body else { panic!() };
            if serde_json::from_str::<serde::de::IgnoredAny>(&text[range.clone()]).is_err() {
                prop_assert!(text.contains("\"other\"") || text.contains("\"error\""));
                prop_assert_eq!(
                    Envelope { body: Body::Nothing, ..ends },
                    Envelope { body: Body::Nothing, ..whole }
                );
            } else {
                prop_assert_eq!(&ends, &whole);
            }
        }
    }

    /// No text makes the reader of the ends panic.
    #[test]
    fn any_text_is_survived(text in ".{0,40}", cut in 0..80usize) {
        let message = format!(r#"{{"id":1,"result":{{"a":"{text}"}},"change":[1,2]}}"#);
        let cut = message.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(message.len());
        let _ = Envelope::read(&message[..cut]);
        let _ = Envelope::read(&message[cut..]);
        let _ = Envelope::read(&text);
    }
}
