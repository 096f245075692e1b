#!/usr/bin/env bash
# All checks and tests, cheapest first, up to the first that fails; then what each took.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

times=""
report() {
    local status=$?
    printf '\n==> %s\n%s' "$([ "$status" = 0 ] && echo "all stages passed" || echo "a stage failed")" "$times"
    printf '%5ds  in all\n' "$SECONDS"
}
trap report EXIT

# stage NAME COMMAND...
stage() {
    local name=$1 start=$SECONDS status=0
    shift
    say "$name: $*"
    "$@" || status=$?
    times+=$(printf '%5ds  %s' $((SECONDS - start)) "$name")$'\n'
    return "$status"
}

tools() {
    scripts/need-rust.sh && scripts/need-postgres.sh && scripts/need-node.sh && scripts/need-browser.sh &&
        scripts/need-nginx.sh
}

packages() {
    scripts/npm-ci.sh tests/compat && scripts/build-web.sh
}

# The same random cases each time, so that a failure tells of the change. `cargo test` draws new ones.
export DIESEL_ELECTRIC_ORACLE_SEED=${DIESEL_ELECTRIC_ORACLE_SEED:-1}
export DIESEL_ELECTRIC_TEST_SEED=${DIESEL_ELECTRIC_TEST_SEED:-1}
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-1}
# Three tests ask Postgres about random filters for as long each, two at a time: two minutes or so.
export DIESEL_ELECTRIC_ORACLE_SECONDS=${DIESEL_ELECTRIC_ORACLE_SECONDS:-60}

# Nothing of a CI run is built twice.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0

stage "tools" tools
stage "format" cargo fmt --all --check
stage "lints" cargo clippy --locked --workspace --all-targets --features diesel-electric/__bench -- -D warnings
stage "docs" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
# Bins and tests together, of the whole workspace: another selection would choose other features of the dependencies,
# and build them once more.
stage "build" cargo build --locked --workspace --bins --tests --examples
stage "rust tests" cargo test --locked --workspace
stage "packages" packages
# Two files at a time: they wait more than they compute.
clients="node --test --test-force-exit --test-concurrency=2"
stage "client tests" $clients tests/compat/*.test.mjs
stage "compressed" env DIESEL_ELECTRIC_COMPRESSION=true $clients tests/compat/{demand,sse,stream,subset}.test.mjs
