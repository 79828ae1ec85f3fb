//! The data of the page except the message texts: in columns, which are compact and fast to read.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::{Direction, Kind, Log, Micros, Outcome};

/// No value, in columns of indexes.
const NONE: i64 = -1;

#[derive(Serialize)]
pub(super) struct Data<'a> {
    title: &'a str,
    /// Whether messages are added while the page is open.
    live: bool,
    bytes: u64,
    faults: Vec<String>,
    methods: Vec<&'a str>,
    /// The number of messages before the first one.
    from: usize,
    messages: Messages,
    /// The objects that have changed since then.
    objects: Vec<Row<'a>>,
}

/// One value per message in each column.
#[derive(Default, Serialize)]
struct Messages {
    line: Vec<usize>,
    at: Vec<Option<Micros>>,
    bytes: Vec<usize>,
    /// 0 request, 1 response, 2 notification, 3 other.
    kind: Vec<u8>,
    /// 1 if sent by the client.
    sent: Vec<u8>,
    id: Vec<Option<i64>>,
    handle: Vec<Option<i64>>,
    /// Index of the method.
    method: Vec<i64>,
    /// Index of the object.
    object: Vec<i64>,
    /// The response of a request, or the request of a response.
    partner: Vec<i64>,
    /// 0 success, 1 error, 2 not found, 3 no counterpart.
    outcome: Vec<u8>,
    /// Messages with the objects they made stale. Most messages have none.
    change: Vec<(usize, Vec<usize>)>,
    close: Vec<(usize, Vec<usize>)>,
    suspend: Vec<(usize, Vec<usize>)>,
}

#[derive(Serialize)]
struct Row<'a> {
    index: usize,
    handle: i64,
    class: &'a str,
    kind: Option<&'a str>,
    id: Option<&'a str>,
    state: &'static str,
    opened: Option<usize>,
    closed: Option<usize>,
    calls: usize,
    /// Requests, with the time until the response, whose response is new.
    calculations: Vec<(usize, Option<Micros>)>,
}

impl<'a> Data<'a> {
    /// The messages from an index on, and the objects that they refer to.
    pub(super) fn since(log: &'a Log, title: &'a str, from: usize) -> Self {
        let mut methods = Names::default();
        let mut messages = Messages::default();
        let start = log.messages.iter().filter_map(|message| message.at).min().unwrap_or_default();
        for (index, message) in log.messages.iter().enumerate().skip(from) {
            let call = log.call_of(index);
            messages.line.push(message.line);
            messages.at.push(message.at.map(|at| at.since(start)));
            messages.bytes.push(message.bytes);
            messages.sent.push(u8::from(message.direction == Direction::ToEngine));
            messages.handle.push(call.and_then(|call| call.handle));
            messages.object.push(call.and_then(|call| call.object).map_or(NONE, position));
            messages.outcome.push(call.map_or(0, |call| outcome(&call.outcome)));
            let (kind, id, method, partner) = match &message.kind {
                Kind::Request { call } => {
                    let call = &log.calls[*call];
                    (0, Some(call.id), Some(&*call.method), call.reply)
                }
                Kind::Reply { id, .. } => (1, Some(*id), call.map(|call| &*call.method), call.map(|call| call.request)),
                Kind::Notification { method } => (2, None, Some(&**method), None),
                Kind::Bare => (3, None, None, None),
            };
            messages.kind.push(kind);
            messages.id.push(id);
            messages.method.push(method.map_or(NONE, |method| methods.position(method)));
            messages.partner.push(partner.map_or(NONE, position));
            for (column, objects) in [
                (&mut messages.change, &message.change),
                (&mut messages.close, &message.close),
                (&mut messages.suspend, &message.suspend),
            ] {
                if !objects.is_empty() {
                    column.push((index, objects.clone()));
                }
            }
        }
        let faults = log.faults.iter().map(|fault| format!("line {}: {}", fault.line, fault.reason)).collect();
        let objects = touched(log, from).into_iter().map(|index| row(log, index, from)).collect();
        Self { title, live: false, bytes: log.bytes, faults, methods: methods.names, from, messages, objects }
    }

    pub(super) fn title(&self) -> &'a str {
        self.title
    }

    /// Announces further messages.
    pub(super) fn live(mut self) -> Self {
        self.live = true;
        self
    }
}

/// The objects that messages from an index on refer to, in order.
fn touched(log: &Log, from: usize) -> BTreeSet<usize> {
    if from == 0 {
        return (0..log.objects.len()).collect();
    }
    let mut touched: BTreeSet<usize> = log
        .objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.opened.max(object.closed) >= Some(from))
        .map(|(index, _)| index)
        .collect();
    for (index, message) in log.messages.iter().enumerate().skip(from) {
        touched.extend(log.call_of(index).and_then(|call| call.object));
        touched.extend(message.change.iter().chain(&message.close).chain(&message.suspend));
    }
    touched
}

fn row(log: &Log, index: usize, from: usize) -> Row<'_> {
    let object = &log.objects[index];
    let calculations = object.calculations.iter().map(|call| &log.calls[*call]);
    let calculations = calculations.filter(|call| call.reply >= Some(from));
    Row {
        index,
        handle: object.handle,
        class: object.class(),
        kind: object.kind.as_deref(),
        id: object.id.as_deref(),
        state: object.state.as_str(),
        opened: object.opened,
        closed: object.closed,
        calls: object.calls,
        calculations: calculations.map(|call| (call.request, call.took(log))).collect(),
    }
}

fn outcome(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Answered => 0,
        Outcome::Failed(_) => 1,
        Outcome::NotFound => 2,
        Outcome::Unanswered => 3,
    }
}

fn position(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(NONE)
}

/// Names, in order of first use.
#[derive(Default)]
struct Names<'a> {
    names: Vec<&'a str>,
    positions: HashMap<&'a str, i64>,
}

impl<'a> Names<'a> {
    fn position(&mut self, name: &'a str) -> i64 {
        *self.positions.entry(name).or_insert_with(|| {
            self.names.push(name);
            position(self.names.len() - 1)
        })
    }
}
