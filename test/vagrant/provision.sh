#!/usr/bin/env bash
# Prepares the machine of the Vagrantfile, which has Enterprise Linux 8. Installs Go, a C
# compiler, tracing tools and containers. Installs a command make that runs in a Debian container,
# because the tests need tools that this system does not have; they trace the kernel of this
# machine all the same. Run it as root, and again after it has changed.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
  echo "provision: please run it as root: sudo $0" >&2
  exit 1
fi
dnf install -q -y golang gcc glibc-devel git \
  bpftrace bcc-tools perf gdb strace elfutils systemtap-sdt-devel \
  podman podman-docker
touch /etc/containers/nodocker # otherwise the command docker says each time that it is podman

# Enterprise Linux makes Go use its own version only. The modules need that of go.mod, or later.
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
