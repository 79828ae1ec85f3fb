//! Writes structs, enums, and aliases.

use super::indented;
use crate::docs::comments::{Comments, alias, deprecated};
use crate::plan::{DefaultValue, Field, Shape, StructPlan, TypeBody, TypePlan, Variant};

/// Writes one file of types.
pub(super) fn file(comments: &Comments<'_>, about: &str, types: &[&TypePlan]) -> String {
    let items: Vec<String> = types.iter().map(|ty| item(comments, ty)).collect();
    format!("//! {about}\n\n{}{}", imports(types), items.join("\n"))
}

/// The imports that the file uses. Those of the root are for links in the documentation.
fn imports(types: &[&TypePlan]) -> String {
    let structs = || types.iter().filter_map(|ty| ty.body.structure());
    let aliases = types.iter().filter_map(|ty| if let TypeBody::Alias(shape) = &ty.body { Some(shape) } else { None });
    let mut shapes = structs().flat_map(|plan| plan.fields.iter().map(|field| &field.shape)).chain(aliases);
    let is_choice = types.iter().any(|ty| matches!(ty.body, TypeBody::Enum(_)));
    let names = [
        ("Extra", structs().any(|plan| plan.extended)),
        ("Json", shapes.any(holds_json)),
        ("Unrecognized", is_choice),
        ("choice", is_choice),
        ("record", structs().next().is_some()),
    ];
    let names: Vec<&str> = names.into_iter().filter(|(_, used)| *used).map(|(name, _)| name).collect();
    let private = match &names[..] {
        [] => String::new(),
        names => format!("use qix_schema::__private::{{{}}};\n\n", names.join(", ")),
    };
    format!("{private}use super::super::*;\nuse super::*;\n\n")
}

fn holds_json(shape: &Shape) -> bool {
    match shape {
        Shape::Json => true,
        Shape::List(inner) | Shape::Present(inner) => holds_json(inner),
        _ => false,
    }
}

fn item(comments: &Comments<'_>, ty: &TypePlan) -> String {
    let head = format!("{}{}", comments.ty(ty), deprecated(&ty.marks));
    match &ty.body {
        TypeBody::Struct(plan) => structure(comments, ty, plan, &head),
        TypeBody::Enum(variants) => choice(comments, ty, variants, &head),
        TypeBody::Alias(shape) => format!("{head}pub type {} = {};\n", ty.name, shape.rust()),
    }
}

fn structure(comments: &Comments<'_>, ty: &TypePlan, plan: &StructPlan, head: &str) -> String {
    let name = &ty.name;
    let declared = |rare: bool| -> String {
        plan.fields.iter().filter(|field| field.rare == rare).map(|field| declaration(comments, ty, field)).collect()
    };
    let mut fields = declared(false);
    if plan.has_rare() {
        fields.push_str(&format!("    /// Rarely set members.\n    pub(crate) rare: Option<Box<{name}Rare>>,\n"));
    }
    if plan.extended {
        fields.push_str("    /// Members that are not part of the schema.\n    pub extra: Extra,\n");
    }
    let derives = plan.derives().join(", ");
    let mut out = format!("{head}#[derive({derives})]\n#[non_exhaustive]\npub struct {name} {{\n{fields}}}\n\n");
    if plan.recursive {
        out.push_str(&clone_impl(name, plan));
    }
    if plan.has_defaults() {
        out.push_str(&default_impl(name, plan));
    }
    out.push_str(&record(ty, plan));
    if plan.has_rare() {
        let doc = comments.rare(ty);
        let derives = "#[derive(Clone, Debug, Default, PartialEq)]";
        out.push_str(&format!("\n{doc}{derives}\npub(crate) struct {name}Rare {{\n{}}}\n", declared(true)));
    }
    out
}

fn declaration(comments: &Comments<'_>, ty: &TypePlan, field: &Field) -> String {
    let attributes = format!("{}{}", alias(&[&field.wire], &field.name), deprecated(&field.marks));
    let (doc, attributes) = (indented(&comments.field(ty, field)), indented(&attributes));
    format!("{doc}{attributes}    pub {}: {},\n", field.name, field.shape.rust())
}

/// The fields of the struct itself, without those of the schema that are in its box.
fn own_fields(plan: &StructPlan) -> impl Iterator<Item = (&str, Option<&DefaultValue>)> {
    let fields = plan.fields.iter().filter(|field| !field.rare);
    let fields = fields.map(|field| (field.name.as_str(), field.default.as_ref()));
    let more = [("rare", plan.has_rare()), ("extra", plan.extended)];
    fields.chain(more.into_iter().filter(|(_, has)| *has).map(|(name, _)| (name, None)))
}

/// Recursive types guard the stack when they are cloned.
fn clone_impl(name: &str, plan: &StructPlan) -> String {
    let fields: String = own_fields(plan).map(|(field, _)| format!("{field}: Clone::clone(&self.{field}), ")).collect();
    format!(
        "impl Clone for {name} {{
    fn clone(&self) -> Self {{
        qix_schema::__private::grow(|| Self {{ {fields} }})
    }}
}}

"
    )
}

fn default_impl(name: &str, plan: &StructPlan) -> String {
    let fields = own_fields(plan).map(|(field, default)| {
        let value = match default {
            None => "Default::default()".to_owned(),
            Some(DefaultValue::Text(text)) => format!("{text:?}.to_owned()"),
            Some(default) => literal(default),
        };
        format!("{field}: {value}, ")
    });
    let fields: String = fields.collect();
    format!(
        "impl Default for {name} {{
    fn default() -> Self {{
        Self {{ {fields} }}
    }}
}}

"
    )
}

fn literal(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Integer(number) => number.to_string(),
        DefaultValue::Float(number) if number.abs() >= 1e15 => format!("{number:e}"),
        DefaultValue::Float(number) => format!("{number:?}"),
        DefaultValue::Bool(flag) => flag.to_string(),
        DefaultValue::Text(text) => format!("{text:?}"),
        DefaultValue::Variant { ty, variant } => format!("{ty}::{variant}"),
    }
}

/// The table of a struct's members.
fn record(ty: &TypePlan, plan: &StructPlan) -> String {
    // Siblings in a tree are alike. Other records that are many have no lists, or are not in lists.
    let is_list = |field: &&Field| plan.recursive && !field.rare && matches!(field.shape, Shape::List(_));
    let lists: Vec<&str> = plan.fields.iter().filter(is_list).map(|field| &*field.name).collect();
    let many = if lists.is_empty() { "many".to_owned() } else { format!("many({})", lists.join(" ")) };
    let flags = [("extra", plan.extended), ("recursive", plan.recursive), (&many, plan.many)];
    let flags: Vec<&str> = flags.into_iter().filter(|(_, set)| *set).map(|(flag, _)| flag).collect();
    let members: String = plan.fields.iter().map(member).collect();
    table("record", &format!("{} {:?} [{}]", ty.name, ty.wire, flags.join(" ")), &members)
}

/// A macro with a list in its braces.
pub(super) fn table(name: &str, head: &str, lines: &str) -> String {
    match lines {
        "" => format!("{name}! {{ {head} {{}} }}\n"),
        lines => format!("{name}! {{\n    {head} {{\n{}    }}\n}}\n", indented(lines)),
    }
}

fn member(field: &Field) -> String {
    let mode = match field {
        Field { rare: true, .. } => " in rare",
        Field { settled: true, .. } => " in settled",
        _ => "",
    };
    let default = field.default.as_ref().map_or(String::new(), |default| format!(" = {}", literal(default)));
    let (gone, setter, kind) = (deprecated(&field.marks), field.setter(), field.kind());
    format!("{gone}    {:?} {} {setter}({kind}){mode}{default},\n", field.wire, field.name)
}

fn choice(comments: &Comments<'_>, ty: &TypePlan, variants: &[Variant], head: &str) -> String {
    let name = &ty.name;
    let declarations = variants.iter().map(|variant| {
        let titles = [Some(&variant.value.title), variant.value.long.as_ref()];
        let mut titles: Vec<&str> = titles.into_iter().flatten().map(String::as_str).collect();
        titles.dedup();
        let default = if variant.default { "#[default]\n" } else { "" };
        let attributes = format!("{}{}{default}", alias(&titles, &variant.name), deprecated(&variant.value.marks));
        indented(&format!("{}{attributes}{},\n", comments.variant(ty, variant), variant.name))
    });
    let declarations: String = declarations.collect();
    let values = variants.iter().map(|variant| {
        let long = variant.value.long.as_ref().map_or(String::new(), |long| format!(" {long:?}"));
        format!("    {} = {} {:?}{long},\n", variant.name, variant.value.number, variant.value.title)
    });
    let values: String = values.collect();
    format!(
        "{head}#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum {name} {{
{declarations}    /// A value that is not part of the schema. It is written back unchanged.
    Unrecognized(Box<Unrecognized>),
}}

{}",
        table("choice", &format!("{name} {:?}", ty.wire), &values)
    )
}
