//! Results of a check.

use std::collections::BTreeMap;
use std::fmt;

/// What happened to the members and values of the documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Number of checked values.
    pub checked: usize,
    /// Unknown members that were kept (`Type.member`), with their count.
    pub kept: BTreeMap<String, usize>,
    /// Members that were lost (`Type.member`), with their first position and count.
    pub lost: BTreeMap<String, Place>,
    /// Values that changed, with their first position and count.
    pub changed: BTreeMap<String, Place>,
    /// Values that did not decode.
    pub failed: Vec<NotDecoded>,
    /// Values that could not be checked, with the reason.
    pub skipped: Vec<String>,
}

/// First position and count.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// First position.
    pub first: String,
    /// Count.
    pub count: usize,
}

impl Report {
    /// Whether all documents were preserved.
    pub fn is_lossless(&self) -> bool {
        self.lost.is_empty() && self.changed.is_empty() && self.failed.is_empty()
    }

    /// Adds the results of another check.
    pub fn merge(&mut self, other: Self) {
        self.checked += other.checked;
        for (member, count) in other.kept {
            *self.kept.entry(member).or_default() += count;
        }
        for (mine, theirs) in [(&mut self.lost, other.lost), (&mut self.changed, other.changed)] {
            for (what, place) in theirs {
                add(mine, what, &place.first, place.count);
            }
        }
        self.failed.extend(other.failed);
        self.skipped.extend(other.skipped);
    }

    pub(crate) fn keep(&mut self, member: String) {
        *self.kept.entry(member).or_default() += 1;
    }

    pub(crate) fn lose(&mut self, member: String, place: &str) {
        add(&mut self.lost, member, place, 1);
    }

    pub(crate) fn change(&mut self, what: String, place: &str) {
        add(&mut self.changed, what, place, 1);
    }
}

fn add(places: &mut BTreeMap<String, Place>, what: String, first: &str, count: usize) {
    places.entry(what).or_insert_with(|| Place { first: first.to_owned(), count: 0 }).count += count;
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (member, count) in &self.kept {
            writeln!(f, "  kept     {member} ({count})")?;
        }
        for (what, place) in &self.changed {
            writeln!(f, "  changed  {what} ({}), first at {}", place.count, or_root(&place.first))?;
        }
        for (member, place) in &self.lost {
            writeln!(f, "  lost     {member} ({}), first at {}", place.count, or_root(&place.first))?;
        }
        self.failed.iter().try_for_each(|failed| writeln!(f, "  failed   {failed}"))?;
        self.skipped.iter().try_for_each(|skipped| writeln!(f, "  skipped  {skipped}"))
    }
}

fn or_root(place: &str) -> &str {
    if place.is_empty() { "the top" } else { place }
}

/// A document that is not valid JSON or does not decode.
#[derive(Clone, Debug, PartialEq)]
pub struct NotDecoded {
    /// Position.
    pub place: String,
    /// Reason.
    pub why: String,
}

impl NotDecoded {
    pub(crate) fn new(place: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { place: place.into(), why: why.to_string() }
    }

    /// The same error, for a part of a larger document.
    pub(crate) fn below(mut self, place: &str) -> Self {
        let dot = if place.is_empty() || self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{place}{dot}{}", self.place);
        self
    }
}

impl fmt::Display for NotDecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "does not decode at {}: {}", or_root(&self.place), self.why)
    }
}

impl std::error::Error for NotDecoded {}
