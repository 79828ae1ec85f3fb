//! A value and its position.

use super::tree::Tree;

/// A value with its JSON pointer.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) value: &'a Tree,
    path: Vec<Step<'a>>,
}

#[derive(Clone)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Tree) -> Self {
        Self { value, path: Vec::new() }
    }

    pub(super) fn object(&self) -> Option<&'a [(String, Tree)]> {
        self.value.as_object()
    }

    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.object()?.iter().find(|(name, _)| name == key)?;
        Some(self.step(Step::Key(key), value))
    }

    /// The members of an object; empty if it is not an object.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        let entries = self.object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), self.step(Step::Key(key), value))).collect()
    }

    /// The elements of a list; empty if it is not a list.
    pub(super) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_list().into_iter().flatten().enumerate();
        elements.map(|(index, value)| self.step(Step::Index(index), value)).collect()
    }

    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => pointer.push_str(&format!("/{}", escape(key))),
                Step::Index(index) => pointer.push_str(&format!("/{index}")),
            }
        }
        pointer
    }

    pub(super) fn get_pointer(&self, key: &str) -> String {
        format!("{}/{}", self.pointer(), escape(key))
    }

    fn step(&self, step: Step<'a>, value: &'a Tree) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self { value, path }
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
