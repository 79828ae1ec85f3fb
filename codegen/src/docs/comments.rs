//! Documentation comments: the description, then the facts from the schema.

use crate::docs::clean;
use crate::docs::published::Prose;
use crate::docs::texts::{Documentation, Links};
use crate::model::{EnumValue, Marks, Stability};
use crate::names;
use crate::plan::{
    ClassPlan, DefaultValue, ErrorPlan, Field, MethodPlan, Outcome, OutcomeKind, Param, Plan, TypeBody, TypePlan,
    Variant,
};

/// The vendor's reference pages.
const VENDOR: &str = "https://qlik.dev/apis/json-rpc/qix";

/// Writes documentation comments.
pub(crate) struct Comments<'a> {
    /// Our own texts; they take precedence.
    pub(crate) own: &'a Documentation,
    /// The published descriptions, for items without a text of ours.
    pub(crate) published: &'a Prose,
    pub(crate) links: Links,
    /// Whether to include examples. They use `qix_schema`, so separate crates omit them.
    pub(crate) examples: bool,
}

impl Comments<'_> {
    fn text(&self, item: &str) -> Option<String> {
        let published = || self.published.get(item).map(clean::clean).filter(|text| !text.is_empty());
        self.own.get(item, &self.links).map(|text| examples(&text, self.examples)).or_else(published)
    }

    pub(crate) fn ty(&self, ty: &TypePlan) -> String {
        let mut doc = Doc::new(&ty.marks);
        doc.describe(self.text(&ty.wire));
        if let TypeBody::Struct(plan) = &ty.body
            && plan.extended
        {
            doc.paragraph("Members that apps add are kept in `extra` and written back.");
        }
        doc.marks(&ty.marks, |item| format!("[`{}`]", names::ty(item)));
        doc.paragraph(&format!("Schema type: [`{}`]({VENDOR}/schemas/#{}).", ty.wire, ty.wire.to_lowercase()));
        doc.comment()
    }

    pub(crate) fn rare(&self, ty: &TypePlan) -> String {
        let mut doc = Doc::default();
        doc.paragraph(&format!("Rarely set members of [`{}`], boxed together to keep the common case small.", ty.name));
        doc.comment()
    }

    /// The wire name, then the text.
    pub(crate) fn field(&self, ty: &TypePlan, field: &Field) -> String {
        let mut doc = Doc::new(&field.marks);
        let default = field.default.as_ref().map(|default| format!("Defaults to {}.", default_words(default)));
        doc.named(&format!("`{}`", field.wire), self.text(&format!("{}/{}", ty.wire, field.wire)), default);
        doc.marks(&field.marks, |item| {
            let member = item.split_once('/').map_or(item, |(_, member)| member);
            format!("`{}`", names::field(member))
        });
        doc.comment()
    }

    pub(crate) fn variant(&self, ty: &TypePlan, variant: &Variant) -> String {
        let mut doc = Doc::new(&variant.value.marks);
        let EnumValue { title, long, number, .. } = &variant.value;
        let name = match long {
            Some(long) => format!("`{title}`, `{long}`, or {number}"),
            None => format!("`{title}` or {number}"),
        };
        doc.named(&name, self.text(&format!("{}/{title}", ty.wire)), None);
        doc.comment()
    }

    /// The text of an error code; the macro `error_codes` adds its name and number.
    pub(crate) fn error(&self, plan: &Plan, error: &ErrorPlan) -> String {
        let mut doc = Doc::default();
        doc.describe(plan.types.iter().find_map(|ty| self.text(&format!("{}/{}", ty.wire, error.wire))));
        doc.comment()
    }

    pub(crate) fn class(&self, class: &ClassPlan) -> String {
        let mut doc = Doc::default();
        doc.paragraph(&format!("Methods of [`{}`].", class.name));
        doc.paragraph(
            "Each method builds a [`Call`], which is sent when it is awaited. A method marked *read-only* changes nothing in \
             the engine, so a client may repeat it. All methods have default bodies: a test double can override some, and a \
             newer schema can add more.",
        );
        doc.paragraph(&format!("Schema class: [`{}`]({VENDOR}/{}/).", class.name, class.name.to_lowercase()));
        doc.comment()
    }

    pub(crate) fn object(&self, class: &ClassPlan) -> String {
        let mut doc = Doc::default();
        doc.describe(self.text(&class.name));
        doc.paragraph(&format!("Methods: [`{}Api`].", class.name));
        doc.comment()
    }

    /// The documentation of a method.
    pub(crate) fn method(&self, class: &ClassPlan, method: &MethodPlan) -> String {
        let mut doc = Doc::new(&method.marks);
        doc.describe(self.text(&method.wire));
        self.parameters(&mut doc, method);
        self.results(&mut doc, method);
        doc.marks(&method.marks, |item| match item.split_once('.') {
            Some((class, name)) => format!("[`{class}Api::{}`]", names::function(name)),
            None => format!("`{item}`"),
        });
        if !method.access.is_empty() {
            doc.paragraph(&format!("Requires the access right `{}`.", method.access.join("`, `")));
        }
        let anchor = method.bare().to_lowercase();
        let reads = if method.reads { ", read-only" } else { "" };
        let page = class.name.to_lowercase();
        doc.paragraph(&format!("Schema method: [`{}`]({VENDOR}/{page}/#{anchor}){reads}.", method.wire));
        doc.comment()
    }

    /// What the documentation of a method's request begins with; the macro `request` adds the rest.
    pub(crate) fn request(&self, method: &MethodPlan) -> String {
        Doc::new(&method.marks).comment()
    }

    fn parameters(&self, doc: &mut Doc, method: &MethodPlan) {
        let line = |param: &Param| {
            let experimental = param.marks.stability == Some(Stability::Experimental);
            let facts = if param.required {
                format!("* `{}` (`{}`)", param.name, param.wire)
            } else {
                format!("* `{}` (`{}`, optional {})", param.name, param.wire, param.shape.words())
            };
            let facts = if experimental { format!("{facts}, **experimental**") } else { facts };
            match self.text(&format!("{}/{}", method.wire, param.wire)) {
                Some(text) => format!("{facts}: {}", text.replace('\n', "\n  ")),
                None => facts,
            }
        };
        let lines: Vec<String> = method.params.iter().map(line).collect();
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

    pub(crate) fn response(&self, class: &ClassPlan, method: &MethodPlan) -> String {
        let mut doc = Doc::default();
        doc.paragraph(&format!("Response of [`{}Api::{}`].", class.name, method.name));
        doc.comment()
    }

    pub(crate) fn outcome(&self, method: &MethodPlan, outcome: &Outcome) -> String {
        let mut doc = Doc::default();
        doc.named(&format!("`{}`", outcome.wire), self.text(&format!("{}#result/{}", method.wire, outcome.wire)), None);
        doc.comment()
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
        OutcomeKind::Object(class) => format!("[`{class}`]"),
    }
}

fn default_words(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Integer(number) => format!("`{number}`"),
        DefaultValue::Float(number) if number.abs() >= 1e15 => format!("`{number:e}`"),
        DefaultValue::Float(number) => format!("`{number:?}`"),
        DefaultValue::Bool(flag) => format!("`{flag}`"),
        DefaultValue::Text(text) => format!("`{text:?}`"),
        DefaultValue::Variant { ty, variant } => format!("[`{ty}::{variant}`]"),
    }
}

/// `#[doc(alias)]`, so that a search for the wire names finds the Rust item. Rust rejects an alias equal to the name.
pub(crate) fn alias(wires: &[&str], name: &str) -> String {
    let plain = |wire: &str| wire.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !wire.is_empty();
    let aliases = wires.iter().filter(|wire| plain(wire) && **wire != name);
    let aliases: Vec<String> = aliases.map(|wire| format!("{wire:?}")).collect();
    match &aliases[..] {
        [] => String::new(),
        [only] => format!("#[doc(alias = {only})]\n"),
        several => format!("#[doc(alias({}))]\n", several.join(", ")),
    }
}

/// `#[deprecated]` with a note that names the replacement.
pub(crate) fn deprecated(marks: &Marks) -> String {
    let Some(deprecation) = &marks.deprecated else { return String::new() };
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
    format!("#[deprecated(note = {note:?})]\n")
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

    /// A name, and the text of what it names.
    fn named(&mut self, name: &str, text: Option<String>, more: Option<String>) {
        match (text, more) {
            (None, None) => self.paragraph(&format!("{name}.")),
            (None, Some(more)) => self.paragraph(&format!("{name}. {more}")),
            (Some(text), None) => self.paragraph(&format!("{name}: {text}")),
            // A text that ends with a list or a table is left alone.
            (Some(text), Some(more)) if text.contains('\n') => {
                self.paragraph(&format!("{name}: {text}"));
                self.paragraph(&more);
            }
            (Some(text), Some(more)) => self.paragraph(&format!("{name}: {text} {more}")),
        }
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

    /// The lines of a documentation comment.
    fn comment(&self) -> String {
        let text = fill(&self.paragraphs.join("\n\n"));
        text.lines().map(|line| format!("/// {line}").trim_end().to_owned() + "\n").collect()
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
