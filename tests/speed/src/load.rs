//! What a client is asked to do.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a client does in a turn, again and again. Processes tell it each other as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Load {
    /// Small calls, a number of them in flight.
    Calls(u32),
    /// Pages of 10,000 cells, a number of them in flight.
    Pages(u32),
    /// The same question, whose answer changes, one call at a time.
    Answers {
        change: Change,
        /// Whether what has changed will do.
        delta: bool,
    },
    /// A number of things that stay in memory.
    Keep(Kept, u32),
}

/// How an answer changes from call to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    /// A layout that stays the same.
    Nothing,
    /// A layout after a selection: a few states and numbers.
    Little,
    /// A layout with another text and number in each cell.
    Much,
    /// Another page of data.
    Page,
}

/// What stays in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kept {
    Sessions,
    Objects,
    Calls,
}

impl Change {
    pub(crate) const ALL: [Self; 4] = [Self::Nothing, Self::Little, Self::Much, Self::Page];

    /// The object whose answers change in this way: its identifier, and its handle.
    pub(crate) fn object(self) -> usize {
        10 + self as usize
    }
}

impl FromStr for Load {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
