//! Facts that the published schema omits or gets wrong, from `companion.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::fault::{Fault, Faults};
use crate::model::{Kind, Member, Method, Model, TypeRef};

/// The companion of a schema. The file describes its own sections.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    #[serde(rename = "about", default)]
    _about: BTreeMap<String, String>,
    /// The class of the object that each method returns.
    pub returns: BTreeMap<String, String>,
    /// Methods that only read.
    pub reads: BTreeSet<String>,
    /// Methods that write.
    pub writes: BTreeSet<String>,
    /// Types whose unknown members are kept.
    pub extended: BTreeSet<String>,
    /// Members, `name` or `Type/name`, that are optional because presence matters.
    pub presence: BTreeSet<String>,
    /// Members missing from the schema, by type.
    pub members: BTreeMap<String, BTreeMap<String, TypeRef>>,
    /// Types with many values, and which of their members are stored in a box.
    pub rare: BTreeMap<String, Vec<String>>,
    /// Members whose setters call a handwritten method `settled` of the type, by type.
    #[serde(default)]
    pub settled: BTreeMap<String, Vec<String>>,
    /// Types with handwritten conversions from strings or numbers: their setters take `impl Into`.
    #[serde(default)]
    pub converted: BTreeSet<String>,
    /// The files of types.
    #[serde(default)]
    pub families: BTreeMap<String, Family>,
    /// Replacements of deprecated items.
    pub instead: BTreeMap<String, Vec<String>>,
}

/// Types that belong together, in one file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// What they are for.
    pub about: String,
    /// Their wire names.
    pub types: BTreeSet<String>,
}

const FILE: &str = "companion.json";

/// The family of types that are in none.
const OTHER: &str = "other";

impl Companion {
    /// Parses the file.
    pub fn read(text: &str) -> Result<Self, Faults> {
        serde_json::from_str(text).map_err(|error| {
            Faults::from(Fault { file: FILE.into(), ..Fault::new("", error.to_string(), "Correct the file.") })
        })
    }

    /// Adds the facts to a model. Returns notes about entries that do not apply and methods that need an entry.
    ///
    /// # Errors
    ///
    /// Returns a fault for each method that returns an object and has no entry. It contains the line to add.
    pub fn complete(&self, model: &mut Model) -> Result<Vec<Fault>, Faults> {
        self.check_returns(model)?;
        let mut notes = self.stale(model);
        notes.extend(self.needless(model));
        for name in model.methods.keys() {
            if !self.reads.contains(name) && !self.writes.contains(name) {
                notes.push(note(
                    "/writes",
                    format!("`{name}` is in neither `reads` nor `writes`, so it counts as a write"),
                    format!("Add \"{name}\" to one of the two."),
                ));
            }
        }
        for name in model.types.keys().filter(|name| !self.families.is_empty() && self.family_of(name) == OTHER) {
            notes.push(note(
                "/families",
                format!("`{name}` is in no family, so its file is types/{OTHER}.rs"),
                format!("Add \"{name}\" to the types of a family."),
            ));
        }
        self.apply(model);
        Ok(notes)
    }

    fn check_returns(&self, model: &Model) -> Result<(), Faults> {
        let mut faults = Vec::new();
        let classes = model.classes();
        for (name, method) in &model.methods {
            let returns_object = returns_object(method);
            match self.returns.get(name) {
                None if returns_object => faults.push(note(
                    "/returns",
                    format!("`{name}` returns an object of an unknown class"),
                    format!("Add the line `\"{name}\": \"CLASS\",` with one of: {}.", classes.join(", ")),
                )),
                Some(class) if returns_object && !classes.contains(&class.as_str()) => faults.push(note(
                    &format!("/returns/{name}"),
                    format!("`{class}` is not a class of the schema"),
                    format!("Use one of: {}.", classes.join(", ")),
                )),
                _ => {}
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }

    /// Notes about entries for items that are not in the model.
    fn stale(&self, model: &Model) -> Vec<Fault> {
        let mut notes = Vec::new();
        let mut gone = |pointer: String, name: &str| {
            notes.push(note(
                &pointer,
                format!("`{name}` is not in this schema"),
                "Remove the entry once no schema in use has it.",
            ));
        };
        let method = |name: &String| model.methods.contains_key(name);
        let ty = |name: &String| model.types.contains_key(name);
        self.returns.keys().filter(|m| !method(m)).for_each(|m| gone(format!("/returns/{m}"), m));
        self.reads.iter().filter(|m| !method(m)).for_each(|m| gone("/reads".into(), m));
        self.writes.iter().filter(|m| !method(m)).for_each(|m| gone("/writes".into(), m));
        self.extended.iter().filter(|t| !ty(t)).for_each(|t| gone("/extended".into(), t));
        for (name, family) in &self.families {
            family.types.iter().filter(|t| !ty(t)).for_each(|t| gone(format!("/families/{name}"), t));
        }
        self.converted.iter().filter(|t| !ty(t)).for_each(|t| gone("/converted".into(), t));
        self.members.keys().filter(|t| !ty(t)).for_each(|t| gone(format!("/members/{t}"), t));
        for (part, (name, members)) in
            self.rare.iter().map(|entry| ("rare", entry)).chain(self.settled.iter().map(|entry| ("settled", entry)))
        {
            let known = members_of(model, name);
            for member in members.iter().filter(|m| !known.iter().any(|k| k.name == **m)) {
                gone(format!("/{part}/{name}"), &format!("{name}/{member}"));
            }
        }
        for item in &self.presence {
            let known = match item.split_once('/') {
                Some((ty, member)) => has_member(model, ty, member),
                None => model.types.keys().any(|ty| has_member(model, ty, item)),
            };
            if !known {
                gone("/presence".into(), item);
            }
        }
        for target in self.instead.values().flatten().filter(|target| !target.contains('/')) {
            if !method(target) && !ty(target) {
                gone("/instead".into(), target);
            }
        }
        for item in self.instead.keys() {
            let (owner, member) = item.split_once('/').unwrap_or((item, ""));
            let known = method(&owner.to_owned()) || ty(&owner.to_owned());
            if !known || (!member.is_empty() && !members_of(model, owner).iter().any(|m| m.name == member)) {
                gone(format!("/instead/{}", item.replace('/', "~1")), item);
            }
        }
        notes
    }

    /// Notes about entries that the model does not need.
    fn needless(&self, model: &Model) -> Vec<Fault> {
        let mut notes = Vec::new();
        for name in self.returns.keys() {
            if model.methods.get(name).is_some_and(|method| !returns_object(method)) {
                let what = format!("`{name}` does not return an object in this schema");
                notes.push(note(&format!("/returns/{name}"), what, "Remove the entry once no schema in use does."));
            }
        }
        for (ty, members) in &self.members {
            for member in members.keys().filter(|member| has_member(model, ty, member)) {
                let what = format!("this schema already contains `{ty}/{member}`");
                notes.push(note(&format!("/members/{ty}"), what, "Remove the entry once all schemas in use have it."));
            }
        }
        notes
    }

    /// Adds the facts to a model without checking whether they are complete.
    pub(crate) fn apply(&self, model: &mut Model) {
        for (item, instead) in &self.instead {
            let (owner, member) = item.split_once('/').unwrap_or((item, ""));
            let marks = match (model.methods.get_mut(owner), model.types.get_mut(owner)) {
                (Some(method), _) => Some(&mut method.marks),
                (None, Some(ty)) if member.is_empty() => Some(&mut ty.marks),
                (None, Some(ty)) => match &mut ty.kind {
                    Kind::Struct { members, .. } => members.iter_mut().find(|m| m.name == member).map(|m| &mut m.marks),
                    _ => None,
                },
                (None, None) => None,
            };
            if let Some(deprecated) = marks.and_then(|marks| marks.deprecated.as_mut()) {
                deprecated.instead.clone_from(instead);
            }
        }
        for (name, added) in &self.members {
            let Some(Kind::Struct { members, .. }) = model.types.get_mut(name).map(|ty| &mut ty.kind) else { continue };
            for (member, ty) in added {
                if !members.iter().any(|m| m.name == *member) {
                    let (name, ty) = (member.clone(), ty.clone());
                    members.push(Member { name, ty, default: None, required: false, marks: Default::default() });
                }
            }
        }
    }

    /// The family of a type.
    pub(crate) fn family_of(&self, ty: &str) -> &str {
        let family = self.families.iter().find(|(_, family)| family.types.contains(ty));
        family.map_or(OTHER, |(name, _)| name)
    }

    /// Whether a member is optional because presence matters.
    pub fn is_presence(&self, ty: &str, member: &str) -> bool {
        self.presence.contains(member) || self.presence.contains(&format!("{ty}/{member}"))
    }
}

/// Whether a result is an object. A list of objects is a list of plain values.
fn returns_object(method: &Method) -> bool {
    method.results.iter().any(|result| result.ty == TypeRef::Named("ObjectInterface".to_owned()))
}

/// Whether a struct has a member, including dynamic members.
fn has_member(model: &Model, ty: &str, member: &str) -> bool {
    match model.types.get(ty).map(|ty| &ty.kind) {
        Some(Kind::Struct { members, dynamic }) => {
            members.iter().any(|m| m.name == member) || dynamic.iter().any(|m| m.name == member)
        }
        _ => false,
    }
}

fn members_of<'a>(model: &'a Model, ty: &str) -> &'a [Member] {
    match model.types.get(ty).map(|ty| &ty.kind) {
        Some(Kind::Struct { members, .. }) => members,
        _ => &[],
    }
}

fn note(pointer: &str, what: String, hint: impl Into<String>) -> Fault {
    Fault { file: FILE.into(), ..Fault::new(pointer, what, hint) }
}
