//! The `tracing` spans and events of calls.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use crate::support::opened;
use qix_client::prelude::*;
use serde_json::json;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use tracing::field::{Field as TraceField, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};

type Fields = BTreeMap<&'static str, String>;

/// The fields of each call's span at the time of an event, and the event.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(Fields, Fields)>>>);

struct Reader<'a>(&'a mut Fields);

impl Visit for Reader<'_> {
    fn record_debug(&mut self, field: &TraceField, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collector {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::new();
        attributes.record(&mut Reader(&mut fields));
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(&mut Reader(span.extensions_mut().get_mut().unwrap()));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut told = Fields::new();
        event.record(&mut Reader(&mut told));
        let span = context.lookup_current().filter(|span| span.name() == "qix.call");
        if let Some(span) = span {
            let fields = span.extensions().get::<Fields>().unwrap().clone();
            self.0.lock().unwrap().push((fields, told));
        }
    }
}

impl Collector {
    /// The messages of a method's events, and the fields of the span at the last one.
    fn events_of(&self, method: &str) -> (Vec<String>, Fields) {
        let events = self.0.lock().unwrap();
        let of_method: Vec<_> = events.iter().filter(|(span, _)| span["method"] == method).collect();
        let messages = of_method.iter().map(|(_, event)| event["message"].clone()).collect();
        (messages, of_method.last().unwrap().0.clone())
    }
}

#[tokio::test]
async fn a_call_is_traced_with_sizes_and_times_and_without_its_payload() {
    let collector = Collector::default();
    let _listening = tracing::subscriber::set_default(Registry::default().with(collector.clone()));
    let (session, mut engine, doc) = opened(|builder| builder).await;
    let asked = tokio::sync::Notify::new();
    let script = async {
        // Aborted once: two requests, one call.
        let id = engine.expect("GetAppLayout").await;
        engine.push(json!({ "id": id, "error": { "code": 15 } })).await;
        engine.answer("GetAppLayout", json!({ "qLayout": { "qTitle": "hush" } })).await;
        let id = engine.expect("ClearAll").await;
        engine.push(json!({ "id": id, "error": { "code": 5, "message": "no" } })).await;
        engine.expect("EngineVersion").await;
        asked.notify_one();
    };
    let user = async {
        doc.get_app_layout().with_delta(false).await.unwrap();
        doc.clear_all().await.unwrap_err();
        tokio::select! {
            _ = session.engine_version().into_future() => panic!("it should not be answered"),
            () = asked.notified() => {}
        }
    };
    tokio::join!(user, script);

    let (messages, span) = collector.events_of("GetAppLayout");
    assert_eq!(messages, ["called", "the call is retried", "called", "answered"]);
    assert_eq!((&*span["class"], &*span["handle"], &*span["id"]), ("Doc", "1", "3"));
    assert_eq!((&*span["object"], &*span["app"]), ("id-1", "id-1"));
    assert_eq!(
        (&*span["request_bytes"], &*span["answer_bytes"]),
        ("2", r#"{"qLayout":{"qTitle":"hush"}}"#.len().to_string().as_str())
    );
    for time in ["waiting_us", "engine_us", "decoding_us"] {
        assert!(span[time].parse::<u64>().unwrap() < 60_000_000, "{span:?}");
    }
    let (messages, span) = collector.events_of("ClearAll");
    assert_eq!(messages, ["called", "failed"]);
    assert!(span.contains_key("engine_us") && !span.contains_key("answer_bytes"), "{span:?}");
    assert_eq!(collector.events_of("EngineVersion").0, ["called", "given up"]);
    let all = format!("{:?}", collector.0.lock().unwrap());
    assert!(!all.contains("hush") && !all.contains("sales"), "{all}");
}

#[tokio::test]
async fn payloads_are_traced_on_request_without_secrets() {
    let collector = Collector::default();
    let _listening = tracing::subscriber::set_default(Registry::default().with(collector.clone()));
    let (_session, mut engine, doc) = opened(|builder| builder.trace_payloads(true)).await;
    let script = async {
        let script = format!("LIB CONNECT TO [x;Password=hush];{}", "x".repeat(20_000));
        engine.answer("GetScript", json!({ "qScript": script })).await;
    };
    tokio::join!(async { doc.get_script().await.unwrap() }, script);
    let events = collector.0.lock().unwrap();
    let told = |message: &str| {
        events.iter().filter(|(_, event)| event["message"] == message).map(|(_, event)| event).collect::<Vec<_>>()
    };
    assert_eq!(told("request")[0]["params"].replace('\\', ""), r#"{"qDocName":"sales"}"#);
    let result = &told("answer")[1]["result"];
    assert!(result.contains("Password=***") && result.ends_with('…'), "{result}");
    assert!(result.chars().count() < 11_000 && !result.contains("hush"));
}
