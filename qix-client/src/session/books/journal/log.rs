//! Calls by their IDs, in the order of the IDs.

use std::ops::Range;

use super::Entry;

/// A sorted list. New calls usually have the highest ID; a tree would be more code in every program.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Vec<(i64, Entry)>);

impl Log {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, id: i64, entry: Entry) {
        let at = self.before(id);
        match self.0.get_mut(at) {
            Some(old) if old.0 == id => old.1 = entry,
            _ => self.0.insert(at, (id, entry)),
        }
    }

    pub(super) fn get(&self, id: i64) -> Option<&Entry> {
        self.0.get(self.before(id)).filter(|(found, _)| *found == id).map(|(_, entry)| entry)
    }

    pub(super) fn get_mut(&mut self, id: i64) -> Option<&mut Entry> {
        let at = self.before(id);
        self.0.get_mut(at).filter(|(found, _)| *found == id).map(|(_, entry)| entry)
    }

    pub(super) fn remove(&mut self, id: i64) {
        self.retain(|other, _| other != id);
    }

    pub(super) fn retain(&mut self, is_kept: impl Fn(i64, &Entry) -> bool) {
        self.0.retain(|(id, entry)| is_kept(*id, entry));
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, (i64, Entry)> {
        self.0.iter()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().map(|(_, entry)| entry)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.0.iter_mut().map(|(_, entry)| entry)
    }

    /// The calls with these IDs.
    pub(super) fn range(&self, ids: Range<i64>) -> std::slice::Iter<'_, (i64, Entry)> {
        self.0[self.places(ids)].iter()
    }

    /// See [`Log::range`].
    pub(super) fn range_mut(&mut self, ids: Range<i64>) -> std::slice::IterMut<'_, (i64, Entry)> {
        let places = self.places(ids);
        self.0[places].iter_mut()
    }

    fn places(&self, ids: Range<i64>) -> Range<usize> {
        let end = self.before(ids.end);
        self.before(ids.start).min(end)..end
    }

    /// The number of calls before an ID.
    fn before(&self, id: i64) -> usize {
        self.0.partition_point(|(other, _)| *other < id)
    }
}
