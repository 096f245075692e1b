#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome: the one named in CHROMIUM, else an installed one. Fails if there is none.
set -euo pipefail

for browser in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
    if [ -x "$browser" ]; then
        echo "$browser"
        exit
    fi
done
exit 1
