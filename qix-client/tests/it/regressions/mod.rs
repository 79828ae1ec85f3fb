//! Tests for known defects of other clients of this protocol. `DEFECTS.md` next to this file lists the test for each of
//! them, and `REAL_WORLD.md` those for reports by users. Tests that are in other files are not repeated here.

mod closing;
mod connecting;
mod differences;
mod messages;
mod resuming;
