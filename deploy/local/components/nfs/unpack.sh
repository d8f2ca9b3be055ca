#!/usr/bin/env bash
# Fetches Debian packages, and what they need that this machine lacks, and unpacks them into FOLDER/root.
# No root is needed, nothing is installed, and the system's own package state is left alone.
# usage: unpack.sh FOLDER package...
set -euo pipefail
folder=$(realpath -m "$1"); shift
state="$folder/apt"
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$folder/debs" "$folder/root"
apt=(-q -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" -o Debug::NoLocking=true -o APT::Sandbox::User=)
apt-get "${apt[@]}" update
mapfile -t missing < <(apt-get "${apt[@]}" -s --no-install-recommends install "$@" | awk '/^Inst/{print $2}')
# What is installed already is still unpacked, so that the result does not depend on the machine.
mapfile -t wanted < <(printf '%s\n' "$@" "${missing[@]}" | sort -u)
cd "$folder/debs"
apt-get "${apt[@]}" download "${wanted[@]}"
for package in *.deb; do dpkg-deb -x "$package" "$folder/root"; done
rm -rf "$state" "$folder/debs"
