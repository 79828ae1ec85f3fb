//! Objects of the engine: what is known of a handle.

use crate::{Log, Micros};

/// Whether an object can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can.
    Open,
    /// The engine has suspended it.
    Suspended,
    /// Its handle is gone.
    Closed,
}

impl State {
    /// A word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}

/// What the log tells of one object. A handle that is used again after its object was closed is another object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its handle.
    pub handle: i64,
    /// The connection that the handle belongs to, from 0.
    pub connection: usize,
    /// Its class, as in `GenericObject`, once an answer has told.
    pub class: Option<String>,
    /// The application's type of object, as in `table`.
    pub kind: Option<String>,
    /// Its identifier.
    pub id: Option<String>,
    /// Whether it can be used at the end of the log.
    pub state: State,
    /// The message that returned it. `None`: it was open before the log started.
    pub opened: Option<usize>,
    /// The message that closed it.
    pub closed: Option<usize>,
    /// The messages that say its data is stale.
    pub invalidations: Vec<usize>,
    /// The calls that fetched its data when there were none or stale ones: what the engine had to calculate.
    pub calculations: Vec<usize>,
    /// The number of calls to it.
    pub calls: usize,
    /// Whether its data is stale, or was never fetched.
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

    /// The handle of the one object that is always there.
    pub const GLOBAL: i64 = -1;

    /// Its class, `?` as long as nothing has told.
    #[must_use]
    pub fn class(&self) -> &str {
        self.class.as_deref().unwrap_or("?")
    }

    /// How long its calculations took, in order; without those that have no times.
    pub fn times<'a>(&'a self, log: &'a Log) -> impl DoubleEndedIterator<Item = Micros> + 'a {
        self.calculations.iter().filter_map(|call| log.calls[*call].took(log))
    }
}

/// Whether a method makes the engine calculate the data of an object if they are stale.
pub(crate) fn calculates(method: &str) -> bool {
    matches!(method, "GetLayout" | "GetAppLayout")
        || method.ends_with("Data") && (method.starts_with("GetHyperCube") || method.starts_with("GetListObject"))
}
