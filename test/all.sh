#!/usr/bin/env bash
# Usage: all.sh TARGET...
#
# Makes the targets one after the other, goes on when one fails, and sums up at the end.
set -uo pipefail
status=0
summary=
for target in "$@"; do
  start=$SECONDS
  result=ok
  "${MAKE:-make}" "$target" || { result=FAILED; status=1; }
  tenths=$(((SECONDS - start) / 6))
  summary+=$(printf '%-18s %-6s %3d.%d' "$target" "$result" $((tenths / 10)) $((tenths % 10)))$'\n'
done
printf '\n%-18s %-6s %s\n%s' target result minutes "$summary"
exit $status
