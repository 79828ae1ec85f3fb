//! `cargo fuzz run --fuzz-dir tests/fuzz decode`: its function describes what it tests.

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_schema::fuzz::decode);
