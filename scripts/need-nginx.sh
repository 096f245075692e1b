#!/usr/bin/env bash
# Makes sure that there is an nginx for the cache test, which runs one of its own. On Debian its package is unpacked below
# target/ and not installed: installed it would start a web server, now and at each boot.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

unpack() {
    say "unpacking nginx, below target/nginx: apt-get download nginx"
    mkdir -p target/nginx
    local folder=$PWD/target/nginx sudo=""
    [ "$(id -u)" = 0 ] || ! has sudo || sudo="sudo"
    # Without lists of packages, as in a fresh container, there is nothing to download from.
    apt-cache show nginx >/dev/null 2>&1 || $sudo apt-get update -qq
    (
        cd "$folder"
        rm -f ./*.deb
        # In some releases `nginx` is but a name, and the program is in nginx-core.
        for package in nginx nginx-core; do
            apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg-deb -x "$package"_*.deb . || true
            [ ! -x usr/sbin/nginx ] || break
        done
    )
}

works() {
    local nginx
    nginx=$(scripts/find-nginx.sh) && "$nginx" -v 2>/dev/null
}

if ! works; then
    if ! has brew && has apt-get && has dpkg-deb; then
        unpack
    else
        install "nginx" nginx nginx
    fi
    works || fail "nginx is missing, or does not run; please install it (Debian: apt-get install nginx; macOS: brew install nginx)"
fi
