//! The result of checking all facts.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::fact::Fact;

/// The result for all facts. As JSON, it contains nothing about apps, users, or credentials, so that it can be sent to
/// the project.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of the client.
    pub client: &'static str,
    /// Version of the engine.
    pub engine: String,
    /// The release that the version belongs to, if known.
    pub release: Option<String>,
    /// The facts.
    pub facts: Vec<Checked>,
}

/// The result for a fact.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// Name of the fact.
    pub id: &'static str,
    /// The fact.
    pub sentence: &'static str,
    /// Where the fact was found.
    pub source: &'static str,
    /// The result.
    pub verdict: Verdict,
    /// What the engine did, or why the fact was not checked.
    pub seen: String,
    /// Time that the check took, in milliseconds.
    pub milliseconds: u128,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The engine does what the client relies on.
    Holds,
    /// The engine does something else.
    Fails,
    /// The check needs something that is not available.
    NotChecked,
}

/// Maximum length of an observation.
const LONGEST: usize = 500;

impl Checked {
    pub(crate) fn new(fact: &Fact, verdict: Verdict, seen: String, time: Duration) -> Self {
        let seen: String = seen.chars().take(LONGEST).collect();
        Self {
            id: fact.id,
            sentence: fact.sentence,
            source: fact.source,
            verdict,
            seen,
            milliseconds: time.as_millis(),
        }
    }
}

impl Report {
    pub(crate) fn new(engine: String, release: Option<String>, facts: Vec<Checked>) -> Self {
        Self { client: env!("CARGO_PKG_VERSION"), engine, release, facts }
    }

    /// The results with a verdict.
    pub fn with_verdict(&self, verdict: Verdict) -> impl Iterator<Item = &Checked> {
        self.facts.iter().filter(move |fact| fact.verdict == verdict)
    }

    /// Whether no fact fails.
    pub fn all_hold(&self) -> bool {
        self.with_verdict(Verdict::Fails).next().is_none()
    }
}

/// The counts.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |verdict| self.with_verdict(verdict).count();
        let [holds, fails, not_checked] = [Verdict::Holds, Verdict::Fails, Verdict::NotChecked].map(count);
        write!(f, "engine {}", self.engine)?;
        if let Some(release) = &self.release {
            write!(f, " ({release})")?;
        }
        write!(f, ": {holds} facts hold, {fails} fail, {not_checked} were not checked")
    }
}

/// The verdict, the name, and the observation; for a fact that fails, also the sentence.
impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, sentence, source, seen, .. } = self;
        match self.verdict {
            Verdict::Holds => write!(f, "holds        {id}: {seen}"),
            Verdict::Fails => write!(f, "FAILS        {id}: {seen}\n             {sentence} ({source})"),
            Verdict::NotChecked => write!(f, "not checked  {id}: {seen}"),
        }
    }
}
