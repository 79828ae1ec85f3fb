//! The values in bookmarks, and whether they still exist in the data.

use super::bookmark::apply;
use super::doc_model::field_value;
use super::{Answer, Call, Methods, one};
use crate::error::{EngineError, Result};
use crate::objects::contents::Kind;
use crate::selection::{DEFAULT_STATE, Snapshot};
use crate::value::Dual;
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("Doc.ApplyAndVerifyBookmark", |call| {
        let id = call.params.text("qId").to_owned();
        apply_and_verify(call, &id)
    }),
    ("GenericBookmark.ApplyAndVerify", |call| {
        let id = call.target_id()?;
        apply_and_verify(call, &id)
    }),
    ("GenericBookmark.GetFieldValues", field_values),
    ("GenericBookmark.GetFieldValuesEx", field_values_by_state),
];

/// Applies a bookmark and returns what the app no longer has.
fn apply_and_verify(call: &mut Call<'_>, id: &str) -> Result<Answer> {
    let frame = call.frame()?;
    let bookmark = frame.entity(id).filter(|entity| entity.kind == Kind::Bookmark);
    let snapshot = bookmark.and_then(|bookmark| bookmark.details.selections.clone());
    let mut warnings = Vec::new();
    for (state, field, values) in snapshot.iter().flat_map(Snapshot::fields) {
        let mut warning = json!({ "qState": state, "qField": field });
        let missing: Vec<String> = match frame.data.symbols(field) {
            Some(symbols) => values.iter().filter(|value| symbols.find(value).is_none()).map(text).collect(),
            None => values.iter().map(text).collect(),
        };
        let result = if !frame.selections.has_state(state) {
            "STATE_MISSING"
        } else if frame.data.cardinal(field).is_none() {
            "FIELD_MISSING"
        } else if !missing.is_empty() {
            "FIELD_VALUE_MISSING"
        } else {
            continue;
        };
        warning["qVerifyResult"] = json!(result);
        warning["qMissingValues"] = json!(missing);
        warnings.push(warning);
    }
    let applied = apply(call, id)?;
    one("qResult", json!({ "qApplySuccess": applied, "qWarnings": warnings }))
}

fn text(value: &Dual) -> String {
    value.as_text().into_owned()
}

fn snapshot(call: &mut Call<'_>) -> Result<Snapshot> {
    // A bookmark keeps excluded values only for fields in and-mode, which does not exist here.
    Ok(call.entity()?.details.selections.clone().unwrap_or_default())
}

/// The values from one index to another, inclusive.
fn page(values: &[Dual], page: &Value) -> Value {
    let index = |name: &str| usize::try_from(page[name].as_i64().unwrap_or(0)).unwrap_or(0);
    let end = index("qEndIndex").saturating_add(1).min(values.len());
    values[index("qStartIndex").min(end)..end].iter().map(field_value).collect()
}

fn field_values(call: &mut Call<'_>) -> Result<Answer> {
    let (field, wanted) = (call.params.text("qField").to_owned(), call.params.value("qDataPage").clone());
    let (excluded, snapshot) = (call.params.flag("qGetExcludedValues"), snapshot(call)?);
    let values = snapshot.values(DEFAULT_STATE, &field).ok_or_else(|| EngineError::not_found(field))?;
    one("qFieldValues", if excluded { json!([]) } else { page(values, &wanted) })
}

fn field_values_by_state(call: &mut Call<'_>) -> Result<Answer> {
    let (field, wanted) =
        (call.params.text("qField").to_owned(), call.params.value("qDataPages")["qStatePages"].clone());
    let (excluded, snapshot) = (call.params.flag("qGetExcludedValues"), snapshot(call)?);
    let states = wanted.as_array().into_iter().flatten().map(|wanted| {
        let state = wanted["qStateName"].as_str().filter(|state| !state.is_empty()).unwrap_or(DEFAULT_STATE);
        let values = snapshot.values(state, &field).filter(|_| !excluded).unwrap_or_default();
        json!({ "qStateName": state, "qFieldValues": page(values, wanted) })
    });
    one("qFieldValues", states.collect::<Value>())
}
