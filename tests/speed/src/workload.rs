//! Workloads.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a client repeats in a turn. Passed between processes as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Workload {
    /// Small calls, with a number of them in flight.
    Calls(u32),
    /// Pages of 10,000 cells, with a number of them in flight.
    Pages(u32),
    /// The same call with changing responses, one at a time.
    Answers {
        change: Change,
        /// Whether to request deltas.
        delta: bool,
    },
    /// Reading a table with this number of rows, once.
    Export(u32),
    /// A number of things to keep in memory.
    Keep(Kept, u32),
}

/// How the response changes between calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    /// A layout that does not change.
    Nothing,
    /// A layout after a selection: a few changed states and numbers.
    Little,
    /// A layout with a changed string and number in each cell.
    Much,
    /// A different page of data.
    Page,
}

/// Things to keep in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kept {
    Sessions,
    Objects,
    Calls,
}

impl Change {
    pub(crate) const ALL: [Self; 4] = [Self::Nothing, Self::Little, Self::Much, Self::Page];

    /// The object with this kind of change: its ID and handle.
    pub(crate) fn object(self) -> usize {
        10 + self as usize
    }
}

impl FromStr for Workload {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
