#!/usr/bin/env bash
# Installs our libstapsdt under a temporary prefix, links the Go package to it with the build tag
# system_libstapsdt, and runs the tests on that; then on the same library without our extensions,
# as somebody else's libstapsdt is.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

make -C vendor_c install PREFIX="$prefix" >/dev/null
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
CGO_CFLAGS="-O2 -g $(pkg-config --cflags libstapsdt)"
CGO_LDFLAGS="$(pkg-config --libs-only-L libstapsdt)"
export CGO_CFLAGS CGO_LDFLAGS LD_LIBRARY_PATH=$prefix/lib

go build -tags system_libstapsdt -o "$prefix/demo" ./examples/demo
readelf -d "$prefix/demo" | grep -q 'NEEDED.*libstapsdt\.so\.0' || {
  echo "system: the program is not linked to the installed library" >&2
  exit 1
}
if nm "$prefix/demo" | grep -q ' [Tt] providerLoad$'; then
  echo "system: the program has a copy of its own of the library" >&2
  exit 1
fi
go test -count=1 -tags system_libstapsdt ./stapsdt

echo '{ local: providerUseSite; providerUseFile; providerFailure; };' >"$prefix/no-extensions"
gcc -shared -Wl,-soname,libstapsdt.so.0 -Wl,--version-script="$prefix/no-extensions" \
  -Wl,--whole-archive "$prefix/lib/libstapsdt.a" -Wl,--no-whole-archive -ldl -o "$prefix/lib/libstapsdt.so.0"
if nm -D --defined-only "$prefix/lib/libstapsdt.so.0" | grep providerUse[SF]; then
  echo "system: the extensions are still there" >&2
  exit 1
fi
# Without the extensions there are no named files of our choice, and nop sites only.
tests=(TestSiteIsOptimised TestAddAfterLoad TestUnloadWhileAttached TestStress
  TestReloadKeepsAddresses TestAllocs)
pattern=$(IFS='|'; echo "^(${tests[*]})$")
go test -count=1 -v -tags system_libstapsdt -run "$pattern" ./stapsdt | tee "$prefix/log"
for name in "${tests[@]}"; do
  grep -q "^--- PASS: $name " "$prefix/log" || {
    echo "system: $name did not run" >&2
    exit 1
  }
done
