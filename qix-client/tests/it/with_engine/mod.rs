//! Sessions with the test engine: whole programs, and faults along the way.

mod faults;
mod following;
mod new_session;
mod objects;
mod resuming;
