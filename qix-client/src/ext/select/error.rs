//! Why nothing is selected.

use qix_schema::types::FieldValue;
use qix_schema::{Error, ErrorKind};

/// Why a selection is not the one that was asked for.
///
/// It is inside of an [`Error`]: `error.downcast_ref::<SelectError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The app has no such field.
    #[error("the app has no field `{field}`; `doc.fields()` lists those that it has")]
    NoField {
        /// The field.
        field: String,
    },
    /// Values are not in the field. Those that are there have been selected.
    #[error("the field `{field}` has no value {}; texts and numbers are not the same, see `FieldValue`", listed(.values))]
    NoValue {
        /// The field, or the title of the list.
        field: String,
        /// The values that are not there.
        values: Vec<FieldValue>,
    },
    /// A search finds nothing.
    #[error("nothing in `{field}` matches `{search}`; the selections are as they were")]
    NoMatch {
        /// The field, or the title of the list.
        field: String,
        /// The search.
        search: String,
    },
    /// The field is locked.
    #[error("the field `{field}` is locked; unlock it, or select with `soft_lock(true)`")]
    Locked {
        /// The field, or the title of the list.
        field: String,
    },
    /// No value of the field is possible under the selections in other fields.
    #[error("no value of the field `{field}` is possible; clear selections in other fields")]
    NothingPossible {
        /// The field.
        field: String,
    },
    /// The engine has not made the selection, and nothing that can be asked for says why.
    #[error("the engine does not select in `{field}`; look at the field's properties and at section access")]
    Refused {
        /// The field, or the title of the list.
        field: String,
    },
    /// The object has no list at the path.
    #[error("the object has no list at `{path}`; give the path of its definition with `with_path`")]
    NoList {
        /// The path of the definition.
        path: String,
    },
    /// The engine has not removed an alternate state.
    #[error("the engine knows no alternate state `{state}` of this session")]
    NoState {
        /// The state.
        state: String,
    },
}

impl From<SelectError> for Error {
    fn from(error: SelectError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

/// Values that a message names at most.
const NAMED: usize = 10;

fn listed(values: &[FieldValue]) -> String {
    let name = |value: &FieldValue| match value.is_numeric {
        true => value.number.to_string(),
        false => format!("`{}`", value.text),
    };
    let mut names: Vec<String> = values.iter().take(NAMED).map(name).collect();
    if values.len() > NAMED {
        names.push(format!("and {} more", values.len() - NAMED));
    }
    names.join(", ")
}
