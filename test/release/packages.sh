#!/usr/bin/env bash
# Usage: packages.sh FORMATS DIRECTORY VERSION ARCHITECTURE...
#
# Builds packages of usdt in some formats, as "deb rpm apk", for the architectures, amd64 and arm64,
# into the directory, which is emptied first. They have what make release puts into its archives,
# where each system wants it, and a service that is not enabled. If the version is empty, it is what
# git describes. deb.sh and nfpm.sh say what the formats take.
set -euo pipefail
cd "$(dirname "$0")/../.."
formats=$1
output=$(realpath -m "$2")
version=${3:-$(git describe --tags --always --dirty)}
shift 3
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
umask 022 # which the modes of directories come from

rm -rf "$output"
systems=$(printf ',linux/%s' "$@")
go run ./test/release -version "$version" -systems "${systems#,}" -o "$output/archives"
for architecture in "$@"; do
  for format in $formats; do
    tree=$output/$architecture/usdt
    mkdir -p "$tree/etc/usdt"
    tar -xzf "$output/archives/usdt_${version}_linux_$architecture.tar.gz" -C "$tree" \
      --strip-components=1
    mv "$tree/share/doc/usdt/examples/export.yaml" "$tree/etc/usdt"
    script=test/release/nfpm.sh
    [ "$format" != deb ] || script=test/release/deb.sh
    $script "$tree" "$output" "$version" "$architecture" "$format"
    rm -rf "${output:?}/$architecture"
  done
done
rm -rf "$output/archives"
