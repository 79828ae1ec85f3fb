//! Our own documentation: Markdown files with a heading for each item and a bullet for each part.
//!
//! ```text
//! ## Doc.GetField
//!
//! Opens a field. See [`Field.Select`].
//!
//! * qFieldName: Name of the field.
//! * returns qReturn: The field.
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::docs::published::Prose;
use crate::fault::{Fault, Faults};
use crate::model::{Kind, Model};
use crate::names;

/// Our own documentation.
#[derive(Clone, Debug, Default)]
pub struct Documentation {
    texts: Prose,
    /// The position of each item, such as `Doc.GetField` or `Doc.GetField/qFieldName`.
    places: BTreeMap<String, Place>,
}

#[derive(Clone, Debug)]
struct Place {
    file: String,
    line: usize,
}

impl Documentation {
    /// Parses the files, given as names and contents.
    ///
    /// # Errors
    ///
    /// Returns a fault for text before the first heading and for duplicate items.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Faults> {
        let mut reader = Reader::default();
        for (file, text) in files {
            reader.file(file, text);
        }
        if reader.faults.is_empty() { Ok(reader.documentation) } else { Err(Faults(reader.faults)) }
    }

    /// The text of an item, such as `Doc.GetField` or `Doc.GetField/qFieldName`, with links by wire name.
    pub fn text(&self, item: &str) -> Option<&str> {
        self.texts.get(item)
    }

    /// The text of an item, with links to Rust items.
    pub(crate) fn get(&self, item: &str, links: &Links) -> Option<String> {
        self.texts.get(item).map(|text| links.resolve(text, |_| ()))
    }

    /// Compares the documentation with a model; returns the undocumented items.
    ///
    /// # Errors
    ///
    /// Returns a fault for each text or link whose item is not in the model.
    pub fn check(&self, model: &Model) -> Result<Vec<String>, Faults> {
        self.check_after(model, |_| None)
    }

    /// Like [`Documentation::check`], after an upgrade: `renamed` returns the new path of a renamed item.
    ///
    /// # Errors
    ///
    /// Like [`Documentation::check`]. Each fault says what to do with the text.
    pub fn check_after<'a>(
        &self,
        model: &Model,
        renamed: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Vec<String>, Faults> {
        let items = items(model);
        let links = Links::of(model);
        let mut faults = Vec::new();
        let mut places: Vec<_> = self.places.iter().collect();
        places.sort_by_key(|(_, place)| (&place.file, place.line));
        for (item, place) in places {
            let mut fault = |what: String, hint: String| {
                faults
                    .push(Fault { file: place.file.clone(), ..Fault::new(format!("line {}", place.line), what, hint) });
            };
            let owner = item.split(['#', '/']).next().unwrap_or_default();
            // Only the heading is reported, not the parts below it.
            if owner != item && !items.contains(owner) && self.places.contains_key(owner) {
                continue;
            }
            if !items.contains(item) {
                fault(format!("`{item}` is not in the schema"), advice(item == owner, renamed(item)));
                continue;
            }
            let text = self.texts.get(item).unwrap_or_default();
            links.resolve(text, |link| {
                let path = link.rsplit_once('.').map(|(owner, part)| format!("{owner}/{part}"));
                let hint = match renamed(link).or_else(|| renamed(&path?)) {
                    Some(new) => format!("Link [`{}`] instead.", new.replace('/', ".")),
                    None => "Correct the link.".to_owned(),
                };
                fault(format!("the link target `{link}` is not in the schema"), hint);
            });
        }
        let missing = items.into_iter().filter(|item| self.texts.get(item).is_none()).collect();
        if faults.is_empty() { Ok(missing) } else { Err(Faults(faults)) }
    }
}

/// What to do with the text of an item that was removed or renamed.
fn advice(heading: bool, renamed: Option<&str>) -> String {
    let part = |path: &str| match path.split_once("#result/") {
        Some((_, result)) => format!("* returns {result}:"),
        None => format!("* {}:", path.rsplit('/').next().unwrap_or_default()),
    };
    match (heading, renamed) {
        (true, Some(new)) => format!("It was renamed: change the heading to `## {new}`, and check the text."),
        (true, None) => "Remove the text with everything below its heading, or correct the name.".to_owned(),
        (false, Some(new)) => format!("It was renamed: start the line with `{}`, and check the text.", part(new)),
        (false, None) => "Remove the text, or correct the name.".to_owned(),
    }
}

#[derive(Default)]
struct Reader {
    documentation: Documentation,
    faults: Vec<Fault>,
}

impl Reader {
    fn file(&mut self, file: &str, text: &str) {
        let mut item = String::new();
        let mut part = String::new();
        let mut lines: Vec<&str> = Vec::new();
        let mut start = 1;
        for (index, line) in text.lines().enumerate() {
            let heading = line.strip_prefix("## ");
            let bullet = line.strip_prefix("* ").and_then(|rest| rest.split_once(": "));
            let bullet = bullet.filter(|(name, _)| !item.is_empty() && is_part(name));
            if heading.is_none() && bullet.is_none() {
                lines.push(line.strip_prefix("  ").filter(|_| !part.is_empty()).unwrap_or(line));
                continue;
            }
            self.end(file, start, &item, &part, &mut lines);
            start = index + 1;
            if let Some(heading) = heading {
                item = heading.trim().to_owned();
                part.clear();
            } else if let Some((name, text)) = bullet {
                part = match name.strip_prefix("returns ") {
                    Some(result) => format!("{item}#result/{result}"),
                    None => format!("{item}/{name}"),
                };
                lines.push(text);
            }
        }
        self.end(file, start, &item, &part, &mut lines);
    }

    /// Ends an item or a part.
    fn end(&mut self, file: &str, line: usize, item: &str, part: &str, lines: &mut Vec<&str>) {
        let text = std::mem::take(lines).join("\n").trim().to_owned();
        let name = if part.is_empty() { item } else { part };
        let fault = |what: String, hint: &str| Fault {
            file: file.to_owned(),
            ..Fault::new(format!("line {line}"), what, hint)
        };
        if name.is_empty() {
            if !text.is_empty() {
                self.faults.push(fault("text before the first heading".to_owned(), "Begin with a heading: `## NAME`."));
            }
            return;
        }
        let place = Place { file: file.to_owned(), line };
        if let Some(other) = self.documentation.places.insert(name.to_owned(), place) {
            let what = format!("`{name}` already has a text, in {} line {}", other.file, other.line);
            self.faults.push(fault(what, "Remove one of the two."));
        }
        self.documentation.texts.describe(name, &text);
    }
}

/// Whether a bullet names a part of an item: `qFieldName` or `returns qReturn`.
fn is_part(name: &str) -> bool {
    let name = name.strip_prefix("returns ").unwrap_or(name);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_$-".contains(c))
}

/// All items of a model that should have a text.
fn items(model: &Model) -> BTreeSet<String> {
    let mut items: BTreeSet<String> = model.classes().into_iter().map(str::to_owned).collect();
    for (name, method) in &model.methods {
        items.insert(name.clone());
        items.extend(method.params.iter().map(|param| format!("{name}/{}", param.name)));
        items.extend(method.results.iter().map(|result| format!("{name}#result/{}", result.name)));
    }
    for (name, ty) in &model.types {
        items.insert(name.clone());
        match &ty.kind {
            Kind::Struct { members, dynamic } => {
                items.extend(members.iter().map(|member| format!("{name}/{}", member.name)));
                items.extend(dynamic.iter().map(|member| format!("{name}/{}", member.name)));
            }
            Kind::Enum { values } => items.extend(values.iter().map(|value| format!("{name}/{}", value.title))),
            Kind::Open | Kind::Array { .. } | Kind::Text { .. } => {}
        }
    }
    items
}

/// Links to Rust items, by wire name. Each file of the generated code has all items in scope.
pub(crate) struct Links(BTreeMap<String, String>);

impl Links {
    pub(crate) fn of(model: &Model) -> Self {
        let mut links = BTreeMap::new();
        for class in model.classes() {
            links.insert(class.to_owned(), format!("[`{}`]", names::ty(class)));
        }
        for (wire, method) in &model.methods {
            let Some((class, name)) = wire.split_once('.') else { continue };
            let method_link = format!("{class}Api::{}", names::function(name));
            let parts = method.params.iter().map(|param| &param.name).chain(method.results.iter().map(|r| &r.name));
            links.extend(
                parts.map(|part| (format!("{wire}.{part}"), format!("[`{}`]({method_link})", names::field(part)))),
            );
            links.insert(wire.clone(), format!("[`{method_link}`]"));
        }
        for (wire, ty) in &model.types {
            let name = names::ty(wire);
            let mut member = |wire_member: &str, rust: String| {
                links.insert(format!("{wire}.{wire_member}"), format!("[`{name}::{rust}`]"));
            };
            match &ty.kind {
                Kind::Struct { members, dynamic } => {
                    members.iter().for_each(|m| member(&m.name, names::field(&m.name)));
                    dynamic.iter().for_each(|m| member(&m.name, names::field(&m.name)));
                }
                Kind::Enum { values } => {
                    let texts: Vec<_> = values.iter().map(|v| (v.title.as_str(), v.long.as_deref())).collect();
                    for (value, variant) in values.iter().zip(names::variants(wire, &texts)) {
                        member(&value.title, variant);
                    }
                }
                Kind::Open | Kind::Array { .. } | Kind::Text { .. } => {}
            }
            links.insert(wire.clone(), format!("[`{name}`]"));
        }
        Self(links)
    }

    /// Converts each ``[`Wire.Name`]`` to a link to the Rust item. Unknown names become plain code.
    fn resolve(&self, text: &str, mut unknown: impl FnMut(&str)) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("[`") {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            // Only a name in brackets is a link; a bracket in code is not.
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let end = rest[2..].find(|c| !name(c)).map(|length| length + 2);
            let Some(end) = end.filter(|end| rest[*end..].starts_with("`]") && !rest[*end..].starts_with("`](")) else {
                out.push('[');
                rest = &rest[1..];
                continue;
            };
            let wire = &rest[2..end];
            match self.0.get(wire) {
                Some(link) => out.push_str(link),
                None => {
                    unknown(wire);
                    out.push_str(&format!("`{wire}`"));
                }
            }
            rest = &rest[end + 2..];
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Documentation;

    fn read(text: &str) -> Result<Documentation, crate::fault::Faults> {
        Documentation::read([("a.md", text)])
    }

    #[test]
    fn items_and_parts() {
        let docs = read("## Doc.GetField\n\nGives a field.\n\n- a: b\n\nMore.\n\n* qFieldName: Name,\n  and more.\n* returns qReturn: It.\n").unwrap();
        assert_eq!(docs.texts.get("Doc.GetField"), Some("Gives a field.\n\n- a: b\n\nMore."));
        assert_eq!(docs.texts.get("Doc.GetField/qFieldName"), Some("Name,\nand more."));
        assert_eq!(docs.texts.get("Doc.GetField#result/qReturn"), Some("It."));
    }

    #[test]
    fn only_names_in_brackets_are_links() {
        let links = super::Links::of(&crate::model::Model::default());
        let mut unknown = Vec::new();
        let text = links.resolve("`[` or [`A.b`], [`c`](https://d), [e]", |link| unknown.push(link.to_owned()));
        assert_eq!((text.as_str(), &unknown[..]), ("`[` or `A.b`, [`c`](https://d), [e]", &["A.b".to_owned()][..]));
    }

    #[test]
    fn faults_name_the_line() {
        let twice = read("## A\n\na\n\n## A\n\nb\n").unwrap_err().to_string();
        assert!(twice.contains("a.md line 5: `A` already has a text, in a.md line 1"), "{twice}");
        assert!(read("words\n## A\n").unwrap_err().to_string().contains("text before the first heading"));
    }
}
