//! `cargo fuzz run --fuzz-dir tests/fuzz nodes`

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_schema::fuzz::nodes);
