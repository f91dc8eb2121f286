#!/bin/sh
# elf.sh IMAGEDUMP - readelf and elflint check the images for both machines.
#
# SPDX-License-Identifier: MIT
set -eu

imagedump=$1
image=$(mktemp)
trap 'rm -f "$image"' EXIT

fail() {
	echo "elf.sh: $*" >&2
	exit 1
}

# expect TEXT PATTERN: a line of the text matches.
expect() {
	echo "$1" | grep -qE -- "$2" || fail "not found: $2 in: $1"
}

# check MACHINE SITE NAME_OF_MACHINE ARGUMENTS_OF_PROBE, with both kinds of .dynamic
check() {
	checkImage "$@"
	checkImage "$@" writable
}

checkImage() {
	printf '%s\n' "$1" "$2" shop 'start' 'end -1 2 -4 8 -8 1' | "$imagedump" ${5:+"$5"} > "$image"

	warnings=$(readelf -aW "$image" 2>&1 > /dev/null)
	[ -z "$warnings" ] || fail "readelf warns: $warnings"
	expect "$(readelf -hW "$image")" "Machine: +$3\$"

	sections=$(readelf -SW "$image")
	expect "$sections" '\.note\.gnu\.build-id +NOTE .* A +0'
	expect "$sections" '\.stapsdt\.base +PROGBITS .* A +0'
	expect "$sections" '\.text +PROGBITS .* AX +0'
	expect "$sections" '\.note\.stapsdt +NOTE +0+ [0-9a-f]+ [0-9a-f]+ 00 +0 +0 +4'
	expect "$(readelf -lW "$image")" 'GNU_STACK .* RW '

	notes=$(readelf -nW "$image")
	expect "$notes" 'Build ID: [0-9a-f]{32}$'
	expect "$notes" 'Name: start$'
	expect "$notes" 'Name: end$'
	expect "$notes" "Arguments: $4\$"
	expect "$notes" 'Semaphore: 0x0+$'

	# The dynamic linker finds symbols by the hash table, and readelf -D walks it, too.
	expect "$(readelf -DsW "$image")" ' FUNC +GLOBAL .* end$'

	if command -v eu-elflint > /dev/null; then
		# elflint does not know stapsdt notes in any file.
		complaints=$(eu-elflint --gnu-ld "$image" | grep -v "owner name 'stapsdt'" || true)
		[ -z "$complaints" ] || [ "$complaints" = 'No errors' ] || fail "elflint: $complaints"
	fi
}

intel='-1@%rdi 2@%rsi -4@%rdx 8@%rcx -8@%r8 1@%r9'
check x86_64 90 'Advanced Micro Devices X86-64' "$intel"
check x86_64 0f1f440000 'Advanced Micro Devices X86-64' "$intel"
check x86_64 662e0f1f840000000000 'Advanced Micro Devices X86-64' "$intel"
check aarch64 1f2003d5 AArch64 '-1@x0 2@x1 -4@x2 8@x3 -8@x4 1@x5'
