//! Renders the committed snapshot as a published file, in the form up to 12.2528.

use qix_codegen::model::{Kind, Marks, Member, Method, Model, Type, TypeRef};
use serde_json::json;

use crate::json::Json;

pub(crate) fn openrpc(model: &Model) -> Json {
    let mut file = Json::object([
        ("openrpc", model.openrpc.as_str().into()),
        ("info", Json::object([("title", model.title.as_str().into()), ("version", model.engine.as_str().into())])),
        ("methods", Json::List(model.methods.iter().map(|(name, method)| self::method(name, method, model)).collect())),
    ]);
    let schemas = model.types.iter().map(|(name, ty)| (name.clone(), self::ty(ty, model))).collect();
    let groups = model.error_groups.iter().map(|(name, members)| {
        let members = members.iter().map(|error| json!({ "$ref": format!("#/components/errors/{error}") }));
        (name.clone(), Json::from(json!({ "oneOf": members.collect::<Vec<_>>() })))
    });
    let errors = model.errors.iter().map(|(name, code)| (name.clone(), Json::from(json!({ "code": code }))));
    let components = [("schemas", Json::Object(schemas)), ("errors", Json::Object(groups.chain(errors).collect()))];
    file.set("components", Json::object(components));
    let marks = Marks {
        stability: model.stability,
        visibility: model.visibility.clone(),
        deprecated: None,
        categories: model.categories.clone(),
    };
    self::marks(&mut file, &marks);
    file
}

fn method(name: &str, method: &Method, model: &Model) -> Json {
    let mut written = Json::object([("name", name.into())]);
    let params = method.params.iter().map(|param| {
        let mut written = Json::object([("name", param.name.as_str().into())]);
        if param.required {
            written.set("required", json!(true));
        }
        let mut schema = reference(&param.ty, model);
        if let Some(default) = &param.default {
            schema.set("default", default.clone());
        }
        written.set("schema", schema);
        marks(&mut written, &param.marks);
        written
    });
    written.set("params", Json::List(params.collect()));
    let properties = method.results.iter().map(|result| (result.name.clone(), reference(&result.ty, model)));
    let schema = Json::object([("type", "object".into()), ("properties", Json::Object(properties.collect()))]);
    written.set("result", Json::object([("name", "r".into()), ("schema", schema)]));
    if !method.errors.is_empty() {
        let errors = method.errors.iter().map(|error| json!({ "$ref": format!("#/components/errors/{error}") }));
        written.set("errors", json!(errors.collect::<Vec<_>>()));
    }
    if !method.access.is_empty() {
        written.set("x-qlik-access-control", json!(method.access));
    }
    marks(&mut written, &method.marks);
    if let Some(deprecated) = method.marks.deprecated.as_ref().filter(|deprecated| !deprecated.instead.is_empty()) {
        written.set("x-qlik-deprecation-description", json!(format!("Use {}.", deprecated.instead.join(" or "))));
    }
    written
}

fn ty(ty: &Type, model: &Model) -> Json {
    let mut written = match &ty.kind {
        Kind::Struct { members, dynamic } => {
            let members = members.iter().map(|member| (member.name.clone(), self::member(member, model)));
            let mut written =
                Json::object([("type", "object".into()), ("properties", Json::Object(members.collect()))]);
            let required: Vec<_> = required(ty).collect();
            if !required.is_empty() {
                written.set("required", json!(required));
            }
            if !dynamic.is_empty() {
                let dynamic = dynamic.iter().map(|member| {
                    let mut schema = reference(&member.ty, model);
                    schema.remove("type");
                    Json::object([("name", member.name.as_str().into()), ("type", "object".into()), ("schema", schema)])
                });
                written.set("additionalProperties", Json::object([("anyOf", Json::List(dynamic.collect()))]));
            }
            written
        }
        Kind::Open => Json::object([("type", "object".into())]),
        Kind::Array { items } => reference(&TypeRef::List(Box::new(items.clone())), model),
        Kind::Text { encoding } => {
            let mut written = Json::object([("type", "string".into())]);
            if let Some(encoding) = encoding {
                written.set("contentEncoding", encoding.as_str());
            }
            written
        }
        Kind::Enum { values } => {
            let values = values.iter().map(|value| {
                let mut written = Json::object([("title", value.title.as_str().into())]);
                if let Some(long) = &value.long {
                    written.set("description", long.as_str());
                }
                written.set("x-qlik-const", json!(value.number));
                marks(&mut written, &value.marks);
                written
            });
            Json::object([("type", "string".into()), ("oneOf", Json::List(values.collect()))])
        }
    };
    marks(&mut written, &ty.marks);
    written
}

fn required(ty: &Type) -> impl Iterator<Item = &str> {
    let members = if let Kind::Struct { members, .. } = &ty.kind { members.as_slice() } else { &[] };
    members.iter().filter(|member| member.required).map(|member| member.name.as_str())
}

fn member(member: &Member, model: &Model) -> Json {
    let mut written = reference(&member.ty, model);
    if let Some(default) = &member.default {
        written.set("default", default.clone());
    }
    marks(&mut written, &member.marks);
    written
}

fn reference(ty: &TypeRef, model: &Model) -> Json {
    match ty {
        TypeRef::String => Json::object([("type", "string".into())]),
        TypeRef::Boolean => Json::object([("type", "boolean".into())]),
        TypeRef::Number { double: true } => Json::object([("type", "number".into()), ("format", "double".into())]),
        TypeRef::Number { double: false } => Json::object([("type", "number".into())]),
        TypeRef::Integer(_) if ty.to_string() == "integer" => Json::object([("type", "integer".into())]),
        TypeRef::Integer(_) => Json::object([("type", "integer".into()), ("format", (*ty.to_string()).into())]),
        TypeRef::List(items) => {
            let mut items = reference(items, model);
            if items.get("$ref").is_some() {
                items.remove("type");
            }
            Json::object([("type", "array".into()), ("items", items)])
        }
        TypeRef::Named(name) => {
            let text = matches!(model.types.get(name).map(|ty| &ty.kind), Some(Kind::Enum { .. } | Kind::Text { .. }));
            Json::object([
                ("type", if text { "string" } else { "object" }.into()),
                ("$ref", (*format!("#/components/schemas/{name}")).into()),
            ])
        }
    }
}

fn marks(written: &mut Json, marks: &Marks) {
    if let Some(stability) = marks.stability {
        written.set("x-qlik-stability", stability.as_str());
    }
    if let Some(visibility) = &marks.visibility {
        written.set("x-qlik-visibility", visibility.as_str());
    }
    if marks.deprecated.is_some() {
        written.set("x-qlik-deprecated", json!(true));
    }
    if !marks.categories.is_empty() {
        written.set("x-qlik-categories", json!(marks.categories));
    }
}
