//! One side of a comparison: its facts, the plan of its code, and its Rust names.

use crate::companion::Companion;
use crate::fault::Fault;
use crate::model::{Kind, Method, Model, TypeRef, class_of};
use crate::names;
use crate::plan::{self, Field, MethodPlan, Outcome, OutcomeKind, Param, Plan, Shape, TypeBody, TypePlan};

/// A model that has been completed by the companion, and the plan of its code.
pub(super) struct Side {
    pub(super) model: Model,
    pub(super) plan: Plan,
    /// Faults that prevent code generation.
    pub(super) faults: Vec<Fault>,
}

impl Side {
    pub(super) fn of(model: &Model, companion: &Companion) -> Self {
        let mut model = model.clone();
        companion.apply(&mut model);
        let (plan, faults) = plan::draft(&model, companion);
        Self { model, plan, faults }
    }

    pub(super) fn ty(&self, wire: &str) -> Option<&TypePlan> {
        self.plan.types.iter().find(|ty| ty.wire == wire)
    }

    /// The name, facts, and plan of each method.
    pub(super) fn methods(&self) -> impl Iterator<Item = MethodItem<'_>> {
        let plans = self.plan.classes.iter().flat_map(|class| &class.methods);
        plans.filter_map(|plan| {
            let (wire, method) = self.model.methods.get_key_value(&plan.wire)?;
            Some(MethodItem { wire, method, plan })
        })
    }

    /// Where a type is used, directly or through an alias: schema paths and Rust items.
    pub(super) fn uses(&self, wire: &str) -> Vec<(String, String)> {
        let mut uses = self.direct_uses(wire);
        let mut next = 0;
        while let Some((path, _)) = uses.get(next) {
            if self.model.types.get(path).is_some_and(|ty| matches!(ty.kind, Kind::Array { .. })) {
                let more: Vec<_> = self.direct_uses(path).into_iter().filter(|used| !uses.contains(used)).collect();
                uses.extend(more);
            }
            next += 1;
        }
        uses
    }

    fn direct_uses(&self, wire: &str) -> Vec<(String, String)> {
        let is = |ty: &TypeRef| ty.named() == Some(wire);
        let mut uses = Vec::new();
        for item in self.methods() {
            for param in item.method.params.iter().filter(|param| is(&param.ty)) {
                uses.push((format!("{}/{}", item.wire, param.name), item.param_item(&param.name)));
            }
            for (result, outcome) in item.method.results.iter().zip(&item.plan.results).filter(|(r, _)| is(&r.ty)) {
                uses.push((format!("{}#result/{}", item.wire, result.name), item.result_item(outcome)));
            }
        }
        for plan in &self.plan.types {
            match (self.model.types.get(&plan.wire).map(|ty| &ty.kind), &plan.body) {
                (Some(Kind::Struct { members, dynamic }), TypeBody::Struct(body)) => {
                    let types = members.iter().map(|m| &m.ty).chain(dynamic.iter().map(|m| &m.ty));
                    for (_, field) in types.zip(&body.fields).filter(|(ty, _)| is(ty)) {
                        uses.push((format!("{}/{}", plan.wire, field.wire), field_item(plan, field)));
                    }
                }
                (Some(Kind::Array { items }), _) if is(items) => {
                    uses.push((plan.wire.clone(), format!("types::{}", plan.name)));
                }
                _ => {}
            }
        }
        uses
    }
}

/// A method and its plan.
#[derive(Clone, Copy)]
pub(super) struct MethodItem<'a> {
    pub(super) wire: &'a str,
    pub(super) method: &'a Method,
    pub(super) plan: &'a MethodPlan,
}

impl<'a> MethodItem<'a> {
    /// `Doc`
    pub(super) fn class(&self) -> &'a str {
        class_of(self.wire).unwrap_or_default()
    }

    /// `DocApi::get_field`
    pub(super) fn function(&self) -> String {
        format!("{}Api::{}", names::ty(self.class()), self.plan.name)
    }

    /// `doc::GetField`
    pub(super) fn request(&self) -> String {
        format!("{}::{}", names::function(self.class()), self.plan.request)
    }

    /// `doc::GetFieldResponse`, if there are several results.
    pub(super) fn response(&self) -> Option<String> {
        (self.plan.results.len() > 1).then(|| format!("{}Response", self.request()))
    }

    /// The response type in Rust.
    pub(super) fn returns(&self) -> String {
        match (&self.plan.results[..], self.response()) {
            ([only], _) => outcome(only),
            (_, Some(response)) => response,
            (_, None) => "()".to_owned(),
        }
    }

    /// The field of the response, or the method itself if it has one result.
    pub(super) fn result_item(&self, outcome: &Outcome) -> String {
        self.response().map_or_else(|| self.function(), |response| format!("{response}::{}", outcome.name))
    }

    /// The Rust items of the method.
    pub(super) fn items(&self) -> Vec<String> {
        [self.function(), self.request()].into_iter().chain(self.response()).collect()
    }

    pub(super) fn param(&self, wire: &str) -> Option<&'a Param> {
        self.plan.params.iter().find(|param| param.wire == wire)
    }

    /// `doc::GetField::field_name`
    pub(super) fn param_item(&self, wire: &str) -> String {
        let name = self.param(wire).map_or_else(|| names::field(wire), |param| param.name.clone());
        format!("{}::{name}", self.request())
    }
}

/// The Rust items of a method without a plan, from a legacy file.
pub(super) fn method_items(wire: &str) -> Vec<String> {
    let (class, method) = wire.split_once('.').unwrap_or_default();
    vec![
        format!("{}Api::{}", names::ty(class), names::function(method)),
        format!("{}::{}", names::function(class), names::ty(method)),
    ]
}

/// The Rust item of a method, a type, or a member, by path.
pub(super) fn item(path: &str) -> String {
    if path.contains('.') {
        return method_items(path).swap_remove(0);
    }
    match path.split_once('/') {
        Some((ty, member)) => format!("types::{}::{}", names::ty(ty), names::field(member)),
        None => format!("types::{}", names::ty(path)),
    }
}

/// `types::NxPage::left`
pub(super) fn field_item(ty: &TypePlan, field: &Field) -> String {
    let rare = if field.rare { "Rare" } else { "" };
    format!("types::{}{rare}::{}", ty.name, field.name)
}

/// The type of a single result in Rust.
pub(super) fn outcome(outcome: &Outcome) -> String {
    match &outcome.kind {
        OutcomeKind::Value(shape) => rust(shape),
        OutcomeKind::Object(class) => class.clone(),
    }
}

/// A type in Rust.
pub(super) fn rust(shape: &Shape) -> String {
    shape.rust()
}

/// Whether two types are the same in Rust, regardless of aliases.
pub(super) fn same_in_rust(old: &Shape, new: &Shape) -> bool {
    rust(&plain(old)) == rust(&plain(new))
}

fn plain(shape: &Shape) -> Shape {
    match shape {
        Shape::Alias(_, inner) => plain(inner),
        Shape::List(inner) => Shape::List(Box::new(plain(inner))),
        Shape::Present(inner) => Shape::Present(Box::new(plain(inner))),
        other => other.clone(),
    }
}

/// The schema kind of a type, in words.
pub(super) fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Struct { .. } => "struct".to_owned(),
        Kind::Open => "any JSON".to_owned(),
        Kind::Array { items } => format!("[{items}]"),
        Kind::Text { encoding: None } => "text".to_owned(),
        Kind::Text { encoding: Some(encoding) } => format!("text ({encoding})"),
        Kind::Enum { .. } => "enum".to_owned(),
    }
}

/// The Rust kind of a type, in words.
pub(super) fn body(ty: &TypePlan) -> String {
    match &ty.body {
        TypeBody::Struct(_) => "a struct".to_owned(),
        TypeBody::Enum(_) => "an enum".to_owned(),
        TypeBody::Alias(shape) => format!("`{}`", rust(shape)),
    }
}
