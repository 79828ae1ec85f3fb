//! What other clients of this protocol have been found to do wrong, and ours must not. `DEFECTS.md` beside this file names
//! the test for each, and `REAL_WORLD.md` those for what users report; those that other files have are not repeated here.

mod closing;
mod connecting;
mod differences;
mod messages;
mod resuming;
