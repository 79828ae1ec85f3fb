//! The facts of the published schema that requests are checked against.

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

static SNAPSHOT: LazyLock<Schema> = LazyLock::new(|| {
    let json = serde_json::from_str(qix_schema::SNAPSHOT).unwrap_or(Value::Null);
    Schema::from_json(&json)
});

/// The snapshot of the schema, included at build time.
pub(crate) fn snapshot() -> &'static Schema {
    &SNAPSHOT
}

#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) engine: String,
    /// By full name: `Doc.GetField`.
    pub(crate) methods: BTreeMap<String, Method>,
    pub(crate) types: HashMap<String, Definition>,
    /// Names of errors by their codes.
    pub(crate) errors: HashMap<i64, String>,
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
    Struct(Struct),
    List(Type),
    Enum(Vec<EnumValue>),
    Text,
    Open,
}

/// The members in the schema; all other members are custom.
#[derive(Debug, Default)]
pub(crate) struct Struct {
    /// In the schema's order.
    pub(crate) members: Vec<Member>,
    /// Members that generic objects have only where a client puts them: `qHyperCubeDef` and the like.
    pub(crate) dynamic: Vec<Member>,
    by_name: HashMap<String, Type>,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) default: Value,
}

/// An enum value in its three forms. Engines write the title.
#[derive(Debug)]
pub(crate) struct EnumValue {
    pub(crate) title: String,
    pub(crate) long: String,
    pub(crate) number: i64,
}

impl Struct {
    /// The type of a member.
    pub(crate) fn get(&self, name: &str) -> Option<&Type> {
        self.by_name.get(name)
    }

    fn from_json(json: &Value) -> Self {
        let (members, dynamic) = (Member::list(&json["members"]), Member::list(&json["dynamic"]));
        let by_name = members.iter().chain(&dynamic).map(|member| (member.name.clone(), member.kind.clone()));
        Self { by_name: by_name.collect(), members, dynamic }
    }
}

impl Member {
    fn list(json: &Value) -> Vec<Self> {
        let list = json.as_array().into_iter().flatten();
        list.filter_map(|member| {
            let (name, kind) = (member["name"].as_str()?.to_owned(), Type::parse(member["type"].as_str()?));
            Some(Self { name, kind, default: member["default"].clone() })
        })
        .collect()
    }
}

impl EnumValue {
    fn list(json: &Value) -> Vec<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = json.as_array().into_iter().flatten();
        list.map(|value| Self {
            title: text(&value["title"]),
            long: text(&value["long"]),
            number: value["number"].as_i64().unwrap_or_default(),
        })
        .collect()
    }
}

impl Schema {
    fn from_json(json: &Value) -> Self {
        let methods = json["methods"].as_object().into_iter().flatten().map(|(name, method)| {
            let params = method["params"].as_array().into_iter().flatten().filter_map(|param| {
                let (name, kind) = (param["name"].as_str()?.to_owned(), Type::parse(param["type"].as_str()?));
                Some(Param { name, kind, required: param["required"].as_bool().unwrap_or(false) })
            });
            (name.clone(), Method { params: params.collect() })
        });
        let types = json["types"].as_object().into_iter().flatten().map(|(name, kind)| {
            let definition = match kind["kind"].as_str() {
                Some("struct") => Definition::Struct(Struct::from_json(kind)),
                Some("array") => Definition::List(Type::parse(kind["items"].as_str().unwrap_or_default())),
                Some("enum") => Definition::Enum(EnumValue::list(&kind["values"])),
                Some("text") => Definition::Text,
                _ => Definition::Open,
            };
            (name.clone(), definition)
        });
        let errors = json["errors"].as_object().into_iter().flatten();
        Self {
            engine: json["engine"].as_str().unwrap_or_default().to_owned(),
            methods: methods.collect(),
            types: types.collect(),
            errors: errors.filter_map(|(name, code)| Some((code.as_i64()?, name.clone()))).collect(),
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
    /// The type of sort criteria: -1, 0 or 1.
    pub(crate) const SORT_CRITERION: Self = Self::Integer(i8::MIN as i64, i8::MAX as i64);

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
        assert!(schema.engine.starts_with("12."), "{}", schema.engine);
        assert!(schema.methods.len() > 300);
        let field = &schema.methods["Doc.GetField"];
        assert_eq!(field.params[0].name, "qFieldName");
        assert!(field.params[0].required && !field.params[1].required);
        assert_eq!(schema.classes_with("GetScript").collect::<Vec<_>>(), ["Doc"]);
        let Definition::Struct(members) = &schema.types["GenericObjectProperties"] else { panic!("no struct") };
        assert!(members.get("qHyperCubeDef").is_some() && members.get("qInfo").is_some());
        assert_eq!(members.members[0].name, "qInfo");
    }
}
