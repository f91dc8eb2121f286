#!/bin/sh
# Usage: exporter.sh NAMESPACE POD COMMAND [ARGUMENT...]
#
# Runs usdt COMMAND for one pod in the exporter's pod on its node, such as
#
#   exporter.sh shop shop-6d5f4 trace 'shop:*'
#
# This works whatever the pod may do itself, and restarts nothing. It takes the right to exec in the
# namespace of the exporter, usdt: who has it can trace every process of the nodes.
set -eu
[ $# -ge 3 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
namespace=$1 pod=$2
shift 2
node=$(kubectl -n "$namespace" get pod "$pod" -o 'jsonpath={.spec.nodeName}')
exporter=$(kubectl -n usdt get pod -l app.kubernetes.io/name=usdt \
  --field-selector "spec.nodeName=$node,status.phase=Running" -o name | head -n 1)
[ -n "$exporter" ] || { echo "$0: no exporter runs on node $node" >&2; exit 1; }
tty=
[ ! -t 0 ] || [ ! -t 1 ] || tty=--tty # Ctrl-C reaches usdt
exec kubectl -n usdt exec --stdin $tty "$exporter" -- /usdt "$@" --pod "$namespace/$pod"
