//! Runs every target on its corpus and on mutated inputs, without a fuzzer.

macro_rules! replay {
    ($($target:ident: $path:path,)*) => {$(
        #[test]
        fn $target() {
            qix_fuzz::replay(stringify!($target), $path);
        }
    )*};
}

replay! {
    addresses: qix_client::fuzz::addresses,
    cells: qix_schema::fuzz::cells,
    decode: qix_schema::fuzz::decode,
    logs: qix_traffic::fuzz::logs,
    messages: qix_client::fuzz::messages,
    nodes: qix_schema::fuzz::nodes,
    patches: qix_client::fuzz::patches,
    recordings: qix_client::fuzz::recordings,
    rows: qix_client::fuzz::rows,
    schemas: qix_codegen::fuzz::schemas,
    session: qix_client::fuzz::session,
    values: qix_verify::fuzz::values,
}
