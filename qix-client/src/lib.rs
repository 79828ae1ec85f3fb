//! Client of the engine.
