# shellcheck shell=bash
# Sourced by the scripts in this directory: it has what they build, wait for and compare. They
# remove $scratch.

scratch=$(mktemp -d)
chmod 755 "$scratch"
# shellcheck disable=SC2034 # used by the scripts
# A tracer prints an order in this format, which is how the service logs it.
format='order %d of %s: %d'

build() { CGO_ENABLED=0 go build -o "$scratch/" ./cmd/usdt ./examples/shop ./examples/shop/load; }

fail() {
  echo "docker: $*" >&2
  exit 1
}

# patience bounds every wait for a condition, in seconds. Only a failure takes as long.
patience=600

# wait_for COMMAND... waits until the command succeeds.
wait_for() {
  local deadline=$((SECONDS + patience))
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "waited in vain for: $*"
    sleep 0.2
  done
}

# persist COMMAND... repeats a command that asks a mirror: that, or the way there, may fail for a
# while.
persist() {
  local pause
  for pause in 10 60 0; do
    "$@" && return
    [ $pause -gt 0 ] || return 1
    sleep $pause
  done
}

# trace_orders PID runs usdt on this machine, which writes twenty orders of the process to
# $scratch/host.
trace_orders() {
  timeout "$patience" "$scratch/usdt" trace -p "$1" shop:order "$format" --bare -n 20 \
    >"$scratch/host" 2>"$scratch/error" ||
    fail "usdt trace: $(cat "$scratch/error")"
}

# check_orders NAME FILE checks that the file has ten orders or more, and that the service logged
# each of them. `orders app` prints the log.
check_orders() {
  grep '^order ' "$2" >"$scratch/seen" || :
  [ "$(wc -l <"$scratch/seen")" -ge 10 ] || fail "$1 saw too little: $(cat "$2")"
  wait_for said_all "$scratch/seen" # the service logs an order after it has fired
  echo "ok: $1"
}

# said_all FILE [EDIT] checks that the file has orders, and that the service logged all of them.
# An edit for sed shortens the log to what the tracer prints.
said_all() {
  orders app | sed "${2-}" >"$scratch/app"
  [ -s "$1" ] && ! grep -vxFf "$scratch/app" "$1"
}
