#!/usr/bin/env bash
# Prepares a machine with Enterprise Linux 8, the one of the Vagrantfile: Go, a C compiler, tracing tools and
# containers; and make, which runs in a Debian, because the tests want tools that this system does not have.
# They trace the kernel of this machine all the same. Run it as root, again whenever it has changed.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
  echo "provision: please run it as root: sudo $0" >&2
  exit 1
fi
dnf install -q -y golang gcc glibc-devel git \
  bpftrace bcc-tools perf gdb strace elfutils systemtap-sdt-devel \
  podman podman-docker
touch /etc/containers/nodocker # the command docker does not explain each time that it is podman

# Enterprise Linux tells Go to use its own version only; the modules want that of go.mod, or a later one.
echo 'export GOTOOLCHAIN=auto' >/etc/profile.d/go-usdt.sh

for mounted in tracing:tracefs debug:debugfs; do
  directory=/sys/kernel/${mounted%:*}
  mountpoint -q "$directory" || mount -t "${mounted#*:}" "${mounted#*:}" "$directory"
done

podman build --target dev --tag localhost/go-usdt-dev --file docker/Dockerfile .
install -m 755 test/vagrant/debian.sh /usr/local/bin/debian
cat >/usr/local/bin/make <<'END'
#!/bin/sh
exec debian make "$@"
END
chmod 755 /usr/local/bin/make
uname -r
