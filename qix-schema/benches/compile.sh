#!/usr/bin/env bash
# How long this crate takes to compile, beside k8s-openapi with its newest version feature: seconds of CPU, dependencies
# ready, no incremental state. Both in one run, since machines differ; the ratio is what counts.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$work/target"
mkdir -p "$work/peer/src"
cat > "$work/peer/Cargo.toml" <<EOF
[package]
name = "peer"
version = "0.0.0"
edition = "2024"
[dependencies]
k8s-openapi = { version = "0.29", features = ["latest"] }
qix-schema = { path = "$here" }
[workspace]
EOF
echo > "$work/peer/src/lib.rs"
cd "$work/peer"
cargo fetch --quiet
for mode in check build "build --release"; do
    # shellcheck disable=SC2086
    cargo $mode --quiet
    for package in k8s-openapi qix-schema; do
        for _ in 1 2 3; do
            # shellcheck disable=SC2086
            cargo clean --quiet ${mode#*[dk]} --package "$package"
            TIMEFORMAT="$mode $package %U"
            # shellcheck disable=SC2086
            time cargo $mode --quiet --package "$package"
        done
    done
done
