#!/bin/sh
# Usage: restricted.sh NAMESPACE POD ADDRESS COMMAND [ARGUMENT...]
#
# Runs usdt COMMAND in an ephemeral container that has no rights and asks the program itself, at its
# page for debugging (docs/listening.md):
#
#   restricted.sh shop shop-6d5f4 localhost:6060 trace 'shop:*'
#
# Each Pod Security level allows it. The user needs no port-forwarding, only to make ephemeral
# containers. IMAGE is the image.
set -eu
[ $# -ge 4 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
: "${IMAGE:?is to be the image of usdt, such as registry.example.com/usdt:v0.1.0}"
# shellcheck source-path=SCRIPTDIR source=container.sh
. "$(dirname "$0")/container.sh"
namespace=$1 pod=$2 address=$3
shift 3
debug "$namespace" "$pod" --profile restricted -- /usdt "$@" --at "$address"
