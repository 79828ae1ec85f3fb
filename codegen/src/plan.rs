//! Converts the model to a plan of the Rust code: names, types, and defaults.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

use crate::companion::Companion;
use crate::fault::{Fault, Faults};
use crate::model::{EnumValue, Kind, Marks, Member, Method, Model, TypeRef, class_of};
use crate::names;
pub(crate) use shape::Shape;

/// The Rust code, in output order.
pub(crate) struct Plan {
    pub(crate) engine: String,
    pub(crate) types: Vec<TypePlan>,
    /// The files of types, by name.
    pub(crate) families: Vec<FamilyPlan>,
    pub(crate) classes: Vec<ClassPlan>,
    pub(crate) errors: Vec<ErrorPlan>,
}

/// A file of types.
pub(crate) struct FamilyPlan {
    pub(crate) name: String,
    pub(crate) about: String,
}

/// An error code.
pub(crate) struct ErrorPlan {
    /// Name of the constant.
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) code: i64,
}

/// A named type.
pub(crate) struct TypePlan {
    pub(crate) name: String,
    pub(crate) wire: String,
    /// Name of its file.
    pub(crate) family: String,
    pub(crate) marks: Marks,
    pub(crate) body: TypeBody,
}

pub(crate) enum TypeBody {
    Struct(StructPlan),
    Enum(Vec<Variant>),
    /// A type alias.
    Alias(Shape),
}

impl TypeBody {
    pub(crate) fn structure(&self) -> Option<&StructPlan> {
        if let Self::Struct(plan) = self { Some(plan) } else { None }
    }
}

pub(crate) struct StructPlan {
    pub(crate) fields: Vec<Field>,
    pub(crate) extended: bool,
    pub(crate) recursive: bool,
    /// Whether there are many values of it.
    pub(crate) many: bool,
}

impl StructPlan {
    /// Whether members are in a box for rare ones.
    pub(crate) fn has_rare(&self) -> bool {
        self.fields.iter().any(|field| field.rare)
    }

    /// Whether the default of a member is not that of its type.
    pub(crate) fn has_defaults(&self) -> bool {
        self.fields.iter().any(|field| field.default.is_some())
    }

    /// The traits to derive.
    pub(crate) fn derives(&self) -> Vec<&'static str> {
        let traits =
            [("Clone", !self.recursive), ("Debug", true), ("Default", !self.has_defaults()), ("PartialEq", true)];
        traits.into_iter().filter(|(_, derived)| *derived).map(|(name, _)| name).collect()
    }
}

pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) shape: Shape,
    /// Default value in Rust, if it is not the default of the type.
    pub(crate) default: Option<DefaultValue>,
    /// Whether the member is in the box for rare members.
    pub(crate) rare: bool,
    /// Whether its setter converts other types, such as strings.
    pub(crate) converted: bool,
    /// Whether its setter lets the type settle what follows from the value.
    pub(crate) settled: bool,
    pub(crate) marks: Marks,
}

impl Field {
    pub(crate) fn setter(&self) -> String {
        setter(&self.name)
    }

    /// What its setter takes.
    pub(crate) fn kind(&self) -> String {
        self.shape.kind(self.converted)
    }
}

/// The name of a member's setter.
fn setter(name: &str) -> String {
    format!("with_{}", name.trim_end_matches('_'))
}

/// A default that differs from the default of the type.
pub(crate) enum DefaultValue {
    Integer(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    Variant { ty: String, variant: String },
}

pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) value: EnumValue,
    /// Whether this is the default variant.
    pub(crate) default: bool,
}

pub(crate) struct ClassPlan {
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) methods: Vec<MethodPlan>,
}

pub(crate) struct MethodPlan {
    /// Full wire name.
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) request: String,
    pub(crate) reads: bool,
    /// Parameters in schema order.
    pub(crate) params: Vec<Param>,
    pub(crate) results: Vec<Outcome>,
    pub(crate) access: Vec<String>,
    pub(crate) marks: Marks,
}

impl MethodPlan {
    /// The wire name without the class.
    pub(crate) fn bare(&self) -> &str {
        self.wire.split_once('.').map_or(&self.wire, |(_, name)| name)
    }

    pub(crate) fn required(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.required)
    }

    pub(crate) fn optional(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| !param.required)
    }

    /// Whether it has several results, with an object among them.
    pub(crate) fn is_mixed(&self) -> bool {
        let is_object = |outcome: &Outcome| matches!(outcome.kind, OutcomeKind::Object(_));
        self.results.len() > 1 && self.results.iter().any(is_object)
    }

    /// Whether it has several results, all of them values.
    pub(crate) fn is_record(&self) -> bool {
        self.results.len() > 1 && !self.is_mixed()
    }
}

pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    pub(crate) marks: Marks,
}

impl Param {
    /// What its setter takes, or the constructor if it is required.
    pub(crate) fn kind(&self) -> String {
        if self.required { self.shape.constructor_kind() } else { self.shape.kind(false) }
    }
}

pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) kind: OutcomeKind,
}

pub(crate) enum OutcomeKind {
    Value(Shape),
    /// An object of a class.
    Object(String),
}

impl Outcome {
    pub(crate) fn setter(&self) -> String {
        setter(&self.name)
    }

    /// The Rust type.
    pub(crate) fn rust(&self) -> String {
        match &self.kind {
            OutcomeKind::Value(shape) => shape.rust(),
            OutcomeKind::Object(class) => class.clone(),
        }
    }
}

/// The description of the file of types without a family.
const NO_FAMILY: &str = "Types without a family.";

/// Plans the code for a model that has been completed by the companion.
pub(crate) fn plan(model: &Model, companion: &Companion) -> Result<Plan, Faults> {
    let (plan, faults) = draft(model, companion);
    if faults.is_empty() { Ok(plan) } else { Err(Faults(faults)) }
}

/// A plan and its faults. Code can be written only if there are no faults.
pub(crate) fn draft(model: &Model, companion: &Companion) -> (Plan, Vec<Fault>) {
    let mut planner = Planner { model, companion, faults: Vec::new(), boxed: shape::endless_members(model) };
    let plan = planner.plan();
    (plan, planner.faults)
}

struct Planner<'a> {
    model: &'a Model,
    companion: &'a Companion,
    faults: Vec<Fault>,
    /// Members that would make their struct contain itself.
    boxed: BTreeSet<(String, String)>,
}

impl Planner<'_> {
    fn plan(&mut self) -> Plan {
        let recursive = shape::recursive_types(self.model);
        let mut types: Vec<TypePlan> = Vec::new();
        let mut names = Unique::new("/components/schemas", "type");
        names::RESERVED_TYPES.iter().for_each(|name| names.reserve(name));
        for (wire, ty) in &self.model.types {
            let name = names::ty(wire);
            names.take(&mut self.faults, &name, wire);
            let body = match &ty.kind {
                Kind::Struct { members, dynamic } => {
                    let mut fields = self.fields(wire, members);
                    for member in dynamic {
                        let field = Field {
                            name: names::field(&member.name),
                            wire: member.name.clone(),
                            shape: Shape::of(self.model, &member.ty).present(),
                            default: None,
                            rare: false,
                            converted: false,
                            settled: false,
                            marks: member.marks.clone(),
                        };
                        fields.push(field);
                    }
                    self.check_fields(wire, &fields);
                    let extended = self.companion.extended.contains(wire);
                    let many = self.companion.rare.contains_key(wire);
                    TypeBody::Struct(StructPlan { fields, extended, recursive: recursive.contains(wire), many })
                }
                Kind::Open => TypeBody::Alias(Shape::Json),
                Kind::Text { .. } => TypeBody::Alias(Shape::Text),
                Kind::Array { items } => {
                    TypeBody::Alias(Shape::of(self.model, &TypeRef::List(Box::new(items.clone()))))
                }
                Kind::Enum { values } => TypeBody::Enum(self.variants(wire, values)),
            };
            if matches!(&body, TypeBody::Struct(plan) if plan.fields.iter().any(|field| field.rare)) {
                names.reserve(&format!("{name}Rare"));
            }
            let family = self.companion.family_of(wire).to_owned();
            types.push(TypePlan { name, wire: wire.clone(), family, marks: ty.marks.clone(), body });
        }
        let families: BTreeSet<&str> = types.iter().map(|ty| ty.family.as_str()).collect();
        let about = |name: &str| self.companion.families.get(name).map_or(NO_FAMILY, |family| &family.about).to_owned();
        let families =
            families.into_iter().map(|name| FamilyPlan { name: name.to_owned(), about: about(name) }).collect();
        let classes = self.classes();
        let mut modules = Unique::new("/methods", "class");
        ["types", "error_codes", "ext"].iter().for_each(|name| modules.reserve(name));
        for class in &classes {
            names.take(&mut self.faults, &class.name, &class.name);
            names.take(&mut self.faults, &format!("{}Api", class.name), &class.name);
            modules.take(&mut self.faults, &class.module, &class.name);
            self.check_requests(class);
        }
        Plan { engine: self.model.engine.clone(), types, families, classes, errors: self.errors() }
    }

    fn fields(&mut self, ty: &str, members: &[Member]) -> Vec<Field> {
        let rare = self.companion.rare.get(ty);
        let settled = self.companion.settled.get(ty);
        let mut fields = Vec::new();
        for member in members {
            let mut shape = Shape::of(self.model, &member.ty);
            if self.companion.is_presence(ty, &member.name)
                || self.boxed.contains(&(ty.to_owned(), member.name.clone()))
            {
                shape = shape.present();
            }
            fields.push(Field {
                name: names::field(&member.name),
                wire: member.name.clone(),
                default: self.default(ty, member, &shape),
                shape,
                rare: rare.is_some_and(|rare| rare.contains(&member.name)),
                converted: member.ty.named().is_some_and(|ty| self.companion.converted.contains(ty)),
                settled: settled.is_some_and(|settled| settled.contains(&member.name)),
                marks: member.marks.clone(),
            });
        }
        fields
    }

    fn check_fields(&mut self, ty: &str, fields: &[Field]) {
        let mut names = Unique::new(format!("/components/schemas/{ty}/properties"), "member");
        names::RESERVED_MEMBERS.iter().for_each(|name| names.reserve(name));
        for field in fields {
            names.take(&mut self.faults, &field.name, &field.wire);
        }
    }

    /// The default of a member in Rust, if it is not the default of the type.
    fn default(&mut self, ty: &str, member: &Member, shape: &Shape) -> Option<DefaultValue> {
        let default = member.default.as_ref()?;
        let value = match shape.resolved() {
            Shape::Integer(format) => whole(default).filter(|n| format.holds(*n)).map(DefaultValue::Integer),
            Shape::Float => default.as_f64().map(DefaultValue::Float),
            Shape::Bool => default.as_bool().map(DefaultValue::Bool),
            Shape::Text => default.as_str().map(|text| DefaultValue::Text(text.to_owned())),
            Shape::Enum(name) => {
                let values = self.values_of(member.ty.named().unwrap_or_default());
                let matches = |value: &EnumValue| {
                    default.as_str().is_some_and(|text| value.title == text || value.long.as_deref() == Some(text))
                        || default.as_i64() == Some(value.number)
                };
                let variants = variant_names(name, values);
                let index = values.iter().position(matches);
                if index.is_some() && index == default_index(values) {
                    return None;
                }
                index.map(|index| DefaultValue::Variant { ty: name.clone(), variant: variants[index].clone() })
            }
            _ => None,
        };
        if value.is_none() {
            self.faults.push(Fault::new(
                format!("/components/schemas/{ty}/properties/{}/default", member.name),
                format!("the default {default} does not fit the type `{}`", member.ty),
                "Correct the schema's default.",
            ));
        }
        value
    }

    fn values_of(&self, ty: &str) -> &[EnumValue] {
        match self.model.types.get(ty).map(|ty| &ty.kind) {
            Some(Kind::Enum { values }) => values,
            _ => &[],
        }
    }

    fn variants(&mut self, ty: &str, values: &[EnumValue]) -> Vec<Variant> {
        let mut unique = Unique::new(format!("/components/schemas/{ty}/oneOf"), "value");
        unique.reserve("Unrecognized");
        let default = default_index(values);
        let mut variants = Vec::new();
        for (index, (name, value)) in variant_names(ty, values).into_iter().zip(values).enumerate() {
            unique.take(&mut self.faults, &name, &value.title);
            variants.push(Variant { name, value: value.clone(), default: Some(index) == default });
        }
        variants
    }

    fn classes(&mut self) -> Vec<ClassPlan> {
        let mut classes: BTreeMap<String, ClassPlan> = BTreeMap::new();
        let mut uniques: BTreeMap<String, Unique> = BTreeMap::new();
        for (wire, method) in &self.model.methods {
            let class = class_of(wire).unwrap_or_default().to_owned();
            let plan = self.method(wire, method);
            let unique = uniques.entry(class.clone()).or_insert_with(|| {
                let mut unique = Unique::new("/methods", "method");
                names::RESERVED_METHODS.iter().for_each(|name| unique.reserve(name));
                unique
            });
            unique.take(&mut self.faults, &plan.name, wire);
            let module = names::function(&class);
            let entry = classes.entry(class.clone());
            entry
                .or_insert_with(|| ClassPlan { name: names::ty(&class), module, methods: Vec::new() })
                .methods
                .push(plan);
        }
        classes.into_values().collect()
    }

    /// Requests and responses share a namespace with the class and the types that it uses.
    fn check_requests(&mut self, class: &ClassPlan) {
        let mut names = Unique::new("/methods", "request");
        names::RESERVED_TYPES.iter().for_each(|name| names.reserve(name));
        names.reserve(&class.name);
        names.reserve(&format!("{}Api", class.name));
        for method in &class.methods {
            let params = method.params.iter().map(|param| &param.shape);
            let results = method.results.iter().filter_map(|outcome| match &outcome.kind {
                OutcomeKind::Value(shape) => Some(shape),
                OutcomeKind::Object(_) => None,
            });
            params.chain(results).filter_map(Shape::named).for_each(|name| names.reserve(name));
        }
        for method in &class.methods {
            names.take(&mut self.faults, &method.request, &method.wire);
            if method.optional().next().is_some() {
                names.take(&mut self.faults, &format!("{}Ext", method.request), &method.wire);
            }
            if method.results.len() > 1 {
                names.take(&mut self.faults, &format!("{}Response", method.request), &method.wire);
            }
        }
    }

    fn method(&mut self, wire: &str, method: &Method) -> MethodPlan {
        let bare = wire.split_once('.').map_or(wire, |(_, name)| name);
        let mut params = Unique::new(format!("/methods/{wire}/params"), "parameter");
        names::RESERVED_PARAMS.iter().for_each(|name| params.reserve(name));
        let mut planned = Vec::new();
        for param in &method.params {
            let name = names::field(&param.name);
            params.take(&mut self.faults, &name, &param.name);
            if name.starts_with("with_") {
                self.faults.push(Fault::new(
                    format!("/methods/{wire}/params"),
                    format!(
                        "the parameter `{}` would start with `with_`, which is reserved for call options",
                        param.name
                    ),
                    "Choose another name in codegen/src/names.rs.",
                ));
            }
            let shape = Shape::of(self.model, &param.ty);
            let (required, marks) = (param.required, param.marks.clone());
            planned.push(Param { name, wire: param.name.clone(), required, shape, marks });
        }
        MethodPlan {
            wire: wire.to_owned(),
            name: names::function(bare),
            request: names::ty(bare),
            reads: self.companion.reads.contains(wire),
            params: planned,
            results: self.results(wire, method),
            access: method.access.clone(),
            marks: method.marks.clone(),
        }
    }

    fn results(&mut self, wire: &str, method: &Method) -> Vec<Outcome> {
        let mut unique = Unique::new(format!("/methods/{wire}/result"), "result");
        let several = method.results.len() > 1;
        let mut outcomes = Vec::new();
        for result in &method.results {
            let is_object = result.ty == TypeRef::Named("ObjectInterface".to_owned());
            let class = self.companion.returns.get(wire).filter(|_| is_object);
            let name = match class {
                Some(class) if several => names::function(class.strip_prefix("Generic").unwrap_or(class)),
                _ if result.name == "qReturn" => "returned".to_owned(),
                _ => names::field(&result.name),
            };
            unique.take(&mut self.faults, &name, &result.name);
            let kind = match class {
                Some(class) => OutcomeKind::Object(names::ty(class)),
                None => OutcomeKind::Value(Shape::of(self.model, &result.ty)),
            };
            outcomes.push(Outcome { name, wire: result.name.clone(), kind });
        }
        outcomes
    }

    fn errors(&mut self) -> Vec<ErrorPlan> {
        let mut unique = Unique::new("/components/errors", "error");
        unique.reserve("NAMES");
        let errors = self.model.errors.iter();
        let mut errors: Vec<_> = errors
            .map(|(wire, code)| ErrorPlan { name: names::error(wire), wire: wire.clone(), code: *code })
            .collect();
        for error in &errors {
            unique.take(&mut self.faults, &error.name, &error.wire);
        }
        errors.sort_by_key(|error| error.code);
        errors
    }
}

/// An integer, which may be written as `3.0`.
fn whole(value: &serde_json::Value) -> Option<i64> {
    let float = value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= 9_007_199_254_740_992.0);
    value.as_i64().or(float.map(|n| n as i64))
}

fn variant_names(ty: &str, values: &[EnumValue]) -> Vec<String> {
    let texts: Vec<_> = values.iter().map(|value| (value.title.as_str(), value.long.as_deref())).collect();
    names::variants(ty, &texts)
}

/// The default value of an enum: the value with number 0, or else the first.
fn default_index(values: &[EnumValue]) -> Option<usize> {
    values.iter().position(|value| value.number == 0).or(if values.is_empty() { None } else { Some(0) })
}

/// Names in one scope. Duplicates are faults.
struct Unique {
    pointer: String,
    what: &'static str,
    taken: BTreeMap<String, String>,
}

impl Unique {
    fn new(pointer: impl Into<String>, what: &'static str) -> Self {
        Self { pointer: pointer.into(), what, taken: BTreeMap::new() }
    }

    fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned(), format!("{name} (taken by the generated code)"));
    }

    fn take(&mut self, faults: &mut Vec<Fault>, name: &str, wire: &str) {
        let mut fault = |what: String, hint: &str| {
            let pointer = format!("{}/{}", self.pointer, wire.replace('~', "~0").replace('/', "~1"));
            faults.push(Fault::new(pointer, what, hint));
        };
        if !names::is_identifier(name) {
            let what = format!("the {} `{wire}` would be `{name}`, which is not a valid Rust identifier", self.what);
            fault(what, "Choose another name in codegen/src/names.rs.");
        }
        if let Some(other) = self.taken.insert(name.to_owned(), wire.to_owned()) {
            fault(
                format!("the {}s `{other}` and `{wire}` both become `{name}` in Rust", self.what),
                "Give one of them another name in codegen/src/names.rs.",
            );
        }
    }
}
