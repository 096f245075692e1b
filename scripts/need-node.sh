#!/usr/bin/env bash
# Makes sure that there are npm and a Node that can run the client tests and build the demo's page (20.19 or later). Where
# the system's own is older, as on Debian 12, a newer one is put below target/, where lib.sh finds it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

is_recent() {
    node -e '
        const [major, minor] = process.versions.node.split(".").map(Number)
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)
    '
}

{ has node && has npm; } || install "Node" "nodejs npm" node
if ! is_recent; then
    say "Node $(node --version) is too old: npm install node@22, below target/node"
    npm install --no-save --no-fund --no-audit --prefix target/node node@22
    PATH="$PWD/$NEWER_NODE:$PATH"
    is_recent || fail "Node $(node --version) is too old; please install 20.19 or later (https://nodejs.org)"
fi
