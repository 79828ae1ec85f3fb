//! `cargo fuzz run --fuzz-dir tests/fuzz values`

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_verify::fuzz::values);
