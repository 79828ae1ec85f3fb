//! The facts, by topic.

mod connecting;
mod deltas;
mod expressions;
mod loading;
mod messages;
mod objects;
mod pivots;
mod reading;
mod selecting;

use crate::fact::Fact;

/// A topic, with its facts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Topic {
    /// The title.
    pub title: &'static str,
    /// The facts, in the order in which they are checked.
    pub facts: &'static [Fact],
}

/// Everything that the client relies on.
pub const TOPICS: &[Topic] = &[
    Topic { title: "Sessions", facts: connecting::FACTS },
    Topic { title: "Messages", facts: messages::FACTS },
    Topic { title: "Deltas", facts: deltas::FACTS },
    Topic { title: "Objects", facts: objects::FACTS },
    Topic { title: "Selections", facts: selecting::FACTS },
    Topic { title: "Straight cubes and lists", facts: reading::FACTS },
    Topic { title: "Pivot, stacked, and tree cubes", facts: pivots::FACTS },
    Topic { title: "Expressions", facts: expressions::FACTS },
    Topic { title: "Scripts and reloads", facts: loading::FACTS },
];

/// Pages of the vendor, and other sources of several facts.
mod source {
    pub(super) const ENIGMA: &str = "enigma.js 2.15";
    pub(super) const PROTOCOL: &str = "<https://qlik.dev/apis/json-rpc/>";
    pub(super) const GLOBAL: &str = "<https://qlik.dev/apis/json-rpc/qix/global/>";
    pub(super) const DOC: &str = "<https://qlik.dev/apis/json-rpc/qix/doc/>";
    pub(super) const FIELD: &str = "<https://qlik.dev/apis/json-rpc/qix/field/>";
    pub(super) const OBJECT: &str = "<https://qlik.dev/apis/json-rpc/qix/genericobject/>";
    pub(super) const SCHEMAS: &str = "<https://qlik.dev/apis/json-rpc/qix/schemas/>";
    pub(super) const RECORDED: &str = "recorded traffic of engines";
    pub(super) const MCP: &str = "qlik-sense-mcp, measured on engine 31.62";
}
