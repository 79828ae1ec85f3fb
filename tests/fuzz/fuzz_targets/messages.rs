//! `cargo fuzz run --fuzz-dir tests/fuzz messages`

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_client::fuzz::messages);
