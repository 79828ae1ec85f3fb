//! Conditions as selections.
//!
//! A condition on one field is evaluated by DataFusion over the distinct values of the field, and the values that
//! fulfill it are selected by number. What is equal is therefore decided by SQL and not by the engine, which compares
//! texts without case and displayed numbers in searches.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column as ColumnRef, DFSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{ColumnarValue, Expr, Volatility};
use datafusion::physical_expr::create_physical_expr;
use futures_util::TryStreamExt;
use qix_client::prelude::*;
use serde::Deserialize;

use super::values::{Value, Values};
use crate::error::failed;
use crate::model::{self, Column, Table};

/// The most values of a field that are read to find those that fulfill a condition.
const MOST_VALUES: u64 = 100_000;

/// The column whose values a condition selects, if the engine can evaluate it exactly.
///
/// Null cannot be selected, so a condition that null fulfills is left to DataFusion, and so is a condition on a field
/// of numbers and texts, because its column shows the texts.
pub(crate) fn selected_column(table: &Table, condition: &Expr) -> Option<usize> {
    let names = condition.column_refs();
    let mut names = names.iter();
    let name = names.next().filter(|_| names.next().is_none())?;
    let at = table.position(&name.name)?;
    let column = &table.columns[at];
    let can_select = !column.is_mixed && column.all_values <= MOST_VALUES && is_plain(condition);
    let is_false_for_null = || {
        let mut null = Values::new(column, 1);
        null.append(None).ok()?;
        let fulfilled = fulfilled(column, condition, null).ok()?;
        Some(!fulfilled[0])
    };
    (can_select && is_false_for_null() == Some(true)).then_some(at)
}

/// Whether a condition depends on its row only.
fn is_plain(condition: &Expr) -> bool {
    let has_other = condition.exists(|part| {
        Ok(match part {
            Expr::Alias(_)
            | Expr::Column(_)
            | Expr::Literal(..)
            | Expr::BinaryExpr(_)
            | Expr::Like(_)
            | Expr::SimilarTo(_)
            | Expr::Not(_)
            | Expr::IsNotNull(_)
            | Expr::IsNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Negative(_)
            | Expr::Between(_)
            | Expr::Case(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::InList(_) => false,
            Expr::ScalarFunction(call) => call.func.signature().volatility != Volatility::Immutable,
            _ => true,
        })
    });
    matches!(has_other, Ok(false))
}

/// Which of the values fulfill a condition.
fn fulfilled(column: &Column, condition: &Expr, values: Values<'_>) -> Result<Vec<bool>> {
    let schema = model::schema([column]);
    let unqualified = condition.clone().transform(|part| {
        Ok(match part {
            Expr::Column(name) => Transformed::yes(Expr::Column(ColumnRef::new_unqualified(name.name))),
            other => Transformed::no(other),
        })
    })?;
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![values.finish()])?;
    let (schema, properties) = (DFSchema::try_from(schema)?, ExecutionProps::new());
    let physical = create_physical_expr(&unqualified.data, &schema, &properties, &PhysicalPlanningContext::default())?;
    Ok(match physical.evaluate(&batch)? {
        ColumnarValue::Array(array) => {
            let array = array.as_boolean_opt().ok_or_else(|| no_condition(condition))?;
            (0..array.len()).map(|at| array.is_valid(at) && array.value(at)).collect()
        }
        ColumnarValue::Scalar(ScalarValue::Boolean(value)) => vec![value == Some(true); batch.num_rows()],
        ColumnarValue::Scalar(_) => return Err(no_condition(condition)),
    })
}

fn no_condition(condition: &Expr) -> DataFusionError {
    DataFusionError::Internal(format!("`{condition}` is not a condition"))
}

/// A value of a field.
#[derive(Deserialize)]
struct Symbol {
    text: String,
    num: Option<f64>,
    elem_number: i32,
    state: StateEnumType,
}

/// Selects the values that fulfill a condition, in an alternate state. Returns `false` if earlier selections
/// exclude all of these values, because selecting them would replace those selections.
pub(super) async fn select(doc: &Doc, state: &str, table: &Table, column: &Column, condition: &Expr) -> Result<bool> {
    let place = || format!("app `{}`, field `{}`", table.app, column.field);
    let list = ListObjectDef::field(&column.field).with_state_name(state);
    let list = doc.create_session_object(list.into()).await.map_err(|error| failed(place(), error))?;
    let mut symbols = list.rows::<(Symbol,)>();
    let mut values = Values::new(column, column.all_values as usize);
    let mut numbers = Vec::new();
    while let Some((symbol,)) = symbols.try_next().await.map_err(|error| failed(place(), error))? {
        values
            .append(Some(Value { text: &symbol.text, number: symbol.num }))
            .map_err(|error| error.context(place()))?;
        numbers.push((symbol.elem_number, symbol.state));
    }
    drop(symbols);
    let fulfilled = fulfilled(column, condition, values)?;
    let wanted: Vec<_> = numbers.into_iter().zip(fulfilled).filter(|(_, wanted)| *wanted).map(|(at, _)| at).collect();
    let is_excluded = |state: &StateEnumType| {
        matches!(state, StateEnumType::Excluded | StateEnumType::SelectedExcluded | StateEnumType::LockedExcluded)
    };
    if wanted.iter().all(|(_, state)| is_excluded(state)) {
        return Ok(false);
    }
    let wanted: Vec<i32> = wanted.into_iter().map(|(number, _)| number).collect();
    let count = wanted.len();
    let selecting = async {
        let field = doc.get_field(&column.field).state_name(state).await?;
        if !field.low_level_select(wanted, false).await? {
            return Ok(0);
        }
        let selections = doc.list(SelectionObjectDef::default().with_state_name(state)).await?;
        let own = selections.iter().find(|selection| selection.field == column.field);
        Ok(own.map_or(0, |selection| selection.selected_count))
    };
    let selected = selecting.await.map_err(|error| failed(place(), error))?;
    if selected as usize != count {
        return Err(DataFusionError::Execution(format!(
            "{}: {selected} values are selected instead of {count}; the field may be locked or restricted to one \
             selected value",
            place()
        )));
    }
    Ok(true)
}
