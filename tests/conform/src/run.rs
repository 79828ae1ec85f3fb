//! Checks the facts one after the other.

use std::time::Duration;

use qix_client::prelude::*;
use qix_client::{EngineRelease, Error};
use tokio::time::{Instant, timeout};

use crate::fact::{Fact, Outcome, Trouble};
use crate::facts::TOPICS;
use crate::lab::{Lab, Target};
use crate::report::{Checked, Report, Verdict};

/// How long checks may take.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The time for each fact. Defaults to 30 seconds.
    pub fact: Duration,
    /// The time for all facts. Defaults to 5 minutes.
    pub all: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { fact: Duration::from_secs(30), all: Duration::from_secs(300) }
    }
}

impl Limits {
    /// Sets the time for each fact.
    #[must_use]
    pub fn with_fact(mut self, limit: Duration) -> Self {
        self.fact = limit;
        self
    }

    /// Sets the time for all facts.
    #[must_use]
    pub fn with_all(mut self, limit: Duration) -> Self {
        self.all = limit;
        self
    }
}

/// Checks all facts on an engine, in session apps of their own, and passes each result to a function.
///
/// # Errors
///
/// Returns the error of connecting, of creating a session app, or of loading its data.
pub async fn run(target: &Target, limits: Limits, mut each: impl FnMut(&Checked)) -> Result<Report, Error> {
    let end = Instant::now() + limits.all;
    let mut lab = Lab::open(target).await?;
    let version = lab.session.engine_version().await?.component_version;
    let release = EngineRelease::of(&version).map(|release| release.to_string());
    let mut facts = Vec::new();
    for fact in TOPICS.iter().flat_map(|topic| topic.facts) {
        let start = Instant::now();
        let left = end.saturating_duration_since(start).min(limits.fact);
        let (verdict, seen) = verdict(outcome(fact, &lab, left, limits).await);
        let checked = Checked::new(fact, verdict, seen, start.elapsed());
        each(&checked);
        // The session of a check that failed can be in any state.
        let is_usable = match verdict {
            Verdict::Holds => lab.reset().await.is_ok(),
            Verdict::NotChecked => true,
            Verdict::Fails => false,
        };
        if !is_usable && let Ok(other) = Lab::open(target).await {
            lab.session.close().await;
            lab = other;
        }
        facts.push(checked);
    }
    lab.session.close().await;
    Ok(Report::new(version, release, facts))
}

async fn outcome(fact: &Fact, lab: &Lab, left: Duration, limits: Limits) -> Outcome {
    if left.is_zero() {
        let seconds = limits.all.as_secs();
        return Err(Trouble::NotChecked(format!("the time limit of {seconds} seconds for all facts was reached")));
    }
    lab.wire.clear();
    match timeout(left, (fact.check)(lab)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Trouble::Differs(format!("there was no result within {} seconds", left.as_secs()))),
    }
}

fn verdict(outcome: Outcome) -> (Verdict, String) {
    match outcome {
        Ok(seen) => (Verdict::Holds, seen),
        Err(Trouble::Differs(seen)) => (Verdict::Fails, seen),
        Err(Trouble::NotChecked(why)) => (Verdict::NotChecked, why),
    }
}
