//! Typed API of the engine.
