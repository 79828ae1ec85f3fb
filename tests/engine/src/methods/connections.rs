//! Data connections: stored and listed. Scripts read the files of a folder connection from the engine's folders,
//! whatever its connection string is.

use super::{Answer, Call, Methods, done, one, unique_id};
use crate::error::{EngineError, Result};
use crate::protocol::failure::{CONNECTION_EXISTS, CONNECTION_NAME_INVALID, CONNECTION_NOT_FOUND, failure};
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
    found.ok_or_else(|| failure(CONNECTION_NOT_FOUND, id))
}

fn create(call: &mut Call<'_>) -> Result<Answer> {
    let mut connection = call.params.value("qConnection").clone();
    let document = call.doc()?;
    check_name(&connection, &document.connections)?;
    if connection["qId"].as_str().is_none_or(str::is_empty) {
        connection["qId"] = json!(unique_id());
    }
    let id = connection["qId"].clone();
    document.connections.push(without_password(connection));
    document.modified = true;
    one("qConnectionId", id)
}

/// A connection has a name of its own.
fn check_name(connection: &Value, others: &[Value]) -> Result<()> {
    let name = connection["qName"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(failure(CONNECTION_NAME_INVALID, name));
    }
    if others.iter().any(|other| other["qName"] == name) {
        return Err(failure(CONNECTION_EXISTS, name));
    }
    Ok(())
}

fn modify(call: &mut Call<'_>) -> Result<Answer> {
    let mut connection = call.params.value("qConnection").clone();
    let known = find(call)?;
    let (id, kind) = (known["qId"].clone(), known["qType"].clone());
    if connection["qType"].as_str().unwrap_or_default() != kind.as_str().unwrap_or_default() {
        return Err(EngineError::invalid_parameter("qConnection/qType"));
    }
    let others: Vec<Value> = call.doc()?.connections.iter().filter(|other| other["qId"] != id).cloned().collect();
    check_name(&connection, &others)?;
    connection["qId"] = id;
    *find(call)? = without_password(connection);
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
