# shellcheck shell=bash
# What the scripts share. Sourced, from the repository's root.

# The throw-away clusters are the only databases that are used. What the caller's shell says of others must not lead
# elsewhere: DIESEL_ELECTRIC_TEST_DATABASE_URL and DEMO_DATABASE_URL alone replace them.
if [ -n "${DATABASE_URL:-}" ]; then
    echo "note: DATABASE_URL is set, and ignored here"
fi
unset DATABASE_URL
for name in $(compgen -e PG || true); do
    [ "$name" = PG_BIN ] || unset "$name"
done

# What need-node.sh has installed, if the system's own Node is too old.
NEWER_NODE=target/node/node_modules/node/bin
[ ! -x "$NEWER_NODE/node" ] || PATH="$PWD/$NEWER_NODE:$PATH"

say() {
    printf '\n==> %s\n' "$*"
}

fail() {
    printf '\nerror: %s\n' "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# install WHAT DEBIAN_PACKAGES BREW_PACKAGES: by the system's own package manager, or says what to install.
install() {
    if has brew; then
        say "installing $1: brew install $3"
        # Words on purpose: there may be several packages.
        # shellcheck disable=SC2086
        brew install $3
    elif has apt-get && { [ "$(id -u)" = 0 ] || has sudo; }; then
        local sudo=""
        [ "$(id -u)" = 0 ] || sudo="sudo"
        say "installing $1: $sudo apt-get install $2"
        $sudo apt-get update -qq
        # shellcheck disable=SC2086
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2
    else
        fail "$1 is missing; please install it (Debian: apt-get install $2; macOS: brew install $3)"
    fi
}
