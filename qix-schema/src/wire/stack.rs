//! Room on the stack for deep trees.

use std::cell::Cell;

/// Levels of nested structs that are read before the input is refused: far beyond any real tree, and few enough that
/// dropping the result fits a thread's stack.
const LEVELS: usize = 4096;

thread_local! {
    static LEVEL: Cell<usize> = const { Cell::new(0) };
}

/// Runs a step of a recursion, on a new piece of stack when the present one is nearly used up.
pub fn grow<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(128 * 1024, 1024 * 1024, step)
}

/// Runs a step of a recursion over input, and refuses input that nests without end.
#[inline]
pub(super) fn deeper<T, E>(step: impl FnOnce() -> Result<T, E>, refuse: impl FnOnce(&str) -> E) -> Result<T, E> {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            LEVEL.set(LEVEL.get() - 1);
        }
    }
    let level = LEVEL.get() + 1;
    LEVEL.set(level);
    let _leave = Leave;
    if level > LEVELS {
        return Err(refuse(&format!("structs nested more than {LEVELS} levels deep")));
    }
    // A few levels always fit.
    if level % 8 == 1 { grow(step) } else { step() }
}
