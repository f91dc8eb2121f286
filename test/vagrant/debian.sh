#!/usr/bin/env bash
# Usage: debian [COMMAND...]
#
# Runs a command, or a shell, in the project's Debian, a container with the rights, the processes and the
# network of this machine, and with the current directory, which git is told to trust although it is not
# root's. What it downloads is kept from run to run.
set -euo pipefail

options=(--interactive)
if [ -t 0 ] && [ -t 1 ]; then
  options+=(--tty)
fi
exec sudo podman run --rm "${options[@]}" --privileged --pid host --network host --cgroupns host \
  --env GIT_CONFIG_COUNT=1 --env GIT_CONFIG_KEY_0=safe.directory --env GIT_CONFIG_VALUE_0='*' \
  --volume go-usdt:/root --volume "$PWD:$PWD" --workdir "$PWD" localhost/go-usdt-dev "${@:-bash}"
