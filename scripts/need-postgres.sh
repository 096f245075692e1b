#!/usr/bin/env bash
# Makes sure that there are the programs of a Postgres server, where the crate in cluster/ looks for them. Only the
# programs are used: each run makes a cluster of its own and removes it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

is_there() {
    local initdb
    for initdb in ${PG_BIN:+"$PG_BIN/initdb"} /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb \
        /usr/local/opt/postgresql*/bin/initdb /Applications/Postgres.app/Contents/Versions/*/bin/initdb \
        /usr/pgsql*/bin/initdb /usr/local/pgsql/bin/initdb /usr/bin/initdb; do
        [ ! -x "$initdb" ] || return 0
    done
    has pg_config && [ -x "$(pg_config --bindir)/initdb" ]
}

is_there || install "a Postgres server" postgresql postgresql@17
