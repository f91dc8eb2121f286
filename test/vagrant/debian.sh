#!/usr/bin/env bash
# Usage: debian [COMMAND...]
#
# Runs a command, or a shell, in the project's Debian: a container with the rights, processes and
# network of this machine, in the current directory. git is told to trust this directory, although
# it does not belong to root. Downloads are kept from run to run.
set -euo pipefail

options=(--interactive)
if [ -t 0 ] && [ -t 1 ]; then
  options+=(--tty)
fi
exec sudo podman run --rm "${options[@]}" --privileged --pid host --network host --cgroupns host \
  --env GIT_CONFIG_COUNT=1 --env GIT_CONFIG_KEY_0=safe.directory --env GIT_CONFIG_VALUE_0='*' \
  --volume go-usdt:/root --volume "$PWD:$PWD" --workdir "$PWD" localhost/go-usdt-dev "${@:-bash}"
