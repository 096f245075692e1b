#!/usr/bin/env bash
# Prints the path of an nginx: the one named in NGINX, else an installed one, else what need-nginx.sh has unpacked. Fails if
# there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

for nginx in "${NGINX:-}" /usr/sbin/nginx /usr/bin/nginx /opt/homebrew/bin/nginx /usr/local/bin/nginx \
    "$(command -v nginx || true)" "$PWD/target/nginx/usr/sbin/nginx"; do
    if [ -x "$nginx" ]; then
        echo "$nginx"
        exit
    fi
done
exit 1
