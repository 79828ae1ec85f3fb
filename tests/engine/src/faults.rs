//! Faults that tests inject: what engines and networks occasionally do to clients, at a chosen time.

use serde_json::Value;
use std::time::Duration;

/// A fault to inject.
///
/// A fault applies to every message that it matches, unless it is narrowed: [`on`](Self::on) to a method,
/// [`after`](Self::after) to later messages, [`times`](Self::times) to a number of them. Faults that end a
/// socket happen once.
///
/// ```
/// use qix_test_engine::Fault;
/// use std::time::Duration;
///
/// // The second layout is late; responses to other requests overtake it.
/// let late = Fault::delay(Duration::from_millis(50)).on("GetLayout").after(1).times(1);
/// // The engine restarts while the third response is on its way.
/// let restart = Fault::close(4003, r#"{"code":"QEP-104"}"#).after(2);
/// # let _ = (late, restart);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    kind: Kind,
    method: Option<String>,
    after: usize,
    times: Option<usize>,
    /// Applies to this socket only.
    connection: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    // During the upgrade.
    Refuse { status: u16 },
    Silent,
    SessionState(String),
    LateConnected(Duration),
    BeforeConnected(String),
    // When a request arrives.
    Slow(Duration),
    Fail { code: i32, message: String },
    // When a response is sent.
    Hold,
    Delay(Duration),
    Reorder(usize),
    Drop,
    Close { code: u16, reason: String },
    Before(String),
    Twice,
    Set { pointer: String, value: Value },
    Empty,
    // When a notification is sent.
    Repeat,
}

/// When a fault can occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Upgrade,
    Request,
    Answer,
    Push,
}

impl Fault {
    fn new(kind: Kind) -> Self {
        let once = matches!(kind, Kind::Drop | Kind::Close { .. } | Kind::Reorder(_));
        Self { kind, method: None, after: 0, times: once.then_some(1), connection: None }
    }

    /// Refuses the HTTP upgrade with a status, such as 401 or 503.
    pub fn refuse(status: u16) -> Self {
        Self::new(Kind::Refuse { status })
    }

    /// Never sends `OnConnected`.
    pub fn no_on_connected() -> Self {
        Self::new(Kind::Silent)
    }

    /// Sends another state in `OnConnected`, such as `SESSION_ERROR_NO_LICENSE`.
    pub fn session_state(state: impl Into<String>) -> Self {
        Self::new(Kind::SessionState(state.into()))
    }

    /// Sends `OnConnected` late; requests are answered in the meantime.
    pub fn late_on_connected(by: Duration) -> Self {
        Self::new(Kind::LateConnected(by))
    }

    /// Sends a text before `OnConnected`, such as the `OnAuthenticationInformation` of a proxy.
    pub fn before_on_connected(text: impl Into<String>) -> Self {
        Self::new(Kind::BeforeConnected(text.into()))
    }

    /// Makes requests take this much longer. Meanwhile they can be canceled, and selections abort them if they are
    /// calculations.
    pub fn slow(by: Duration) -> Self {
        Self::new(Kind::Slow(by))
    }

    /// Answers requests with this error.
    pub fn error(code: i32, message: impl Into<String>) -> Self {
        Self::new(Kind::Fail { code, message: message.into() })
    }

    /// Processes requests without ever answering.
    pub fn never_answer() -> Self {
        Self::new(Kind::Hold)
    }

    /// Delays responses; others can overtake them.
    pub fn delay(by: Duration) -> Self {
        Self::new(Kind::Delay(by))
    }

    /// Collects this many responses, then sends them in reverse order.
    pub fn reorder(answers: usize) -> Self {
        Self::new(Kind::Reorder(answers))
    }

    /// Breaks the socket instead of sending the response, without a close frame.
    pub fn drop_socket() -> Self {
        Self::new(Kind::Drop)
    }

    /// Closes the socket with a code and a reason instead of sending the response.
    pub fn close(code: u16, reason: impl Into<String>) -> Self {
        Self::new(Kind::Close { code, reason: reason.into() })
    }

    /// Sends a text before the response: not JSON, an unknown notification, or a response without a request.
    pub fn send_before(text: impl Into<String>) -> Self {
        Self::new(Kind::Before(text.into()))
    }

    /// Sends text that is not JSON before the response.
    pub fn garbage() -> Self {
        Self::send_before("{\"jsonrpc\":\"2.0\",\u{fffd} this is not JSON")
    }

    /// Sends the response twice.
    pub fn answer_twice() -> Self {
        Self::new(Kind::Twice)
    }

    /// Sets a member of the result, which can be new: a member or an enum value that is in no schema.
    /// `pointer` is a JSON pointer into the result; missing objects are created.
    ///
    /// ```
    /// use qix_test_engine::Fault;
    /// use serde_json::json;
    ///
    /// let unknown = Fault::set("/qLayout/qHyperCube/qMode", json!("Q")).on("GetLayout");
    /// # let _ = unknown;
    /// ```
    pub fn set(pointer: impl Into<String>, value: Value) -> Self {
        Self::new(Kind::Set { pointer: pointer.into(), value })
    }

    /// Sends a response with neither a result nor an error.
    pub fn empty_answer() -> Self {
        Self::new(Kind::Empty)
    }

    /// Sends notifications, such as a change made on another socket, twice.
    pub fn repeat_notifications() -> Self {
        Self::new(Kind::Repeat)
    }

    /// Limits the fault to this method, named without its class.
    #[must_use]
    pub fn on(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Skips this many matching messages first.
    #[must_use]
    pub fn after(mut self, messages: usize) -> Self {
        self.after = messages;
        self
    }

    /// Limits the fault to this many times.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    fn stage(&self) -> Stage {
        match self.kind {
            Kind::Refuse { .. }
            | Kind::Silent
            | Kind::SessionState(_)
            | Kind::LateConnected(_)
            | Kind::BeforeConnected(_) => Stage::Upgrade,
            Kind::Slow(_) | Kind::Fail { .. } => Stage::Request,
            Kind::Repeat => Stage::Push,
            _ => Stage::Answer,
        }
    }

    /// Limits the fault to one socket.
    pub(crate) fn only_for(mut self, connection: u64) -> Self {
        self.connection = Some(connection);
        self
    }

    pub(crate) fn is_only_for(&self, connection: u64) -> bool {
        self.connection == Some(connection)
    }

    /// Whether the fault applies to this message; counts the message.
    fn strikes(&mut self, stage: Stage, connection: u64, method: &str) -> bool {
        let other_method = self.method.as_deref().is_some_and(|only| only != method);
        let other_socket = self.connection.is_some_and(|only| only != connection);
        if self.stage() != stage || other_method || other_socket {
            return false;
        }
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        match &mut self.times {
            Some(0) => return false,
            Some(left) if !matches!(self.kind, Kind::Reorder(_)) => *left -= 1,
            _ => {}
        }
        true
    }
}

/// Parses a fault for the command line and for addresses: first the fault, then its conditions.
///
/// `delay=200 on GetLayout after 1 times 2`, `slow=500 on DoReload`, `close=4003`, `drop after 3`, `refuse=401`,
/// `error=15 on GetLayout`, `never on GetLayout`, `reorder=3`, `garbage`, `twice`, `empty`, `silent`,
/// `state=SESSION_ERROR_NO_LICENSE`, `repeat`. Times are in milliseconds.
///
/// ```
/// use qix_test_engine::Fault;
/// use std::time::Duration;
///
/// let fault: Fault = "delay=200 on GetLayout times 1".parse()?;
/// assert_eq!(fault, Fault::delay(Duration::from_millis(200)).on("GetLayout").times(1));
/// # Ok::<(), String>(())
/// ```
impl std::str::FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{text}: {what}");
        let mut words = text.split_whitespace();
        let what = words.next().ok_or_else(|| wrong("expected a fault"))?;
        let (name, value) = what.split_once('=').unwrap_or((what, ""));
        let number = || value.parse::<u64>().map_err(|_| wrong("expected a number"));
        let code = || value.parse::<u16>().map_err(|_| wrong("expected a code"));
        let millis = || number().map(Duration::from_millis);
        let mut fault = match name {
            "delay" => Self::delay(millis()?),
            "slow" => Self::slow(millis()?),
            "late" => Self::late_on_connected(millis()?),
            "close" => Self::close(code()?, ""),
            "refuse" => Self::refuse(code()?),
            "error" => Self::error(value.parse().map_err(|_| wrong("expected a code"))?, "Injected fault"),
            "reorder" => Self::reorder(usize::try_from(number()?).map_err(|_| wrong("expected a number"))?),
            "state" => Self::session_state(value),
            "drop" => Self::drop_socket(),
            "never" => Self::never_answer(),
            "garbage" => Self::garbage(),
            "twice" => Self::answer_twice(),
            "empty" => Self::empty_answer(),
            "silent" => Self::no_on_connected(),
            "repeat" => Self::repeat_notifications(),
            _ => return Err(wrong("no such fault")),
        };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| wrong("expected a value"))?;
            let number = || value.parse().map_err(|_| wrong("expected a number"));
            fault = match word {
                "on" => fault.on(value),
                "after" => fault.after(number()?),
                "times" => fault.times(number()?),
                _ => return Err(wrong("expected on, after or times")),
            };
        }
        Ok(fault)
    }
}

/// The faults that apply to this message.
pub(crate) fn strike(faults: &mut Vec<Fault>, stage: Stage, connection: u64, method: &str) -> Vec<Kind> {
    if faults.is_empty() {
        return Vec::new();
    }
    let striking = faults.iter_mut().filter_map(|fault| {
        let strikes = fault.strikes(stage, connection, method);
        strikes.then(|| fault.kind.clone())
    });
    let kinds = striking.collect();
    faults.retain(|fault| fault.times != Some(0));
    kinds
}

/// Removes a reorder fault that has sent its responses.
pub(crate) fn end_reorder(faults: &mut Vec<Fault>) {
    if let Some(index) = faults.iter().position(|fault| matches!(fault.kind, Kind::Reorder(_))) {
        faults.remove(index);
    }
}

/// How often to send a notification.
pub(crate) fn repeats(faults: &mut Vec<Fault>, connection: u64) -> usize {
    1 + strike(faults, Stage::Push, connection, "").len()
}

/// Sets a member at a JSON pointer, creating missing objects.
pub(crate) fn set(target: &mut Value, pointer: &str, value: &Value) {
    let mut place = target;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let index = step.parse::<usize>().ok();
        let index = index.filter(|index| place.as_array().is_some_and(|items| *index < items.len()));
        if let Some(index) = index {
            place = &mut place[index];
            continue;
        }
        if !place.is_object() {
            *place = Value::Object(serde_json::Map::new());
        }
        place = &mut place[step];
    }
    *place = value.clone();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_starts_after_some_messages_and_then_ends() {
        let mut faults = vec![Fault::delay(Duration::ZERO).on("GetLayout").after(1).times(1)];
        let mut hits = |method| strike(&mut faults, Stage::Answer, 1, method).len();
        assert_eq!([hits("GetField"), hits("GetLayout"), hits("GetLayout"), hits("GetLayout")], [0, 0, 1, 0]);
        assert!(faults.is_empty());
    }

    #[test]
    fn a_missing_member_is_created() {
        let mut value = json!({ "a": [1, { "b": 2 }] });
        set(&mut value, "/a/1/b", &json!("x"));
        set(&mut value, "/new/deep", &json!(null));
        assert_eq!(value, json!({ "a": [1, { "b": "x" }], "new": { "deep": null } }));
    }
}
