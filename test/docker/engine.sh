#!/usr/bin/env bash
# Usage: engine.sh ROOT DIRECTORY
#
# Becomes a Docker engine in another root directory. The engine keeps its images in DIRECTORY and
# listens at DIRECTORY/docker.sock. It leaves the network and firewall of this machine alone:
# containers have this machine's network, or none. Clients run in the mount namespace of this
# process.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$2"
exec 9>"$2/lock"
if ! flock -w 600 9; then # the engine has the lock until it ends
  echo "another run's engine has $2" >&2
  exit 1
fi
rm -f "$2/docker.sock"
exec test/docker/inside.sh "$1" "$2" \
  dockerd --iptables=false --ip-forward=false --bridge=none --data-root=/srv/data \
  --exec-root=/run/docker --pidfile=/run/docker.pid --host=unix:///srv/docker.sock
