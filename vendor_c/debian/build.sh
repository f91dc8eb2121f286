#!/usr/bin/env bash
# Usage: build.sh VERSION DIRECTORY
#
# Builds the Debian packages into the directory, which is emptied first. It works on a copy of the
# sources, because dpkg-buildpackage writes beside them. It wants dpkg-dev and debhelper. The
# changelog is made from git; its date is that of the last commit, or SOURCE_DATE_EPOCH.
set -euo pipefail
version=$1
output=$(realpath -m "$2")
cd "$(dirname "$0")/.."
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct -- .)}"
export SOURCE_DATE_EPOCH

rm -rf "$output"
source=$output/libstapsdt-$version
mkdir -p "$source"
cp -r -- *.c *.h libstapsdt.pc.in Makefile test debian "$source"
maintainer=$(sed -n 's/^Maintainer: //p' debian/control)
{
  printf 'libstapsdt (%s) unstable; urgency=medium\n\n' "$version"
  # lintian wants lines of at most 80 columns.
  git log --no-merges --format='%w(78,2,4)* %s' -- .
  printf '\n -- %s  %s\n' "$maintainer" "$(date -uR -d "@$SOURCE_DATE_EPOCH")"
} >"$source/debian/changelog"

cd "$source"
dpkg-buildpackage --build=binary --no-sign
rm -rf "$source"
