#!/usr/bin/env bash
# Usage: unshare --mount enter.sh ROOT COMMAND...
#
# Runs a command in another root directory with a /proc of its own, which has the paths of images
# in memory. The mount is gone with the process.
set -euo pipefail
mount -t proc proc "$1/proc"
exec chroot "$@"
