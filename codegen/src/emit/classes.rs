//! Writes the file of a class: its object, its trait, and the request and response of each method.

use super::types::table;
use super::{Place, indented};
use crate::docs::comments::{Comments, alias, deprecated};
use crate::plan::{ClassPlan, MethodPlan, Outcome, OutcomeKind, Param};

/// Writes the file of one class.
pub(super) fn file(comments: &Comments<'_>, class: &ClassPlan, place: Place) -> String {
    let name = &class.name;
    let methods: Vec<String> =
        class.methods.iter().map(|method| indented(&trait_method(comments, class, method))).collect();
    let requests: String = class.methods.iter().map(|method| request(comments, class, method, place)).collect();
    let private =
        match (class.methods.iter().any(MethodPlan::is_record), class.methods.iter().any(MethodPlan::is_mixed)) {
            (false, false) => "request",
            (true, false) => "{record, request}",
            (false, true) => "{request, setters}",
            (true, true) => "{record, request, setters}",
        };
    format!(
        "//! The class `{name}`: its methods and their requests.

use std::sync::Arc;

use qix_schema::__private::{private};
use qix_schema::rpc::{{AsRemote, Class, Remote}};

use super::types::*;
use super::*;

{}#[derive(Clone, Debug)]
pub struct {name}(Arc<dyn Remote>);

impl AsRemote for {name} {{
    fn as_remote(&self) -> &dyn Remote {{
        &*self.0
    }}
}}

impl Class for {name} {{
    const NAME: &'static str = {name:?};

    fn from_remote(remote: Arc<dyn Remote>) -> Self {{
        Self(remote)
    }}
}}

impl {name}Api for {name} {{}}

{}pub trait {name}Api: AsRemote {{
{}}}
{requests}",
        comments.object(class),
        comments.class(class),
        methods.join("\n")
    )
}

fn trait_method(comments: &Comments<'_>, class: &ClassPlan, method: &MethodPlan) -> String {
    let wires: Vec<&str> =
        [method.bare()].into_iter().chain(method.params.iter().map(|param| param.wire.as_str())).collect();
    let attributes = format!("{}{}", alias(&wires, &method.name), deprecated(&method.marks));
    let params: String =
        method.required().map(|param| format!(", {}: {}", param.name, param.shape.argument())).collect();
    let names: Vec<&str> = method.required().map(|param| param.name.as_str()).collect();
    let (doc, name, request) = (comments.method(class, method), &method.name, &method.request);
    format!(
        "{doc}{attributes}fn {name}(&self{params}) -> Call<'_, {request}> {{
    Call::new(self.as_remote(), {request}::new({}))
}}
",
        names.join(", ")
    )
}

fn request(comments: &Comments<'_>, class: &ClassPlan, method: &MethodPlan, place: Place) -> String {
    let param = |param: &Param| format!("{:?} {}({})", param.wire, param.name, param.kind());
    let required: Vec<String> = method.required().map(param).collect();
    let optional: String = method.optional().map(|optional| format!("        {},\n", param(optional))).collect();
    let optional = if optional.is_empty() { "{}".to_owned() } else { format!("{{\n{optional}    }}") };
    let head = indented(&format!("{}{}", comments.request(method), deprecated(&method.marks)));
    let effect = if method.reads { "Read" } else { "Write" };
    let has_ext = place == Place::Crate && method.optional().next().is_some();
    let ext = if has_ext { format!(", {}Ext", method.request) } else { String::new() };
    format!(
        "
request! {{
{head}    {class}Api::{} => {}({}) {optional}
    {class} {:?} {effect} -> {}{ext}
}}
{}",
        method.name,
        method.request,
        required.join(", "),
        method.bare(),
        answer(method),
        response(comments, class, method),
        class = class.name,
    )
}

/// The type of a response, and how it is read.
fn answer(method: &MethodPlan) -> String {
    match &method.results[..] {
        [] => "() = nothing()".to_owned(),
        [only] => format!("{} = {}", only.rust(), reader(only)),
        several if method.is_mixed() => {
            let fields = several.iter().map(|outcome| format!("        {}: {},\n", outcome.name, reader(outcome)));
            let fields: String = fields.collect();
            format!("{}Response = {{\n{fields}    }}", method.request)
        }
        several => {
            let names: Vec<String> = several.iter().map(|outcome| format!("{:?}", outcome.wire)).collect();
            format!("{}Response = record({})", method.request, names.join(", "))
        }
    }
}

fn reader(outcome: &Outcome) -> String {
    match outcome.kind {
        OutcomeKind::Value(_) => format!("value({:?})", outcome.wire),
        OutcomeKind::Object(_) => format!("object({:?})", outcome.wire),
    }
}

/// The struct of a response with several values.
fn response(comments: &Comments<'_>, class: &ClassPlan, method: &MethodPlan) -> String {
    if method.results.len() < 2 {
        return String::new();
    }
    let name = format!("{}Response", method.request);
    let fields = method.results.iter().map(|outcome| {
        let (doc, alias) = (comments.outcome(method, outcome), alias(&[&outcome.wire], &outcome.name));
        indented(&format!("{doc}{alias}pub {}: {},\n", outcome.name, outcome.rust()))
    });
    let fields: String = fields.collect();
    let values = method.results.iter().filter_map(|outcome| match &outcome.kind {
        OutcomeKind::Value(shape) => Some((outcome, shape.kind(false))),
        OutcomeKind::Object(_) => None,
    });
    let (derives, code) = if method.is_mixed() {
        let setters: String =
            values.map(|(outcome, kind)| format!("    {} {}({kind}),\n", outcome.name, outcome.setter())).collect();
        let setters = if setters.is_empty() { setters } else { format!("\n{}", table("setters", &name, &setters)) };
        ("Clone, Debug", format!("{}{setters}", constructor(&name, &method.results)))
    } else {
        let members: String = values
            .map(|(outcome, kind)| format!("    {:?} {} {}({kind}),\n", outcome.wire, outcome.name, outcome.setter()))
            .collect();
        ("Clone, Debug, Default, PartialEq", table("record", &format!("{name} {name:?} []"), &members))
    };
    let doc = comments.response(class, method);
    format!("\n{doc}#[derive({derives})]\n#[non_exhaustive]\npub struct {name} {{\n{fields}}}\n\n{code}")
}

/// A response with objects is created from them.
fn constructor(name: &str, outcomes: &[Outcome]) -> String {
    let is_object = |outcome: &&Outcome| matches!(outcome.kind, OutcomeKind::Object(_));
    let objects = outcomes.iter().filter(is_object);
    let objects: Vec<String> = objects.map(|outcome| format!("{}: {}", outcome.name, outcome.rust())).collect();
    let fields = outcomes.iter().map(|outcome| match outcome.kind {
        OutcomeKind::Object(_) => outcome.name.clone(),
        OutcomeKind::Value(_) => format!("{}: Default::default()", outcome.name),
    });
    let fields: Vec<String> = fields.collect();
    format!(
        "impl {name} {{
    /// Creates a response, for test doubles.
    pub fn new({}) -> Self {{
        Self {{ {} }}
    }}
}}
",
        objects.join(", "),
        fields.join(", ")
    )
}
