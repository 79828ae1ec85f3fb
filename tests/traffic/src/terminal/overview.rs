//! Overview of a log.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use super::table::{limited, more, size, table, time};
use crate::{Direction, Kind, Log, Micros, Outcome};

/// Maximum number of faults to show.
const FAULTS: usize = 10;

#[derive(Default)]
struct Method {
    calls: usize,
    errors: usize,
    bytes: usize,
    total: Option<Micros>,
    longest: Option<Micros>,
}

/// Numbers of messages, calls, errors, bytes, and open objects, and the methods with their durations.
#[must_use]
pub fn overview(log: &Log, limit: usize) -> String {
    let mut out = String::new();
    let sent = log.messages.iter().filter(|message| message.direction == Direction::ToEngine).count();
    let bytes = size(log.bytes);
    let line = |out: &mut String, name: &str, text: &str| _ = writeln!(out, "{name:<13}{text}");
    let messages = format!("{} ({sent} sent, {} received), {bytes}", log.messages.len(), log.messages.len() - sent);
    line(&mut out, "messages", &messages);
    let count = |outcome: fn(&Outcome) -> bool| log.calls.iter().filter(|call| outcome(&call.outcome)).count();
    let calls = format!(
        "{}: {} answered, {} failed, {} found nothing, {} without a reply",
        log.calls.len(),
        count(|outcome| *outcome == Outcome::Answered),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
        count(|outcome| *outcome == Outcome::NotFound),
        count(|outcome| *outcome == Outcome::Unanswered),
    );
    line(&mut out, "calls", &calls);
    let delta = log.messages.iter().filter(|message| message.delta && message.direction == Direction::FromEngine);
    let kind = |wanted: fn(&Kind) -> bool| log.messages.iter().filter(|message| wanted(&message.kind)).count();
    let others = format!(
        "notifications {}, replies without a request {}, deltas {}",
        kind(|kind| matches!(kind, Kind::Notification { .. })),
        kind(|kind| matches!(kind, Kind::Reply { call: None, .. })),
        delta.count(),
    );
    line(&mut out, "others", &others);
    line(&mut out, "duration", &log.duration().map_or_else(|| "the log has no times".to_owned(), |it| it.to_string()));
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    log.open_objects().for_each(|object| *classes.entry(object.class()).or_default() += 1);
    let classes: Vec<String> = classes.iter().map(|(class, count)| format!("{count} {class}")).collect();
    let classes = if classes.is_empty() { String::new() } else { format!(": {}", classes.join(", ")) };
    line(&mut out, "open objects", &format!("{}{classes}", log.open_objects().count()));
    if !log.faults.is_empty() {
        let lost = log.faults.iter().filter(|fault| fault.reason.is_loss()).count();
        line(&mut out, "bad lines", &format!("{} ({lost} omitted)", log.faults.len()));
        for fault in log.faults.iter().take(FAULTS) {
            _ = writeln!(out, "  line {}: {}", fault.line, fault.reason);
        }
        if log.faults.len() > FAULTS {
            _ = writeln!(out, "  … {} more", log.faults.len() - FAULTS);
        }
    }
    if !log.calls.is_empty() {
        out.push('\n');
        out.push_str(&methods(log, limit));
    }
    out
}

fn methods(log: &Log, limit: usize) -> String {
    let mut methods: BTreeMap<&Arc<str>, Method> = BTreeMap::new();
    for call in &log.calls {
        let method = methods.entry(&call.method).or_default();
        method.calls += 1;
        method.errors += usize::from(call.outcome.is_error());
        method.bytes += call.reply.map_or(0, |reply| log.messages[reply].bytes);
        if let Some(took) = call.took(log) {
            method.total = Some(Micros(method.total.unwrap_or_default().0 + took.0));
            method.longest = method.longest.max(Some(took));
        }
    }
    let mut methods: Vec<_> = methods.into_iter().collect();
    methods.sort_by_key(|(name, method)| (std::cmp::Reverse((method.total, method.calls)), *name));
    let (rows, missing) = limited(methods.into_iter(), limit);
    let rows = rows.into_iter().map(|(name, method)| {
        vec![
            name.to_string(),
            method.calls.to_string(),
            method.errors.to_string(),
            size(method.bytes as u64),
            time(method.total),
            time(method.longest),
        ]
    });
    table(&["method", ">calls", ">errors", ">replies", ">total", ">longest"], rows) + &more(missing)
}
