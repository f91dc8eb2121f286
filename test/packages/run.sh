#!/usr/bin/env bash
# Builds the RPM and APK packages of the command twice, which must give the same bytes. rpm says
# what is in the one, and who has signed it, installs it in a clean Debian, which it does as
# anywhere, and puts a newer one in its place, which must keep a configuration that somebody has
# changed. Of the other, a Go test checks what apk would check. Debian's package is the task of
# test/deb/run.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(mktemp -d)
export GNUPGHOME=$directory/gnupg
trap 'gpgconf --kill all; rm -rf --one-file-system "$directory"' EXIT
fail() {
  echo "packages: $*" >&2
  exit 1
}

architecture=$(dpkg --print-architecture)
machine=$(uname -m)
openssl genrsa -out "$directory/key" 2048 2>"$directory/log"
openssl rsa -in "$directory/key" -pubout -out "$directory/key.pub" 2>"$directory/log"
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key packages rsa2048 sign 2>"$directory/log"
gpg --armor --export-secret-keys >"$directory/secret"
gpg --armor --export >"$directory/public"
build() { # VERSION DIRECTORY
  APK_KEY=$directory/key test/release/packages.sh 'rpm apk' "$directory/$2" "$1" "$architecture" \
    >"$directory/log" 2>&1 || fail "$(cat "$directory/log")"
}
build v0.0.1-rc.1 first
(umask 077 && build v0.0.1-rc.1 again)
diff -r "$directory/first" "$directory/again" || fail "the two builds differ"
RPM_KEY=$directory/secret build v0.0.1 newer # the time of signing is in it
cd "$directory"
rpm=first/usdt-0.0.1~rc.1-1.$machine.rpm
newer=newer/usdt-0.0.1-1.$machine.rpm

rpm -K "$rpm"
needs=$(rpm -qp --requires "$rpm" | grep -v '^rpmlib\|^/bin/sh$\|^config(usdt)' || true)
[ -z "$needs" ] || fail "a static program needs $needs"
[ "$(rpm -qcp "$rpm")" = /etc/usdt/export.yaml ] || fail "configuration: $(rpm -qcp "$rpm")"
[ "$(rpm -qp --qf '%{LICENSE} %{ARCH} %{BUILDHOST}' "$rpm")" = "MIT $machine localhost" ] ||
  fail "$(rpm -qip "$rpm")"
listed=$(rpm -qlp "$rpm")
for file in /usr/bin/usdt /usr/lib/systemd/system/usdt-export.service \
  /usr/share/man/man1/usdt-trace.1.gz /usr/share/bash-completion/completions/usdt \
  /usr/share/zsh/site-functions/_usdt /usr/share/fish/vendor_completions.d/usdt.fish \
  /usr/share/doc/usdt/{LICENSE,licenses.txt,examples/php.d}; do
  grep -qx "$file" <<<"$listed" || fail "$rpm lacks $file"
done
for parent in /usr /usr/bin /usr/share/man /etc; do # they belong to the system
  ! grep -qx "$parent" <<<"$listed" || fail "$rpm has $parent"
done
for script in preun postun; do # no service runs here: the scripts must find so, and be content
  text=$(rpm -qp --qf "%{$script}" "$rpm")
  for versions in 0 1; do sh -euc "$text" sh $versions || fail "$script $versions fails"; done
done
mkdir trusted
rpmkeys --dbpath "$directory/trusted" --import public
rpm --dbpath "$directory/trusted" -K "$newer" >checked || fail "$(cat checked)"
grep -q 'signatures OK' checked || fail "it is not signed: $(cat checked)"
echo "ok: $rpm"

# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=$directory/root
cp -a "$("$OLDPWD/test/chroot.sh" "$suite" bash-completion gcc libc6-dev man-db pkg-config)" "$root"
# It needs /bin/sh and abilities of rpm, but Debian's database knows no RPM that has them.
install=(rpm --root "$root" --dbpath /var/lib/rpm --force-debian --nodeps)
"${install[@]}" -i "$rpm"
"${install[@]}" -V usdt || fail "what is installed differs from the package"
[ "$(chroot "$root" usdt --version)" = "usdt version v0.0.1-rc.1" ] || fail "usdt does not run"
chroot "$root" man usdt-trace | grep -q SYNOPSIS || fail "there is no manual page"
[ ! -e "$root/etc/systemd/system/multi-user.target.wants/usdt-export.service" ] ||
  fail "the service is enabled"
echo "# mine" >>"$root/etc/usdt/export.yaml"
"${install[@]}" -U "$newer" || fail "0.0.1 must be newer than 0.0.1~rc.1"
[ "$(chroot "$root" usdt --version)" = "usdt version v0.0.1" ] || fail "usdt is not the newer one"
grep -q '^# mine$' "$root/etc/usdt/export.yaml" || fail "the configuration is overwritten"
"${install[@]}" -e usdt
left=$(find "$root" \( -path "$root/var/cache/man" -o -path "$root/var/lib/rpm" \) -prune -o \
  -name '*usdt*' -print)
[ "$left" = "$root/etc/usdt" ] || # with the configuration, as rpm keeps it
  fail "the package leaves behind: $left"
echo "ok: installed, upgraded and removed"

cd "$OLDPWD"
go test -count=1 ./test/release -run TestAPK -key "$directory/key.pub" \
  -apk "$directory/first/usdt_0.0.1_rc1-r0_$machine.apk"
