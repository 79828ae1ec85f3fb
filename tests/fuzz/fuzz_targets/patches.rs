//! `cargo fuzz run --fuzz-dir tests/fuzz patches`

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_client::fuzz::patches);
