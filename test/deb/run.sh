#!/usr/bin/env bash
# Builds the Debian packages of the command and of the C library, and checks them with lintian.
# Installs them in a clean Debian. There usdt, its manual and its completion work, and programs are
# built with the library, which bpftrace traces. Removes the packages, which must leave nothing
# behind.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(mktemp -d)
trap 'rm -rf --one-file-system "$directory"' EXIT

architecture=$(dpkg --print-architecture)
packages=$directory/packages # not build/deb, which may have what is to be published
make deb VERSION=v0.0.1-rc.1 DEB_ARCHITECTURES="$architecture" DEB="$packages" \
  >"$directory/log" 2>&1 || {
  cat "$directory/log" >&2
  exit 1
}
lintian --allow-root --fail-on error,warning "$packages"/*.changes
echo "ok: $(cd "$packages" && echo *.deb)"

# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=$directory/root
cp -a "$(test/chroot.sh "$suite" bash-completion gcc libc6-dev man-db pkg-config)" "$root"
cp "$packages"/{usdt,libstapsdt0,libstapsdt-dev}_*.deb test/clients/client.c "$root/tmp"

chroot "$root" sh -eu <<'END'
cd /tmp
dpkg -i usdt_*.deb libstapsdt*.deb >/dev/null
compile="cc -std=c11 -Wall -Wextra -Werror client.c"
$compile -o shared $(pkg-config --cflags --libs libstapsdt)
$compile -o static -Wl,-Bstatic $(pkg-config --cflags --libs libstapsdt) -Wl,-Bdynamic -ldl
END
readelf -d "$root/tmp/shared" | grep 'NEEDED.*libstapsdt\.so\.0' # why no -q: test/system.sh
if readelf -d "$root/tmp/static" | grep libstapsdt; then
  echo "deb: the static library was not linked" >&2
  exit 1
fi
for program in shared static; do
  test/clients/trace.sh client unshare --mount test/deb/enter.sh "$root" /tmp/$program memfd
done

unshare --mount test/deb/enter.sh "$root" bash -euo pipefail <<'END'
fail() { echo "deb: $*" >&2; exit 1; }
[ "$(usdt --version)" = "usdt version v0.0.1-rc.1" ] || fail "$(usdt --version)"
[ "$(dpkg-query -W -f '${Version}' usdt)" = 0.0.1~rc.1 ] || fail "the package has another version"
for page in usdt usdt-trace; do
  man $page >/tmp/page || fail "no manual page $page"
  grep -q SYNOPSIS /tmp/page || fail "the manual page $page is: $(cat /tmp/page)"
done
coproc exec /tmp/shared memfd
client=$COPROC_PID
trap 'kill "$client"' EXIT
read -r <&"${COPROC[0]}" # it has loaded its probes
usdt list -p "$client" >/tmp/list
grep -q '^client:signed ' /tmp/list || fail "usdt list: $(cat /tmp/list)"
set +eu # which the shell's own completion is not made for
. /usr/share/bash-completion/bash_completion
_completion_loader usdt
complete -p usdt >/tmp/complete || fail "nothing completes usdt"
END

chroot "$root" dpkg --purge usdt libstapsdt-dev libstapsdt0 >/dev/null
# man keeps what it has shown.
left=$(find "$root" \( -path "$root/tmp" -o -path "$root/var/cache/man" \) -prune -o \
  -name '*stapsdt*' -print -o -name '*usdt*' -print)
[ -z "$left" ] || {
  echo "deb: the packages leave behind: $left" >&2
  exit 1
}
