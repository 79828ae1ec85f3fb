//! The source of rows: a cube or list in an object's layout.

use qix_schema::rpc::{Answer, CallOptions, send_with};
use qix_schema::types::{
    HyperCube, ListObject, NxDimensionInfo, NxHypercubeMode, NxLayoutErrors, NxValidationError, Size,
};
use qix_schema::wire::Wire;
use qix_schema::{
    AsRemote, DecodeError, Error, ErrorCode, ErrorKind, GenericObject, decode, error_codes, generic_object,
};
use serde::de::Error as _;

use super::RowsError;
use super::columns::{Column, Columns};
use crate::protocol::parts::{Parts, items};

/// A cube or list to read.
#[derive(Debug)]
pub(crate) struct Source {
    /// Path of the definition.
    pub(super) path: String,
    pub(super) form: Form,
    pub(crate) columns: Columns,
    /// Number of data rows, and their width.
    pub(super) rows: usize,
    pub(super) width: usize,
    /// Approximate number of rows per value of the outermost dimension.
    pub(super) spread: usize,
    /// Number of invalidations of the object when its layout was requested.
    pub(super) seen: u64,
    /// The info about the field of a list.
    pub(super) field: NxDimensionInfo,
}

/// The form of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    List,
    Straight,
    /// Values between trees of headings.
    Pivot,
    /// A tree with values at its leaves.
    Stacked,
    /// As a tree whose nodes have values.
    Tree,
}

/// Default paths of cubes and lists.
const USUAL: [&str; 2] = ["/qHyperCubeDef", "/qListObjectDef"];

impl Source {
    /// Finds the source in the object's layout.
    pub(super) async fn open(object: &GenericObject, path: Option<&str>, calls: CallOptions) -> Result<Self, Error> {
        let remote = object.as_remote();
        // An invalidation during the request may be newer than the layout.
        let seen = remote.invalidations();
        let read = |answer: Answer<'_>| Self::read(answer.text(), path, seen);
        send_with(remote, generic_object::GetLayout::new(), calls, read).await
    }

    fn read(result: &str, path: Option<&str>, seen: u64) -> Result<Self, Error> {
        let own = path.map(definition);
        let candidates = own.as_deref().map_or(USUAL.to_vec(), |path| vec![path]);
        for path in &candidates {
            if is_definition(path)
                && let Some(text) = at(result, path)?
            {
                let found = if is_list(path) { Self::of_list(text, path) } else { Self::of_cube(text, path) };
                return found.map(|source| Self { seen, ..source });
            }
        }
        // An object that cannot be calculated has nothing but the error.
        if let Some(text) = at(result, "/qError")? {
            let error: NxLayoutErrors = part(text)?;
            let error = NxValidationError::default().with_error_code(error.error_code);
            return Err(not_calculated(candidates[0], &error, String::new()));
        }
        Err(RowsError::NotFound { path: path.unwrap_or(candidates[0]).to_owned() }.into())
    }

    fn of_cube(text: &str, path: &str) -> Result<Self, Error> {
        let cube: HyperCube = part(text)?;
        // If a column has an error, so does the cube, but without the reason.
        for (at, info) in cube.dimension_info.iter().enumerate() {
            let column = Column::from(info);
            fault_of_part(&format!("{path}/qDimensions/{at}"), &column, info.error.as_deref())?;
        }
        for (at, info) in cube.measure_info.iter().enumerate() {
            let column = Column::from(info);
            fault_of_part(&format!("{path}/qMeasures/{at}"), &column, info.error.as_deref())?;
        }
        calculated(path, cube.error.as_deref(), &cube.calc_cond_msg)?;
        let (form, columns) = match cube.mode {
            NxHypercubeMode::Straight => (Form::Straight, Columns::of_cube(&cube)),
            NxHypercubeMode::Pivot => (Form::Pivot, Columns::of_pivot(&cube)),
            NxHypercubeMode::PivotStack => (Form::Stacked, Columns::of_pivot(&cube)),
            NxHypercubeMode::Tree => (Form::Tree, Columns::of_pivot(&cube)),
            mode => return Err(RowsError::Mode { path: path.to_owned(), mode }.into()),
        };
        let source = Self::new(path, form, columns, &cube.size);
        if form == Form::Tree {
            return Ok(source.of_nodes(&cube));
        }
        let mut shown = cube.dimension_info.iter().filter(|info| info.error.is_none());
        let outermost = source.columns.levels.first().and_then(|level| shown.nth(*level));
        let values = outermost.map_or(0, |info| info.cardinalities.cardinal.max(info.cardinalities.hypercube_cardinal));
        let values = usize::try_from(values).unwrap_or(0).max(1);
        Ok(Self { spread: source.rows.div_ceil(values).max(1), ..source })
    }

    /// Rows of a tree are its nodes of the first dimension.
    fn of_nodes(self, cube: &HyperCube) -> Self {
        let nodes: Vec<usize> =
            cube.tree_nodes_on_dim.iter().filter_map(|count| usize::try_from(*count).ok()).collect();
        match (nodes.first(), nodes.last()) {
            (Some(&first), Some(last)) => Self { rows: first, spread: last.div_ceil(first.max(1)).max(1), ..self },
            // The tree itself contains the number.
            _ => Self { rows: usize::MAX, ..self },
        }
    }

    fn of_list(text: &str, path: &str) -> Result<Self, Error> {
        let list: ListObject = part(text)?;
        if let Some(error) = &list.dimension_info.error {
            let info = &list.dimension_info;
            let message = if info.calc_cond_msg.is_empty() { &error.extended_message } else { &info.calc_cond_msg };
            return Err(not_calculated(path, error, of_column(&Column::from(info), message)));
        }
        calculated(path, list.error.as_deref(), "")?;
        for (at, expression) in list.expressions.iter().enumerate() {
            if let Some(error) = &expression.error {
                let error = NxValidationError::default().with_error_code(error.error_code);
                let column = Column::from(expression);
                return Err(not_calculated(&format!("{path}/qExpressions/{at}"), &error, of_column(&column, "")));
            }
        }
        let source = Self::new(path, Form::List, Columns::of_list(&list), &list.size);
        Ok(Self { field: list.dimension_info, ..source })
    }

    fn new(path: &str, form: Form, columns: Columns, size: &Size) -> Self {
        let [width, rows] = [size.cx, size.cy].map(|size| usize::try_from(size).unwrap_or(0));
        Self {
            path: path.to_owned(),
            form,
            columns,
            rows,
            width,
            spread: 1,
            seen: 0,
            field: NxDimensionInfo::default(),
        }
    }
}

fn is_list(path: &str) -> bool {
    path.ends_with("/qListObjectDef")
}

fn is_definition(path: &str) -> bool {
    is_list(path) || path.ends_with("/qHyperCubeDef")
}

/// A path as an engine takes it.
fn definition(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

fn calculated(path: &str, error: Option<&NxValidationError>, condition: &str) -> Result<(), Error> {
    let Some(error) = error else { return Ok(()) };
    let message = if condition.is_empty() { &error.extended_message } else { condition };
    Err(not_calculated(path, error, message.to_owned()))
}

/// A dimension or measure with an unmet condition is omitted; other faults are errors.
fn fault_of_part(path: &str, column: &Column, error: Option<&NxValidationError>) -> Result<(), Error> {
    let is_left_out =
        |error: &&NxValidationError| ErrorCode(error.error_code.into()) == error_codes::CALC_EVAL_CONDITION_FAILED;
    let Some(error) = error.filter(|error| !is_left_out(error)) else { return Ok(()) };
    Err(not_calculated(path, error, of_column(column, &error.extended_message)))
}

fn of_column(column: &Column, message: &str) -> String {
    let separator = if message.is_empty() { "" } else { ": " };
    format!("column `{}`{separator}{message}", column.name())
}

fn not_calculated(path: &str, error: &NxValidationError, message: String) -> Error {
    let code = ErrorCode(error.error_code.into());
    RowsError::NotCalculated { path: path.to_owned(), code, message }.into()
}

fn part<T: Wire + Default>(text: &str) -> Result<T, Error> {
    decode(text).map_err(|error| ErrorKind::Decode(error).into())
}

/// The result in the layout for the path of a definition.
fn at<'a>(result: &'a str, path: &str) -> Result<Option<&'a str>, Error> {
    let wrong = || {
        let cause = serde_json::Error::custom("the layout has neither an object nor a list here");
        Error::from(ErrorKind::Decode(DecodeError { path: path.to_owned(), cause }))
    };
    let mut text = result;
    for name in std::iter::once("qLayout").chain(path.split('/').filter(|name| !name.is_empty())) {
        let in_layout = match name {
            "qHyperCubeDef" => "qHyperCube",
            "qListObjectDef" => "qListObject",
            name => name,
        };
        let next = if text.starts_with('[') {
            let list = items(text).ok_or_else(wrong)?;
            name.parse::<usize>().ok().and_then(|index| list.get(index).copied()).filter(|value| *value != "null")
        } else {
            Parts::of(text).ok_or_else(wrong)?.get(in_layout)
        };
        match next {
            None => return Ok(None),
            Some(next) => text = next,
        }
    }
    Ok(text.starts_with('{').then_some(text))
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn a_definition_leads_to_its_result() {
        let result = r#"{"qLayout":{"qHyperCube":{"a":1},"layers":[{"qListObject":{"b":2}}],"boxplotDef":{"qHyperCube":{"c":3}},"x":null,"y":3}}"#;
        let found = |path| at(result, path).unwrap();
        assert_eq!(found("/qHyperCubeDef"), Some(r#"{"a":1}"#));
        assert_eq!(found("/layers/0/qListObjectDef"), Some(r#"{"b":2}"#));
        assert_eq!(found("/boxplotDef/qHyperCubeDef"), Some(r#"{"c":3}"#));
        assert_eq!(found("/layers/1/qListObjectDef"), None);
        assert_eq!(found("/x/qHyperCubeDef"), None);
        assert!(at(result, "/y/qHyperCubeDef").is_err());
    }
}
