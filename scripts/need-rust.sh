#!/usr/bin/env bash
# Makes sure that there are cargo and a linker. The toolchain itself is pinned in rust-toolchain.toml, which rustup reads.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

has cargo || fail "cargo is missing; please install Rust with rustup (https://rustup.rs)"
if ! has cc; then
    [ "$(uname)" != Darwin ] || fail "a C linker is missing; please run: xcode-select --install"
    install "a linker" "gcc libc6-dev" gcc
fi
