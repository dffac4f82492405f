#!/bin/sh
# Installs what building and testing need, with apt, when it may; else prints the one line that
# would. Does nothing, quickly, when all is there.   usage: tools/setup.sh [check|fuzz|cover|valgrind]
# The argument adds what that target of the Makefile needs besides.
set -eu

packages='gcc libc6-dev pkg-config gettext liblmdb-dev libmsgpack-dev libcurl4-gnutls-dev
zlib1g-dev libmicrohttpd-dev libsodium-dev libutf8proc-dev libjansson-dev libcsv-dev libpopt-dev
libqrencode-dev libxlsxwriter-dev libzip-dev libexpat1-dev libcmocka-dev openssl python3
chromium poppler-utils'

have_libraries() {
    pkg-config --exists lmdb libcurl zlib libmicrohttpd libsodium libutf8proc jansson popt libqrencode \
        xlsxwriter libzip expat cmocka &&
        { pkg-config --exists msgpack || pkg-config --exists msgpack-c; } &&
        printf '#include <csv.h>\n' | cc -E - >/dev/null
}

have_tools() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || return 1
    done
}

if { have_tools cc pkg-config msgfmt openssl python3 chromium pdfinfo && have_libraries; } 2>/dev/null; then
    packages=
fi
case ${1:-} in
check) have_tools clang-format clang-tidy shellcheck ||
    packages="$packages clang-format clang-tidy shellcheck libasan8 libubsan1" ;;
fuzz) have_tools clang || packages="$packages clang libclang-rt-14-dev" ;;
cover) have_tools lcov || packages="$packages lcov" ;;
valgrind) have_tools valgrind || packages="$packages valgrind libc6-dbg" ;;
esac
# shellcheck disable=SC2086 # a list of words
set -- $packages
[ $# -gt 0 ] || exit 0

line="apt-get update && apt-get install -y --no-install-recommends $*"
if ! command -v apt-get >/dev/null; then
    echo "setup: this machine has no apt-get; install what these Debian packages hold: $*" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=sudo
else
    echo "setup: some packages are missing. As root, once:" >&2
    echo "    $line" >&2
    exit 1
fi
echo "setup: installing $*" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "setup: could not install the packages; is there a network? By hand, as root:" >&2
    echo "    $line" >&2
    exit 1
fi
