//! Documentation comments: the description, then the facts from the schema.

use proc_macro2::TokenStream;
use quote::quote;

use crate::documentation::{Documentation, Links};
use crate::markdown;
use crate::model::{Marks, Stability};
use crate::names;
use crate::plan::{
    ClassPlan, DefaultValue, Field, MethodPlan, Outcome, OutcomeKind, Param, Plan, TypeBody, TypePlan, Variant,
};
use crate::prose::Prose;

/// The vendor's reference pages.
const VENDOR: &str = "https://qlik.dev/apis/json-rpc/qix";

/// Writes documentation comments.
pub(crate) struct Docs<'a> {
    /// Our own texts; they take precedence.
    pub(crate) own: &'a Documentation,
    /// The published descriptions, for items without a text of ours.
    pub(crate) published: &'a Prose,
    pub(crate) links: Links,
    /// Whether to include examples. They use `qix_schema`, so separate crates omit them.
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
        if let TypeBody::Struct(plan) = &ty.body
            && plan.extended
        {
            doc.paragraph("Members that apps add are kept in `extra` and written back.");
        }
        doc.marks(&ty.marks, |item| format!("[`{}`]", names::ty(item)));
        doc.paragraph(&format!("Schema type: [`{}`]({VENDOR}/schemas/#{}).", ty.wire, ty.wire.to_lowercase()));
        doc.tokens()
    }

    pub(crate) fn rare(&self, ty: &TypePlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.paragraph(&format!("Rarely set members of [`{}`], boxed together to keep the common case small.", ty.name));
        doc.tokens()
    }

    pub(crate) fn field(&self, ty: &TypePlan, field: &Field) -> TokenStream {
        let mut doc = Doc::new(&field.marks);
        doc.describe(self.text(&format!("{}/{}", ty.wire, field.wire)));
        doc.paragraph(&match &field.default {
            Some(default) => format!("Wire name: `{}`. Defaults to {}.", field.wire, default_words(default)),
            None => format!("Wire name: `{}`.", field.wire),
        });
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
            Some(long) => format!("Wire value: `{title}`, also `{long}` or {}.", variant.value.number),
            None => format!("Wire value: `{title}`, also {}.", variant.value.number),
        });
        doc.tokens()
    }

    pub(crate) fn error(&self, plan: &Plan, wire: &str, code: i64) -> TokenStream {
        let mut doc = Doc::default();
        doc.describe(plan.types.iter().find_map(|ty| self.text(&format!("{}/{wire}", ty.wire))));
        doc.paragraph(&format!("`{wire}`, code {code}."));
        doc.tokens()
    }

    pub(crate) fn class(&self, class: &ClassPlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.paragraph(&format!("Methods of [`{}`].", class.name));
        doc.paragraph(
            "Each method builds a [`Call`], which is sent when it is awaited. A method marked *read-only* changes nothing in \
             the engine, so a client may repeat it. All methods have default bodies: a test double can override some, and a \
             newer schema can add more.",
        );
        doc.paragraph(&format!("Schema class: [`{}`]({VENDOR}/{}/).", class.name, class.name.to_lowercase()));
        doc.tokens()
    }

    pub(crate) fn object(&self, class: &ClassPlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.describe(self.text(&class.name));
        doc.paragraph(&format!("Methods: [`{}Api`].", class.name));
        doc.tokens()
    }

    /// The documentation of a method.
    pub(crate) fn method(&self, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
        let mut doc = Doc::new(&method.marks);
        doc.describe(self.text(&method.wire));
        self.parameters(&mut doc, method);
        self.results(&mut doc, method);
        doc.marks(&method.marks, |item| match item.split_once('.') {
            Some((other, name)) if other == class.name => format!("[`{other}Api::{}`]", names::function(name)),
            Some((other, name)) => {
                let (module, function) = (names::function(other), names::function(name));
                format!("[`{other}Api::{function}`](crate::{module}::{other}Api::{function})")
            }
            None => format!("`{item}`"),
        });
        if !method.access.is_empty() {
            doc.paragraph(&format!("Requires the access right `{}`.", method.access.join("`, `")));
        }
        let anchor = method.wire.split_once('.').map_or("", |(_, name)| name).to_lowercase();
        let reads = if method.reads { ", read-only" } else { "" };
        let page = class.name.to_lowercase();
        doc.paragraph(&format!("Schema method: [`{}`]({VENDOR}/{page}/#{anchor}){reads}.", method.wire));
        doc.tokens()
    }

    /// The documentation of a method's request.
    pub(crate) fn request(&self, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
        let mut doc = Doc::new(&method.marks);
        doc.paragraph(&format!("Request of [`{}Api::{}`].", class.name, method.name));
        doc.tokens()
    }

    fn parameters(&self, doc: &mut Doc, method: &MethodPlan) {
        let params = method.order.iter().map(|(required, index)| {
            let list = if *required { &method.required } else { &method.optional };
            (&list[*index], *required)
        });
        let lines: Vec<String> = params
            .map(|(param, required)| {
                let facts = if required {
                    format!("* `{}` (`{}`)", param.name, param.wire)
                } else {
                    format!("* `{}` (`{}`, optional {})", param.name, param.wire, param.shape.words())
                };
                match self.text(&format!("{}/{}", method.wire, param.wire)) {
                    Some(text) => format!("{facts}: {}", text.replace('\n', "\n  ")),
                    None => facts,
                }
            })
            .collect();
        doc.list("# Parameters", &lines);
    }

    fn results(&self, doc: &mut Doc, method: &MethodPlan) {
        let returns = match &method.results[..] {
            [] => return,
            [only] => {
                let facts = format!("{} (`{}`)", outcome_words(only), only.wire);
                match self.text(&format!("{}#result/{}", method.wire, only.wire)) {
                    Some(text) => format!("{facts}: {text}"),
                    None => format!("{facts}."),
                }
            }
            _ => format!("[`{}Response`].", method.request),
        };
        doc.paragraph("# Returns");
        doc.paragraph(&returns);
    }

    pub(crate) fn response(&self, class: &ClassPlan, method: &MethodPlan) -> TokenStream {
        let mut doc = Doc::default();
        doc.paragraph(&format!("Response of [`{}Api::{}`].", class.name, method.name));
        doc.tokens()
    }

    pub(crate) fn outcome(&self, method: &MethodPlan, outcome: &Outcome) -> TokenStream {
        let mut doc = Doc::default();
        doc.describe(self.text(&format!("{}#result/{}", method.wire, outcome.wire)));
        doc.paragraph(&format!("Wire name: `{}`.", outcome.wire));
        doc.tokens()
    }

    /// The documentation of a parameter where it is not a parameter: the method explains it.
    pub(crate) fn param(&self, method: &MethodPlan, param: &Param) -> TokenStream {
        let mut doc = Doc::new(&param.marks);
        let class = method.wire.split_once('.').map_or("", |(class, _)| class);
        doc.paragraph(&format!("`{}`: see [`{class}Api::{}`].", param.wire, method.name));
        doc.tokens()
    }
}

/// Hidden lines around every example. They need only this crate.
const BEFORE: &str = "\
# use qix_schema::{*, types::*};
# async fn example(global: Global, doc: Doc) -> Result<(), Box<dyn std::error::Error>> {
";
const AFTER: &str = "# Ok(())\n# }\n";

/// Turns the Rust examples of a text into complete programs, or removes them.
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
        OutcomeKind::Object(class) => format!("[`{class}`](crate::{}::{class})", names::function(class)),
    }
}

fn default_words(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Integer(number) => format!("`{number}`"),
        DefaultValue::Float(number) if number.abs() >= 1e15 => format!("`{number:e}`"),
        DefaultValue::Float(number) => format!("`{number:?}`"),
        DefaultValue::Bool(flag) => format!("`{flag}`"),
        DefaultValue::Text(text) => format!("`{text:?}`"),
        DefaultValue::Variant(ty, variant) => format!("[`{ty}::{variant}`]"),
    }
}

/// `#[doc(alias)]`, so that a search for the wire name finds the Rust item. Rust rejects an alias equal to the name.
pub(crate) fn alias(wire: &str, name: &str) -> TokenStream {
    let plain = wire.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !wire.is_empty();
    if plain && wire != name { quote!(#[doc(alias = #wire)]) } else { TokenStream::new() }
}

/// `#[deprecated]` with a note that names the replacement.
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
        "deprecated in the schema, without a replacement".to_owned()
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
            doc.paragraph("**Experimental**: may change or be removed in any engine version.");
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
        if let Some(visibility) = &marks.visibility {
            self.paragraph(&format!("Visibility: {visibility}."));
        }
    }

    fn tokens(&self) -> TokenStream {
        let text = fill(&self.paragraphs.join("\n\n"));
        let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
        quote!(#(#[doc = #lines])*)
    }
}

/// Rewraps prose, in which links to Rust items have made lines longer. Code, tables, and headings are not
/// changed.
fn fill(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut block = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let start = line.trim_start();
        let fence = start.starts_with("```") || start.starts_with("~~~");
        fenced ^= fence;
        if fence || fenced || start.is_empty() || start.starts_with(['|', '#', '<', '>']) {
            break_lines(&std::mem::take(&mut block), &mut out);
            out.push(line.to_owned());
            continue;
        }
        if starts_item(start) {
            break_lines(&std::mem::take(&mut block), &mut out);
        }
        block.push_str(if block.is_empty() { "" } else { " " });
        block.push_str(if block.is_empty() { line } else { start });
        // Two spaces or a backslash at the end are a line break.
        if line.ends_with("  ") || line.ends_with('\\') {
            break_lines(&std::mem::take(&mut block), &mut out);
        }
    }
    break_lines(&block, &mut out);
    out.join("\n")
}

/// Breaks a paragraph or a list item into lines.
fn break_lines(block: &str, out: &mut Vec<String>) {
    const WIDTH: usize = 110;
    if block.is_empty() {
        return;
    }
    let text = block.trim_start();
    let indent = " ".repeat(block.len() - text.len() + if starts_item(text) { 2 } else { 0 });
    let mut words = text.split(' ');
    let mut line = format!("{}{}", &block[..block.len() - text.len()], words.next().unwrap_or_default());
    for word in words {
        if line.len() + word.len() < WIDTH || word.is_empty() || starts_item(&format!("{word} ")) {
            line = format!("{line} {word}");
        } else {
            out.push(std::mem::replace(&mut line, format!("{indent}{word}")));
        }
    }
    out.push(line);
}

/// Whether a line starts a list item.
fn starts_item(line: &str) -> bool {
    let marker = line.split_once(' ').map_or("", |(marker, _)| marker);
    let number = marker.trim_end_matches(['.', ')']);
    matches!(marker, "-" | "*" | "+")
        || number.len() + 1 == marker.len() && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{examples, fill};

    #[test]
    fn prose_is_filled_and_code_is_not() {
        let long = "w".repeat(70);
        assert_eq!(fill("a\nb\n\nc"), "a b\n\nc");
        assert_eq!(fill(&format!("{long} {long}\nb")), format!("{long}\n{long} b"));
        assert_eq!(fill(&format!("* a: {long}\n  {long}\n* b")), format!("* a: {long}\n  {long}\n* b"));
        assert_eq!(
            fill(&format!("{long} 1. {long} - b")),
            format!("{long} 1.\n{long} - b"),
            "a number would begin a list"
        );
        for kept in [format!("```\n{long} {long}\n```"), format!("| {long} | {long} |\n|---|---|"), "a  \nb".to_owned()]
        {
            assert_eq!(fill(&kept), kept);
        }
    }

    #[test]
    fn examples_are_completed_or_omitted() {
        let text = "Does it.\n\n```rust\ndoc.clear_all().await?;\n```\n\nMore.";
        assert_eq!(examples(text, false), "Does it.\n\nMore.");
        let whole = examples(text, true);
        assert!(whole.starts_with("Does it.\n\n```\n# use qix_schema::{*, types::*};\n"), "{whole}");
        assert!(whole.ends_with("\ndoc.clear_all().await?;\n# Ok(())\n# }\n```\n\nMore."), "{whole}");
    }
}
