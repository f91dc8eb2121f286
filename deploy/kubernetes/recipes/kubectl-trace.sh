#!/bin/sh
# Usage: kubectl-trace.sh NAMESPACE POD CONTAINER PROGRAM
#
# Runs bpftrace on the pod's node with kubectl-trace, which puts the id of the container's first
# process in place of $container_pid. Probes that usdt embed has written are in the program's file:
#
#   kubectl-trace.sh shop shop-6d5f4 shop \
#     'usdt:/proc/$container_pid/exe:shop:order { printf("%llu %s\n", arg0, str(arg1)); }'
#
# Those in memory are in a file too, usdt:/proc/$container_pid/fd/N, where N is what the program
# prints, or usdt list. kubectl-trace runs a privileged pod in that namespace.
set -eu
[ $# -eq 4 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
exec kubectl trace run -n "$1" "pod/$2" -c "$3" -a -e "$4"
