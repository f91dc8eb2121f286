#!/usr/bin/env bash
# Usage: root.sh ARCHITECTURE
#
# Makes a small Debian for a machine of another architecture than this one, unless an earlier run did, and
# prints its directory. Its packages are unpacked, but not configured, since that takes a processor that runs
# their programs: there are a shell and the basic tools. Needs root and debootstrap.
set -euo pipefail
architecture=$1
suite=bookworm
root=${XDG_CACHE_HOME:-$HOME/.cache}/go-usdt/roots/$suite-$architecture

mkdir -p "${root%/*}"
exec 9>"$root.lock"
flock 9 # another run may be making it
if [ ! -e "$root/.complete" ]; then
  # shellcheck disable=SC2016 # that is apt's variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Component: main' 'Label: Debian' | sed -n 1p)
  : "${mirror:?"not in the sources of apt (or apt-get update never ran)"}"
  rm -rf --one-file-system "$root"
  unshare --mount --propagation private \
    debootstrap --foreign --arch="$architecture" --variant=minbase --force-check-gpg \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$root" "$mirror" >&2
  rm "$root/proc" && mkdir "$root/proc" # a link, until the second stage
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  touch "$root/.complete"
fi
echo "$root"
