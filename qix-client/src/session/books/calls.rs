//! Calls that wait for their answers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use qix_schema::rpc::{Closed, Effect};
use tokio::sync::oneshot;

use super::{Key, Merged};
use crate::connect::Text;

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A message, and the position of its result.
    Result(Text, Range<usize>),
    /// A message, and the position of its error.
    Error(Text, Range<usize>),
    /// Neither a result nor an error.
    Nothing,
    /// A result made from a difference.
    Merged(Merged),
    /// A difference that does not fit what is known: the whole result has to be asked for.
    Misfit,
}

/// How waiting ends: with an answer, or with the connection.
pub(crate) type Outcome = Result<Reply, Ended>;

/// The connection ended while a call was under way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ended {
    pub(crate) closed: Closed,
    /// Whether the call is a write that had been sent.
    pub(crate) pending_write: bool,
}

/// All calls of a session that are not answered yet.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pending: HashMap<i64, PendingCall, BuildHasherDefault<Ids>>,
    last: i64,
}

/// Spreads ids, which are counted here: no one can choose them so that they collide.
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
    waiter: Option<oneshot::Sender<Outcome>>,
    effect: Effect,
    purpose: Purpose,
    sent: bool,
}

/// What an answer is good for, even when nobody waits for it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nothing.
    Answer,
    /// It may be a difference that the next one builds on.
    Delta(Key),
    /// It names a session object of a document, which has to be destroyed if nobody gets it.
    SessionObject { doc: i64 },
}

/// Where an answer went.
#[derive(Debug)]
pub(crate) enum Taken {
    /// By its caller.
    ByCaller,
    /// Not by a caller: used for something else, or unknown.
    ByNobody(Purpose, Reply),
    /// To nobody: it answers no request that is known.
    Unknown,
}

impl Calls {
    /// The id of the next request. Ids are never used twice in a session.
    pub(crate) fn next_id(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// Waits for the answer to a request.
    pub(crate) fn wait(&mut self, id: i64, effect: Effect, purpose: Purpose) -> oneshot::Receiver<Outcome> {
        let (waiter, answer) = oneshot::channel();
        self.pending.insert(id, PendingCall { waiter: Some(waiter), effect, purpose, sent: false });
        answer
    }

    /// What the difference in an answer belongs to.
    pub(crate) fn delta_of(&self, id: i64) -> Option<Key> {
        match self.pending.get(&id)?.purpose {
            Purpose::Delta(key) => Some(key),
            _ => None,
        }
    }

    /// Notes that a request is on its way; whether anybody still waits for its answer.
    pub(crate) fn sent(&mut self, id: i64) -> bool {
        let pending = self.pending.get_mut(&id);
        pending.map(|pending| pending.sent = true).is_some()
    }

    /// Passes a response to its caller.
    pub(crate) fn answer(&mut self, id: i64, reply: Reply) -> Taken {
        let Some(pending) = self.pending.remove(&id) else { return Taken::Unknown };
        let Some(waiter) = pending.waiter else { return Taken::ByNobody(pending.purpose, reply) };
        match waiter.send(Ok(reply)) {
            Err(Ok(reply)) => Taken::ByNobody(pending.purpose, reply),
            _ => Taken::ByCaller,
        }
    }

    /// Stops waiting; whether the request had been sent and is not answered.
    pub(crate) fn abandon(&mut self, id: i64) -> bool {
        let Some(pending) = self.pending.get_mut(&id) else { return false };
        let sent = pending.sent;
        if sent && pending.purpose != Purpose::Answer {
            pending.waiter = None;
        } else {
            self.pending.remove(&id);
        }
        sent
    }

    /// Takes all that wait, in order to end their waiting.
    pub(crate) fn take(&mut self) -> Cut {
        Cut(std::mem::take(&mut self.pending).into_values().collect())
    }

    /// How many calls wait for their answers.
    pub(crate) fn len(&self) -> usize {
        self.pending.values().filter(|pending| pending.waiter.is_some()).count()
    }
}

/// Calls whose connection has ended.
#[must_use = "pending callers must be notified"]
#[derive(Debug)]
pub(crate) struct Cut(Vec<PendingCall>);

impl Cut {
    /// Tells all who wait.
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
    fn answers_come_in_any_order() {
        let mut calls = Calls::default();
        let (first, second) = (calls.next_id(), calls.next_id());
        let mut one = calls.wait(first, Effect::Read, Purpose::Answer);
        let mut two = calls.wait(second, Effect::Read, Purpose::Answer);
        assert!(matches!(calls.answer(second, reply("b")), Taken::ByCaller));
        assert!(matches!(calls.answer(first, reply("a")), Taken::ByCaller));
        assert!(matches!(one.try_recv().unwrap().unwrap(), Reply::Result(text, _) if text.as_ref() == "a"));
        assert!(matches!(two.try_recv().unwrap().unwrap(), Reply::Result(text, _) if text.as_ref() == "b"));
        assert!(matches!(calls.answer(first, reply("again")), Taken::Unknown), "a second answer reaches nobody");
        assert_eq!(calls.len(), 0);
    }

    #[test]
    fn only_a_request_that_was_sent_needs_to_be_cancelled() {
        let mut calls = Calls::default();
        let ids: Vec<_> = (0..3).map(|_| calls.next_id()).collect();
        let _waiting: Vec<_> = ids.iter().map(|id| calls.wait(*id, Effect::Read, Purpose::Answer)).collect();
        assert!(calls.sent(ids[0]));
        assert!(calls.abandon(ids[0]), "under way");
        assert!(!calls.abandon(ids[1]), "still queued");
        assert!(!calls.sent(ids[1]), "the writer skips it");
        calls.answer(ids[2], reply(""));
        assert!(!calls.abandon(ids[2]), "answered");
    }

    #[test]
    fn a_difference_is_awaited_even_when_its_caller_has_gone() {
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
    fn the_end_says_which_calls_may_have_happened() {
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
        let pending = ends.iter_mut().map(|end| end.try_recv().unwrap().unwrap_err().pending_write);
        assert_eq!(pending.collect::<Vec<_>>(), [false, false, true]);
    }
}
