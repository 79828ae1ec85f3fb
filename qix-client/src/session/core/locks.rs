//! The locks of a session, and the order in which they are acquired.
//!
//! A thread that holds a lock acquires only those further down in [`rank`]. Debug builds panic if the order is
//! violated. Three kinds of locks have no rank: `Shared::waiting`, which a resumption holds across its calls, comes
//! before all of these; those inside of `watch` channels come after all, and no lock is acquired while a value is
//! borrowed; those of the writer's queue and of an answer come last, and nothing is acquired while they are held.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The order, from first to last.
pub(crate) mod rank {
    /// The recipe of a session object.
    pub(crate) const RECIPE: u8 = 1;
    /// The open app.
    pub(crate) const DOC: u8 = 2;
    /// Objects by handle.
    pub(crate) const HANDLES: u8 = 3;
    /// The location of an object.
    pub(crate) const PLACE: u8 = 4;
    /// The connection and the pending calls.
    pub(crate) const LINK: u8 = 5;
    /// Delta bases.
    pub(crate) const DELTAS: u8 = 6;
    /// State set by the program.
    pub(crate) const JOURNAL: u8 = 7;
}

/// A mutex with a rank.
#[derive(Debug, Default)]
pub(crate) struct Lock<T, const RANK: u8>(Mutex<T>);

/// The value of a lock while it is held.
pub(crate) struct Guard<'a, T, const RANK: u8> {
    value: MutexGuard<'a, T>,
    #[cfg(debug_assertions)]
    _held: held::Held<RANK>,
}

impl<T, const RANK: u8> Lock<T, RANK> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> Guard<'_, T, RANK> {
        Guard {
            #[cfg(debug_assertions)]
            _held: held::Held::take(),
            // No code panics while it holds a lock; if it did, the data would still be the best available.
            value: self.0.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl<T, const RANK: u8> Deref for Guard<'_, T, RANK> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T, const RANK: u8> DerefMut for Guard<'_, T, RANK> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(debug_assertions)]
mod held {
    use std::cell::RefCell;

    thread_local! {
        /// The ranks of the locks that this thread holds.
        static RANKS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    /// Records that a lock is held.
    pub(super) struct Held<const RANK: u8>;

    impl<const RANK: u8> Held<RANK> {
        pub(super) fn take() -> Self {
            // Values dropped at the end of their thread are not checked.
            let _ = RANKS.try_with(|ranks| {
                let mut ranks = ranks.borrow_mut();
                if let Some(last) = ranks.iter().max().filter(|last| **last >= RANK) {
                    panic!("a lock of rank {RANK} is taken while one of rank {last} is held");
                }
                ranks.push(RANK);
            });
            Self
        }
    }

    impl<const RANK: u8> Drop for Held<RANK> {
        fn drop(&mut self) {
            let _ = RANKS.try_with(|ranks| ranks.borrow_mut().retain(|rank| *rank != RANK));
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn locks_are_acquired_in_order() {
        let (first, second) = (Lock::<_, 1>::new("a"), Lock::<_, 2>::new("b"));
        let (one, two) = (first.lock(), second.lock());
        assert_eq!((*one, *two), ("a", "b"));
        // They can be released in any order.
        drop(one);
        drop(two);
        drop(first.lock());
    }

    #[test]
    #[should_panic(expected = "a lock of rank 1 is taken while one of rank 2 is held")]
    fn a_lock_out_of_order_panics() {
        let (first, second) = (Lock::<_, 1>::new(()), Lock::<_, 2>::new(()));
        let _second = second.lock();
        let _first = first.lock();
    }

    #[test]
    #[should_panic(expected = "a lock of rank 1 is taken while one of rank 1 is held")]
    fn two_locks_of_a_rank_are_not_held_together() {
        let (one, other) = (Lock::<_, 1>::new(()), Lock::<_, 1>::new(()));
        let _one = one.lock();
        let _other = other.lock();
    }
}
