#!/usr/bin/env bash
# Starts the demo program, lets bpftrace print its probe for a few seconds, and fails when no
# event came.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go build -o "$work/demo" .
coproc demo { exec "$work/demo"; }
demo_pid=$demo_PID
read -r path <&"${demo[0]}"
echo "The program runs as pid $demo_pid, its probes are in $path. bpftrace attaches:"

bpftrace -e "usdt:$path:weather:measure {
    printf(\"measure  n=%-4llu  celsius=%-4d city=%s\n\", arg0, arg1, str(arg2));
  }
  interval:s:$seconds { exit(); }" 2>"$work/bpftrace.err" | tee "$work/events" || true

exec {demo[1]}>&-
wait "$demo_pid" || true
events=$(grep -c '^measure  n=[0-9]* *celsius=-*[0-9]* *city=[A-Z]' "$work/events" || true)
if [ "$events" -eq 0 ]; then
  cat "$work/bpftrace.err" >&2
  echo "demo: no event arrived" >&2
  exit 1
fi
echo "$events events read from a live process."
