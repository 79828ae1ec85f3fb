//! A value and its position.

use std::rc::Rc;

use super::tree::Tree;

/// A value with its JSON pointer.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) value: &'a Tree,
    path: Option<Rc<Path<'a>>>,
}

struct Path<'a> {
    step: Step<'a>,
    parent: Option<Rc<Path<'a>>>,
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Tree) -> Self {
        Self { value, path: None }
    }

    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.value.as_object()?.iter().find(|(name, _)| name == key)?;
        Some(self.step(Step::Key(key), value))
    }

    /// The members of an object; empty if it is not an object.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), self.step(Step::Key(key), value))).collect()
    }

    /// The elements of a list; empty if it is not a list.
    pub(super) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_list().into_iter().flatten().enumerate();
        elements.map(|(index, value)| self.step(Step::Index(index), value)).collect()
    }

    pub(super) fn pointer(&self) -> String {
        let mut steps: Vec<String> = Vec::new();
        let mut path = &self.path;
        while let Some(at) = path {
            steps.push(match at.step {
                Step::Key(key) => escape(key),
                Step::Index(index) => index.to_string(),
            });
            path = &at.parent;
        }
        steps.iter().rev().map(|step| format!("/{step}")).collect()
    }

    /// One step of a JSON pointer.
    pub(super) fn step_to(&self, step: &str) -> Option<Self> {
        self.get(step).or_else(|| self.elements().into_iter().nth(step.parse().ok()?))
    }

    fn step(&self, step: Step<'a>, value: &'a Tree) -> Self {
        Self { value, path: Some(Rc::new(Path { step, parent: self.path.clone() })) }
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
