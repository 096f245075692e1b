#!/usr/bin/env bash
# Makes sure that there are npm and a Node that can run the client tests and build the demo's page (20.19 or later).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

{ has node && has npm; } || install "Node" "nodejs npm" node
node -e '
    const [major, minor] = process.versions.node.split(".").map(Number)
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)
' || fail "Node $(node --version) is too old; please install 20.19 or later (https://nodejs.org)"
