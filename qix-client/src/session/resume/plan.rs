//! How to get an object back, without any I/O.

use qix_schema::rpc::ObjectHandle;
use serde_json::json;

use crate::session::books::Memory;
use crate::session::core::Origin;

/// A call of the document that brings an object back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) method: &'static str,
    pub(super) params: String,
    /// Whether the object is made anew.
    pub(super) creates: bool,
}

/// The calls that can bring an object back, in the order in which to try them.
pub(super) fn steps(object: &ObjectHandle, origin: &Origin, memory: Option<&Memory>) -> Vec<Step> {
    let get = |method, key: &str| {
        let id = object.id.as_deref().filter(|id| !id.is_empty())?;
        Some(Step { method, params: json!({ key: id }).to_string(), creates: false })
    };
    let by_id = match object.class {
        // A child is found by its identifier like any other object.
        "GenericObject" => get("GetObject", "qId"),
        "GenericDimension" => get("GetDimension", "qId"),
        "GenericMeasure" => get("GetMeasure", "qId"),
        "GenericBookmark" => get("GetBookmark", "qId"),
        "GenericVariable" => get("GetVariableById", "qId"),
        _ => None,
    };
    let create = memory.and_then(Memory::creation);
    let create = create.map(|params| Step { method: "CreateSessionObject", params, creates: true });
    by_id.or_else(|| as_before(object.class, origin)).into_iter().chain(create).collect()
}

/// The call that brought the object, if it only looked it up in the document.
fn as_before(class: &str, origin: &Origin) -> Option<Step> {
    let method = origin.method;
    let looks_up = match class {
        "Field" => matches!(method, "GetField" | "GetFieldOnTheFlyByName"),
        "Variable" => method == "GetVariable",
        "GenericVariable" => matches!(method, "GetVariableByName" | "GetVariableById"),
        _ => false,
    };
    looks_up.then(|| Step { method, params: origin.params.clone(), creates: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(class: &'static str, id: Option<&str>) -> ObjectHandle {
        let mut object = ObjectHandle::new(class, 7);
        object.id = id.map(str::to_owned);
        object
    }

    fn origin(method: &'static str, params: &str) -> Origin {
        Origin { parent: 1, method, params: params.to_owned() }
    }

    #[test]
    fn what_has_an_identifier_is_found_by_it() {
        let steps = steps(&object("GenericObject", Some("x")), &origin("CreateChild", "{}"), None);
        assert_eq!(steps, [Step { method: "GetObject", params: r#"{"qId":"x"}"#.into(), creates: false }]);
    }

    #[test]
    fn a_field_is_looked_up_as_before() {
        let origin = origin("GetField", r#"{"qFieldName":"Year","qStateName":"A"}"#);
        let steps = steps(&object("Field", None), &origin, None);
        assert_eq!(steps, [Step { method: "GetField", params: origin.params, creates: false }]);
    }

    #[test]
    fn a_session_object_can_be_made_again() {
        let memory = Memory::made(r#"{"qProp":{"title":"a"}}"#, Some("x"));
        let steps = steps(&object("GenericObject", Some("x")), &origin("CreateSessionObject", ""), Some(&memory));
        assert_eq!(
            steps.iter().map(|step| (step.method, step.creates)).collect::<Vec<_>>(),
            [("GetObject", false), ("CreateSessionObject", true)]
        );
    }

    #[test]
    fn what_was_made_by_a_write_is_not_made_twice() {
        assert_eq!(steps(&object("Field", None), &origin("Unknown", "{}"), None), []);
        assert_eq!(steps(&object("GenericBookmark", None), &origin("CreateBookmark", "{}"), None), []);
    }
}
