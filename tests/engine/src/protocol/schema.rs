//! The facts of the published schema that requests are checked against.

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

static SNAPSHOT: LazyLock<Schema> = LazyLock::new(|| {
    let json = serde_json::from_str(qix_schema::SNAPSHOT).unwrap_or(Value::Null);
    Schema::from_json(&json)
});

/// The snapshot that the crate was built with.
pub(crate) fn snapshot() -> &'static Schema {
    &SNAPSHOT
}

#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) engine: String,
    /// By full name: `Doc.GetField`.
    pub(crate) methods: BTreeMap<String, Method>,
    pub(crate) types: HashMap<String, Definition>,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) params: Vec<Param>,
}

#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) required: bool,
}

/// The type of a parameter or a member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    String,
    Boolean,
    /// Bounds of the integer.
    Integer(i64, i64),
    Number,
    List(Box<Type>),
    Named(String),
}

/// A type of the schema.
#[derive(Debug)]
pub(crate) enum Definition {
    /// Members by name; any other member is an app's own.
    Struct(HashMap<String, Type>),
    List(Type),
    Enum,
    Text,
    Open,
}

impl Schema {
    fn from_json(json: &Value) -> Self {
        let named = |list: &Value| -> Vec<(String, Type)> {
            list.as_array()
                .into_iter()
                .flatten()
                .filter_map(|m| Some((m["name"].as_str()?.to_owned(), Type::parse(m["type"].as_str()?))))
                .collect()
        };
        let methods = json["methods"].as_object().into_iter().flatten().map(|(name, method)| {
            let required = method["params"].as_array().into_iter().flatten();
            let required = required.map(|p| p["required"].as_bool().unwrap_or(false));
            let params = named(&method["params"]).into_iter().zip(required);
            let params = params.map(|((name, kind), required)| Param { name, kind, required }).collect();
            (name.clone(), Method { params })
        });
        let types = json["types"].as_object().into_iter().flatten().map(|(name, kind)| {
            let definition = match kind["kind"].as_str() {
                Some("struct") => {
                    let members = named(&kind["dynamic"]).into_iter().chain(named(&kind["members"]));
                    Definition::Struct(members.collect())
                }
                Some("array") => Definition::List(Type::parse(kind["items"].as_str().unwrap_or_default())),
                Some("enum") => Definition::Enum,
                Some("text") => Definition::Text,
                _ => Definition::Open,
            };
            (name.clone(), definition)
        });
        Self {
            engine: json["engine"].as_str().unwrap_or_default().to_owned(),
            methods: methods.collect(),
            types: types.collect(),
        }
    }

    /// The classes that have a method of this short name.
    pub(crate) fn classes_with(&self, method: &str) -> impl Iterator<Item = &str> {
        self.methods.keys().filter_map(move |full| {
            let (class, name) = full.split_once('.')?;
            (name == method).then_some(class)
        })
    }
}

impl Type {
    fn parse(text: &str) -> Self {
        if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return Self::List(Box::new(Self::parse(inner)));
        }
        match text {
            "string" => Self::String,
            "boolean" => Self::Boolean,
            "number" | "double" => Self::Number,
            "int8" => Self::Integer(i8::MIN.into(), i8::MAX.into()),
            "byte" => Self::Integer(i8::MIN.into(), u8::MAX.into()),
            "int32" => Self::Integer(i32::MIN.into(), i32::MAX.into()),
            "integer" | "int64" => Self::Integer(i64::MIN, i64::MAX),
            name => Self::Named(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_is_read() {
        let schema = snapshot();
        assert_eq!(schema.engine, "12.2528.0");
        assert!(schema.methods.len() > 300);
        let field = &schema.methods["Doc.GetField"];
        assert_eq!(field.params[0].name, "qFieldName");
        assert!(field.params[0].required && !field.params[1].required);
        assert_eq!(schema.classes_with("GetScript").collect::<Vec<_>>(), ["Doc"]);
        let Definition::Struct(members) = &schema.types["GenericObjectProperties"] else { panic!("no struct") };
        assert!(members.contains_key("qHyperCubeDef") && members.contains_key("qInfo"));
    }
}
