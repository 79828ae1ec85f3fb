//! Objects, and what made them stale.

use std::fmt::Write;

use super::table::{excerpt, limited, more, name, printable, table, time};
use crate::{Log, Object};

/// All objects with their calculations.
#[must_use]
pub fn objects(log: &Log, limit: usize) -> String {
    let (objects, missing) = limited(log.objects.iter().filter(|object| object.handle != Object::GLOBAL), limit);
    let rows = objects.into_iter().map(|object| {
        vec![
            object.handle.to_string(),
            object.class().to_owned(),
            object.kind.clone().unwrap_or_default(),
            object.id.clone().unwrap_or_default(),
            object.state.as_str().to_owned(),
            object.calls.to_string(),
            object.invalidations.len().to_string(),
            object.calculations.len().to_string(),
            time(object.times(log).next_back()),
            time(object.times(log).max()),
        ]
    });
    let titles =
        [">handle", "class", "type", "id", "state", ">calls", ">made stale", ">calculated", ">latest", ">longest"];
    let open = format!("\n{} of {} open at the end\n", log.open_objects().count(), log.objects.len() - globals(log));
    table(&titles, rows) + &more(missing) + &open
}

fn globals(log: &Log) -> usize {
    log.objects_of(Object::GLOBAL).count()
}

/// The object of a handle.
#[must_use]
pub fn about(log: &Log, handle: i64) -> String {
    let mut out = String::new();
    for object in log.objects_of(handle) {
        let line = |message: Option<usize>| message.map(|message| log.messages[message].line);
        let opened = line(object.opened).map_or_else(String::new, |line| format!(", opened in line {line}"));
        let closed = line(object.closed).map_or_else(String::new, |line| format!(", closed in line {line}"));
        let (state, name) = (object.state.as_str(), printable(&name(object)));
        let stale = object.invalidations.len();
        _ = writeln!(out, "handle {handle}: {name}, {state}{opened}{closed}, made stale {stale} times");
    }
    if out.is_empty() {
        out = format!("handle {handle} is not in the log\n");
    }
    out
}

/// The calls that made the data of a handle stale.
#[must_use]
pub fn invalidated(log: &Log, handle: i64, limit: usize) -> String {
    let (changes, missing) =
        limited(log.objects_of(handle).flat_map(|object| object.invalidations.iter().copied()), limit);
    let rows = changes.into_iter().map(|change| {
        let message = &log.messages[change];
        let mut row = vec![message.line.to_string(), time(message.at)];
        match log.call_of(change) {
            Some(call) => row.extend([
                call.id.to_string(),
                log.messages[call.request].line.to_string(),
                call.object.map_or_else(
                    || "-".to_owned(),
                    |object| {
                        let object = &log.objects[object];
                        format!("{} {}", object.handle, name(object))
                    },
                ),
                call.method.to_string(),
                excerpt(&log.messages[call.request]),
            ]),
            None => row.extend(["-", "-", "-", "the engine itself", ""].map(str::to_owned)),
        }
        row
    });
    let titles = [">line", ">at", ">by id", ">sent in line", "to", "method", "params"];
    about(log, handle) + &table(&titles, rows) + &more(missing)
}
