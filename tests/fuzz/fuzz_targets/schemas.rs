//! `cargo fuzz run --fuzz-dir tests/fuzz schemas`

#![cfg_attr(fuzzing, no_main)]

qix_fuzz::target!(qix_codegen::fuzz::schemas);
