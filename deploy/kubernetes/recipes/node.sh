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
: "${IMAGE:?is to be the image of usdt, such as registry.example.com/usdt:v0.1.0}"
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=container.sh
. "$here/container.sh"
namespace=$1 pod=$2
shift 2
node=$(kubectl -n "$namespace" get pod "$pod" -o 'jsonpath={.spec.nodeName}')
name=$(new_name)
spec=$(sed -e "s/NAME/$name/" -e "s/NODE/$node/" "$here/node.json")
of=${DEBUG_NAMESPACE:-default}
set -- "$name" --quiet --restart Never --image "$IMAGE" \
  --override-type strategic --overrides "$spec" -- "$@" --pod "$namespace/$pod"
if at_terminal; then
  exec kubectl -n "$of" run --rm --stdin --tty "$@"
fi
trap 'kubectl -n "$of" delete pod "$name" --ignore-not-found --now --wait=false >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
kubectl -n "$of" run "$@" >/dev/null
follow "$of" "$name" "$name" containerStatuses
