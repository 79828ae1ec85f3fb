//! A call as a Rust program: from the connection over the object to the call.

use qix_codegen::snippet::Step;
use serde_json::Value;

use crate::desk::Desk;

/// Writes a call of an open object as Rust.
pub(crate) fn code(desk: &Desk, handle: i64, method: &str, params: &Value) -> Result<String, String> {
    let state = desk.state();
    let node = state.node(handle).ok_or_else(|| format!("no object with the handle {handle} is open"))?;
    // The calls that returned the object, from the last one to the first one.
    let mut path = Vec::new();
    let mut next = Some(node);
    while let Some(node) = next.map(|node| &state.nodes[node]) {
        if let Some(call) = node.object.call {
            let entry = &state.history[call];
            path.push((format!("{}.{}", entry.class, entry.method), &entry.params));
        }
        next = node.parent;
    }
    path.reverse();
    path.push((format!("{}.{method}", state.nodes[node].object.class), params));
    let steps = path.iter().enumerate().map(|(index, (method, params))| {
        let on = index.checked_sub(1);
        Step { on, method, params }
    });
    let steps: Vec<_> = steps.collect();
    desk.schema.program(&desk.target.url, &steps).map_err(|error| error.to_string())
}
