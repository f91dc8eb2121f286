#!/usr/bin/env bash
# Installs our libstapsdt under a temporary prefix, links the Go package with it by the build tag
# system_libstapsdt, and runs the tests. Then runs some of them with the same library without our
# extensions, which stands for somebody else's libstapsdt.
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
# No grep of a pipeline has -q, with which it would end before all is written. By SIGPIPE the other
# program would then fail, and so would the pipeline, whatever grep has found.
readelf -d "$prefix/demo" | grep 'NEEDED.*libstapsdt\.so\.0' || {
  echo "system: the program is not linked to the installed library" >&2
  exit 1
}
if nm "$prefix/demo" | grep ' [Tt] providerLoad$'; then
  echo "system: the program has its own copy of the library" >&2
  exit 1
fi
go test -count=1 -timeout=60m -tags system_libstapsdt ./stapsdt

extensions=(providerUseSite providerUseFile providerFailure providerDescribe)
echo "{ local: ${extensions[*]/%/;} };" >"$prefix/no-extensions"
gcc -shared -Wl,-soname,libstapsdt.so.0 -Wl,--version-script="$prefix/no-extensions" \
  -Wl,--whole-archive "$prefix/lib/libstapsdt.a" -Wl,--no-whole-archive -ldl \
  -o "$prefix/lib/libstapsdt.so.0"
if nm -D --defined-only "$prefix/lib/libstapsdt.so.0" |
  grep -wF "$(printf '%s\n' "${extensions[@]}")"; then
  echo "system: the extensions are still there" >&2
  exit 1
fi
# Without the extensions, sites are plain nops, and the caller cannot choose a named file.
tests=(TestSiteIsOptimized TestAddAfterLoad TestUnloadWhileAttached TestStress
  TestReuse TestAllocs TestSignatures)
pattern=$(IFS='|'; echo "^(${tests[*]})$")
go test -count=1 -timeout=60m -v -tags system_libstapsdt -run "$pattern" ./stapsdt |
  tee "$prefix/log"
for name in "${tests[@]}"; do
  grep -q "^--- PASS: $name " "$prefix/log" || {
    echo "system: $name did not run" >&2
    exit 1
  }
done
