#!/usr/bin/env bash
# bench.sh [NAME]: runs all benches, or the one of that name.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/need-rust.sh
scripts/need-postgres.sh
# Ten thousand connections in a process.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
exec cargo bench --locked --features __bench --bench main -- "$@"
