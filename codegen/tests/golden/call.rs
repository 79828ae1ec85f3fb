//! `cargo xtask gen --out` copies this file; here it is compiled from where it stands.

#[path = "../../../qix-schema/src/rpc/call.rs"]
mod source;

pub use source::Call;
