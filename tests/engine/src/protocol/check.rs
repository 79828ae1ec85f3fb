//! Checks requests against the schema before they are handled.

use super::failure::{Failure, invalid_params};
use super::schema::{Definition, EnumValue, Method, Schema, Type};
use serde_json::{Map, Value};

/// Parameters that the schema defines as strings, while the engine and its clients also write their number.
const NUMBERED_TEXTS: [&str; 3] = ["qBnfType", "qReductionMode", "qMatchingFieldMode"];

/// The parameters by name, from a list or an object. `null` counts as omitted.
pub(crate) fn bind(schema: &Schema, method: &Method, params: Value) -> Result<Map<String, Value>, Failure> {
    let mut bound = Map::new();
    match params {
        Value::Null => {}
        Value::Array(values) => {
            for (index, value) in values.into_iter().enumerate() {
                match method.params.get(index) {
                    _ if value.is_null() => {}
                    Some(param) => {
                        bound.insert(param.name.clone(), value);
                    }
                    None => return Err(invalid_params(format!("Too many parameters: {}", index + 1))),
                }
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                if value.is_null() {
                    continue;
                }
                if !method.params.iter().any(|p| p.name == name) {
                    return Err(invalid_params(format!("Unknown parameter: {name}")));
                }
                bound.insert(name, value);
            }
        }
        _ => return Err(invalid_params("params is neither a list nor an object")),
    }
    for param in &method.params {
        match bound.get(&param.name) {
            None if param.required => {
                return Err(invalid_params(format!("Missing parameter: {}", param.name)));
            }
            Some(Value::Number(_)) if NUMBERED_TEXTS.contains(&param.name.as_str()) => {}
            Some(value) => check(schema, &param.kind, value, &mut Path::of(&param.name))?,
            None => {}
        }
    }
    Ok(bound)
}

/// Checks properties against their struct, after patches.
pub(crate) fn properties(schema: &Schema, of: &str, properties: &Value) -> Result<(), Failure> {
    check_named(schema, of, properties, &mut Path::of(of))
}

/// The current location in the parameters, for the error message.
struct Path(String);

impl Path {
    fn of(name: &str) -> Self {
        Self(name.to_owned())
    }

    fn within<T>(&mut self, step: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        self.0.push_str(step);
        let result = run(self);
        self.0.truncate(length);
        result
    }

    fn expected(&self, what: &str) -> Failure {
        invalid_params(format!("{}: expected {what}", self.0))
    }
}

fn check(schema: &Schema, kind: &Type, value: &Value, path: &mut Path) -> Result<(), Failure> {
    // Below the top level, null means "absent".
    if value.is_null() {
        return Ok(());
    }
    match kind {
        Type::String if !value.is_string() => Err(path.expected("a string")),
        Type::Boolean if !value.is_boolean() => Err(path.expected("a boolean")),
        Type::Number if !is_number(value) => Err(path.expected("a number")),
        Type::Integer(min, max) if !is_integer(value, *min, *max) => Err(path.expected("an integer")),
        Type::List(items) => check_list(schema, items, value, path),
        Type::Named(name) => check_named(schema, name, value, path),
        _ => Ok(()),
    }
}

fn check_list(schema: &Schema, items: &Type, value: &Value, path: &mut Path) -> Result<(), Failure> {
    // An empty object means an empty list, as engines write it.
    if value.as_object().is_some_and(Map::is_empty) {
        return Ok(());
    }
    let list = value.as_array().ok_or_else(|| path.expected("a list"))?;
    for (index, item) in list.iter().enumerate() {
        path.within(&format!("[{index}]"), |path| check(schema, items, item, path))?;
    }
    Ok(())
}

fn check_named(schema: &Schema, name: &str, value: &Value, path: &mut Path) -> Result<(), Failure> {
    match schema.types.get(name) {
        Some(Definition::Struct(known)) => {
            // An expression can be a plain string.
            if value.is_string() && matches!(name, "ValueExpr" | "StringExpr" | "StringExpression" | "ValueExpression")
            {
                return Ok(());
            }
            if value.as_array().is_some_and(Vec::is_empty) {
                return Ok(());
            }
            let members = value.as_object().ok_or_else(|| path.expected("an object"))?;
            for (member, value) in members {
                if let Some(kind) = known.get(member) {
                    path.within(&format!(".{member}"), |path| check(schema, kind, value, path))?;
                }
            }
            Ok(())
        }
        Some(Definition::List(items)) => check_list(schema, items, value, path),
        Some(Definition::Enum(values)) if !is_one_of(values, value) => {
            Err(path.expected(&format!("a value of {name}, found {value}")))
        }
        Some(Definition::Text) if !value.is_string() => Err(path.expected("a string")),
        _ => Ok(()),
    }
}

/// Whether a value is the title, the long name or the number of an enum value. An empty text is the default; long names
/// can have the prefix of older engines, which misspelled one of a hierarchy.
fn is_one_of(values: &[EnumValue], value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix("EQ_").unwrap_or(text);
            let is =
                |known: &EnumValue| [&known.title, &known.long].iter().any(|known| known.eq_ignore_ascii_case(name));
            text.is_empty() || name == "GRP_NX_HIEARCHY" || values.iter().any(is)
        }
        value => value.as_i64().is_some_and(|number| values.iter().any(|known| known.number == number)),
    }
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => matches!(text.as_str(), "NaN" | "Infinity" | "+Infinity" | "-Infinity"),
        _ => false,
    }
}

fn is_integer(value: &Value, min: i64, max: i64) -> bool {
    if let Some(number) = value.as_i64() {
        return (min..=max).contains(&number);
    }
    value.as_f64().is_some_and(|n| n.fract() == 0.0 && n >= min as f64 && n <= max as f64)
}

#[cfg(test)]
mod tests {
    use super::super::schema::snapshot;
    use super::*;
    use serde_json::json;

    fn try_bind(method: &str, params: Value) -> Result<Map<String, Value>, String> {
        let schema = snapshot();
        bind(schema, &schema.methods[method], params).map_err(|failure| failure.parameter)
    }

    #[test]
    fn by_position_and_by_name_are_the_same() {
        let by_name = try_bind("Doc.GetField", json!({ "qStateName": "A", "qFieldName": "Year" })).unwrap();
        assert_eq!(by_name, try_bind("Doc.GetField", json!(["Year", "A"])).unwrap());
        assert_eq!(try_bind("Doc.GetField", json!(["Year", null])).unwrap().len(), 1);
    }

    #[test]
    fn errors_name_the_parameter() {
        assert_eq!(try_bind("Doc.GetField", json!([])).unwrap_err(), "Missing parameter: qFieldName");
        assert_eq!(try_bind("Doc.GetField", json!([null])).unwrap_err(), "Missing parameter: qFieldName");
        assert_eq!(try_bind("Doc.GetField", json!([2020])).unwrap_err(), "qFieldName: expected a string");
        assert_eq!(try_bind("Doc.GetField", json!({ "qFild": "x" })).unwrap_err(), "Unknown parameter: qFild");
        assert_eq!(try_bind("Doc.GetField", json!(["a", "b", "c"])).unwrap_err(), "Too many parameters: 3");
        let pages = json!(["/qHyperCubeDef", [{ "qTop": "0" }]]);
        assert_eq!(
            try_bind("GenericObject.GetHyperCubeData", pages).unwrap_err(),
            "qPages[0].qTop: expected an integer"
        );
    }

    #[test]
    fn custom_members_of_structs_are_not_checked() {
        let own = json!([{ "qInfo": { "qType": "x" }, "rank": "high", "qHyperCubeDef": { "qMode": "S", "cId": 3 } }]);
        assert!(try_bind("Doc.CreateObject", own).is_ok());
        for mode in [json!("P"), json!("DATA_MODE_PIVOT"), json!("EQ_DATA_MODE_PIVOT"), json!(1), json!("")] {
            assert!(try_bind("Doc.CreateObject", json!([{ "qHyperCubeDef": { "qMode": mode } }])).is_ok(), "{mode}");
        }
        for mode in [json!("pivot"), json!(99), json!(true)] {
            let error = try_bind("Doc.CreateObject", json!([{ "qHyperCubeDef": { "qMode": mode } }])).unwrap_err();
            assert!(error.starts_with("qProp.qHyperCubeDef.qMode: expected a value of NxHypercubeMode"), "{error}");
        }
        let wrong = json!([{ "qHyperCubeDef": { "qDimensions": "none" } }]);
        assert!(try_bind("Doc.CreateObject", wrong).is_err());
    }
}
