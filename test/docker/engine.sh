#!/usr/bin/env bash
# Usage: engine.sh SUITE DIRECTORY
#
# Is the Docker engine of a Debian suite, which keeps its images in DIRECTORY and listens at DIRECTORY/docker.sock. It
# leaves the machine's network and firewall alone: containers have that network or none. Clients run in the mount
# namespace of this process.
set -euo pipefail
cd "$(dirname "$0")/../.."
packages=(docker.io docker-compose ca-certificates)
[ "$1" = bookworm ] || packages+=(docker-cli)
root=$(test/chroot.sh "$1" "${packages[@]}")
mkdir -p "$2"
exec 9>"$2/lock"
flock 9 # another run's engine may have the images; ours has the lock until it ends
rm -f "$2/docker.sock"
exec test/docker/inside.sh "$root" "$2" \
  dockerd --iptables=false --bridge=none --data-root=/srv/data --exec-root=/run/docker --pidfile=/run/docker.pid \
  --host=unix:///srv/docker.sock
