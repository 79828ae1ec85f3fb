use std::sync::Arc;

use futures_util::FutureExt;
use qix_schema::rpc::{Effect, Method, ObjectHandle, Remote};

use crate::config::Settings;
use crate::protocol::{Body, Envelope};
use crate::session::books::Reply;
use crate::session::core::Object;
use crate::session::core::{Hooks, Outbound, Shared, queue};

const VERSION: Method = Method::new("Global", "EngineVersion", Effect::Read, &["qVersion"]);
const LAYOUT: Method = Method::new("GenericObject", "GetLayout", Effect::Read, &["qLayout"]);
const CREATE: Method = Method::new("Doc", "CreateSessionObject", Effect::Write, &["qReturn"]);

/// Whatever lines arrive, in any order, no response reaches the caller of another request, and callers that still
/// wait get the right response when it arrives.
///
/// The pending calls are: 1, a plain one; 2, a layout as a delta, of handle 2; 3, a session object of handle 1;
/// 4 and 5, the same as 2 and 3, for callers that are gone.
pub fn session(input: &[u8]) {
    let shared = Shared::new(None, Settings::default(), Hooks::default());
    let (outbox, mut messages) = queue();
    let (generation, _) = shared.connect(outbox).expect("the session is not over");
    shared.open().expect("there is a connection");
    let handle = |number| ObjectHandle::new("GenericObject", number);
    let object = Object::bind(&shared, generation, handle(2), None);
    let mut callers = Vec::new();
    for (handle, method, delta) in
        [(-1, VERSION, false), (2, LAYOUT, true), (1, CREATE, false), (2, LAYOUT, true), (1, CREATE, false)]
    {
        let call = shared
            .send(generation, Outbound { handle, method, params: "{}", delta, owned: method == CREATE }, None)
            .expect("there is a connection");
        callers.push(call);
    }
    messages.take(usize::MAX).now_or_never();
    shared.sending(&mut messages);
    while messages.next().is_some() {
        messages.pass();
    }
    for (id, answer) in callers.drain(3..) {
        drop(answer);
        assert!(shared.abandon(id), "it is pending");
    }
    for line in String::from_utf8_lossy(input).lines() {
        let before = object.invalidations();
        shared.receive(generation, line.into());
        let Ok(envelope) = Envelope::read(line) else {
            assert_eq!(object.invalidations(), before, "what cannot be read says nothing");
            continue;
        };
        callers.retain_mut(|(id, answer)| match answer.try_take() {
            Some(outcome) => {
                assert_eq!(envelope.id, Some(*id), "an answer has gone astray");
                match outcome.expect("the connection is open") {
                    Reply::Result(text, range) => {
                        assert_eq!((text.as_ref(), Body::Result(range)), (line, envelope.body.clone()));
                    }
                    Reply::Error(text, range) => {
                        assert_eq!((text.as_ref(), Body::Error(range)), (line, envelope.body.clone()));
                    }
                    Reply::Nothing => assert!(!matches!(envelope.body, Body::Result(_) | Body::Error(_))),
                    Reply::Merged(merged) => {
                        let whole: serde_json::Value = serde_json::from_str(&merged.text()).expect("it is JSON");
                        assert!(whole.is_object());
                    }
                    Reply::Misfit => assert!(envelope.delta),
                }
                false
            }
            None => {
                assert_ne!(envelope.id, Some(*id), "an answer is kept from its caller");
                true
            }
        });
        assert_eq!(shared.pending(), callers.len());
    }
    for (id, mut answer) in callers {
        shared.receive(generation, format!(r#"{{"id":{id},"result":{{}}}}"#).into());
        let reply = answer.try_take().expect("it has arrived").expect("the connection is open");
        assert!(matches!(reply, Reply::Result(..)));
    }
    assert_eq!(shared.pending(), 0);
    // Objects created for callers that are gone are destroyed at most once.
    messages.take(usize::MAX).now_or_never();
    let mut orders = 0;
    while messages.next().is_some() {
        messages.pass();
        orders += 1;
    }
    assert!(orders <= 1, "{orders} orders");
    assert!(shared.bases() <= 1, "one method of one object requests deltas");
    drop(object);
    assert_eq!(shared.bases(), 0, "what differences build on goes with the object");
    assert_eq!(Arc::strong_count(&shared), 1, "nothing holds the session");
}
