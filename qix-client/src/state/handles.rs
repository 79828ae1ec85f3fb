//! Objects by their handles, and what the engine says of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};

use tokio::sync::watch;

/// What the engine has said of an object so far. Readers see the newest only, so that a slow one holds up nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signal {
    /// How often its data became stale.
    pub(crate) invalidations: u64,
    /// Whether it is gone.
    pub(crate) closed: bool,
}

/// The objects of a connection that somebody holds.
#[derive(Debug)]
pub(crate) struct Handles<T> {
    known: HashMap<i64, Known<T>>,
    /// Invalidations of handles that nobody holds yet: the answer that creates an object may invalidate it already.
    early: BTreeMap<i64, u64>,
}

#[derive(Debug)]
struct Known<T> {
    object: Weak<T>,
    signal: watch::Sender<Signal>,
}

/// Handles invalidated before they are known that are remembered at most; the oldest, which are the smallest, go first.
const EARLY: usize = 4096;

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), early: BTreeMap::new() }
    }
}

impl<T> Handles<T> {
    /// The object with a handle: the one that is there, else a new one.
    pub(crate) fn bind(&mut self, handle: i64, make: impl FnOnce(watch::Receiver<Signal>) -> Arc<T>) -> Arc<T> {
        if let Some(object) = self.known.get(&handle).and_then(|known| known.object.upgrade()) {
            return object;
        }
        let invalidations = self.early.remove(&handle).unwrap_or(0);
        let (signal, reader) = watch::channel(Signal { invalidations, closed: false });
        let object = make(reader);
        self.known.insert(handle, Known { object: Arc::downgrade(&object), signal });
        object
    }

    /// Forgets a handle, if nobody holds it any more.
    pub(crate) fn release(&mut self, handle: i64) -> bool {
        let unused = self.known.get(&handle).is_some_and(|known| known.object.strong_count() == 0);
        if unused {
            self.known.remove(&handle);
        }
        unused
    }

    /// The engine says that data is stale.
    pub(crate) fn invalidate(&mut self, handles: &[i64]) {
        for handle in handles {
            match self.known.get(handle) {
                Some(known) => known.signal.send_modify(|signal| signal.invalidations += 1),
                None => {
                    *self.early.entry(*handle).or_default() += 1;
                    if self.early.len() > EARLY {
                        self.early.pop_first();
                    }
                }
            }
        }
    }

    /// The engine says that objects are gone.
    pub(crate) fn close(&mut self, handles: &[i64]) {
        for handle in handles {
            self.early.remove(handle);
            if let Some(known) = self.known.remove(handle) {
                known.signal.send_modify(|signal| signal.closed = true);
            }
        }
    }

    /// All objects are gone, with the connection.
    pub(crate) fn close_all(&mut self) {
        self.early.clear();
        for (_, known) in self.known.drain() {
            known.signal.send_modify(|signal| signal.closed = true);
        }
    }

    /// How many objects are held.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = watch::Receiver<Signal>;

    fn bind(handles: &mut Handles<Reader>, handle: i64) -> Arc<Reader> {
        handles.bind(handle, Arc::new)
    }

    #[test]
    fn one_handle_is_one_object() {
        let mut handles = Handles::default();
        let (one, two) = (bind(&mut handles, 1), bind(&mut handles, 1));
        assert!(Arc::ptr_eq(&one, &two));
        drop(one);
        handles.release(1);
        assert_eq!(handles.len(), 1, "somebody holds it");
        drop(two);
        handles.release(1);
        assert_eq!(handles.len(), 0);
    }

    #[test]
    fn an_invalidation_before_the_object_is_known_is_kept() {
        let mut handles = Handles::default();
        handles.invalidate(&[2, 2, 7]);
        let object = bind(&mut handles, 2);
        assert_eq!(object.borrow().invalidations, 2);
        handles.invalidate(&[2]);
        assert_eq!(object.borrow().invalidations, 3);
    }

    #[test]
    fn strange_handles_do_not_pile_up() {
        let mut handles = Handles::<Reader>::default();
        for handle in 0..10_000 {
            handles.invalidate(&[handle]);
        }
        assert_eq!(handles.early.len(), EARLY);
        assert_eq!(bind(&mut handles, 9_999).borrow().invalidations, 1);
    }

    #[test]
    fn a_closed_handle_can_come_again_as_another_object() {
        let mut handles = Handles::default();
        let old = bind(&mut handles, 3);
        handles.close(&[3, 3, 4]);
        assert!(old.borrow().closed);
        let new = bind(&mut handles, 3);
        assert!(!new.borrow().closed);
        drop(old);
        handles.release(3);
        handles.invalidate(&[3]);
        assert_eq!(new.borrow().invalidations, 1);
        handles.close_all();
        assert!(new.borrow().closed);
    }
}
