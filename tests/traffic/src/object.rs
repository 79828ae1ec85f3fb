//! Engine objects in a log.

use crate::{Log, Micros};

/// State of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Open.
    Open,
    /// Suspended by the engine.
    Suspended,
    /// Closed.
    Closed,
}

impl State {
    /// The state as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}

/// What the log says about an object. A handle that is reused after its object was closed is another object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Handle.
    pub handle: i64,
    /// Connection of the handle, from 0.
    pub connection: usize,
    /// Class, such as `GenericObject`, if known.
    pub class: Option<String>,
    /// Type of a generic object, such as `table`.
    pub kind: Option<String>,
    /// Object ID.
    pub id: Option<String>,
    /// State at the end of the log.
    pub state: State,
    /// The message that returned the object; `None` if it was open before the log started.
    pub opened: Option<usize>,
    /// The message that closed it.
    pub closed: Option<usize>,
    /// The messages that report it as stale.
    pub invalidations: Vec<usize>,
    /// The calls that fetched its data when it was new or stale, so the engine had to calculate.
    pub calculations: Vec<usize>,
    /// Number of calls on it.
    pub calls: usize,
    /// Whether its data is stale or was never fetched.
    pub stale: bool,
}

impl Object {
    pub(crate) fn new(handle: i64, connection: usize, opened: Option<usize>) -> Self {
        let class = (handle == Self::GLOBAL).then(|| "Global".to_owned());
        Self {
            handle,
            connection,
            class,
            kind: None,
            id: None,
            state: State::Open,
            opened,
            closed: None,
            invalidations: Vec::new(),
            calculations: Vec::new(),
            calls: 0,
            stale: true,
        }
    }

    /// Handle of the global object.
    pub const GLOBAL: i64 = -1;

    /// Class, or `?` if unknown.
    #[must_use]
    pub fn class(&self) -> &str {
        self.class.as_deref().unwrap_or("?")
    }

    /// Durations of its calculations, in order, without those without times.
    pub fn times<'a>(&'a self, log: &'a Log) -> impl DoubleEndedIterator<Item = Micros> + 'a {
        self.calculations.iter().filter_map(|call| log.calls[*call].took(log))
    }
}

/// Whether a method makes the engine calculate the data of a stale object.
pub(crate) fn calculates(method: &str) -> bool {
    matches!(method, "GetLayout" | "GetAppLayout")
        || method.ends_with("Data") && (method.starts_with("GetHyperCube") || method.starts_with("GetListObject"))
}
