#!/usr/bin/env bash
# Usage: run.sh SUITE...
#
# Runs docker/compose.yaml with the Docker engine and the compose of each Debian suite. Compares the
# orders in the service's log with those that tracers see, in the sidecar container and on the host.
# If this machine has a Docker engine, it is left alone. Images are kept in ~/.cache/go-usdt/docker.
# Needs root.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/docker/lib.sh
. test/docker/lib.sh
repository=$PWD
engine=
trap 'finish' EXIT

finish() {
  local status=$?
  if [ -n "$engine" ]; then
    [ "$status" -eq 0 ] || compose logs --tail=20 >&2 || :
    compose down --volumes --timeout 5 >/dev/null 2>&1 || :
    stop_engine
  fi
  rm -rf "$scratch"
}

# client runs a command beside the engine, where compose finds its settings.
client() {
  DOCKER_HOST=unix:///srv/docker.sock \
    nsenter --mount --target "$engine" --wdns="$repository/docker" "$@"
}
compose() { client docker-compose "$@"; }

start_engine() {
  local packages=(docker.io docker-compose ca-certificates) root
  [ "$1" = bookworm ] || packages+=(docker-cli apparmor)
  root=$(test/chroot.sh "$1" "${packages[@]}")
  test/docker/engine.sh "$root" "${XDG_CACHE_HOME:-$HOME/.cache}/go-usdt/docker/$1" \
    >"$scratch/engine" 2>&1 &
  engine=$!
  wait_for engine_answers
}

stop_engine() {
  kill "$engine" || :
  wait "$engine" || :
  engine=
}

engine_answers() {
  kill -0 "$engine" 2>/dev/null || fail "the engine ended: $(tail -n 5 "$scratch/engine")"
  client docker version >/dev/null 2>&1
}

# choose_base makes docker/Dockerfile use base images that this machine can get.
choose_base() {
  local image images
  mapfile -t images < <(sed -n 's/^ARG [A-Z]*_IMAGE=//p' docker/Dockerfile)
  for image in "${images[@]}"; do
    if ! client docker image inspect "$image" >/dev/null 2>&1 &&
      ! client docker pull -q "$image" 2>/dev/null; then
      GO_IMAGE=go-usdt/base:12-$(go env GOVERSION)
      export GO_IMAGE DEBIAN_IMAGE=$GO_IMAGE
    fi
  done
  [ -n "${GO_IMAGE-}" ] || return 0
  local path=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  client docker image inspect "$GO_IMAGE" >/dev/null 2>&1 || test/docker/base.sh |
    client docker import --change "ENV GOPATH=/go PATH=$path" - "$GO_IMAGE" >/dev/null
}

# orders SERVICE prints the orders in its log.
orders() { client docker logs "$(compose ps -q "$1")" 2>/dev/null | grep '^order ' || :; }

has_orders() { [ "$(orders "$1" | wc -l)" -ge "$2" ]; }

process() { client docker inspect --format '{{.State.Pid}}' "$(compose ps -q "$1")"; }

# check_status SERVICE LINE... checks that /proc/PID/status of the service has the lines.
check_status() {
  local status line
  status=$(tr -s '\t' ' ' <"/proc/$(process "$1")/status")
  shift
  for line in "$@"; do
    grep -qxF "$line" <<<"$status" || fail "$line is not in the status: $status"
  done
}

# check_tracer SERVICE CAPABILITIES brings the project up with that tracer.
check_tracer() {
  persist compose build app load "$1" >"$scratch/build" 2>&1 ||
    fail "build: $(tail -n 20 "$scratch/build")"
  compose down --volumes 2>/dev/null # what a run that was killed has left
  compose up -d app load "$1" >"$scratch/up" 2>&1 || fail "up: $(cat "$scratch/up")"
  wait_for has_orders "$1" 20
  check_status app 'Uid: 65532 65532 65532 65532' 'CapEff: 0000000000000000' \
    'NoNewPrivs: 1' 'Seccomp: 2'
  grep -Eq '^([^ ]+ ){4}/ ro,.* - overlay ' "/proc/$(process app)/mountinfo" ||
    fail "the service's root is no overlay, or not read-only"
  check_status "$1" "CapEff: $2" 'NoNewPrivs: 1' 'Seccomp: 2'

  check_host "$(process app)"
  check_image
  check_tools "$1"
  [ "$1" != tracer ] || check_capabilities

  compose stop load 2>/dev/null
  wait_for saw_rest "$1"
  check_orders "$1, its log" "$scratch/log"
  compose down --volumes --timeout 5 2>/dev/null
}

# saw_rest SERVICE checks that the tracer's log has all that the service logged from the first order
# on that it saw. The tracer may write later than the service.
saw_rest() {
  orders "$1" >"$scratch/log"
  orders app >"$scratch/app"
  sed -n "/^$(head -n 1 "$scratch/log")\$/,\$p" "$scratch/app" | cmp -s - "$scratch/log"
}

# check_host PID traces the service from outside of its container.
check_host() {
  trace_orders "$1"
  check_orders "usdt on the host, by pid" "$scratch/host"
  local id want
  id=$(compose ps -q app)
  want="\"pid\":$1,\"comm\":\"shop\",\"container\":\"${id:0:12}\""
  "$scratch/usdt" list --all --json >"$scratch/list" 2>/dev/null
  [ "$(grep -cF "$want" "$scratch/list")" -eq 14 ] || fail "no $want in: $(cat "$scratch/list")"
  echo "ok: usdt list --all on the host, container ${id:0:12}"
}

# check_image builds the image of the command, and checks that it has nothing else, and that it sees
# the service.
check_image() {
  local image=go-usdt/usdt saved=$scratch/saved layers
  persist client env DOCKER_BUILDKIT=0 docker build --network host --target usdt --tag "$image" \
    --build-arg GO_IMAGE --build-arg VERSION --file Dockerfile .. >"$scratch/tool" 2>&1 ||
    fail "build: $(tail -n 20 "$scratch/tool")"
  mkdir "$saved"
  client docker save "$image" | tar -xC "$saved"
  layers=$(sed -E 's/.*"Layers":\["([^]]*)"\].*/\1/' "$saved/manifest.json")
  [ "$(tar -tf "$saved/$layers")" = usdt ] || fail "the image has more than usdt: $layers"
  rm -r "$saved"
  [ "$(client docker run --rm --network none "$image" --version)" = "usdt version $VERSION" ] ||
    fail "the image has another version than $VERSION"
  client docker run --rm --network none --pid "container:$(compose ps -q app)" --read-only \
    --cap-drop ALL --cap-add SYS_PTRACE --cap-add DAC_READ_SEARCH "$image" list -p 1 \
    >"$scratch/tool" 2>&1 || fail "usdt list: $(cat "$scratch/tool")"
  grep -q '^shop:order ' "$scratch/tool" || fail "usdt list: $(cat "$scratch/tool")"
  echo "ok: the image of usdt"
}

# check_tools SERVICE runs other tracers in the tracer's container, which must read the service.
check_tools() {
  exec_in "$1" bpftrace -p 1 -e "usdt:*:shop:order {
    printf(\"order %lld of %s: %lld\\n\", arg0, str(arg1), arg2);
    @n++;
    if (@n == 10) { clear(@n); exit(); }
  }"
  check_orders bpftrace "$scratch/tool"

  check_perf "$1"
  exec_in "$1" tplist-bpfcc -p 1 shop:order
  grep -q shop:order "$scratch/tool" || fail "bcc: $(cat "$scratch/tool")"
  echo "ok: bcc's tplist"

  exec_in "$1" usdt trace -p 1 http_server:request_end '%[route]s: %[status]d' --bare -n 20
  grep -qx 'POST /orders: 201' "$scratch/tool" || fail "routes: $(cat "$scratch/tool")"
  echo "ok: ready-made probes"

  # gdb has only the rights of the service's user. Its probe is not the one that is being traced.
  # shellcheck disable=SC2016 # gdb expands
  exec_in "$1" --user 65532:65532 gdb -nx -batch -iex 'set sysroot /proc/1/root' -p 1 \
    -ex 'break -probe-stap http_server:request_end' -ex continue \
    -ex 'printf "request %lu: %ld\n", $_probe_arg0, $_probe_arg1' -ex detach
  grep -Eq '^request [1-9][0-9]*: [2-5][0-9][0-9]$' "$scratch/tool" ||
    fail "gdb: $(cat "$scratch/tool")"
  echo "ok: gdb"
}

# check_perf SERVICE records at least ten orders with perf, which begins some time after the kernel
# counts the first hits, and does not say when: it is interrupted after ever more of them.
check_perf() {
  local hits=20
  until [ -e "$scratch/perf" ] && [ "$(wc -l <"$scratch/perf")" -ge 10 ]; do
    [ $hits -lt 2000 ] || fail "perf saw too little: $(cat "$scratch/tool")"
    hits=$((2 * hits))
    # shellcheck disable=SC2016 # the inner shell expands
    exec_in "$1" sh -euc '
      usdt script --tool perf -p 1 shop:order >/tmp/perf.sh
      setsid env --default-signal=INT sh /tmp/perf.sh &
      until awk -v hits="$1" \
        "\$2 == \"shop_order\" && \$3 >= hits { enough = 1 } END { exit !enough }" \
        /sys/kernel/tracing/uprobe_profile; do
        kill -0 $! # it has not ended
        sleep 0.1
      done
      kill -INT -$!
      wait $!
    ' sh "$hits"
    sed -nE 's/.* id=([0-9]+) customer=.* cents=(-?[0-9]+)$/order \1: \2/p' "$scratch/tool" \
      >"$scratch/perf"
  done
  wait_for said_all "$scratch/perf" 's/ of .*:/:/'
  rm "$scratch/perf"
  echo "ok: perf"
}

# exec_in SERVICE [--user USER] COMMAND... runs a command in the container of the service, with its
# output in $scratch/tool.
exec_in() {
  local id options=()
  id=$(compose ps -q "$1")
  shift
  if [ "$1" = --user ]; then
    options=("$1" "$2")
    shift 2
  fi
  client docker exec "${options[@]}" "$id" timeout -k 60 -s INT "$patience" "$@" \
    >"$scratch/tool" 2>&1 || fail "$1: $(tail -n 20 "$scratch/tool")"
}

# few_suffice says whether CAP_BPF and CAP_PERFMON suffice to trace on this kernel.
few_suffice() {
  local findings
  findings=$(setpriv --inh-caps=-all --bounding-set=-all,+bpf,+perfmon \
    "$scratch/usdt" doctor 2>/dev/null)
  grep -q '^ok  *tracing a probe' <<<"$findings"
}

# check_capabilities takes away one of the tracer's capabilities at a time. usdt must then say what
# docs/environments.md says.
check_capabilities() {
  local all=(BPF PERFMON SYS_PTRACE DAC_READ_SEARCH) missing capability refusal options
  for missing in "${all[@]}"; do
    options=()
    for capability in "${all[@]}"; do
      [ "$capability" = "$missing" ] || options+=(--cap-add "$capability")
    done
    if client timeout "$patience" docker run --rm --network none \
      --pid "container:$(compose ps -q app)" --cap-drop ALL "${options[@]}" \
      "$(client docker inspect --format '{{.Image}}' "$(compose ps -q tracer)")" \
      usdt trace -p 1 shop:order -n 1 >"$scratch/tool" 2>&1; then
      # The probes are in a file that everybody may read.
      [ "$missing" = DAC_READ_SEARCH ] || fail "usdt traces without CAP_$missing"
      continue
    fi
    refusal=$(documented_refusal "$missing")
    if [ -z "$refusal" ] || ! grep -q "$refusal" "$scratch/tool"; then
      fail "without CAP_$missing usdt says other than \"$refusal\": $(cat "$scratch/tool")"
    fi
  done
  echo "ok: usdt needs all capabilities but CAP_DAC_READ_SEARCH"
}

# documented_refusal CAPABILITY prints a pattern of what usdt says without the capability, according
# to docs/environments.md.
documented_refusal() {
  sed -n "s/^| CAP_$1 | \`\(.*\)\` |\$/\1/; T; s/…/.*/; p" docs/environments.md
}

# check_dev runs tests that trace in the dev container.
check_dev() {
  persist compose build dev >"$scratch/build" 2>&1 || fail "build: $(tail -n 20 "$scratch/build")"
  local some='USDT_REQUIRE_TRACERS=1 go test -count=1 -timeout=60m \
    ./internal/tracing/uprobe ./stapsdt ./test/static'
  compose run --rm -T dev sh -c "${DEV_TEST:-$some}" || fail "dev: the tests fail"
  compose down --volumes 2>/dev/null
  echo "ok: tests in the dev container"
}

[ $# -gt 0 ] || fail "which Debian's Docker? say run.sh SUITE..."
export BUILD_NETWORK=host DEV_NETWORK=host VERSION=v0.0.1-test
build
for suite in "$@"; do
  start_engine "$suite"
  version=$(client docker version --format '{{.Server.Version}}')
  echo "docker: $suite: engine $version, compose $(compose version --short)"
  choose_base
  if [ "$suite" != bookworm ] && few_suffice; then # bookworm's engine does not know CAP_BPF
    check_tracer tracer 000000c000080004
  else
    check_tracer tracer-sys-admin 0000000000280004
  fi
  [ "$suite" = bookworm ] || check_dev
  client docker image prune --force >/dev/null # those of earlier runs
  stop_engine
done
