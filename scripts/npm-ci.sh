#!/usr/bin/env bash
# npm-ci.sh FOLDER: installs the packages that its lock file names, unless they are there.
set -euo pipefail
cd "$(dirname "$0")/../$1"

# npm writes this file last.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    printf '\n==> installing the packages of %s: npm ci\n' "$1"
    npm ci --no-fund --no-audit
    touch node_modules/.package-lock.json
fi
