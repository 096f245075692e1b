#!/usr/bin/env bash
# Makes sure that there is a make.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

has make || install "make" make make
