//! What other clients of this protocol have been found to do wrong, and ours must not. `DEFECTS.md` beside this file names
//! the test for each; those that other files have are not repeated here.

mod closing;
mod connecting;
mod differences;
mod list;
mod messages;
mod resuming;
