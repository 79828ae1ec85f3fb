//! Pending calls.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::{Answer, Key, Merged, Waiter};
use crate::connect::Text;
use qix_schema::rpc::{Closed, Effect};

/// A response.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A message, and the position of its result.
    Result(Text, Range<usize>),
    /// A message, and the position of its error.
    Error(Text, Range<usize>),
    /// Neither a result nor an error.
    Nothing,
    /// A result assembled from a delta.
    Merged(Merged),
    /// A delta that does not match the base: the complete result must be requested.
    Misfit,
}

/// The end of a pending call: a response, or the end of the connection.
pub(crate) type Outcome = Result<Reply, Ended>;

/// The connection ended while a call was pending.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ended {
    pub(crate) closed: Closed,
    /// Whether the call is a write that had been sent.
    pub(crate) pending_write: bool,
}

/// All pending calls of a session.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pending: HashMap<i64, PendingCall, BuildHasherDefault<Ids>>,
    last: i64,
}

/// Hashes IDs, which are sequential, so no one can choose them to collide.
#[derive(Default)]
struct Ids(u64);

impl Hasher for Ids {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_i64((*byte).into()));
    }

    fn write_i64(&mut self, id: i64) {
        self.0 = (self.0 ^ id.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[derive(Debug)]
struct PendingCall {
    /// The caller; `None` if the response is needed only as a delta base.
    waiter: Option<Waiter>,
    effect: Effect,
    sent: bool,
    /// Boxed: most calls have none, and entries in the map should be small.
    purpose: Option<Box<Purpose>>,
}

impl PendingCall {
    fn purpose(&self) -> Purpose {
        self.purpose.as_deref().copied().unwrap_or(Purpose::Answer)
    }
}

/// The use of a response in addition to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// None.
    Answer,
    /// It may be a delta that the next one builds on.
    Delta(Key),
    /// It contains a session object of a document, which must be destroyed if no caller gets it.
    SessionObject { doc: i64 },
    /// It contains the mark of the session.
    Mark,
}

/// The receiver of a response.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Its caller.
    ByCaller,
    /// Not by a caller: used for something else, or unknown.
    ByNobody(Purpose, Reply),
    /// No one: it does not answer a known request.
    Unknown,
}

impl Calls {
    /// The ID of the next request. IDs are never reused in a session.
    pub(crate) fn next_id(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// Registers a pending call.
    pub(crate) fn wait(&mut self, id: i64, effect: Effect, purpose: Purpose) -> Answer {
        let (waiter, answer) = super::answer::answer();
        let purpose = (purpose != Purpose::Answer).then(|| Box::new(purpose));
        self.pending.insert(id, PendingCall { waiter: Some(waiter), effect, sent: false, purpose });
        answer
    }

    /// Registers the request for a mark, which has no caller.
    pub(crate) fn wait_for_mark(&mut self, id: i64) {
        let purpose = Some(Box::new(Purpose::Mark));
        self.pending.insert(id, PendingCall { waiter: None, effect: Effect::Write, sent: false, purpose });
    }

    /// The delta base that a response belongs to.
    pub(crate) fn delta_of(&self, id: i64) -> Option<Key> {
        match self.pending.get(&id)?.purpose() {
            Purpose::Delta(key) => Some(key),
            _ => None,
        }
    }

    /// Records that a request is being sent. Returns whether its response is still needed.
    pub(crate) fn sent(&mut self, id: i64) -> bool {
        let pending = self.pending.get_mut(&id);
        pending.map(|pending| pending.sent = true).is_some()
    }

    /// Passes a response to its caller.
    pub(crate) fn answer(&mut self, id: i64, reply: Reply) -> Taken {
        let Some(pending) = self.pending.remove(&id) else { return Taken::Unknown };
        let purpose = pending.purpose();
        let Some(waiter) = pending.waiter else { return Taken::ByNobody(purpose, reply) };
        match waiter.send(Ok(reply)) {
            Err(Ok(reply)) => Taken::ByNobody(purpose, reply),
            _ => Taken::ByCaller,
        }
    }

    /// Removes a caller. Returns whether the request was sent and is not answered.
    pub(crate) fn abandon(&mut self, id: i64) -> bool {
        let Some(pending) = self.pending.get_mut(&id) else { return false };
        let sent = pending.sent;
        if sent && pending.purpose.is_some() {
            pending.waiter = None;
        } else {
            self.pending.remove(&id);
        }
        sent
    }

    /// Removes all pending calls, in order to end them.
    pub(crate) fn take(&mut self) -> Cut {
        Cut(std::mem::take(&mut self.pending).into_values().collect())
    }

    /// The number of pending calls.
    pub(crate) fn len(&self) -> usize {
        self.pending.values().filter(|pending| pending.waiter.is_some()).count()
    }
}

/// Calls whose connection has ended.
#[must_use = "pending callers must be notified"]
#[derive(Debug)]
pub(crate) struct Cut(Vec<PendingCall>);

impl Cut {
    /// Notifies all callers.
    pub(crate) fn end(self, closed: &Closed) {
        for pending in self.0 {
            let pending_write = pending.sent && pending.effect == Effect::Write;
            if let Some(waiter) = pending.waiter {
                // Callers that are gone are not notified.
                waiter.send(Err(Ended { closed: closed.clone(), pending_write })).ok();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Reply {
        Reply::Result(text.into(), 0..0)
    }

    #[test]
    fn responses_can_arrive_in_any_order() {
        let mut calls = Calls::default();
        let (first, second) = (calls.next_id(), calls.next_id());
        let mut one = calls.wait(first, Effect::Read, Purpose::Answer);
        let mut two = calls.wait(second, Effect::Read, Purpose::Answer);
        assert!(matches!(calls.answer(second, reply("b")), Taken::ByCaller));
        assert!(matches!(calls.answer(first, reply("a")), Taken::ByCaller));
        assert!(matches!(one.try_take().unwrap().unwrap(), Reply::Result(text, _) if text.as_ref() == "a"));
        assert!(matches!(two.try_take().unwrap().unwrap(), Reply::Result(text, _) if text.as_ref() == "b"));
        assert!(matches!(calls.answer(first, reply("again")), Taken::Unknown), "a second response has no caller");
        assert_eq!(calls.len(), 0);
    }

    #[test]
    fn only_a_sent_request_needs_to_be_canceled() {
        let mut calls = Calls::default();
        let ids: Vec<_> = (0..3).map(|_| calls.next_id()).collect();
        let _waiting: Vec<_> = ids.iter().map(|id| calls.wait(*id, Effect::Read, Purpose::Answer)).collect();
        assert!(calls.sent(ids[0]));
        assert!(calls.abandon(ids[0]), "it is pending");
        assert!(!calls.abandon(ids[1]), "still queued");
        assert!(!calls.sent(ids[1]), "the writer skips it");
        calls.answer(ids[2], reply(""));
        assert!(!calls.abandon(ids[2]), "answered");
    }

    #[test]
    fn a_delta_is_awaited_even_if_its_caller_is_gone() {
        let mut calls = Calls::default();
        let id = calls.next_id();
        let waiting = calls.wait(id, Effect::Read, Purpose::Delta((2, "GetLayout")));
        calls.sent(id);
        drop(waiting);
        assert!(calls.abandon(id));
        assert_eq!(calls.len(), 0);
        assert_eq!(calls.delta_of(id), Some((2, "GetLayout")));
        assert!(matches!(calls.answer(id, reply("")), Taken::ByNobody(Purpose::Delta((2, "GetLayout")), _)));
        assert_eq!(calls.delta_of(id), None);
    }

    #[test]
    fn the_end_reports_which_calls_may_have_been_executed() {
        let mut calls = Calls::default();
        let mut ends = Vec::new();
        for (effect, sent) in [(Effect::Read, true), (Effect::Write, false), (Effect::Write, true)] {
            let id = calls.next_id();
            ends.push(calls.wait(id, effect, Purpose::Answer));
            if sent {
                calls.sent(id);
            }
        }
        calls.take().end(&Closed::by_client());
        let pending = ends.iter_mut().map(|end| end.try_take().unwrap().unwrap_err().pending_write);
        assert_eq!(pending.collect::<Vec<_>>(), [false, false, true]);
    }
}
