//! Facts about the fields and tables of an app: samples, scores, lineage.

use super::{Answer, Call, Methods, calculate, one};
use crate::data::{Column, Data, NULL, Table};
use crate::error::{EngineError, Result};
use crate::expression::{self, Expression};
use crate::script;
use crate::value::{Dual, Key, wild_match};
use serde_json::{Value, json};
use std::collections::HashSet;

pub(super) const METHODS: Methods = &[
    ("Doc.GetFieldsFromExpression", fields_from_expression),
    ("Doc.FindMatchingFields", find_matching_fields),
    // Fields on the fly belong to derived fields, which scripts here cannot declare.
    ("Doc.GetFieldOnTheFlyByName", |call| call.app_id().and_then(|_| one("qName", ""))),
    ("Doc.GetAssociationScores", association_scores),
    ("Doc.GetLineage", lineage),
    ("Doc.GetFieldAndColumnSamples", samples),
    ("Doc.GetLooselyCoupledVector", loosely_coupled),
];

/// The fields in an expression, including set modifiers and aggregation scopes.
fn fields_from_expression(call: &mut Call<'_>) -> Result<Answer> {
    let text = call.params.text("qExpr").to_owned();
    let frame = call.frame()?;
    let mut names: Vec<String> = Vec::new();
    let text = text.trim_start().strip_prefix('=').unwrap_or(&text).to_owned();
    if let Ok(parsed) = expression::parse(&text) {
        let mut see = |name: &str| {
            if frame.data.cardinal(name).is_some() && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        expression::visit(&parsed, &mut |part| match part {
            Expression::Name(name, ..) => see(name),
            Expression::Aggregation(aggregation) => aggregation.fields().for_each(&mut see),
            _ => {}
        });
    }
    one("qFieldNames", names)
}

/// Fields that have all the tags, except the field that matches are requested for.
fn find_matching_fields(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qFieldName").to_owned();
    let tags = call.params.list("qTags").to_vec();
    let frame = call.frame()?;
    if frame.data.cardinal(&name).is_none() {
        return Err(EngineError::not_found(name));
    }
    let others = frame.data.field_names().into_iter().filter(|other| *other != name);
    let fields = others.filter_map(|other| frame.data.nx_field_description(other));
    let has = |field: &Value, tag: &Value| field["qTags"].as_array().is_some_and(|tags| tags.contains(tag));
    let matching = fields.filter(|field| tags.iter().all(|tag| has(field, tag)));
    let matching = matching.map(|field| json!({ "qName": field["qName"], "qTags": field["qTags"] }));
    one("qFieldNames", matching.collect::<Value>())
}

fn table<'a>(data: &'a Data, name: &str) -> Result<&'a Table> {
    data.source.iter().find(|table| table.name == name).ok_or_else(|| EngineError::not_found(name))
}

/// How well the fields of two tables match, for each pair with a value in common.
fn association_scores(call: &mut Call<'_>) -> Result<Answer> {
    let names = (call.params.text("qTable1").to_owned(), call.params.text("qTable2").to_owned());
    calculate(call, "qScore", move |frame, _| {
        let data = &*frame.data;
        let (first, second) = (table(data, &names.0)?, table(data, &names.1)?);
        let mut scores = Vec::new();
        for one in &first.columns {
            for other in &second.columns {
                let (ours, theirs) = (keys(data, one), keys(data, other));
                let common: HashSet<&Key> = ours.intersection(&theirs).collect();
                if common.is_empty() {
                    continue;
                }
                let (a, b) = (field_scores(data, one, &ours, &common), field_scores(data, other, &theirs, &common));
                let summary = [&a, &b].iter().map(|s| s["qSymbolScore"].as_f64().unwrap_or(0.0)).sum::<f64>() / 2.0;
                let name = format!("{}-{}", data.fields[one.field].name, data.fields[other.field].name);
                scores.push(json!({
                    "qFieldPairName": name, "qScoreSummary": (summary * 100.0).round() as i64,
                    "qField1Scores": a, "qField2Scores": b,
                }));
            }
        }
        Ok(Value::Array(scores))
    })
}

fn keys(data: &Data, column: &Column) -> HashSet<Key> {
    let symbols = &data.fields[column.field].symbols;
    column.codes.iter().filter_map(|code| symbols.get(*code)?.key()).collect()
}

/// `FieldScores`: the fraction of the field's values, and of its rows, that the other field has too.
fn field_scores(data: &Data, column: &Column, own: &HashSet<Key>, common: &HashSet<&Key>) -> Value {
    let field = &data.fields[column.field];
    let rows = column.codes.len().max(1) as f64;
    let shared = column
        .codes
        .iter()
        .filter(|code| field.symbols.get(**code).and_then(Dual::key).is_some_and(|key| common.contains(&key)));
    json!({
        "qFieldName": &*field.name, "qReadableName": &*field.name, "qCardinalRatio": own.len() as f64 / rows,
        "qSymbolScore": common.len() as f64 / own.len().max(1) as f64, "qRowScore": shared.count() as f64 / rows,
    })
}

/// Where the data of the last reload is from.
fn lineage(call: &mut Call<'_>) -> Result<Answer> {
    let document = call.doc()?;
    let sources = if document.has_data { script::sources(&document.script) } else { Vec::new() };
    let items = sources
        .into_iter()
        .map(|source| json!({ "qDiscriminator": source.discriminator, "qStatement": source.statement }));
    one("qLineage", items.collect::<Value>())
}

/// Values of fields, or of a field in one table, by names that can contain wildcards.
fn samples(call: &mut Call<'_>) -> Result<Answer> {
    let wanted = call.params.list("qFieldsOrColumnsWithWildcards").to_vec();
    let most = usize::try_from(call.params.integer("qMaxNumberOfValues")).unwrap_or(0);
    calculate(call, "qResult", move |frame, _| {
        let data = &*frame.data;
        let mut results = Vec::new();
        for wanted in &wanted {
            let field_name = wanted["qFieldName"].as_str().unwrap_or_default();
            let table_name = wanted["qTableName"].as_str().filter(|name| !name.is_empty());
            for name in data.field_names().into_iter().filter(|name| wild_match(name, field_name)) {
                let Some(field) = data.field(name) else { continue };
                let Some(pattern) = table_name else {
                    results.push(sample(name, None, field.symbols.values().iter().take(most)));
                    continue;
                };
                for table in data.source.iter().filter(|table| wild_match(&table.name, pattern)) {
                    let Some(column) = data.field_number(name).and_then(|number| table.column(number)) else {
                        continue;
                    };
                    let mut codes: Vec<u32> = column.codes.iter().copied().filter(|code| *code != NULL).collect();
                    codes.sort_unstable();
                    codes.dedup();
                    let values = codes.into_iter().filter_map(|code| field.symbols.get(code)).take(most);
                    results.push(sample(name, Some(&table.name), values));
                }
            }
        }
        Ok(Value::Array(results))
    })
}

fn sample<'a>(field: &str, table: Option<&str>, values: impl Iterator<Item = &'a Dual>) -> Value {
    let mut of = json!({ "qFieldName": field });
    if let Some(table) = table {
        of["qTableName"] = json!(table);
    }
    json!({ "qFieldOrColumn": of, "qValues": values.map(field_value).collect::<Value>() })
}

/// `FieldValue`.
pub(super) fn field_value(value: &Dual) -> Value {
    let mut one = json!({ "qText": value.as_text() });
    if value.as_number().is_some() {
        one["qIsNumeric"] = json!(true);
    }
    one["qNumber"] = value.wire_number();
    one
}

/// One byte per table: 1 if selections stop there.
fn loosely_coupled(call: &mut Call<'_>) -> Result<Answer> {
    let frame = call.frame()?;
    let tables = frame.data.tables.iter().filter(|table| !table.system);
    one("qv", tables.map(|table| i32::from(table.loose)).collect::<Value>())
}
