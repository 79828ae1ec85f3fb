//! Layouts from properties: every definition, anywhere, is replaced by its result, and all custom members are copied.

use super::contents::{Entity, Kind};
use super::frame::{Frame, Place, state_of};
use super::{lists, written};
use crate::calculate::{self, Context};
use crate::error::{EngineError, Result, code};
use crate::value::wire_number;
use serde_json::{Map, Value, json};
use std::sync::atomic::AtomicBool;

/// The layout of a generic object.
pub(crate) fn of_object(frame: &Frame, id: &str, cancel: &AtomicBool) -> Result<Value> {
    let entity = frame.object(id)?;
    let properties = frame.effective_properties(id)?;
    let writer = Writer { frame, id, state: state_of(&properties), cancel };
    let mut layout = Map::new();
    layout.insert("qInfo".into(), entity.info());
    layout.insert("qMeta".into(), lists::meta(entity));
    layout.insert("qSelectionInfo".into(), selection_info(frame, id));
    if frame.soft_patches.contains_key(id) {
        layout.insert("qHasSoftPatches".into(), json!(true));
    }
    for (name, value) in properties.as_object().into_iter().flatten() {
        match name.as_str() {
            "qInfo" | "qMetaDef" => {}
            "qExtendsId" | "qStateName" if value.as_str().is_none_or(str::is_empty) => {}
            _ => writer.member(name, value, &mut String::new(), &mut layout)?,
        }
    }
    Ok(written::layout(Kind::Object, &Value::Object(layout)))
}

/// A part of an object's properties as in the layout, for lists that contain it.
pub(crate) fn of_part(frame: &Frame, id: &str, state: &str, part: &Value, cancel: &AtomicBool) -> Result<Value> {
    Writer { frame, id, state, cancel }.value(part, &mut String::new())
}

fn selection_info(frame: &Frame, id: &str) -> Value {
    match &frame.modal {
        Some(modal) if modal.id == id && modal.made => json!({ "qInSelections": true, "qMadeSelections": true }),
        Some(modal) if modal.id == id => json!({ "qInSelections": true }),
        _ => json!({}),
    }
}

struct Writer<'a> {
    frame: &'a Frame,
    id: &'a str,
    state: &'a str,
    cancel: &'a AtomicBool,
}

impl Writer<'_> {
    fn context(&self) -> Context<'_> {
        self.frame.context(self.state, self.cancel)
    }

    fn place(&self, path: &str, name: &str) -> Place {
        (self.id.to_owned(), format!("{path}/{name}").trim_start_matches('/').to_owned())
    }

    /// Writes one member under its name in the layout.
    fn member(&self, name: &str, value: &Value, path: &mut String, layout: &mut Map<String, Value>) -> Result<()> {
        let (name, value) = match name {
            "qHyperCubeDef" => ("qHyperCube", self.cube(value, path)?),
            "qListObjectDef" => ("qListObject", self.list(value, path)?),
            "qStringExpression" => (name, json!(calculate::evaluate_string(value, &self.context()))),
            "qValueExpression" => (name, number(value, &self.context())?),
            "qStaticContentUrlDef" => ("qStaticContentUrl", value.clone()),
            "qNxLibraryDimensionDef" => ("qNxLibraryDimension", value.clone()),
            "qNxLibraryMeasureDef" => ("qNxLibraryMeasure", value.clone()),
            "qLayoutExclude" => return Ok(()),
            "qTreeDataDef" => return Err(EngineError::not_implemented(name)),
            _ => match lists::layout(name, value, self.frame, self.id, self.state, self.cancel)? {
                Some((name, list)) => (name, list),
                None => {
                    let length = path.len();
                    path.push('/');
                    path.push_str(name);
                    let value = self.value(value, path);
                    path.truncate(length);
                    (name, value?)
                }
            },
        };
        layout.insert(name.to_owned(), value);
        Ok(())
    }

    fn value(&self, value: &Value, path: &mut String) -> Result<Value> {
        match value {
            Value::Object(members) => {
                // An expression is replaced by its value: `title: {qStringExpression: …}`.
                if let Some(expression) = members.get("qStringExpression") {
                    return Ok(json!(calculate::evaluate_string(expression, &self.context())));
                }
                if let Some(expression) = members.get("qValueExpression") {
                    return number(expression, &self.context());
                }
                let mut layout = Map::new();
                for (name, value) in members {
                    self.member(name, value, path, &mut layout)?;
                }
                Ok(Value::Object(layout))
            }
            Value::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let length = path.len();
                    path.push_str(&format!("/{index}"));
                    let item = self.value(item, path);
                    path.truncate(length);
                    list.push(item?);
                }
                Ok(Value::Array(list))
            }
            plain => Ok(plain.clone()),
        }
    }

    fn cube(&self, definition: &Value, path: &str) -> Result<Value> {
        let place = self.place(path, "qHyperCubeDef");
        or_error(self.frame.cube_of(place, definition, self.state, self.cancel).map(|cube| cube.layout()))
    }

    fn list(&self, definition: &Value, path: &str) -> Result<Value> {
        let place = self.place(path, "qListObjectDef");
        or_error(self.frame.list_of(place, definition, self.state, self.cancel).map(|list| list.layout()))
    }
}

/// A part that cannot be calculated contains its error; an aborted one aborts the layout.
fn or_error(part: Result<Value>) -> Result<Value> {
    part.or_else(|error| match error.code {
        code::ABORTED | code::NOT_IMPLEMENTED => Err(error),
        code => Ok(json!({ "qError": { "qErrorCode": code, "qContext": error.parameter } })),
    })
}

/// The number of a `qValueExpression`, written as `{qExpr}` or as a string.
fn number(definition: &Value, context: &Context<'_>) -> Result<Value> {
    let expression = definition.as_str().or_else(|| definition["qExpr"].as_str()).unwrap_or_default();
    context.check_cancelled()?;
    let value = calculate::evaluate(expression, context).ok().and_then(|value| value.as_number());
    Ok(wire_number(value.unwrap_or(f64::NAN)))
}

/// The layout of a dimension, measure, variable or bookmark.
pub(crate) fn of_item(frame: &Frame, entity: &Entity, cancel: &AtomicBool) -> Result<Value> {
    let mut layout = match entity.kind {
        Kind::Object => return of_object(frame, &entity.id, cancel),
        Kind::Dimension => own_members(entity, "qDim", dimension(frame, entity)),
        Kind::Measure => own_members(entity, "qMeasure", entity.properties["qMeasure"].clone()),
        Kind::Variable => variable(frame, entity, cancel),
        Kind::Bookmark => {
            let mut layout = own_members(entity, "qBookmark", entity.details.layout["qBookmark"].clone());
            for (name, value) in entity.details.layout.as_object().into_iter().flatten() {
                layout[name] = value.clone();
            }
            layout
        }
    };
    if entity.kind == Kind::Dimension {
        layout["qDimInfos"] = dimension_infos(frame, entity);
    }
    layout["qInfo"] = entity.info();
    layout["qMeta"] = lists::meta(entity);
    Ok(written::layout(entity.kind, &layout))
}

/// Custom members of the properties are copied to the layout; they contain no expressions.
fn own_members(entity: &Entity, name: &str, value: Value) -> Value {
    let mut layout = entity.properties.clone();
    if let Some(members) = layout.as_object_mut() {
        members.shift_remove("qMetaDef");
    }
    layout[name] = value;
    layout
}

fn dimension(_: &Frame, entity: &Entity) -> Value {
    let mut dimension = entity.properties["qDim"].clone();
    if dimension.is_object() && dimension["qGrouping"].is_null() {
        dimension["qGrouping"] = json!("N");
    }
    dimension
}

fn dimension_infos(frame: &Frame, entity: &Entity) -> Value {
    let fields = entity.properties["qDim"]["qFieldDefs"].as_array().into_iter().flatten();
    fields
        .map(|field| {
            let name = field.as_str().unwrap_or_default();
            let name = name.trim_start_matches('=').trim().trim_start_matches('[').trim_end_matches(']');
            match frame.data.nx_field_description(name) {
                Some(description) => json!({
                    "qTags": description["qTags"],
                    "qCardinal": description["qCardinal"],
                    "qApprMaxGlyphCount": frame.data.longest_text(name),
                }),
                None => json!({ "qTags": [] }),
            }
        })
        .collect()
}

fn variable(frame: &Frame, entity: &Entity, cancel: &AtomicBool) -> Value {
    let definition = entity.properties["qDefinition"].as_str().unwrap_or_default();
    let (text, number) = match (definition.strip_prefix('='), entity.details.number) {
        (Some(_), _) => {
            let context = frame.context("", cancel);
            let text = calculate::evaluate_string(&json!(definition), &context);
            let value = calculate::evaluate(definition.trim_start_matches('='), &context).ok();
            (text, value.and_then(|value| value.as_number()))
        }
        (None, Some(number)) => (definition.to_owned(), Some(number)),
        (None, None) => (definition.to_owned(), definition.trim().parse().ok()),
    };
    let mut layout = own_members(entity, "qText", json!(text));
    layout["qNum"] = wire_number(number.unwrap_or(f64::NAN));
    for property in ["qName", "qDefinition", "qComment", "qNumberPresentation", "qIncludeInBookmark"] {
        if let Some(members) = layout.as_object_mut() {
            members.shift_remove(property);
        }
    }
    if entity.details.from_script {
        layout["qIsScriptCreated"] = json!(true);
    }
    layout
}
