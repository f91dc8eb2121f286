#!/usr/bin/env bash
# Runs the example service with Debian's Podman as an ordinary user, who has no rights of root
# anywhere. Compares the orders in the service's log with those that usdt sees from outside. Only
# usdt has root's rights.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/docker/lib.sh
. test/docker/lib.sh
trap 'finish' EXIT

finish() {
  if [ -n "${inside-}" ]; then
    for container in load app; do # in this order: load has the network of app
      podman rm --force --time 5 "$container" >/dev/null || :
    done
    kill "$(cat "$scratch/srv/run/libpod/tmp/pause.pid")" || : # it keeps the user namespace
    kill "$inside" || :
    wait "$inside" || :
  fi
  rm -rf "$scratch"
}

# podman runs Podman as a user with an ordinary account. confined are the restrictions of
# docker/compose.yaml.
podman() {
  nsenter --mount --target "$inside" --wdns=/srv/home \
    setpriv --reuid=tracee --regid=tracee --init-groups \
    env -i PATH=/usr/bin:/usr/sbin HOME=/srv/home \
    XDG_RUNTIME_DIR=/srv/run podman --storage-driver=overlay --cgroup-manager=cgroupfs "$@"
}

confined=(--detach --read-only --cap-drop=ALL --security-opt=no-new-privileges
  --user 65532:65532)

build
mkdir -m 755 "$scratch/srv"
cp "$scratch/shop" "$scratch/load" "$scratch/srv"
root=$(test/chroot.sh bookworm podman uidmap crun netavark)
# crun refuses a machine with both versions of cgroups, so it is shown one.
# shellcheck disable=SC2016 # the inner shell expands
test/docker/inside.sh "$root" "$scratch/srv" sh -euc '
  mount --make-rshared /
  ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
  id tracee >/dev/null 2>&1 || useradd tracee
  install -d -o tracee -m 700 /srv/home /srv/run
  touch /srv/ready
  exec sleep infinity
' &
inside=$!
wait_for test -e "$scratch/srv/ready"

tar -C "$scratch/srv" -c shop load | podman import --quiet - shop >/dev/null
podman run "${confined[@]}" --network=none --name=app shop /shop >/dev/null
podman run "${confined[@]}" --network=container:app --name=load \
  shop /load -for 1h >/dev/null
pid=$(podman inspect --format '{{.State.Pid}}' app)
[ "$(stat -c %u "/proc/$pid")" -ge 100000 ] || fail "the service runs as a user of this machine"
trace_orders "$pid"
orders() { podman logs "$1" 2>/dev/null; }
check_orders "usdt, of a service in rootless Podman" "$scratch/host"
