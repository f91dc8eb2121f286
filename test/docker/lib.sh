# shellcheck shell=bash
# For the scripts here: what they build, wait for and compare. They remove $scratch.

scratch=$(mktemp -d)
chmod 755 "$scratch"
# shellcheck disable=SC2034 # used by the scripts
# How a tracer is to print an order, so that it is as the service prints it.
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
    [ $SECONDS -lt $deadline ] || fail "in vain waited for: $*"
    sleep 0.2
  done
}

# trace_orders PID has usdt, on this machine, write twenty orders of a process to $scratch/host.
trace_orders() {
  timeout "$patience" "$scratch/usdt" trace -p "$1" shop:order "$format" --bare -n 20 \
    >"$scratch/host" 2>"$scratch/error" ||
    fail "usdt trace: $(cat "$scratch/error")"
}

# check_orders NAME FILE wants at least ten orders in the file, each as the service says. `orders app` prints these.
check_orders() {
  grep '^order ' "$2" >"$scratch/seen" || :
  [ "$(wc -l <"$scratch/seen")" -ge 10 ] || fail "$1 saw too little: $(cat "$2")"
  wait_for said_all "$scratch/seen" # the service says them only when it has fired
  echo "ok: $1"
}

# said_all FILE [EDIT] wants some orders in the file, as the service says them or, with an edit for sed, says in part.
said_all() {
  orders app | sed "${2-}" >"$scratch/app"
  [ -s "$1" ] && ! grep -vxFf "$scratch/app" "$1"
}
