#!/usr/bin/env bash
# Runs the demo until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/need-rust.sh
[ -n "${DEMO_DATABASE_URL:-}" ] || scripts/need-postgres.sh
scripts/need-node.sh
scripts/build-web.sh
say "building and starting the demo: cargo run --package diesel-electric-demo"
exec cargo run --locked --package diesel-electric-demo
