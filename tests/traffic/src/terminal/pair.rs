//! A request and its response in full, as far as they were kept.

use std::fmt::Write;

use super::calls::outcome;
use super::pretty::pretty;
use super::table::{name, printable, size};
use crate::{Entry, Filter, Kind, Log, Message};

/// All calls with an ID.
#[must_use]
pub fn pair(log: &Log, filter: &Filter) -> String {
    let mut out = String::new();
    for entry in filter.entries(log) {
        if !out.is_empty() {
            out.push('\n');
        }
        match entry {
            Entry::Call(index) => {
                let call = &log.calls[index];
                let to = call.object.map(|object| &log.objects[object]);
                let to = to.map(|object| format!(" to handle {}, {}", object.handle, name(object))).unwrap_or_default();
                heading(&mut out, &format!("request {}: {}{to}", call.id, call.method), &log.messages[call.request]);
                match call.reply {
                    Some(reply) => {
                        let took = call.took(log).map(|took| format!(" after {took}")).unwrap_or_default();
                        let what = format!("reply{took}: {}", outcome(&call.outcome));
                        heading(&mut out, &what, &log.messages[reply]);
                        effects(&mut out, log, &log.messages[reply]);
                    }
                    None => out.push_str("no reply in the log\n"),
                }
            }
            Entry::Message(index) => {
                let message = &log.messages[index];
                let what =
                    if matches!(message.kind, Kind::Reply { .. }) { "reply without a request" } else { "message" };
                heading(&mut out, what, message);
                effects(&mut out, log, message);
            }
        }
    }
    if out.is_empty() { "no message with this ID in the log\n".to_owned() } else { out }
}

fn heading(out: &mut String, what: &str, message: &Message) {
    let at = message.at.map(|at| format!(", at {at}")).unwrap_or_default();
    let what = printable(what);
    _ = writeln!(out, "{what} (line {}{at}, {})", message.line, size(message.bytes as u64));
    let text = pretty(&message.text);
    text.lines().for_each(|line| _ = writeln!(out, "  {}", printable(line)));
}

fn effects(out: &mut String, log: &Log, message: &Message) {
    for (what, objects) in
        [("made stale", &message.change), ("closed", &message.close), ("suspended", &message.suspend)]
    {
        for object in objects {
            let object = &log.objects[*object];
            _ = writeln!(out, "  {what}: {} {}", object.handle, printable(&name(object)));
        }
    }
}
