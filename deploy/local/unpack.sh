#!/usr/bin/env bash
# Fetches Debian packages and unpacks them into FOLDER/root. No root is needed, nothing is installed, and the
# system's own package state is left alone.
# usage: unpack.sh FOLDER with-dependencies|exactly package...
#   with-dependencies: also what they need that this machine lacks
#   exactly: these alone, so that the result is the same on every machine
set -euo pipefail
folder=$(realpath -m "$1"); mode=$2; shift 2
state="$folder/apt"
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$folder/debs" "$folder/root"
apt=(-q -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" -o Debug::NoLocking=true -o APT::Sandbox::User=)
apt-get "${apt[@]}" update
missing=()
if [ "$mode" = with-dependencies ]; then
  mapfile -t missing < <(apt-get "${apt[@]}" -s --no-install-recommends install "$@" | awk '/^Inst/{print $2}')
fi
# What is installed already is still unpacked, so that the result does not depend on the machine.
mapfile -t wanted < <(printf '%s\n' "$@" "${missing[@]}" | sort -u)
cd "$folder/debs"
apt-get "${apt[@]}" download "${wanted[@]}"
for package in *.deb; do dpkg-deb -x "$package" "$folder/root"; done
rm -rf "$state" "$folder/debs"
