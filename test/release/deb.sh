#!/usr/bin/env bash
# Usage: deb.sh DIRECTORY VERSION ARCHITECTURE...
#
# Builds the Debian packages of usdt for the architectures, amd64 and arm64, into the directory,
# which is emptied first. They have what make release puts into its archives, where Debian wants it.
# If the version is empty, it is what git describes. It wants dpkg-dev and debhelper.
set -euo pipefail
cd "$(dirname "$0")/../.."
output=$(realpath -m "$1")
version=${2:-$(git describe --tags --always --dirty)}
shift 2
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

# Debian's versions begin with a digit, and have a hyphen only before a revision of the packaging. A
# tilde is before everything: 0.1.0~rc.1 is older than 0.1.0, and 0~e9ad77d older than any release.
debian=0~$version
[[ $version != v[0-9]* ]] || debian=${version#v}
debian=$(sed -E 's/^([0-9.]+)-(alpha|beta|rc)/\1~\2/' <<<"$debian")
debian=${debian//-/+}

rm -rf "$output"
systems=$(printf ',linux/%s' "$@")
go run ./test/release -version "$version" -systems "${systems#,}" -o "$output/archives"
maintainer=$(sed -n 's/^Maintainer: //p' test/release/debian/control)
for architecture in "$@"; do
  source=$output/$architecture/usdt-$debian
  mkdir -p "$source"
  tar -xzf "$output/archives/usdt_${version}_linux_$architecture.tar.gz" -C "$source" \
    --strip-components=1
  rm "$source/share/doc/usdt/LICENSE" # it is in Debian's file copyright
  mv "$source"/share/doc/usdt/{CHANGELOG,NEWS}.md # the changelog is one of Debian's form
  mv "$source/share/zsh/site-functions" "$source/share/zsh/vendor-completions"
  cp -r test/release/debian "$source"
  sed -e 's/^\(Upstream-Name:\).*/\1 usdt/' -e '/^Source:/r test/release/debian/comment' \
    vendor_c/debian/copyright >"$source/debian/copyright"
  printf 'usdt (%s) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$debian" \
    'Release of the project; NEWS.md.gz says what has changed.' "$maintainer" \
    "$(date -uR -d "@$SOURCE_DATE_EPOCH")" >"$source/debian/changelog"
  (cd "$source" && dpkg-buildpackage --build=binary --no-sign --host-arch "$architecture")
  mv "$output/$architecture"/*.{deb,changes,buildinfo} "$output"
  rm -rf "${output:?}/$architecture"
done
rm -rf "$output/archives"
