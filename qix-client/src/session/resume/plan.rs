//! How to restore an object, without I/O.

use qix_schema::rpc::{Class, Method, ObjectHandle, Request};
use qix_schema::{
    Field, GenericBookmark, GenericDimension, GenericMeasure, GenericObject, GenericVariable, Variable, doc,
};

use crate::protocol::request::{self, is};
use crate::session::books::Recipe;
use crate::session::core::{Object, Origin};

/// A call of the document that restores an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lookup {
    pub(super) method: Method,
    pub(super) params: String,
    /// Whether the object is created again.
    pub(super) creates: bool,
}

impl Lookup {
    fn get<R: Request>(request: &R) -> Self {
        Self { method: R::METHOD, params: request::params(request), creates: false }
    }
}

/// The calls that can restore an object, in the order in which to try them.
pub(super) fn steps(object: &ObjectHandle, origin: Option<&Origin>, recipe: Option<&Recipe>) -> Vec<Lookup> {
    let id = object.id.as_deref().filter(|id| !id.is_empty());
    let by_id = id.and_then(|id| {
        Some(match object.class {
            // A child is found by its ID like any other object.
            GenericObject::NAME => Lookup::get(&doc::GetObject::new(id)),
            GenericDimension::NAME => Lookup::get(&doc::GetDimension::new(id)),
            GenericMeasure::NAME => Lookup::get(&doc::GetMeasure::new(id)),
            GenericBookmark::NAME => Lookup::get(&doc::GetBookmark::new(id)),
            GenericVariable::NAME => Lookup::get(&doc::GetVariableById::new(id)),
            _ => return None,
        })
    });
    let create = recipe.and_then(Recipe::creation);
    let create = create.map(|params| Lookup { method: doc::CreateSessionObject::METHOD, params, creates: true });
    by_id.or_else(|| as_before(object.class, origin?)).into_iter().chain(create).collect()
}

/// The call of the document that finds an existing object.
pub(crate) fn found_by(object: &Object) -> Option<(Method, String)> {
    let steps = steps(object.handle(), object.origin(), None);
    steps.into_iter().find(|step| !step.creates).map(|step| (step.method, step.params))
}

/// The call that returned the object, if it only looked it up in the document.
fn as_before(class: &str, origin: &Origin) -> Option<Lookup> {
    let method = origin.method;
    let looks_up = match class {
        Field::NAME => is::<doc::GetField>(method) || is::<doc::GetFieldOnTheFlyByName>(method),
        #[expect(deprecated, reason = "a program may have called it")]
        Variable::NAME => is::<doc::GetVariable>(method),
        GenericVariable::NAME => is::<doc::GetVariableByName>(method) || is::<doc::GetVariableById>(method),
        _ => false,
    };
    looks_up.then(|| Lookup { method, params: origin.params.clone(), creates: false })
}

#[cfg(test)]
mod tests {
    use qix_schema::generic_object;

    use super::*;

    fn object(class: &'static str, id: Option<&str>) -> ObjectHandle {
        let mut object = ObjectHandle::new(class, 7);
        object.id = id.map(str::to_owned);
        object
    }

    fn origin<R: Request>(params: &str) -> Origin {
        Origin { parent: 1, method: R::METHOD, params: params.to_owned(), owned: false }
    }

    #[test]
    fn items_with_an_id_are_found_by_it() {
        let steps =
            steps(&object("GenericObject", Some("x")), Some(&origin::<generic_object::CreateChild>("{}")), None);
        assert_eq!(steps, [Lookup { method: doc::GetObject::METHOD, params: r#"{"qId":"x"}"#.into(), creates: false }]);
    }

    #[test]
    fn a_field_is_looked_up_as_before() {
        let origin = origin::<doc::GetField>(r#"{"qFieldName":"Year","qStateName":"A"}"#);
        let steps = steps(&object("Field", None), Some(&origin), None);
        assert_eq!(steps, [Lookup { method: doc::GetField::METHOD, params: origin.params, creates: false }]);
    }

    #[test]
    fn a_session_object_can_be_created_again() {
        let recipe = Recipe::made(r#"{"qProp":{"title":"a"}}"#, Some("x"));
        let steps =
            steps(&object("GenericObject", Some("x")), Some(&origin::<doc::CreateSessionObject>("")), Some(&recipe));
        assert_eq!(
            steps.iter().map(|step| (step.method.name, step.creates)).collect::<Vec<_>>(),
            [("GetObject", false), ("CreateSessionObject", true)]
        );
    }

    #[test]
    fn objects_created_by_a_write_are_not_created_twice() {
        assert_eq!(steps(&object("Field", None), None, None), []);
        assert_eq!(steps(&object("GenericBookmark", None), Some(&origin::<doc::CreateBookmark>("{}")), None), []);
    }
}
