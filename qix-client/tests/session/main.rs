//! Sessions with an engine whose every word is written in the test, over real sockets.

mod calls;
mod connecting;
mod support;
