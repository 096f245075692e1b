#!/usr/bin/env bash
# Builds the demo's page into demo/web/dist, unless what is there is newer than its sources.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/npm-ci.sh demo/web
cd demo/web
newer=$(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer dist/index.html -print 2>/dev/null || echo all)
if [ ! -f dist/index.html ] || [ -n "$newer" ]; then
    say "building the demo's page: npm run build"
    npm run build
fi
