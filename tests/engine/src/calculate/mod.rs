//! Expressions, cubes and lists over data and selections.

mod around;
mod column;
mod context;
mod cube;
mod definition;
mod format;
mod formula;
mod group;
mod hash;
mod host;
mod ignored;
mod join;
mod labels;
mod limit;
mod list;
mod references;
mod search;
mod set;
mod sort;

pub use context::{Context, Library, NoLibrary, Variables};
pub use cube::{Cube, Expansion, Side};
pub use list::List;

use serde_json::Value;

use self::formula::Formula;
use self::search::Search;
use crate::error::{EngineError, Result, code};
use crate::expression;
use crate::selection::Pick;
use crate::value::Dual;

/// How many cells one request for pages may request.
pub const MOST_CELLS: i64 = 10_000;

/// The problems of an expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpressionCheck {
    /// The error, or an empty string.
    pub error: String,
    /// Start and length of field names that do not exist, in characters.
    pub bad_fields: Vec<(usize, usize)>,
    /// Start and length of field names that could mean something else, in characters.
    pub dangerous_fields: Vec<(usize, usize)>,
}

/// The value of an expression. The error is the text that the engine returns as the expression's value.
pub fn evaluate(expression: &str, context: &Context<'_>) -> std::result::Result<Dual, String> {
    let formula = Formula::new(expression, context)?;
    group::value(&formula, context).map_err(|error| error.message)
}

/// The text of a `StringExpr`, `qStringExpression` or plain string: an expression if it starts with `=`.
pub fn evaluate_string(definition: &Value, context: &Context<'_>) -> String {
    let text = match definition {
        Value::String(text) => text.as_str(),
        Value::Object(members) => {
            let nested = ["qStringExpression", "qValueExpression"].iter().find_map(|name| members.get(*name));
            if let Some(nested) = nested {
                return evaluate_string(nested, context);
            }
            // `qExpr` contains an expression, so it needs no equals sign.
            if let Some(Value::String(text)) = members.get("qExpr") {
                return text_of(text, context);
            }
            members.get("qv").and_then(Value::as_str).unwrap_or_default()
        }
        _ => "",
    };
    if text.trim_start().starts_with('=') { text_of(text, context) } else { text.to_owned() }
}

fn text_of(expression: &str, context: &Context<'_>) -> String {
    if expression.trim().is_empty() {
        return String::new();
    }
    match evaluate(expression, context) {
        Ok(Dual::Null) => "-".to_owned(),
        Ok(value) => value.as_text().into_owned(),
        Err(message) => message,
    }
}

/// The value of a `ValueExpr`, `qValueExpression` or plain string; `None` if it is empty or has an error.
pub fn evaluate_value(definition: &Value, context: &Context<'_>) -> Option<Dual> {
    let text = match definition {
        Value::Number(number) => return number.as_f64().map(Dual::number),
        Value::Bool(truth) => return Some(Dual::truth(*truth)),
        Value::String(text) => text.as_str(),
        Value::Object(members) => match members.get("qValueExpression") {
            Some(nested) => return evaluate_value(nested, context),
            None => members.get("qExpr").or_else(|| members.get("qv")).and_then(Value::as_str)?,
        },
        _ => return None,
    };
    if text.trim().is_empty() {
        return None;
    }
    evaluate(text, context).ok()
}

/// Checks an expression as `CheckExpression` does. Labels of other columns are valid names. A strict check also checks
/// references to fields in sets.
pub fn check_expression(text: &str, labels: &[String], strict: bool, context: &Context<'_>) -> ExpressionCheck {
    let expanded = expand(text, context).unwrap_or_else(|_| text.to_owned());
    let parsed = match expression::parse(&expanded) {
        Ok(parsed) => parsed,
        Err(error) => return ExpressionCheck { error: error.to_string(), ..ExpressionCheck::default() },
    };
    let characters = |at: usize| expanded.get(..at).map_or(at, |text| text.chars().count());
    let mut unknown = formula::unknown_names(&parsed, context);
    unknown.retain(|(start, end)| {
        let name = expanded[*start..*end].trim_matches(['[', ']', '"', '`']);
        !labels.iter().any(|label| label == name)
    });
    // A label is not a field, so a set cannot select in it.
    if strict {
        unknown.extend(references::unknown(&parsed, &expanded, context));
        unknown.sort_unstable();
    }
    let range = |(start, end)| (characters(start), characters(end) - characters(start));
    let bad_fields = unknown.into_iter().map(range).collect();
    let error = Formula::of(&parsed, context).err().unwrap_or_default();
    ExpressionCheck { error, bad_fields, dangerous_fields: Vec::new() }
}

/// Replaces `$(…)` in a text, as `ExpandExpression` does.
pub fn expand(text: &str, context: &Context<'_>) -> Result<String> {
    let mut failed = None;
    let result = expression::expand(text, context.variables, &mut |inner| match context
        .deeper(|| evaluate(inner, context))
    {
        Some(Ok(value)) => value.as_text().into_owned(),
        Some(Err(message)) => message,
        None => {
            failed =
                Some(EngineError::new(code::INVALID_DEFINITION, inner, "Expressions refer to each other too deeply"));
            String::new()
        }
    });
    failed.map_or(Ok(result), Err)
}

fn field_number(field: &str, context: &Context<'_>) -> Result<usize> {
    context.data.field_number(field).ok_or_else(|| EngineError::not_found(field))
}

/// The values of a field that match a search string, such as `*a*`, `>=5<7` or `=Sum(Sales)>10`.
pub fn search(field: &str, text: &str, context: &Context<'_>) -> Result<Pick> {
    let number = field_number(field, context)?;
    let live = context.live(context.state);
    let mask = search::mask(number, Search::whole(search::shortened(text)), context.state, &live, context)?;
    Ok(Pick { field: field.to_owned(), elements: (0..mask.len()).filter(|at| mask[*at]).collect() })
}

/// Element numbers of the values of a field that equal given values (`FieldValue` objects).
pub fn find_values(field: &str, values: &[Value], context: &Context<'_>) -> Result<Pick> {
    let number = field_number(field, context)?;
    let symbols = &context.data.fields[number].symbols;
    let finder = set::Finder::new(symbols);
    let mut elements = Vec::new();
    for value in values {
        let numeric = value.get("qIsNumeric").and_then(Value::as_bool).unwrap_or(false);
        // Absent is zero.
        let number = value.get("qNumber").map_or(Some(0.0), Value::as_f64);
        let wanted = match number.filter(|_| numeric) {
            Some(number) => Dual::number(number),
            None => Dual::text(value.get("qText").and_then(Value::as_str).unwrap_or_default()),
        };
        elements.extend(finder.find(&wanted));
    }
    // A text never matches a number, even if a number is displayed that way.
    let is_text = |value: &Value| !value.get("qIsNumeric").and_then(Value::as_bool).unwrap_or(false);
    if values.iter().all(is_text) {
        elements.retain(|element| !shows_a_number(&symbols.values()[*element]));
    }
    Ok(Pick { field: field.to_owned(), elements })
}

fn shows_a_number(value: &Dual) -> bool {
    match value {
        Dual::Number(_) => true,
        Dual::Both(_, text) => text.trim().parse::<f64>().is_ok(),
        Dual::Text(_) | Dual::Null => false,
    }
}

/// `SelectionObject` of a state: the current selections, with counts.
pub fn current_selections(context: &Context<'_>) -> Value {
    let live = context.live(context.state);
    context.selections.current(context.data, &live, context.state)
}

/// `NxStateCounts` of a field in the context's state.
pub fn state_counts(field: &str, context: &Context<'_>) -> Result<Value> {
    let number = field_number(field, context)?;
    let live = context.live(context.state);
    let states = context.selections.value_states(context.data, &live, context.state, number);
    Ok(crate::selection::describe::state_counts(&states))
}

#[cfg(test)]
mod around_tests;
#[cfg(test)]
mod list_tests;
#[cfg(test)]
mod tests;
