#!/usr/bin/env bash
# Runs clients in C, Python and Lua on our library. They know libstapsdt only from its published
# interface. bpftrace must see what they fire.
set -euo pipefail
cd "$(dirname "$0")"
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# Two compilers must see the same binary interface in the fixed declarations and in our header.
for headers in . ../../vendor_c; do
  for machine in x86_64 aarch64; do
    layout=$directory/layout-$machine-${headers##*/}
    "$machine-linux-gnu-gcc" -std=c11 -Wall -Wextra -Werror -static -I "$headers" layout.c \
      -o "$layout"
    "qemu-$machine-static" "$layout" >"$layout.txt"
  done
done
for printed in "$directory"/layout-*.txt; do
  diff -u "$directory/layout-x86_64-..txt" "$printed"
done
echo "ok: $(wc -l <"$printed") sizes, offsets and values on both machines"

make -C ../../vendor_c install PREFIX="$directory" >/dev/null
export LD_LIBRARY_PATH=$directory/lib
for program in client prefork; do
  gcc -std=c11 -Wall -Wextra -Werror -I . "$program.c" -L "$directory/lib" \
    -lstapsdt -o "$directory/$program"
  readelf -d "$directory/$program" | grep 'NEEDED.*libstapsdt\.so\.0' # why no -q: system.sh
done

export TMPDIR=$directory/images # of the file backing
mkdir "$TMPDIR"
for backing in memfd file; do
  ./trace.sh client "$directory/client" "$backing"
  ./trace.sh client python3 client.py "$backing"
  ./trace.sh client luajit client.lua "$backing"
  ./trace.sh prefork "$directory/prefork" "$backing"
done
rmdir "$TMPDIR" # every client removed its image
