//! Reads the parts of a response that the runtime needs: the object in it, or the engine's error.

use qix_schema::{EngineError, ErrorCode};

use super::parts::Parts;

/// The object in the result of a response.
#[derive(Debug)]
pub(crate) struct NamedObject {
    pub(crate) handle: Option<i64>,
    pub(crate) id: Option<String>,
}

/// The object in a result.
pub(crate) fn named_object(result: &str) -> Option<NamedObject> {
    let object = Parts::of(Parts::of(result)?.get("qReturn")?)?;
    let handle = object.get("qHandle").and_then(|handle| handle.parse().ok());
    Some(NamedObject { handle, id: object.text("qGenericId").map(Into::into) })
}

/// The error of a response.
pub(crate) fn engine_error(error: &str) -> EngineError {
    let parts = Parts::of(error).unwrap_or_default();
    match parts.get("code").and_then(|code| code.parse().ok()) {
        Some(code) => EngineError::new(ErrorCode(code), parts.string("parameter"), parts.string("message")),
        // An error in another form is still an error.
        None => EngineError::new(ErrorCode(0), "", error),
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
