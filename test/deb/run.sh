#!/usr/bin/env bash
# Builds the Debian packages of the C library and checks them with lintian. Installs them in a clean
# Debian, and builds programs with them there, which bpftrace traces. Removes the packages, which
# must leave nothing behind.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(mktemp -d)
trap 'rm -rf --one-file-system "$directory"' EXIT

make -C vendor_c deb >"$directory/log" 2>&1 || {
  cat "$directory/log" >&2
  exit 1
}
lintian --allow-root --fail-on error,warning vendor_c/build/deb/*.changes
echo "ok: $(cd vendor_c/build/deb && echo *.deb)"

# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=$directory/root
cp -a "$(test/chroot.sh "$suite" gcc libc6-dev pkg-config)" "$root"
cp vendor_c/build/deb/libstapsdt{0,-dev}_*.deb test/clients/client.c "$root/tmp"

chroot "$root" sh -eu <<'END'
cd /tmp
dpkg -i libstapsdt*.deb >/dev/null
compile="cc -std=c11 -Wall -Wextra -Werror client.c"
$compile -o shared $(pkg-config --cflags --libs libstapsdt)
$compile -o static -Wl,-Bstatic $(pkg-config --cflags --libs libstapsdt) -Wl,-Bdynamic -ldl
END
readelf -d "$root/tmp/shared" | grep -q 'NEEDED.*libstapsdt\.so\.0'
if readelf -d "$root/tmp/static" | grep -q libstapsdt; then
  echo "deb: the static library was not linked" >&2
  exit 1
fi
for program in shared static; do
  test/clients/trace.sh client unshare --mount test/deb/enter.sh "$root" /tmp/$program memfd
done

chroot "$root" dpkg --purge libstapsdt-dev libstapsdt0 >/dev/null
left=$(find "$root" -path "$root/tmp" -prune -o -name '*stapsdt*' -print)
[ -z "$left" ] || {
  echo "deb: the packages leave behind: $left" >&2
  exit 1
}
