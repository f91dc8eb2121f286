#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing, and mounts tracefs, which perf
# needs, if it can. Without root, or on another distribution, it prints which packages are
# missing.
set -euo pipefail

missing=()
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "setup: please install: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # Another run of this script may be installing, which apt-get update does not wait for. Daemons
  # that a package starts must not keep the lock.
  exec 9</var/lib/dpkg
  flock 9
  # A mirror, or the way there, may fail for a while.
  for pause in 10 30 60 0; do
    apt-get update -q 9<&- &&
      apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 "${missing[@]}" \
        9<&- && break
    [ $pause -gt 0 ] || exit 1
    sleep $pause
  done
fi

if [ "$(id -u)" -eq 0 ] && [ ! -e /sys/kernel/tracing/uprobe_events ]; then
  mount -t tracefs tracefs /sys/kernel/tracing ||
    echo "setup: cannot mount tracefs; perf will not work" >&2
fi
