#!/usr/bin/env bash
# Decoding speed of another commit and of the current code: `compare.sh COMMIT [RUNS]`. Builds the current `frames.rs` with
# both and runs the two programs alternately. Prints MB of JSON per second, the fastest of all runs. Machines and load
# differ, so only the ratio counts.
set -euo pipefail
commit=${1:?missing commit}
turns=${2:-5}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/target/compare
export QIX_FRAMES=${QIX_FRAMES:-$root/../shared/corpus/frames}
mkdir -p "$work"
git -C "$root" worktree add --quiet --force --detach "$work/before" "$commit"
trap 'git -C "$root" worktree remove --force "$work/before"' EXIT
build() {
    mkdir -p "$work/$1-frames"
    cat > "$work/$1-frames/Cargo.toml" <<EOF
[package]
name = "frames"
version = "0.0.0"
edition = "2024"
[dependencies]
async-trait = "0.1"
qix-schema = { path = "$2/qix-schema" }
serde = { version = "1", features = ["derive"] }
serde_json = { version = "1", features = ["float_roundtrip", "raw_value", "unbounded_depth"] }
[[bin]]
name = "frames"
path = "$root/qix-schema/benches/frames.rs"
[workspace]
EOF
    cp "$root/Cargo.lock" "$work/$1-frames/"
    (cd "$work/$1-frames" && cargo build --quiet --release)
}
build before "$work/before"
build now "$root"
for _ in $(seq "$turns"); do
    for which in before now; do
        "$work/$which-frames/target/release/frames" | sed "s/^/$which /"
    done
done | awk '
    { line = $2 " " $3; if ($4 > best[$1, line]) best[$1, line] = $4; if (!(line in seen)) { seen[line]; order[++count] = line } }
    END {
        printf "%-44s %8s %8s %6s\n", "", "before", "now", "ratio"
        for (i = 1; i <= count; i++) {
            line = order[i]
            printf "%-44s %8d %8d %6.2f\n", line, best["before", line], best["now", line], best["now", line] / best["before", line]
        }
    }'
