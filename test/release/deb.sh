#!/usr/bin/env bash
# Usage: deb.sh TREE DIRECTORY VERSION ARCHITECTURE
#
# Builds Debian's package of a tree that packages.sh has made. It wants dpkg-dev and debhelper.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$1 output=$2 version=$3 architecture=$4

# Debian's versions begin with a digit, and have a hyphen only before a revision of the packaging. A
# tilde is before everything: 0.1.0~rc.1 is older than 0.1.0, and 0~e9ad77d older than any release.
debian=0~$version
[[ $version != v[0-9]* ]] || debian=${version#v}
debian=$(sed -E 's/^([0-9.]+)-(alpha|beta|rc)/\1~\2/' <<<"$debian")
debian=${debian//-/+}

maintainer=$(sed -n 's/^Maintainer: //p' test/release/debian/control)
source=$tree-$debian
mv "$tree" "$source"
rm "$source/share/doc/usdt/LICENSE" # it is in Debian's file copyright
mv "$source"/share/doc/usdt/{CHANGELOG,NEWS}.md # the changelog is one of Debian's form
mv "$source/share/zsh/site-functions" "$source/share/zsh/vendor-completions"
cp -r test/release/debian "$source"
mv "$source/share/doc/usdt/examples/usdt-export.service" \
  "$source/debian/usdt.usdt-export.service"
sed -e 's/^\(Upstream-Name:\).*/\1 usdt/' -e '/^Source:/r test/release/debian/comment' \
  vendor_c/debian/copyright >"$source/debian/copyright"
printf 'usdt (%s) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$debian" \
  'Release of the project; NEWS.md.gz says what has changed.' "$maintainer" \
  "$(date -uR -d "@$SOURCE_DATE_EPOCH")" >"$source/debian/changelog"
(cd "$source" && dpkg-buildpackage --build=binary --no-sign --host-arch "$architecture")
mv "${tree%/*}"/*.{deb,changes,buildinfo} "$output"
