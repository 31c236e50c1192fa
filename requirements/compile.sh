#!/bin/sh
# Compile the lock files. They name no index, and torch stays out of them: see torch.txt.
set -eu
cd "$(dirname "$0")"
for set in web worker dev; do
    pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --unsafe-package torch \
        --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
        --output-file "$set.lock" "$set.in"
done
