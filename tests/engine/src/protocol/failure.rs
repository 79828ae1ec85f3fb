//! Error responses of the protocol layer: codes that calculations never use, and their messages.

use crate::error::{EngineError, code};
use serde_json::{Value, json};

/// An error response.
pub(crate) type Failure = EngineError;

pub(crate) const APP_ALREADY_EXISTS: i32 = 1000;
pub(crate) const APP_ALREADY_OPEN: i32 = 1002;
pub(crate) const APP_NOT_FOUND: i32 = 1003;
pub(crate) const APP_INVALID: i32 = 1007;
pub(crate) const OPEN_IN_OTHER_MODE: i32 = 1009;
pub(crate) const CONNECTION_EXISTS: i32 = 2000;
pub(crate) const CONNECTION_NOT_FOUND: i32 = 2001;
pub(crate) const CONNECTION_NAME_INVALID: i32 = 2004;
pub(crate) const MODAL: i32 = 6003;
pub(crate) const LINKED_TO_NOTHING: i32 = 8000;
pub(crate) const NOT_FOR_SESSION_APPS: i32 = 9009;
pub(crate) const RELOAD_RUNNING: i32 = 11_000;
pub(crate) const VARIABLE_WITHOUT_NAME: i32 = 18_000;
pub(crate) const VARIABLE_EXISTS: i32 = 18_001;
pub(crate) const INVALID_REQUEST: i32 = -32_600;
pub(crate) const INTERNAL: i32 = -32_603;
pub(crate) const PARSE_ERROR: i32 = -32_700;

/// An error with the usual message of its code.
pub(crate) fn failure(code: i32, parameter: impl Into<String>) -> Failure {
    Failure::new(code, parameter, message(code))
}

/// A request whose parameters do not match its method.
pub(crate) fn invalid_params(what: impl Into<String>) -> Failure {
    failure(code::INVALID_PARAMETER, what)
}

/// The JSON of an error in a response.
pub(crate) fn to_json(failure: &Failure) -> Value {
    json!({ "code": failure.code, "parameter": failure.parameter, "message": failure.message })
}

fn message(code: i32) -> &'static str {
    match code {
        code::NOT_FOUND => "Not found",
        code::ALREADY_EXISTS => "Already exists",
        code::INVALID_PATH => "Invalid path",
        code::ACCESS_DENIED => "Access denied",
        code::INVALID_PARAMETERS => "Invalid parameters",
        code::ABORTED => "Request aborted",
        code::INVALID_OBJECT => "Invalid object",
        APP_ALREADY_EXISTS => "App already exists",
        APP_ALREADY_OPEN => "App already open",
        APP_NOT_FOUND => "App not found",
        APP_INVALID => "App invalid",
        OPEN_IN_OTHER_MODE => "App already open in different mode",
        CONNECTION_EXISTS => "Connection already exists",
        CONNECTION_NOT_FOUND => "Connection not found",
        CONNECTION_NAME_INVALID => "Connection name is invalid",
        MODAL => "Object is in modal state",
        LINKED_TO_NOTHING => "Linked object not found",
        NOT_FOR_SESSION_APPS => "Not supported for session apps",
        RELOAD_RUNNING => "Reload in progress",
        VARIABLE_WITHOUT_NAME => "Variable has no name",
        VARIABLE_EXISTS => "Duplicate variable name",
        INVALID_REQUEST => "Invalid Request",
        code::METHOD_NOT_FOUND => "Method not found",
        code::INVALID_PARAMETER => "Invalid Params",
        INTERNAL => "Internal error",
        PARSE_ERROR => "Parse error",
        _ => "Error",
    }
}
