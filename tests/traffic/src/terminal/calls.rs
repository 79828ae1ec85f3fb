//! Lists of calls.

use std::cmp::Reverse;

use super::table::{excerpt, handles, limited, more, size, table, time};
use crate::{Entry, Filter, Kind, Log, Outcome};

/// The calls and other messages that match a filter.
#[must_use]
pub fn list(log: &Log, filter: &Filter, limit: usize) -> String {
    let (entries, missing) = limited(filter.entries(log), limit);
    if entries.is_empty() {
        return "no such messages in the log\n".to_owned();
    }
    calls(log, entries) + &more(missing)
}

/// The slowest calls that match a filter.
#[must_use]
pub fn slowest(log: &Log, filter: &Filter, count: usize) -> String {
    let timed = filter.entries(log).filter_map(|entry| match entry {
        Entry::Call(call) => Some((log.calls[call].took(log)?, entry)),
        Entry::Message(_) => None,
    });
    let mut timed: Vec<_> = timed.collect();
    if timed.is_empty() {
        return "no call has times: the log needs `at`, in microseconds, on requests and replies\n".to_owned();
    }
    timed.sort_by_key(|(took, _)| Reverse(*took));
    calls(log, timed.into_iter().take(count).map(|(_, entry)| entry))
}

pub(super) fn calls(log: &Log, entries: impl IntoIterator<Item = Entry>) -> String {
    let titles = [">line", ">at", ">id", ">handle", "method", ">took", ">reply", "outcome", "made stale", "params"];
    table(&titles, entries.into_iter().map(|entry| row(log, entry)))
}

fn row(log: &Log, entry: Entry) -> Vec<String> {
    let number = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    match entry {
        Entry::Call(index) => {
            let call = &log.calls[index];
            let request = &log.messages[call.request];
            let reply = call.reply.map(|reply| &log.messages[reply]);
            vec![
                request.line.to_string(),
                time(request.at),
                call.id.to_string(),
                number(call.handle),
                call.method.to_string(),
                time(call.took(log)),
                reply.map_or_else(|| "-".to_owned(), |reply| size(reply.bytes as u64)),
                outcome(&call.outcome),
                reply.map_or_else(String::new, |reply| handles(log, &reply.change)),
                excerpt(request),
            ]
        }
        Entry::Message(index) => {
            let message = &log.messages[index];
            let (id, method, what) = match &message.kind {
                Kind::Notification { method } => (None, &**method, "notification"),
                Kind::Reply { id, .. } => (Some(*id), "", "no request"),
                _ => (None, "", "not a reply"),
            };
            vec![
                message.line.to_string(),
                time(message.at),
                number(id),
                "-".to_owned(),
                method.to_owned(),
                "-".to_owned(),
                size(message.bytes as u64),
                what.to_owned(),
                handles(log, &message.change),
                excerpt(message),
            ]
        }
    }
}

/// Short form of a call's result.
pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unanswered => "no reply".to_owned(),
        Outcome::Answered => "ok".to_owned(),
        Outcome::NotFound => "not found".to_owned(),
        Outcome::Failed(error) => match [&error.message, &error.parameter].into_iter().find(|text| !text.is_empty()) {
            Some(text) => format!("error {}: {}", error.code, text.chars().take(40).collect::<String>()),
            None => format!("error {}", error.code),
        },
    }
}
