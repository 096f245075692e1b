#!/usr/bin/env bash
# bench.sh [NAME]: runs all benches, or the one of that name.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/need-rust.sh
scripts/need-postgres.sh
exec cargo bench --locked --features __bench --bench main -- "$@"
