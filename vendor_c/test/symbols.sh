#!/bin/sh
# symbols.sh BUILD - checks what the libraries in BUILD export and need.
#
# SPDX-License-Identifier: MIT
set -eu

build=$1
soname=libstapsdt.so.0
interface='probeFire probeIsEnabled providerAddProbe providerDescribe providerDestroy
providerFailure providerInit providerLoad providerUnload providerUseFile providerUseMemfd
providerUseSite'

fail() {
	echo "symbols.sh: $*" >&2
	exit 1
}

exported=$(nm -D --defined-only "$build/$soname" | awk '{print $3}' | sort)
[ "$exported" = "$(printf '%s\n' $interface | sort)" ] || fail "$soname exports: $exported"

# Names without our prefix could clash with those of an application that links the archive.
strange=$(nm -g --defined-only "$build/libstapsdt.a" |
	awk 'NF == 3 && $3 !~ /^stapsdt/ {print $3}' | sort)
[ "$strange" = "$exported" ] || fail "libstapsdt.a defines: $strange"

# No global state: nothing is writable but what relocation makes constant.
writable=$(size -A "$build/libstapsdt.a" | awk '$1 ~ /^\.(data|bss|tdata|tbss)$/ && $2 != 0')
[ -z "$writable" ] || fail "mutable globals: $writable"

dynamic=$(readelf -dW "$build/$soname")
echo "$dynamic" | grep -q "SONAME.*\[$soname\]" || fail 'wrong soname'
# Defect 10 of the original: it needs libelf. On arm64 the stack protector's canary is in ld-linux.
needed=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	grep -Ev '^(libc\.|libdl\.|ld-linux-)' || true)
[ -z "$needed" ] || fail "$soname needs: $needed"
