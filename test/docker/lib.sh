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

# wait_for SECONDS COMMAND... waits until the command succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "in vain waited for: $*"
    sleep 0.2
  done
}

# check_orders NAME FILE wants at least ten orders in the file, each as the service says in $scratch/app.
check_orders() {
  grep '^order ' "$2" >"$scratch/seen" || :
  [ "$(wc -l <"$scratch/seen")" -ge 10 ] || fail "$1 saw too little: $(cat "$2")"
  if grep -vxFf "$scratch/app" "$scratch/seen" >&2; then
    fail "$1 saw what the service did not say"
  fi
  echo "ok: $1"
}
