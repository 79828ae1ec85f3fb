//! Objects by handle, and their invalidations.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use tokio::sync::watch;

/// The state of an object according to the engine. Readers see the newest state only, so a slow one blocks nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signal {
    /// How often its data became stale.
    pub(crate) invalidations: u64,
    /// Whether it was closed.
    pub(crate) closed: bool,
}

/// The objects of a connection that are in use.
#[derive(Debug)]
pub(crate) struct Handles<T> {
    generation: u32,
    /// Two objects of an earlier connection can have become one.
    known: HashMap<i64, Vec<Known<T>>>,
    /// Invalidations of unknown handles, in order: the response that creates an object may invalidate it already.
    early: Vec<(i64, u64)>,
}

#[derive(Debug)]
struct Known<T> {
    object: Weak<T>,
    signal: Arc<watch::Sender<Signal>>,
}

/// Maximum number of unknown invalidated handles; the oldest, which are the smallest, are dropped first.
const EARLY: usize = 4096;

/// Removes the early invalidations of a handle.
fn forget(early: &mut Vec<(i64, u64)>, handle: i64) -> Option<u64> {
    let at = early.binary_search_by_key(&handle, |(of, _)| *of).ok()?;
    Some(early.remove(at).1)
}

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self { generation: 0, known: HashMap::new(), early: Vec::new() }
    }
}

impl<T> Handles<T> {
    /// The number of the connection.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Starts a new connection. Returns the objects of the previous one.
    pub(crate) fn start(&mut self, generation: u32) -> Vec<Weak<T>> {
        self.generation = generation;
        self.early.clear();
        self.known.drain().flat_map(|(_, known)| known).map(|known| known.object).collect()
    }

    /// The object with a handle: the existing one, or a new one.
    pub(crate) fn bind(&mut self, handle: i64, make: impl FnOnce(Arc<watch::Sender<Signal>>) -> Arc<T>) -> Arc<T> {
        let known = self.known.entry(handle).or_default();
        if let Some(object) = known.iter().find_map(|known| known.object.upgrade()) {
            return object;
        }
        let invalidations = forget(&mut self.early, handle).unwrap_or(0);
        let signal = Arc::new(watch::Sender::new(Signal { invalidations, closed: false }));
        let object = make(Arc::clone(&signal));
        *known = vec![Known { object: Arc::downgrade(&object), signal }];
        object
    }

    /// Sets the handle of an object of an earlier connection on this one; its data is stale.
    pub(crate) fn restore(&mut self, handle: i64, object: &Arc<T>, signal: &Arc<watch::Sender<Signal>>) {
        let known = Known { object: Arc::downgrade(object), signal: Arc::clone(signal) };
        self.known.entry(handle).or_default().push(known);
        signal.send_modify(|signal| {
            signal.invalidations += 1;
            signal.closed = false;
        });
    }

    /// Ends all streams of invalidations, unless the objects are restored.
    pub(crate) fn silence(&mut self) {
        for known in self.known.values().flatten() {
            known.signal.send_modify(|signal| signal.closed = true);
        }
    }

    /// Removes a handle if it is no longer in use.
    pub(crate) fn release(&mut self, handle: i64) -> bool {
        let Some(known) = self.known.get_mut(&handle) else { return false };
        known.retain(|known| known.object.strong_count() > 0);
        let unused = known.is_empty();
        if unused {
            self.known.remove(&handle);
        }
        unused
    }

    /// The engine reports stale data.
    pub(crate) fn invalidate(&mut self, handles: &[i64]) {
        for handle in handles {
            match self.known.get(handle) {
                Some(known) => {
                    for known in known {
                        known.signal.send_modify(|signal| signal.invalidations += 1);
                    }
                }
                None => {
                    match self.early.binary_search_by_key(handle, |(of, _)| *of) {
                        Ok(at) => self.early[at].1 += 1,
                        Err(at) => self.early.insert(at, (*handle, 1)),
                    }
                    if self.early.len() > EARLY {
                        self.early.remove(0);
                    }
                }
            }
        }
    }

    /// The engine reports closed objects.
    pub(crate) fn close(&mut self, handles: &[i64]) {
        for handle in handles {
            forget(&mut self.early, *handle);
            for known in self.known.remove(handle).into_iter().flatten() {
                known.signal.send_modify(|signal| signal.closed = true);
            }
        }
    }

    /// All objects are closed with the connection.
    pub(crate) fn close_all(&mut self) {
        self.early.clear();
        for (_, known) in self.known.drain() {
            for known in known {
                known.signal.send_modify(|signal| signal.closed = true);
            }
        }
    }

    /// The objects in use.
    pub(crate) fn objects(&self) -> Vec<Arc<T>> {
        self.known.values().flatten().filter_map(|known| known.object.upgrade()).collect()
    }

    /// Whether the object with a handle is in use.
    pub(crate) fn holds(&self, handle: i64) -> bool {
        self.known.contains_key(&handle)
    }

    /// The number of objects in use.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = Arc<watch::Sender<Signal>>;

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
    fn objects_of_an_earlier_connection_are_stale() {
        let mut handles = Handles::default();
        let (one, two) = (bind(&mut handles, 1), bind(&mut handles, 2));
        assert_eq!(handles.start(2).len(), 2);
        assert_eq!((handles.generation(), handles.len()), (2, 0));
        for object in [&one, &two] {
            handles.restore(7, object, object);
        }
        handles.invalidate(&[1, 2, 7]);
        assert_eq!((one.borrow().invalidations, two.borrow().invalidations), (2, 2));
        drop(one);
        assert!(!handles.release(7));
        drop(two);
        assert!(handles.release(7));
    }

    #[test]
    fn unknown_handles_do_not_pile_up() {
        let mut handles = Handles::<Reader>::default();
        for handle in 0..10_000 {
            handles.invalidate(&[handle]);
        }
        assert_eq!(handles.early.len(), EARLY);
        assert_eq!(bind(&mut handles, 9_999).borrow().invalidations, 1);
    }

    #[test]
    fn a_closed_handle_can_be_reused_by_another_object() {
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
