#!/bin/sh
# Usage: node.sh NAMESPACE POD COMMAND [ARGUMENT...]
#
# Runs usdt COMMAND for one pod in a pod for debugging on its node, where there is no exporter:
#
#   node.sh shop shop-6d5f4 trace 'shop:*'
#
# The pod for debugging is deleted at the end. It is in the namespace DEBUG_NAMESPACE, or default,
# whose Pod Security level must be "privileged", or none: it sees the processes of the node, and has
# the four capabilities that tracing takes. IMAGE is its image.
set -eu
[ $# -ge 3 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
namespace=$1 pod=$2
shift 2
node=$(kubectl -n "$namespace" get pod "$pod" -o 'jsonpath={.spec.nodeName}')
name=usdt-debug-$$
spec=$(sed -e "s/NAME/$name/" -e "s/NODE/$node/" "$(dirname "$0")/node.json")
exec kubectl -n "${DEBUG_NAMESPACE:-default}" run "$name" --rm --stdin --quiet --restart Never \
  --image "${IMAGE:-usdt:latest}" --override-type strategic --overrides "$spec" \
  -- "$@" --pod "$namespace/$pod"
