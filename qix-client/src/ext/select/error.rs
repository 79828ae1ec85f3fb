//! Errors of selections.

use qix_schema::types::FieldValue;
use qix_schema::{Error, ErrorKind};

/// Why a selection could not be made.
///
/// Part of an [`Error`]: `error.downcast_ref::<SelectError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The field does not exist.
    #[error("the app has no field `{field}`; `doc.fields()` lists the fields")]
    NoField {
        /// The field.
        field: String,
    },
    /// Some values do not exist. In a field, the others have been selected.
    #[error("the field `{field}` has no value {}; texts and numbers are not the same, see `FieldValue`", listed(.values))]
    NoValue {
        /// The field, or the title of the list.
        field: String,
        /// The missing values.
        values: Vec<FieldValue>,
    },
    /// No value matches the search.
    #[error("nothing in `{field}` matches `{search}`; the selections have not changed")]
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
    /// The engine did not make the selection, for an unknown reason.
    #[error("the engine did not select in `{field}`; check the properties of the field and section access")]
    Refused {
        /// The field, or the title of the list.
        field: String,
    },
    /// The object has no list at the path.
    #[error("the object has no list at `{path}`; set the path of its definition with `with_path`")]
    NoList {
        /// The path of the definition.
        path: String,
    },
    /// The alternate state could not be removed.
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

/// Maximum number of values in a message.
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
