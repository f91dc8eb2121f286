#!/usr/bin/env bash
# Builds the C client with our library in Debian 11, whose dynamic linker, of glibc 2.31, writes
# into the .dynamic of images. bpftrace must see what the client fires.
set -euo pipefail
cd "$(dirname "$0")"
root=$(../chroot.sh bullseye gcc libc6-dev)
directory=$(mktemp -d "$root/tmp/client.XXXXXX")
trap 'rm -rf "$directory"' EXIT
inside=${directory#"$root"}

cp ../../vendor_c/*.[ch] client.c "$directory"
chroot "$root" sh -euc "cd $inside && cc -std=c11 -I . *.c -ldl -o client"
./trace.sh client unshare --mount ../deb/enter.sh "$root" "$inside/client" memfd
