//! `cargo fuzz run --fuzz-dir tests/fuzz decode`: what it tries is said where its function stands.

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_schema::fuzz::decode);
