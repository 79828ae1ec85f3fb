//! Documentation comments: a description where there is one, then the facts.

use proc_macro2::TokenStream;
use quote::quote;

use crate::documentation::{Documentation, Links};
use crate::markdown;
use crate::model::{Marks, Stability};
use crate::names;
use crate::plan::{
    ClassPlan, DefaultValue, Field, MethodPlan, Outcome, OutcomeKind, Param, TypeBody, TypePlan, Variant,
};
use crate::prose::Prose;

/// Where the vendor documents the API.
const VENDOR: &str = "https://qlik.dev/apis/json-rpc/qix";

/// Writes documentation comments.
pub(crate) struct Docs<'a> {
    /// Our own texts, which come first.
    pub(crate) own: &'a Documentation,
    /// The published descriptions, for items that we have not written about.
    pub(crate) published: &'a Prose,
    pub(crate) links: Links,
    /// Whether to keep examples. They name this crate, so a crate of its own leaves them out.
    pub(crate) examples: bool,
}

impl Docs<'_> {
    fn text(&self, item: &str) -> Option<String> {
        let published = || self.published.get(item).map(markdown::clean).filter(|text| !text.is_empty());
        self.own.get(item, &self.links).map(|text| examples(&text, self.examples)).or_else(published)
    }

    pub(crate) fn ty(&self, ty: &TypePlan) -> TokenStream {
        let mut doc = Doc::new(&ty.marks);
        doc.describe(self.text(&ty.wire));
        doc.paragraph(&match &ty.body {
            TypeBody::Struct(plan) => match plan.fields.len() {
                0 => format!("`{}`: an object without members.", ty.wire),
                1 => format!("`{}`: an object with one member.", ty.wire),
                count => format!("`{}`: an object with {count} members.", ty.wire),
            },
            TypeBody::Enum(variants) => format!("`{}`: one of {} values.", ty.wire, variants.len()),
            TypeBody::Alias(shape) => format!("`{}`: {}.", ty.wire, shape.words()),
        });
        if let TypeBody::Struct(plan) = &ty.body
            && plan.extended
        {
            doc.paragraph("Members that apps add are kept in `extra` and written back.");
        }
        doc.marks(&ty.marks, |item| format!("[`{}`]", names::ty(item)));
        doc.paragraph(&format!("[Vendor's reference]({VENDOR}/schemas/#{})", ty.wire.to_lowercase()));
        doc.tokens()
    }

    pub(crate) fn rare(&self, ty: &TypePlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.paragraph(&format!(
            "Members that few values of [`{}`] carry, together in one box so that the many others stay small.",
            ty.name
        ));
        doc.tokens()
    }

    pub(crate) fn field(&self, ty: &TypePlan, field: &Field) -> TokenStream {
        let mut doc = Doc::new(&field.marks);
        doc.describe(self.text(&format!("{}/{}", ty.wire, field.wire)));
        doc.paragraph(&format!("`{}`: {}.", field.wire, field.shape.words()));
        if let Some(default) = &field.default {
            doc.paragraph(&format!("Absent means {}.", default_words(default)));
        }
        doc.marks(&field.marks, |item| {
            let member = item.split_once('/').map_or(item, |(_, member)| member);
            format!("`{}`", names::field(member))
        });
        doc.tokens()
    }

    pub(crate) fn variant(&self, ty: &TypePlan, variant: &Variant) -> TokenStream {
        let mut doc = Doc::new(&variant.value.marks);
        let title = &variant.value.title;
        doc.describe(self.text(&format!("{}/{title}", ty.wire)));
        doc.paragraph(&match &variant.value.long {
            Some(long) => format!("`{title}`, in full `{long}`, number {}.", variant.value.number),
            None => format!("`{title}`, number {}.", variant.value.number),
        });
        doc.tokens()
    }

    pub(crate) fn class(&self, class: &ClassPlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.paragraph(&format!("The methods of the class [`{}`].", class.name));
        doc.paragraph(
            "Each builds a call and sends nothing before it is awaited. All have bodies, so that a test double can override \
             some and a newer schema can add more.",
        );
        doc.paragraph(&format!("[Vendor's reference]({VENDOR}/{}/)", class.name.to_lowercase()));
        doc.tokens()
    }

    pub(crate) fn object(&self, class: &ClassPlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.describe(self.text(&class.name));
        doc.paragraph(&format!("An object of the class `{0}`; its methods are those of [`{0}Api`].", class.name));
        doc.tokens()
    }

    /// The documentation of a method.
    pub(crate) fn method(&self, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
        let mut doc = Doc::new(&method.marks);
        doc.describe(self.text(&method.wire));
        self.parameters(&mut doc, method);
        self.results(&mut doc, method);
        let verb = if method.reads { "reads only" } else { "changes something" };
        doc.paragraph(&format!("`{}`: {verb}.", method.wire));
        doc.marks(&method.marks, |item| match item.split_once('.') {
            Some((other, name)) if other == class.name => format!("[`{other}Api::{}`]", names::function(name)),
            Some((other, name)) => {
                let (module, function) = (names::function(other), names::function(name));
                format!("[`{other}Api::{function}`](crate::{module}::{other}Api::{function})")
            }
            None => format!("`{item}`"),
        });
        if !method.access.is_empty() {
            doc.paragraph(&format!("The caller needs the right to: {}.", method.access.join(", ")));
        }
        doc.paragraph(&format!("[Vendor's reference]({VENDOR}/{}/)", class.name.to_lowercase()));
        doc.tokens()
    }

    /// The documentation of a method's request.
    pub(crate) fn request(&self, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
        let mut doc = Doc::new(&method.marks);
        doc.paragraph(&format!("The request of [`{}Api::{}`], as a plain value.", class.name, method.name));
        doc.tokens()
    }

    fn parameters(&self, doc: &mut Doc, method: &MethodPlan) {
        let params = method.order.iter().map(|(required, index)| {
            let list = if *required { &method.required } else { &method.optional };
            (&list[*index], *required)
        });
        let lines: Vec<String> = params
            .map(|(param, required)| {
                let optional = if required { "" } else { ", optional" };
                let facts = format!("* `{}` (`{}`, {}{optional})", param.name, param.wire, param.shape.words());
                match self.text(&format!("{}/{}", method.wire, param.wire)) {
                    Some(text) => format!("{facts}: {}", text.replace('\n', "\n  ")),
                    None => facts,
                }
            })
            .collect();
        doc.list("# Parameters", &lines);
    }

    fn results(&self, doc: &mut Doc, method: &MethodPlan) {
        if method.results.is_empty() {
            return doc.paragraph("Returns nothing.");
        }
        let line = |outcome: &Outcome| {
            let facts = format!("`{}`, {}", outcome.wire, outcome_words(outcome));
            match self.text(&format!("{}#result/{}", method.wire, outcome.wire)) {
                Some(text) => format!("{facts}: {}", text.replace('\n', "\n  ")),
                None => format!("{facts}."),
            }
        };
        doc.paragraph("# Returns");
        if let [only] = &method.results[..] {
            doc.paragraph(&line(only));
        } else {
            doc.paragraph(&format!("Several values, as [`{}Response`].", method.request));
            doc.paragraphs.push(method.results.iter().map(|o| format!("* {}", line(o))).collect::<Vec<_>>().join("\n"));
        }
    }

    pub(crate) fn response(&self, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.paragraph(&format!("What [`{}Api::{}`] returns.", class.name, method.name));
        doc.tokens()
    }

    pub(crate) fn outcome(&self, method: &MethodPlan, outcome: &Outcome) -> TokenStream {
        let mut doc = Doc::default();
        doc.describe(self.text(&format!("{}#result/{}", method.wire, outcome.wire)));
        doc.paragraph(&format!("`{}`: {}.", outcome.wire, outcome_words(outcome)));
        doc.tokens()
    }

    pub(crate) fn param(&self, method: &MethodPlan, param: &Param) -> TokenStream {
        let mut doc = Doc::new(&param.marks);
        doc.describe(self.text(&format!("{}/{}", method.wire, param.wire)));
        doc.paragraph(&format!("`{}`: {}.", param.wire, param.shape.words()));
        doc.tokens()
    }
}

/// The hidden lines around every example, which make it compile with nothing but the generated crate.
const BEFORE: &str = "\
# use qix_schema::{*, types::*};
# async fn example(global: Global, doc: Doc) -> Result<(), Box<dyn std::error::Error>> {
";
const AFTER: &str = "# Ok(())\n# }\n";

/// Makes the Rust examples of a text whole, or leaves them out.
fn examples(text: &str, run: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, example)) = rest.split_once("```rust\n") {
        let (code, after) = example.split_once("```").unwrap_or((example, ""));
        out.push_str(before);
        if run {
            out.push_str(&format!("```\n{BEFORE}{code}{AFTER}```"));
        }
        rest = if run { after } else { after.trim_start() };
    }
    out.push_str(rest);
    out.trim_end().to_owned()
}

fn outcome_words(outcome: &Outcome) -> String {
    match &outcome.kind {
        OutcomeKind::Value(shape) => shape.words(),
        OutcomeKind::Object(class) => format!("a [`{class}`](crate::{}::{class})", names::function(class)),
    }
}

fn default_words(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Integer(number) => format!("{number}"),
        DefaultValue::Float(number) => format!("{number:?}"),
        DefaultValue::Bool(flag) => format!("{flag}"),
        DefaultValue::Text(text) => format!("`{text}`"),
        DefaultValue::Variant(ty, variant) => format!("[`{ty}::{variant}`]"),
    }
}

/// `#[doc(alias)]`: a search for the wire name finds the Rust item. Rust refuses one that says nothing new.
pub(crate) fn alias(wire: &str, name: &str) -> TokenStream {
    let plain = wire.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !wire.is_empty();
    if plain && wire != name { quote!(#[doc(alias = #wire)]) } else { TokenStream::new() }
}

/// `#[deprecated]` with what to use instead, in Rust names.
pub(crate) fn deprecated(marks: &Marks) -> TokenStream {
    let Some(deprecation) = &marks.deprecated else { return TokenStream::new() };
    let instead: Vec<String> = deprecation
        .instead
        .iter()
        .map(|item| match (item.split_once('.'), item.split_once('/')) {
            (Some((class, method)), _) => format!("`{class}Api::{}`", names::function(method)),
            (_, Some((_, member))) => format!("`{}`", names::field(member)),
            _ => format!("`{}`", names::ty(item)),
        })
        .collect();
    let note = if instead.is_empty() {
        "the engine's schema deprecates it and names nothing to use instead".to_owned()
    } else {
        format!("use {} instead", instead.join(" or "))
    };
    quote!(#[deprecated(note = #note)])
}

#[derive(Default)]
struct Doc {
    paragraphs: Vec<String>,
}

impl Doc {
    fn new(marks: &Marks) -> Self {
        let mut doc = Self::default();
        if marks.stability == Some(Stability::Experimental) {
            doc.paragraph("**Experimental**: it may change or go with any version of the engine.");
        }
        doc
    }

    fn paragraph(&mut self, text: &str) {
        self.paragraphs.push(text.to_owned());
    }

    fn describe(&mut self, text: Option<String>) {
        self.paragraphs.extend(text);
    }

    fn list(&mut self, title: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.paragraphs.push(title.to_owned());
            self.paragraphs.push(lines.join("\n"));
        }
    }

    fn marks(&mut self, marks: &Marks, link: impl Fn(&str) -> String) {
        if let Some(deprecation) = &marks.deprecated {
            let instead: Vec<String> = deprecation.instead.iter().map(|item| link(item)).collect();
            if !instead.is_empty() {
                self.paragraph(&format!("Deprecated: use {} instead.", instead.join(" or ")));
            }
        }
        if let Some(stability) = marks.stability {
            self.paragraph(&format!("Stability: {}.", stability.as_str()));
        }
        if let Some(visibility) = &marks.visibility {
            self.paragraph(&format!("Visibility: {visibility}."));
        }
    }

    fn tokens(&self) -> TokenStream {
        let text = self.paragraphs.join("\n\n");
        let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
        quote!(#(#[doc = #lines])*)
    }
}

#[cfg(test)]
mod tests {
    use super::examples;

    #[test]
    fn examples_are_made_whole_or_left_out() {
        let text = "Does it.\n\n```rust\ndoc.clear_all().await?;\n```\n\nMore.";
        assert_eq!(examples(text, false), "Does it.\n\nMore.");
        let whole = examples(text, true);
        assert!(whole.starts_with("Does it.\n\n```\n# use qix_schema::{*, types::*};\n"), "{whole}");
        assert!(whole.ends_with("\ndoc.clear_all().await?;\n# Ok(())\n# }\n```\n\nMore."), "{whole}");
    }
}
