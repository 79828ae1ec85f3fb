//! `cargo fuzz run --fuzz-dir tests/fuzz logs`

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_traffic::fuzz::logs);
