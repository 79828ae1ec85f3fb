//! Stack space for deep trees.

use std::cell::Cell;

/// Maximum depth of nested structs: far more than any real tree, and few enough that dropping the result does not
/// overflow the stack of a thread. The stack of a browser cannot grow. In Chromium 156 it ends after 200 levels of code that is
/// not optimized.
const LEVELS: usize = if cfg!(target_family = "wasm") { 100 } else { 4096 };

thread_local! {
    static LEVEL: Cell<usize> = const { Cell::new(0) };
}

/// Runs a step of a recursion, on a new stack segment if the current one is nearly full.
pub fn grow<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(256 * 1024, 2 * 1024 * 1024, step)
}

/// Runs a step of a recursion over input. Rejects input that exceeds the maximum depth.
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
    // The red zone has room for ten levels of code that is not optimized, which takes 24 KB a level.
    if level % 4 == 1 { grow(step) } else { step() }
}
