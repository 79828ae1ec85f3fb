//! Errors of selections.

use qix_schema::types::FieldValue;
use qix_schema::{Error, ErrorKind};

/// Why a selection could not be made.
///
/// Part of an [`Error`]: `error.downcast_ref::<SelectError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The app has no such field.
    #[error("the app has no field `{field}`{}; `doc.fields()` lists its fields", no_field_hint(.field, .similar.as_deref()))]
    NoField {
        /// The field.
        field: String,
        /// A field whose name differs only in case or brackets.
        similar: Option<String>,
    },
    /// There is nothing to select.
    #[error("no values are given for `{field}`; to clear its selections, call `clear` of the field")]
    NoValues {
        /// The field, or the title of the list.
        field: String,
    },
    /// Values are not in the field. In a field, those that it has are selected.
    #[error("the field `{field}` has no value {}{}", listed(.values), similar_hint(.similar))]
    NoValue {
        /// The field, or the title of the list.
        field: String,
        /// The missing values.
        values: Vec<FieldValue>,
        /// Values of the field that look alike: a number with the same digits, a string that differs in case.
        similar: Vec<FieldValue>,
    },
    /// No value matches the search.
    #[error("nothing in `{field}` matches `{search}`; the selections have not changed")]
    NoMatch {
        /// The field, or the title of the list.
        field: String,
        /// The search.
        search: String,
    },
    /// The search is longer than engines accept: they ignore the rest.
    #[error(
        "the search in `{field}` has {length} characters, and engines use only the first 255; select the values with `select`"
    )]
    SearchTooLong {
        /// The field, or the title of the list.
        field: String,
        /// Number of characters.
        length: usize,
    },
    /// The field is locked.
    #[error("the field `{field}` is locked; unlock it, or select with `soft_lock(true)`")]
    Locked {
        /// The field, or the title of the list.
        field: String,
    },
    /// The field always has exactly one selected value.
    #[error("the field `{field}` always has one selected value; select exactly one, without toggling")]
    AlwaysOneSelected {
        /// The field, or the title of the list.
        field: String,
    },
    /// The field is in AND mode, where the engine rejects a value that leaves no records.
    #[error(
        "the field `{field}` is in AND mode, and its records do not have all of the values; leave the mode with `set_and_mode(false)`"
    )]
    AndMode {
        /// The field.
        field: String,
    },
    /// No value of the field is possible under the selections in other fields.
    #[error("no value of the field `{field}` is possible; clear selections in other fields")]
    NothingPossible {
        /// The field.
        field: String,
    },
    /// The engine has not made the selection, and the reason is unknown.
    #[error(
        "the engine has not made the selection in `{field}`, for a reason other than a lock or mode of the field; check section access, and whether another object is in selection mode"
    )]
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
    #[error("the session has no alternate state `{state}`")]
    NoState {
        /// The state.
        state: String,
    },
}

/// Maximum length of a search in an engine, in characters.
const LONGEST_SEARCH: usize = 255;

impl SelectError {
    /// The error of a search that the engine would cut off.
    pub(super) fn of_long_search(field: &str, search: &str) -> Option<Self> {
        let length = search.chars().count();
        (length > LONGEST_SEARCH).then(|| Self::SearchTooLong { field: field.to_owned(), length })
    }
}

impl From<SelectError> for Error {
    fn from(error: SelectError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

fn no_field_hint(field: &str, similar: Option<&str>) -> String {
    match similar {
        Some(similar) => format!("; its name is `{similar}`"),
        None if field.starts_with('=') => {
            ", and an expression is not a field; create a list with `ListObjectDef::field` and select in it".to_owned()
        }
        None => String::new(),
    }
}

fn similar_hint(similar: &[FieldValue]) -> String {
    match similar {
        [] => String::new(),
        similar => {
            format!("; it has {}: strings and numbers are different, and strings are case-sensitive", listed(similar))
        }
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
