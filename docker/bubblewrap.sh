#!/bin/sh
# Install bubblewrap, the best rung of the sandbox, where this user may; say what follows where not.
set -eu
if command -v bwrap >/dev/null; then
    exit 0
fi
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        as_root="none"
    fi
    if [ "$as_root" != none ]; then
        $as_root apt-get update -qq && $as_root apt-get install -y -qq bubblewrap >/dev/null && exit 0
    fi
fi
echo "bubblewrap is not installed: runs use the next rung of the sandbox. Install it with your" >&2
echo "package manager (apt install bubblewrap) to measure models of every kind." >&2
