//! Code that must not compile. To update the expected errors:
//! `TRYBUILD=overwrite cargo test -p qix-schema --test compile_fail -- --ignored`.

#[test]
#[ignore = "the messages depend on the version of Rust, and a package of its own is compiled"]
fn wrong_names_and_types_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
