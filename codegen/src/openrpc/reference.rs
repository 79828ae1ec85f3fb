//! References: `$ref` with a JSON pointer into the same file.

use super::Reader;
use super::object::Object;
use super::place::Place;
use crate::model::TypeRef;

/// Where named types can be defined.
pub(super) const SECTIONS: [&[&str]; 3] = [&["components", "schemas"], &["$defs"], &["definitions"]];

impl<'a> Reader<'a> {
    /// The type that a `$ref` points to.
    pub(super) fn reference(&mut self, place: &Place<'a>) -> TypeRef {
        let reference = self.text_at(place);
        let steps = steps(&reference).unwrap_or_default();
        if let Some(name) = type_name(&steps) {
            return self.named(name, place);
        }
        let Some(target) = self.target(place) else { return TypeRef::String };
        if !self.open.insert(target.pointer()) {
            self.cycle(place);
            return TypeRef::String;
        }
        let words = ["components", "schemas", "properties", "items", "$defs", "definitions"];
        let path: Vec<&str> = steps.iter().map(String::as_str).filter(|step| !words.contains(step)).collect();
        let ty = self.type_ref(&target, &path.join("/"));
        self.open.remove(&target.pointer());
        ty
    }

    /// A named type, or the type of an alias.
    pub(super) fn named(&mut self, name: &str, place: &Place<'a>) -> TypeRef {
        if let Some(ty) = self.aliases.get(name) {
            return ty.clone();
        }
        if let Some(alias) = self.unread_aliases.remove(name) {
            let ty = self.type_of(&alias, name);
            self.report_unread(&alias);
            self.left_out(&alias.place, format!("`{name}` is another name of `{ty}`, which is used instead"));
            self.aliases.insert(name.to_owned(), ty.clone());
            return ty;
        }
        // If there are no types at all, that is the cause and has been reported.
        let has_types = !self.type_names.is_empty() || self.faults.is_empty();
        if has_types && !self.type_names.contains(name) {
            self.fault(
                place,
                format!("`{}` is not in the file", place.value.as_str().unwrap_or_default()),
                "Add the type to `components.schemas` or correct the reference, in a copy of the file.",
            );
        } else if self.alias_names.contains(name) {
            self.cycle(place);
            return TypeRef::String;
        }
        TypeRef::Named(name.to_owned())
    }

    /// Follows `$ref` to the definition.
    pub(super) fn follow(&mut self, place: &Place<'a>) -> Option<Object<'a>> {
        let mut place = place.clone();
        for _ in 0..32 {
            let object = self.object(&place)?;
            let Some(reference) = object.get("$ref") else { return Some(object) };
            self.report_unread(&object);
            place = self.target(&reference)?;
        }
        self.cycle(&place);
        None
    }

    /// The target of a `$ref`.
    pub(super) fn target(&mut self, place: &Place<'a>) -> Option<Place<'a>> {
        let reference = self.text_at(place);
        let Some(steps) = steps(&reference) else {
            let hint = "Expected `#/components/schemas/NAME`; correct it in a copy of the file.";
            self.fault(place, format!("`{reference}` does not point to a type in this file"), hint);
            return None;
        };
        let target = steps.iter().try_fold(self.root.clone(), |at, step| at.step_to(step));
        if target.is_none() {
            let hint = "Correct the reference in a copy of the file.";
            self.fault(place, format!("`{reference}` is not in the file"), hint);
        }
        target
    }

    pub(super) fn cycle(&mut self, place: &Place<'a>) {
        self.fault(
            place,
            "this reference leads back to itself",
            "Replace one of the references by what it should be, in a copy of the file.",
        );
    }

    /// The name of the error that a `$ref` points to.
    pub(super) fn error_reference(&mut self, place: &Place<'a>) -> Option<String> {
        let reference = self.text_at(place);
        let steps = steps(&reference).unwrap_or_default();
        match &steps[..] {
            [components, errors, name] if components == "components" && errors == "errors" => {
                self.error_references.entry(name.clone()).or_insert_with(|| place.pointer());
                Some(name.clone())
            }
            _ => {
                let hint = "Expected `#/components/errors/NAME`; correct it in a copy of the file.";
                self.fault(place, format!("`{reference}` does not point to an error"), hint);
                None
            }
        }
    }
}

/// The name in a pointer to a named type.
fn type_name(steps: &[String]) -> Option<&str> {
    let (name, section) = steps.split_last()?;
    SECTIONS.iter().any(|known| *known == section).then_some(name)
}

/// The steps of a reference into the same file.
fn steps(reference: &str) -> Option<Vec<String>> {
    let pointer = reference.strip_prefix('#')?;
    let pointer = percent_decoded(pointer)?;
    let steps = pointer.strip_prefix('/')?.split('/');
    Some(steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}
