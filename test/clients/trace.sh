#!/usr/bin/env bash
# Usage: trace.sh client|prefork COMMAND...
#
# Runs a client of libstapsdt and traces it with bpftrace. Fails unless bpftrace sees what such a
# client fires, and the client ends with status 0. A client prints the path of its image, waits for
# a tracer, fires again and again while the tracer is attached, and then ends.
set -euo pipefail
kind=$1
shift
patience=300 # seconds for every wait; only a failure takes as long

case $kind in
client) # prints the first of each
  script='
usdt:FILE:client:signed /@signed == 0/ {
  @signed = 1;
  printf("signed %lld %lld %lld %lld %lld %lld\n", arg0, arg1, arg2, arg3, arg4, arg5);
}
usdt:FILE:client:unsigned /@unsigned == 0/ {
  @unsigned = 1;
  printf("unsigned %llu %llu %llu %llu %llu %llu\n", arg0, arg1, arg2, arg3, arg4, arg5);
}'
  expected=('signed -1 -2 -3 -4 127 -9223372036854775808'
    'unsigned 255 65535 4294967295 18446744073709551615 0 9223372036854775808')
  ;;
prefork) # prints the first of each process
  script='
usdt:FILE:prefork:request /@seen[arg0] == 0/ {
  @seen[arg0] = 1;
  printf("process %lld %lld\n", arg0, arg1);
}'
  expected=('process 0 0' 'process 1 -1' 'process 2 -2' 'process 3 -3' 'process 4 -4')
  ;;
*)
  echo "trace: unknown kind $kind" >&2
  exit 2
  ;;
esac

coproc { exec "$@"; }
client=$COPROC_PID
trap 'kill "$client" 2>/dev/null || true' EXIT
read -r -t "$patience" path <&"${COPROC[0]}" || {
  echo "trace: $* did not print where its image is" >&2
  exit 1
}

# Reads until everything was seen, because a tracer that ends drops what is still on its way to
# it. The tracer is killed, because bpftrace 0.17 sometimes misses other signals. The kernel
# detaches.
exec {events}< <(exec bpftrace -B line -e "${script//FILE/$path}" 2>&1)
tracer=$!
trap 'kill "$client" 2>/dev/null; kill -KILL "$tracer" 2>/dev/null || true' EXIT
output=
missing=("${expected[@]}")
while [ ${#missing[@]} -gt 0 ] && read -r -t "$patience" line <&"$events"; do
  output+=$line$'\n'
  for i in "${!missing[@]}"; do
    [ "$line" != "${missing[i]}" ] || unset "missing[$i]"
  done
done
kill -KILL "$tracer" 2>/dev/null || true

timeout "$patience" tail -s 0.1 --pid "$client" -f /dev/null >/dev/null || kill "$client"
status=0
wait "$client" || status=$?
trap - EXIT
if [ $status -ne 0 ] || [ ${#missing[@]} -gt 0 ]; then
  echo "trace: $* ended with status $status; bpftrace saw
$output
and not
$(printf '%s\n' "${missing[@]}")" >&2
  exit 1
fi
echo "ok: $*"
