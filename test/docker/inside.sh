#!/usr/bin/env bash
# Usage: inside.sh ROOT DIRECTORY COMMAND...
#
# Runs the command in another root directory, where DIRECTORY is /srv, with this machine's devices
# and this repository. All mounts are in a mount namespace of the command, and gone when it ends.
# Unlike chroot, this lets container engines change their root, and users make user namespaces.
set -euo pipefail
mkdir -p "$2"
# shellcheck disable=SC2016 # the inner shell expands
exec unshare --mount sh -euc '
  root=$1 directory=$2 repository=$PWD
  shift 2
  mount --bind "$root" "$root"
  for d in proc sys dev; do mount --rbind "/$d" "$root/$d"; done
  mount --bind "$directory" "$root/srv"
  mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
  mount -t tmpfs tmpfs "$root/run"
  mkdir -p "$root$PWD"
  mount --bind "$PWD" "$root$PWD"
  cd "$root"
  pivot_root . mnt
  umount -l /mnt
  cd "$repository"
  exec "$@"
' inside "$@"
