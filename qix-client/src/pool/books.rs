//! The users of each session. Pure: no connections, no clock.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::platform::Instant;

/// What a session is for. Users with equal keys share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) app: String,
    pub(super) user: Option<String>,
    pub(super) identity: Option<String>,
}

/// The sessions of an engine, with their users. `S` is a session that may still be opening, `P` the permission to have
/// it open.
#[derive(Debug)]
pub(super) struct Books<S, P> {
    entries: BTreeMap<u64, Entry<S, P>>,
    /// The sessions that new users get.
    current: HashMap<Key, u64>,
    next: u64,
}

#[derive(Debug)]
pub(super) struct Entry<S, P> {
    pub(super) key: Key,
    pub(super) session: S,
    pub(super) users: usize,
    /// Whether the session is kept for another user when it is unused.
    reusable: bool,
    idle_since: Option<Instant>,
    permit: Option<P>,
    is_open: bool,
}

/// What to do next.
#[derive(Debug)]
pub(super) struct Due<S, P> {
    /// Sessions to close, with their permits.
    pub(super) close: Vec<(S, Option<P>)>,
    /// When to look again.
    pub(super) next: Option<Instant>,
}

impl<S, P> Default for Books<S, P> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), current: HashMap::new(), next: 0 }
    }
}

impl<S: Clone, P> Books<S, P> {
    /// Adds a user to the session for a key. Creates the session if needed. Returns its number and the session.
    pub(super) fn claim(&mut self, key: &Key, reusable: bool, make: impl FnOnce(u64) -> S) -> (u64, S) {
        let known = self.current.get(key).copied();
        let number = known.unwrap_or_else(|| {
            self.next += 1;
            let entry = Entry {
                key: key.clone(),
                session: make(self.next),
                users: 0,
                reusable,
                idle_since: None,
                permit: None,
                is_open: false,
            };
            self.entries.insert(self.next, entry);
            self.current.insert(key.clone(), self.next);
            self.next
        });
        let entry = self.entries.get_mut(&number).expect("a current session has an entry");
        entry.users += 1;
        entry.idle_since = None;
        (number, entry.session.clone())
    }

    /// Records that a session is open. Returns the permit if no caller needs it anymore.
    pub(super) fn opened(&mut self, number: u64, permit: P) -> Result<(), P> {
        let Some(entry) = self.entries.get_mut(&number) else { return Err(permit) };
        entry.is_open = true;
        entry.permit = Some(permit);
        Ok(())
    }

    /// A user has left. The last user of a session that was never opened takes the session along.
    pub(super) fn leave(&mut self, number: u64, now: Instant) {
        let Some(entry) = self.entries.get_mut(&number) else { return };
        entry.users -= 1;
        if entry.users > 0 {
            return;
        }
        entry.idle_since = Some(now);
        if !entry.is_open {
            self.retire(number);
            self.entries.remove(&number);
        }
    }

    /// New users get another session. Those of this one keep it.
    pub(super) fn retire(&mut self, number: u64) {
        if let Some(entry) = self.entries.get_mut(&number) {
            entry.reusable = false;
            if self.current.get(&entry.key) == Some(&number) {
                self.current.remove(&entry.key);
            }
        }
    }

    /// The connection of a session is gone, and with it the need for its permit, which is returned.
    pub(super) fn disconnected(&mut self, number: u64) -> Option<P> {
        self.retire(number);
        let entry = self.entries.get_mut(&number)?;
        entry.is_open = false;
        let permit = entry.permit.take();
        if entry.users == 0 {
            self.entries.remove(&number);
        }
        permit
    }

    /// Takes the unused sessions that are due: those that are not reusable or idle for too long, and the longest idle ones
    /// of those that others wait for. `wanted` returns how many callers wait for a session with this key to be closed.
    pub(super) fn due(&mut self, now: Instant, linger: Duration, wanted: impl Fn(&Key) -> usize) -> Due<S, P> {
        let mut idle: Vec<(Instant, u64)> =
            self.entries.iter().filter_map(|(number, entry)| Some((entry.idle_since?, *number))).collect();
        idle.sort_unstable();
        let mut close = Vec::new();
        let mut next = None;
        for (since, number) in idle {
            let entry = &self.entries[&number];
            let end = since + linger;
            if !entry.reusable || end <= now || wanted(&entry.key) > close.len() {
                close.extend(self.take(number));
            } else {
                next = Some(next.map_or(end, |next: Instant| next.min(end)));
            }
        }
        Due { close, next }
    }

    /// Takes all sessions.
    pub(super) fn take_all(&mut self) -> Vec<(S, Option<P>)> {
        let numbers: Vec<u64> = self.entries.keys().copied().collect();
        numbers.into_iter().filter_map(|number| self.take(number)).collect()
    }

    fn take(&mut self, number: u64) -> Option<(S, Option<P>)> {
        self.retire(number);
        self.entries.remove(&number).map(|entry| (entry.session, entry.permit))
    }

    /// The sessions that are open.
    pub(super) fn open(&self) -> impl Iterator<Item = &Entry<S, P>> {
        self.entries.values().filter(|entry| entry.is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINGER: Duration = Duration::from_secs(10);

    fn key(app: &str) -> Key {
        Key { app: app.to_owned(), user: None, identity: None }
    }

    fn claim(books: &mut Books<u64, &'static str>, app: &str) -> u64 {
        let number = books.claim(&key(app), true, |number| number).0;
        books.opened(number, "permit").unwrap();
        number
    }

    fn closed(due: Due<u64, &'static str>) -> Vec<u64> {
        due.close.into_iter().map(|(session, _)| session).collect()
    }

    #[tokio::test]
    async fn users_share_a_session_until_it_is_retired() {
        let mut books = Books::default();
        let (one, two) = (claim(&mut books, "a"), claim(&mut books, "a"));
        assert_eq!(one, two);
        assert_ne!(claim(&mut books, "b"), one);
        books.retire(one);
        let three = claim(&mut books, "a");
        assert_ne!(three, one);
        // The old one ends with its users, without waiting.
        let now = Instant::now();
        books.leave(one, now);
        assert!(closed(books.due(now, LINGER, |_| 0)).is_empty());
        books.leave(two, now);
        assert_eq!(closed(books.due(now, LINGER, |_| 0)), [one]);
        assert_eq!(claim(&mut books, "a"), three);
    }

    #[tokio::test]
    async fn an_idle_session_is_closed_after_a_while_or_to_make_room() {
        let mut books = Books::default();
        let (a, b, c) = (claim(&mut books, "a"), claim(&mut books, "b"), claim(&mut books, "c"));
        let now = Instant::now();
        books.leave(b, now);
        books.leave(a, now + Duration::from_secs(1));
        let due = books.due(now, LINGER, |_| 0);
        assert_eq!((due.close.len(), due.next), (0, Some(now + LINGER)));
        assert_eq!(closed(books.due(now, LINGER, |_| 1)), [b], "the one that has been idle the longest");
        assert_eq!(closed(books.due(now + Duration::from_secs(11), LINGER, |_| 0)), [a]);
        assert_eq!(books.open().map(|entry| entry.session).collect::<Vec<_>>(), [c]);
        assert_eq!(books.disconnected(c), Some("permit"));
        assert_eq!(books.disconnected(c), None);
        assert_eq!(books.open().count(), 0);
        assert_eq!(books.take_all(), [(c, None)]);
    }

    #[tokio::test]
    async fn a_session_that_was_never_opened_ends_with_its_last_user() {
        let mut books = Books::<u64, ()>::default();
        let (number, _) = books.claim(&key("a"), true, |number| number);
        books.leave(number, Instant::now());
        assert!(books.take_all().is_empty());
        assert!(books.opened(number, ()).is_err());
        assert_ne!(books.claim(&key("a"), true, |number| number).0, number);
    }
}
