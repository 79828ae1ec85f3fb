//! Data connections: stored and listed. Scripts read files under the engine's folder, whatever a connection contains.

use super::{Answer, Call, Methods, done, one, unique_id};
use crate::error::{EngineError, Result, code};
use crate::protocol::failure::failure;
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("Doc.GetConnections", |call| one("qConnections", call.doc()?.connections.clone())),
    ("Doc.GetConnection", |call| {
        let connection = find(call)?.clone();
        one("qConnection", connection)
    }),
    ("Doc.CreateConnection", create),
    ("Doc.ModifyConnection", modify),
    ("Doc.DeleteConnection", delete),
];

fn find<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Value> {
    let id = call.params.text("qConnectionId").to_owned();
    let found = call.doc()?.connections.iter_mut().find(|connection| connection["qId"] == id.as_str());
    found.ok_or_else(|| EngineError::not_found(id))
}

fn create(call: &mut Call<'_>) -> Result<Answer> {
    let mut connection = call.params.value("qConnection").clone();
    let document = call.doc()?;
    let name = connection["qName"].as_str().unwrap_or_default().to_owned();
    if document.connections.iter().any(|known| known["qName"] == name.as_str()) {
        return Err(failure(code::ALREADY_EXISTS, name));
    }
    if connection["qId"].as_str().is_none_or(str::is_empty) {
        connection["qId"] = json!(unique_id());
    }
    let id = connection["qId"].clone();
    document.connections.push(without_password(connection));
    document.modified = true;
    one("qConnectionId", id)
}

fn modify(call: &mut Call<'_>) -> Result<Answer> {
    let mut connection = call.params.value("qConnection").clone();
    let known = find(call)?;
    connection["qId"] = known["qId"].clone();
    *known = without_password(connection);
    done()
}

fn delete(call: &mut Call<'_>) -> Result<Answer> {
    let id = find(call)?["qId"].clone();
    call.doc()?.connections.retain(|connection| connection["qId"] != id);
    done()
}

/// The engine never returns a password.
pub(crate) fn without_password(mut connection: Value) -> Value {
    if let Some(members) = connection.as_object_mut() {
        members.remove("qPassword");
    }
    connection
}
