#!/bin/sh
# Usage: ephemeral.sh NAMESPACE POD CONTAINER COMMAND [ARGUMENT...]
#
# Runs usdt COMMAND in an ephemeral container beside a container of a pod, which is process 1 there:
#
#   ephemeral.sh shop-dev shop-6d5f4 shop trace 'shop:*'
#
# The container has the four capabilities that tracing takes, of ephemeral.yaml, which only
# namespaces without a Pod Security level, or with "privileged", allow. In others, the API server
# says "violates PodSecurity": use exporter.sh or, for programs with a page for debugging,
# restricted.sh. The container stays in the pod's description until the pod is gone. IMAGE is its
# image.
set -eu
[ $# -ge 4 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
: "${IMAGE:?is to be the image of usdt, such as registry.example.com/usdt:v0.1.0}"
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=container.sh
. "$here/container.sh"
namespace=$1 pod=$2 container=$3
shift 3
debug "$namespace" "$pod" --target "$container" --profile general \
  --custom "$here/ephemeral.yaml" -- /usdt "$@" -p 1
