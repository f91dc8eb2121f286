#!/usr/bin/env bash
# Writes a base image for docker/Dockerfile to standard output, for docker import, where no base
# image can be pulled. It is Debian 12, made by debootstrap, with this machine's Go and the
# certificates that it trusts. Needs root.
set -euo pipefail
root=$("$(dirname "$0")/../chroot.sh" bookworm ca-certificates)
copy=$(mktemp -d)
trap 'rm -rf --one-file-system "$copy"' EXIT

cp -a "$root/." "$copy"
rm "$copy/.complete"
cp -rL "$(go env GOROOT)" "$copy/usr/local/go"
cp -a /usr/local/share/ca-certificates "$copy/usr/local/share"
chroot "$copy" update-ca-certificates >&2
tar -C "$copy" --numeric-owner -c .
