#!/usr/bin/env bash
# Lets Vagrant, in a Debian of its own, validate the Vagrantfile, and then a Vagrantfile with a
# mistake, which it must find. Of the providers, Vagrant has libvirt there.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$(test/chroot.sh bookworm vagrant vagrant-libvirt)
directory=$(mktemp -d -p "$root/tmp")
trap 'rm -rf "$directory"' EXIT

validate() {
  chroot "$root" env -C "${directory#"$root"}" HOME=/tmp vagrant validate
}

cp Vagrantfile "$directory"
validate
sed -i 's/config\.vm\.hostname/config.vm.hostnames/' "$directory/Vagrantfile"
if validate >"$directory/log" 2>&1; then
  echo "vagrant: a mistake in the Vagrantfile was not found" >&2
  exit 1
fi
grep -q hostnames "$directory/log"
