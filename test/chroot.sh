#!/usr/bin/env bash
# Usage: chroot.sh SUITE[/ARCHITECTURE] [PACKAGE...]
#
# Makes a small Debian of the suite with the packages, unless an earlier run did, and prints its
# directory, to be entered with chroot. For another architecture than this machine's, the packages
# are unpacked but not configured, since that takes a processor that runs their programs: there are
# a shell and the basic tools.
#
# Needs root and debootstrap. The mirror is the one that this machine's apt is configured for;
# Debian's keyring vouches for what comes from there. Remove the directory to have a newer one made.
set -euo pipefail
suite=${1%/*}
architecture=$(dpkg --print-architecture)
[[ $1 != */* ]] || architecture=${1#*/}
shift
packages=$(IFS=,; echo "$*")
root=${XDG_CACHE_HOME:-$HOME/.cache}/go-usdt/chroots/$suite-$architecture,$packages
foreign=()
[ "$architecture" = "$(dpkg --print-architecture)" ] || foreign=(--foreign)

mkdir -p "${root%/*}"
exec 9>"$root.lock"
flock 9 # another run may be making it
if [ ! -e "$root/.complete" ]; then
  # shellcheck disable=SC2016 # that is apt's variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Component: main' 'Label: Debian' | sed -n 1p)
  : "${mirror:?"not in the sources of apt (or apt-get update never ran)"}"
  # A mirror, or the way there, may fail for a while.
  for pause in 10 60 0; do
    rm -rf --one-file-system "$root"
    # With mounts of its own, debootstrap leaves none behind, however it ends.
    unshare --mount --propagation private \
      debootstrap "${foreign[@]}" --arch="$architecture" --variant=minbase --force-check-gpg \
      --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
      ${packages:+--include="$packages"} "$suite" "$root" "$mirror" >&2 && break
    [ $pause -gt 0 ] || exit 1
    sleep $pause
  done
  [ -d "$root/proc" ] || { rm "$root/proc"; mkdir "$root/proc"; } # a link, until the second stage
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  touch "$root/.complete"
fi
echo "$root"
