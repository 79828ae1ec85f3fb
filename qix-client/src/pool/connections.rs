//! How many connections there may be: in all, for each app, and for each user.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::books::Key;

/// The limits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    pub(super) all: Option<usize>,
    pub(super) per_app: Option<usize>,
    pub(super) per_user: Option<usize>,
}

/// The connections, and the callers that wait for one.
///
/// A caller waits for all limits at once, so that it takes nothing from others while it waits. Callers that wait for the
/// same limit are served in order of arrival.
#[derive(Debug)]
pub(super) struct Connections {
    limits: Limits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    apps: HashMap<String, usize>,
    users: HashMap<Option<String>, usize>,
    queue: VecDeque<Waiting>,
    next: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    key: Key,
    granted: oneshot::Sender<Permit>,
}

/// The permission to have a connection.
#[derive(Debug)]
pub(super) struct Permit {
    connections: Arc<Connections>,
    key: Key,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        let Limits { all, per_app, per_user } = limits;
        let limit = |limit: Option<usize>| limit.map(|limit| limit.max(1));
        let limits = Limits { all: limit(all), per_app: limit(per_app), per_user: limit(per_user) };
        Arc::new(Self { limits, counts: Mutex::default() })
    }

    /// Waits for a permit. Calls `full` first if none is free.
    pub(super) async fn acquire(self: &Arc<Self>, key: &Key, full: impl FnOnce()) -> Permit {
        let (granted, mut permit) = oneshot::channel();
        let number = {
            let counts = &mut *self.counts();
            counts.next += 1;
            counts.queue.push_back(Waiting { number: counts.next, key: key.clone(), granted });
            counts.next
        };
        let _place = Place { connections: self, number };
        self.serve();
        if let Ok(permit) = permit.try_recv() {
            return permit;
        }
        full();
        permit.await.expect("the other end stays in the queue until it is used")
    }

    /// How many callers wait for a connection with this key to be closed.
    pub(super) fn wanted(&self, key: &Key) -> usize {
        let counts = self.counts();
        let helps = |waiting: &&Waiting| {
            self.is_full(&counts)
                || waiting.key.app == key.app && self.app_is_full(&counts, &key.app)
                || waiting.key.user == key.user && self.user_is_full(&counts, &key.user)
        };
        counts.queue.iter().filter(helps).count()
    }

    /// Hands out what is free.
    fn serve(self: &Arc<Self>) {
        let mut granted = Vec::new();
        {
            let counts = &mut *self.counts();
            let mut at = 0;
            while at < counts.queue.len() && !self.is_full(counts) {
                let key = &counts.queue[at].key;
                if self.app_is_full(counts, &key.app) || self.user_is_full(counts, &key.user) {
                    at += 1;
                    continue;
                }
                let Some(waiting) = counts.queue.remove(at) else { break };
                counts.add(&waiting.key);
                granted.push((waiting.granted, Permit { connections: Arc::clone(self), key: waiting.key }));
            }
        }
        // A permit whose caller is gone is dropped, which takes the lock.
        for (caller, permit) in granted {
            caller.send(permit).ok();
        }
    }

    fn is_full(&self, counts: &Counts) -> bool {
        self.limits.all.is_some_and(|limit| counts.all >= limit)
    }

    fn app_is_full(&self, counts: &Counts, app: &str) -> bool {
        self.limits.per_app.is_some_and(|limit| counts.apps.get(app).is_some_and(|count| *count >= limit))
    }

    fn user_is_full(&self, counts: &Counts, user: &Option<String>) -> bool {
        self.limits.per_user.is_some_and(|limit| counts.users.get(user).is_some_and(|count| *count >= limit))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn add(&mut self, key: &Key) {
        self.all += 1;
        *self.apps.entry(key.app.clone()).or_default() += 1;
        *self.users.entry(key.user.clone()).or_default() += 1;
    }

    fn remove(&mut self, key: &Key) {
        self.all -= 1;
        count_down(&mut self.apps, &key.app);
        count_down(&mut self.users, &key.user);
    }
}

fn count_down<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.connections.counts().remove(&self.key);
        self.connections.serve();
    }
}

/// A place in the queue.
struct Place<'a> {
    connections: &'a Connections,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.connections.counts().queue.retain(|waiting| waiting.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn key(app: &str, user: &str) -> Key {
        Key { app: app.to_owned(), user: Some(user.to_owned()), identity: None }
    }

    #[tokio::test]
    async fn a_caller_takes_nothing_while_it_waits() {
        let limits = Limits { all: Some(3), per_app: Some(1), per_user: Some(2) };
        let connections = Connections::new(limits);
        let acquire = |app, user| {
            let (connections, key) = (Arc::clone(&connections), key(app, user));
            Box::pin(async move { connections.acquire(&key, || ()).await })
        };
        let first = acquire("a", "u").now_or_never().unwrap();
        let mut second = acquire("a", "u");
        assert!((&mut second).now_or_never().is_none(), "the app is full");
        let other = acquire("b", "u").now_or_never().unwrap();
        let mut third = acquire("c", "u");
        assert!((&mut third).now_or_never().is_none(), "the user is full");
        let last = acquire("c", "v").now_or_never().unwrap();
        let mut fourth = acquire("d", "w");
        assert!((&mut fourth).now_or_never().is_none(), "everything is full");
        assert_eq!((connections.wanted(&key("a", "u")), connections.wanted(&key("x", "y"))), (3, 3));
        drop(last);
        drop((&mut fourth).now_or_never().unwrap());
        assert_eq!((connections.wanted(&key("a", "x")), connections.wanted(&key("x", "u"))), (1, 2));
        drop(first);
        let second = (&mut second).now_or_never().unwrap();
        assert!((&mut third).now_or_never().is_none(), "who came first is served first");
        drop((other, second));
        drop((&mut third).now_or_never().unwrap());
        let counts = connections.counts();
        assert_eq!((counts.all, counts.apps.len(), counts.users.len(), counts.queue.len()), (0, 0, 0, 0));
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_leaves_the_queue() {
        let connections = Connections::new(Limits { all: Some(1), ..Limits::default() });
        let first = connections.acquire(&key("a", "u"), || ()).await;
        let key = key("b", "u");
        let mut second = Box::pin(connections.acquire(&key, || ()));
        let mut third = Box::pin(connections.acquire(&key, || ()));
        assert!((&mut second).now_or_never().is_none() && (&mut third).now_or_never().is_none());
        drop(first);
        // It has been granted a permit, and does not take it.
        drop(second);
        assert!((&mut third).now_or_never().is_some());
    }
}
