#!/usr/bin/env bash
# Usage: nfpm.sh TREE DIRECTORY VERSION ARCHITECTURE FORMAT
#
# Builds the package of a tree that packages.sh has made, in the format rpm or apk. With a key in
# RPM_KEY (of OpenPGP) or APK_KEY (RSA, in PEM), it is signed.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$1 output=$2 version=$3 architecture=$4 format=$5

# Before the first release, versions are older than any. A tilde does so in rpm; apk has words.
number=0.0.0 rest=-$version
if [[ $version =~ ^v([0-9.]+)(.*)$ ]]; then
  number=${BASH_REMATCH[1]} rest=${BASH_REMATCH[2]}
elif [ "$format" = rpm ]; then
  number=0 rest="~$version"
fi
case $format in
  rpm)
    native=$number$(sed -E -e 's/^-(alpha|beta|rc)/~\1/' -e 's/-/+/g' <<<"$rest")
    release=1 key=${RPM_KEY-}
    # Fedora and its like have systemd, which reads the unit again itself.
    mkdir -p "$tree/lib/systemd/system"
    mv "$tree/share/doc/usdt/examples/usdt-export.service" "$tree/lib/systemd/system"
    scripts=$'preremove: test/release/rpm/preremove\n  postremove: test/release/rpm/postremove'
    ;;
  apk)
    # _rc1 is before a release, _git7 after it: there are no other ways to say where it belongs.
    native=$number$(sed -nE -e 's/^-(alpha|beta|rc)\.?([0-9]*).*/_\1\2/p' \
      -e 's/^-([0-9]+)-g.*/_git\1/p' \
      -e "s/^-[0-9a-f]{4,}(-dirty)?$/_git$SOURCE_DATE_EPOCH/p" <<<"$rest")
    release=0 key=${APK_KEY-} scripts='{}'
    ;;
esac
# description is that of Debian's package, indented. The lines of an APK's metadata are one each.
description() {
  sed -n '/^Description: /,$p' test/release/debian/control |
    sed -e 's/^Description: /  /' -e 's/^ \.$//' -e 's/^ \([^ ]\)/  \1/' |
    if [ "$format" = apk ]; then head -1; else cat; fi
}

gzip -9n "$tree"/share/man/man1/*.1

config=$tree.yaml
cat >"$config" <<END
name: usdt
arch: $architecture
platform: linux
version: $native
version_schema: none
release: "$release"
section: devel
maintainer: $(sed -n 's/^Maintainer: //p' test/release/debian/control)
vendor: The go-usdt authors
homepage: https://github.com/go-usdt/usdt
license: MIT
description: |-
$(description)
mtime: $(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)
contents:
- {dst: /usr, src: $tree, type: tree}
- {dst: /etc/usdt, type: dir, file_info: {mode: 0755}}
- {dst: /etc/usdt/export.yaml, src: $tree.conf, type: config|noreplace, file_info: {mode: 0644}}
scripts:
  $scripts
rpm: {buildhost: localhost, compression: xz, signature: {key_file: "${RPM_KEY-}"}}
apk: {signature: {key_file: "${APK_KEY-}"}}
END
mv "$tree/etc/usdt/export.yaml" "$tree.conf"
rm -r "${tree:?}/etc"
find "$tree" -exec touch --date "@$SOURCE_DATE_EPOCH" {} + # directories, too
[ -n "$key" ] || echo "$format: not signed, because there is no ${format^^}_KEY" >&2
go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0 package --config "$config" \
  --packager "$format" --target "$output/"
