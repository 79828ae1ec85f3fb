//! Sessions with the test engine: what a program does, end to end, and what goes wrong on the way.

mod faults;
mod following;
mod objects;
mod resuming;
