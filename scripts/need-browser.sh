#!/usr/bin/env bash
# Makes sure that there is a Chromium or Chrome for the browser test.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/find-browser.sh >/dev/null || install "a browser" chromium "--cask google-chrome"
