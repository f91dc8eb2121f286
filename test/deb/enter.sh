#!/usr/bin/env bash
# Usage: unshare --mount enter.sh ROOT COMMAND...
#
# Runs a command in another root directory, with the /proc that the paths of memory-backed images are
# in. The mount is gone with the process.
set -euo pipefail
mount -t proc proc "$1/proc"
exec chroot "$@"
