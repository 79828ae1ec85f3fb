#!/usr/bin/env bash
# Two crates that read QVD files disagree about field names with characters that XML escapes.
#
# Seen with openqvd 2.0.0 and qvd 0.7.1 on Rust 1.95. A QVD file starts with an XML header that names its fields. openqvd writes
# the names escaped, as it should, but drops the escaped characters when it reads them back. qvd resolves them twice, so that
# the literal text `&lt;` in a name becomes `<`. A program that looks fields up by name does not find them.
#
# Output seen:
#   openqvd: ["GrossNet", "ablt;"]
#   qvd: ["Gross & Net", "a<b><"]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "qvd-field-names"
version = "0.0.0"
edition = "2024"

[dependencies]
openqvd = "=2.0.0"
qvd = "=0.7.1"

[workspace]
TOML
cat > "$folder/src/main.rs" <<'RUST'
use openqvd::{Column, Qvd, Value, WriteTable};

fn main() {
    let names = ["Gross & Net", "a<b>&lt;"];
    let columns = names.map(|name| Column::new(name, vec![Some(Value::Int(1))])).to_vec();
    let path = std::env::args().nth(1).unwrap();
    WriteTable::new("T", columns).unwrap().write_to_path(&path).unwrap();
    let read = Qvd::from_path(&path).unwrap();
    println!("openqvd: {:?}", read.fields().iter().map(|field| field.name.as_str()).collect::<Vec<_>>());
    println!("qvd: {:?}", qvd::read_qvd_file(&path).unwrap().column_names());
}
RUST
seen=$(cargo run --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target" -- "$folder/t.qvd")
expected='openqvd: ["GrossNet", "ablt;"]
qvd: ["Gross & Net", "a<b><"]'
echo "$seen"
if [ "$seen" != "$expected" ]; then
    printf 'this has changed; it was:\n%s\n' "$expected" >&2
    exit 1
fi
