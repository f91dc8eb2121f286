#!/bin/sh
# Usage: forward.sh NAMESPACE POD PORT COMMAND [ARGUMENT...]
#
# Runs usdt COMMAND here, and asks the program in the pod, at the port of its debug page:
#
#   forward.sh shop shop-6d5f4 6060 trace 'shop:*'
#
# Neither the pod nor the node is changed, and tracing takes no right but to forward a port.
set -eu
[ $# -ge 4 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
namespace=$1 pod=$2 port=$3
shift 3
dir=$(mktemp -d)
kubectl -n "$namespace" port-forward "pod/$pod" ":$port" >"$dir/log" 2>&1 &
forward=$!
trap 'kill "$forward" 2>/dev/null || :; rm -rf "$dir"' EXIT
# It says which port of this machine it has taken.
until local=$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$dir/log") &&
  [ -n "$local" ]; do
  kill -0 "$forward" 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
  sleep 0.1
done
usdt "$@" --at "localhost:$local"
