//! Builds a log: matches calls with responses and tracks objects.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::envelope::Envelope;
use crate::log::{Call, EngineError, Kind, Message, Outcome};
use crate::object::calculates;
use crate::returned::{Returned, Returns, described};
use crate::{Direction, Fault, Log, Micros, Object, Reason, State, redact};

/// What the reader knows about a message before it is interpreted.
pub(crate) struct Seen {
    pub(crate) line: usize,
    pub(crate) at: Option<Micros>,
    pub(crate) direction: Direction,
    pub(crate) bytes: usize,
    pub(crate) found: bool,
    pub(crate) text: String,
}

/// Builds a log from messages.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    pub(crate) log: Log,
    /// Pending calls by ID.
    waiting: HashMap<i64, usize>,
    /// The object of each open handle.
    open: HashMap<i64, usize>,
    returns: Returns,
    methods: HashSet<Arc<str>>,
    connection: usize,
    greeted: bool,
}

impl Tracker {
    pub(crate) fn faults(&mut self, line: usize, reasons: &[Reason]) {
        self.log.faults.extend(reasons.iter().map(|reason| Fault { line, reason: reason.clone() }));
    }

    pub(crate) fn message(&mut self, seen: Seen, envelope: &Envelope<'_>) {
        let index = self.log.messages.len();
        let kind = match (&envelope.method, envelope.id) {
            (Some(method), Some(id)) if seen.direction == Direction::ToEngine => {
                Kind::Request { call: self.request(index, id, method, envelope.handle) }
            }
            (Some(method), _) => self.notification(index, method),
            (None, Some(id)) => Kind::Reply { id, call: self.reply(index, id, envelope) },
            (None, None) => Kind::Bare,
        };
        // The data of an object is calculated before the message can report it as stale again.
        let change = self.objects(&envelope.change);
        for object in &change {
            let object = &mut self.log.objects[*object];
            object.stale = true;
            object.invalidations.push(index);
        }
        let suspend = self.objects(&envelope.suspend);
        for object in &suspend {
            self.log.objects[*object].state = State::Suspended;
        }
        let close = self.objects(&envelope.close);
        envelope.close.iter().for_each(|handle| self.close(*handle, index));
        let Seen { line, at, direction, bytes, found, text } = seen;
        let delta = envelope.delta;
        self.log.messages.push(Message {
            line,
            at,
            direction,
            bytes,
            kind,
            change,
            close,
            suspend,
            delta,
            found,
            text,
        });
    }

    fn request(&mut self, message: usize, id: i64, method: &str, handle: Option<i64>) -> usize {
        let object = handle.map(|handle| self.object(handle));
        if let Some(object) = object {
            self.log.objects[object].calls += 1;
        }
        let call = self.log.calls.len();
        let method = self.method(method);
        let outcome = Outcome::Unanswered;
        self.log.calls.push(Call { id, handle, object, method, request: message, reply: None, outcome });
        self.waiting.insert(id, call);
        call
    }

    fn reply(&mut self, message: usize, id: i64, envelope: &Envelope<'_>) -> Option<usize> {
        let index = self.waiting.remove(&id)?;
        let call = &mut self.log.calls[index];
        call.reply = Some(message);
        let (handle, object, method) = (call.handle.unwrap_or(Object::GLOBAL), call.object, call.method.clone());
        call.outcome = match envelope.error {
            Some(error) => Outcome::Failed(failure(error)),
            None => Outcome::Answered,
        };
        if envelope.error.is_none()
            && let Some(result) = envelope.result
        {
            if let Some(returned) = self.returns.read(handle, &method, result, envelope.delta)
                && !self.returned(message, returned)
            {
                self.log.calls[index].outcome = Outcome::NotFound;
            }
            if let Some(object) = object {
                self.answered(object, index, &method, result);
            }
        }
        Some(index)
    }

    /// Records a returned object; returns `false` if there is none.
    fn returned(&mut self, message: usize, returned: Returned) -> bool {
        let Some(handle) = returned.handle else { return false };
        let known = self.open.get(&handle).copied().filter(|known| {
            // The engine reuses handles. If it did not report the old object as closed, the new one implies it.
            let known = &self.log.objects[*known];
            let same = |known: &Option<String>, new: &Option<String>| known.is_none() || new.is_none() || known == new;
            same(&known.class, &returned.class) && same(&known.id, &returned.id)
        });
        let index = known.unwrap_or_else(|| {
            self.close(handle, message);
            self.add(handle, Some(message))
        });
        let object = &mut self.log.objects[index];
        // A change list may contain an object before the response that returns it.
        if object.class.is_none() && object.calls == 0 {
            object.opened = Some(message);
        }
        object.class = returned.class.or(object.class.take());
        object.kind = returned.kind.or(object.kind.take());
        object.id = returned.id.or(object.id.take());
        object.state = State::Open;
        true
    }

    /// Records what a response says about the object that was called.
    fn answered(&mut self, object: usize, call: usize, method: &str, result: &str) {
        let object = &mut self.log.objects[object];
        if calculates(method) && std::mem::take(&mut object.stale) {
            object.calculations.push(call);
        }
        if object.id.is_none()
            && object.handle != Object::GLOBAL
            && matches!(method, "GetLayout" | "GetProperties")
            && let Some((id, kind)) = described(result)
        {
            object.id = Some(id);
            object.kind = Some(kind);
        }
    }

    fn notification(&mut self, message: usize, method: &str) -> Kind {
        // A second greeting means a new connection, whose handles are unrelated to earlier ones.
        if method == "OnConnected" && std::mem::replace(&mut self.greeted, true) {
            let handles: Vec<i64> = self.open.keys().copied().collect();
            handles.into_iter().for_each(|handle| self.close(handle, message));
            self.connection += 1;
        }
        Kind::Notification { method: self.method(method) }
    }

    fn close(&mut self, handle: i64, message: usize) {
        if let Some(object) = self.open.remove(&handle) {
            let object = &mut self.log.objects[object];
            object.state = State::Closed;
            object.closed = Some(message);
        }
        self.returns.forget(handle);
    }

    fn objects(&mut self, handles: &[i64]) -> Vec<usize> {
        handles.iter().map(|handle| self.object(*handle)).collect()
    }

    /// The object of a handle; creates an unknown object if necessary.
    fn object(&mut self, handle: i64) -> usize {
        self.open.get(&handle).copied().unwrap_or_else(|| self.add(handle, None))
    }

    fn add(&mut self, handle: i64, opened: Option<usize>) -> usize {
        let index = self.log.objects.len();
        self.log.objects.push(Object::new(handle, self.connection, opened));
        self.open.insert(handle, index);
        index
    }

    fn method(&mut self, name: &str) -> Arc<str> {
        self.methods.get(name).cloned().unwrap_or_else(|| {
            let name: Arc<str> = name.into();
            self.methods.insert(Arc::clone(&name));
            name
        })
    }
}

fn failure(error: &str) -> EngineError {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Members {
        code: serde_json::Value,
        parameter: serde_json::Value,
        message: serde_json::Value,
    }
    let error: Members = serde_json::from_str(error).unwrap_or_default();
    let text = |value: serde_json::Value| redact::hidden_in_text(value.as_str().unwrap_or_default()).into_owned();
    EngineError {
        code: error.code.as_i64().unwrap_or_default(),
        parameter: text(error.parameter),
        message: text(error.message),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Kind, Log, Micros, Options, Outcome, State};

    fn log(lines: &[&str]) -> Log {
        let lines: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                let (dir, msg) = line.split_at(1);
                format!(r#"{{"dir": "{dir}", "at": {}, "msg": {{{msg}}}}}"#, at * 10)
            })
            .collect();
        let log = Log::read(lines.join("\n").as_bytes(), &Options::default()).unwrap();
        assert_eq!(log.faults, []);
        log
    }

    const CREATE: &str = r#">"id": 1, "handle": 1, "method": "CreateObject", "params": [{}]"#;
    const CREATED: &str = concat!(
        r#"<"id": 1, "result": {"qReturn": {"qType": "GenericObject", "qHandle": 2}, "#,
        r#""qInfo": {"qId": "a", "qType": "table"}}, "change": [2]"#,
    );

    #[test]
    fn replies_match_their_requests_in_any_order() {
        let log = log(&[
            r#">"id": 1, "handle": -1, "method": "A""#,
            r#">"id": 2, "handle": -1, "method": "B""#,
            r#"<"id": 2, "error": {"code": 15, "parameter": "p", "message": "Password=x"}"#,
            r#"<"id": 1, "result": {}"#,
            r#"<"id": 1, "result": {}"#,
            r#">"id": 3, "handle": -1, "method": "C""#,
        ]);
        let replies: Vec<_> = log.calls.iter().map(|call| call.reply).collect();
        assert_eq!(replies, [Some(3), Some(2), None]);
        assert_eq!(log.messages[4].kind, Kind::Reply { id: 1, call: None });
        assert_eq!(log.calls[0].took(&log), Some(Micros(30)));
        let Outcome::Failed(error) = &log.calls[1].outcome else { panic!() };
        assert_eq!((error.code, error.message.as_str()), (15, "Password=***"));
        assert_eq!(log.calls[2].outcome, Outcome::Unanswered);
    }

    #[test]
    fn objects_are_tracked_from_their_response_until_they_close() {
        let log = log(&[
            CREATE,
            CREATED,
            r#">"id": 2, "handle": 1, "method": "DestroyObject""#,
            r#"<"id": 2, "result": {}, "close": [2]"#,
            CREATE,
            r#"<"id": 1, "result": {"qReturn": {"qType": "Field", "qHandle": 2, "qGenericId": "Year"}}"#,
        ]);
        let [first, second] = log.objects_of(2).collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!(
            (first.class(), first.kind.as_deref(), first.id.as_deref()),
            ("GenericObject", Some("table"), Some("a"))
        );
        assert_eq!((first.opened, first.closed, first.state), (Some(1), Some(3), State::Closed));
        assert_eq!((second.class(), second.id.as_deref(), second.state), ("Field", Some("Year"), State::Open));
        assert_eq!(log.objects_of(1).next().unwrap().class(), "?");
        assert_eq!(log.open_objects().count(), 2);
    }

    #[test]
    fn a_change_can_arrive_before_its_object() {
        let log = log(&[CREATE, r#"<"change": [2]"#, CREATED]);
        let objects: Vec<_> = log.objects_of(2).collect();
        assert_eq!(objects.len(), 1);
        assert_eq!((objects[0].opened, objects[0].invalidations.as_slice()), (Some(2), [1, 2].as_slice()));
    }

    #[test]
    fn only_the_first_fetch_after_an_invalidation_is_a_calculation() {
        let layout = r#">"id": 2, "handle": 2, "method": "GetLayout""#;
        let answer = r#"<"id": 2, "result": {"qLayout": {}}"#;
        let aborted = r#"<"id": 2, "error": {"code": 15}"#;
        let log = log(&[
            CREATE,
            CREATED,
            layout,
            answer,
            layout,
            answer,
            r#"<"change": [2]"#,
            layout,
            aborted,
            layout,
            answer,
        ]);
        let object = log.objects_of(2).next().unwrap();
        assert_eq!(object.calculations, [1, 4]);
        assert_eq!(object.times(&log).collect::<Vec<_>>(), [Micros(10), Micros(10)]);
        assert!(!object.stale);
    }

    #[test]
    fn another_connection_has_other_objects() {
        let greeting = r#"<"method": "OnConnected", "params": {}"#;
        let log = log(&[greeting, CREATE, CREATED, greeting, CREATE, CREATED]);
        let objects: Vec<_> = log.objects_of(2).map(|object| (object.connection, object.state)).collect();
        assert_eq!(objects, [(0, State::Closed), (1, State::Open)]);
    }

    #[test]
    fn a_null_handle_is_not_found() {
        let log = log(&[CREATE, r#"<"id": 1, "result": {"qReturn": {"qType": null, "qHandle": null}}"#]);
        assert_eq!(log.calls[0].outcome, Outcome::NotFound);
    }

    #[test]
    fn a_layout_names_an_object_that_was_open_before() {
        let log = log(&[
            r#">"id": 1, "handle": 7, "method": "GetLayout""#,
            r#"<"id": 1, "result": {"qLayout": {"qInfo": {"qId": "a", "qType": "table"}}}"#,
        ]);
        let object = log.objects_of(7).next().unwrap();
        assert_eq!((object.id.as_deref(), object.opened), (Some("a"), None));
    }
}
