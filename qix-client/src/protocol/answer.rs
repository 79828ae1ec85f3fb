//! Reads the parts of a response that the runtime needs: the object in it, or the engine's error.

use qix_schema::{EngineError, ErrorCode};
use serde::Deserialize;

/// The object in the result of a response.
#[derive(Debug, Deserialize)]
pub(crate) struct NamedObject {
    #[serde(rename = "qHandle", default)]
    pub(crate) handle: Option<i64>,
    #[serde(rename = "qGenericId", default)]
    pub(crate) id: Option<String>,
}

/// The object in a result.
pub(crate) fn named_object(result: &str) -> Option<NamedObject> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "qReturn")]
        object: NamedObject,
    }
    Some(serde_json::from_str::<Named>(result).ok()?.object)
}

/// The error of a response.
pub(crate) fn engine_error(error: &str) -> EngineError {
    #[derive(Deserialize)]
    struct Wire {
        code: i64,
        #[serde(default)]
        parameter: Option<String>,
        #[serde(default)]
        message: Option<String>,
    }
    match serde_json::from_str::<Wire>(error) {
        Ok(wire) => {
            EngineError::new(ErrorCode(wire.code), wire.parameter.unwrap_or_default(), wire.message.unwrap_or_default())
        }
        // An error in another form is still an error.
        Err(_) => EngineError::new(ErrorCode(0), "", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_by_handle_and_identifier() {
        let object = named_object(r#"{"qReturn":{"qType":"GenericObject","qHandle":2,"qGenericId":"a"}}"#).unwrap();
        assert_eq!((object.handle, object.id.as_deref()), (Some(2), Some("a")));
        let nothing = named_object(r#"{"qReturn":{"qType":null,"qHandle":null}}"#).unwrap();
        assert_eq!((nothing.handle, nothing.id), (None, None));
        assert!(named_object(r#"{"qReturn":true}"#).is_none());
    }

    #[test]
    fn an_error_of_another_form_keeps_its_text() {
        let error = engine_error(r#"{"code":2,"message":"no"}"#);
        assert_eq!((error.code, &*error.parameter, &*error.message), (ErrorCode(2), "", "no"));
        assert_eq!(engine_error("\"broken\""), EngineError::new(ErrorCode(0), "", "\"broken\""));
    }
}
