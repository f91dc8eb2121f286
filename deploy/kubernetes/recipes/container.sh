# shellcheck shell=sh
# What the recipes have in common that start a container.
#
# At a terminal, they attach to the container, so that Ctrl-C reaches usdt. Whoever attaches misses
# what the container has printed before, so otherwise they read its log, which has everything:
# a program that calls them gets all lines, also of a usdt that ends at once. To end usdt there,
# use --count or --duration: it does not notice when its reader goes.

# at_terminal tells whether somebody sits there.
at_terminal() { [ -t 0 ] && [ -t 1 ]; }

# new_name prints a name that no other container has.
new_name() { echo "usdt-$(od -An -N5 -tx1 /dev/urandom | tr -d ' ')"; }

# follow NAMESPACE POD CONTAINER STATUSES: prints what a container prints until it ends, and returns
# its exit status. STATUSES is the member of the pod's status that has the container.
#
# A connection that is lost ends a log like the end of the container. So the log is read until it
# was read after that end; a server that does not answer for a minute is given up.
follow() {
  state="{.status.$4[?(@.name==\"$3\")]"
  kubectl -n "$1" wait "pod/$2" --for "jsonpath=$state.containerID}" --timeout 5m >/dev/null
  exec 3>&1
  shown=0 status='' tries=60
  while :; do
    ended=$status
    shown=$(kubectl -n "$1" logs --follow "$2" --container "$3" | show_from "$shown")
    [ -z "$ended" ] || return "$ended"
    if status=$(kubectl -n "$1" get pod "$2" \
      --output "jsonpath=$state.state.terminated.exitCode}"); then
      tries=60
    else
      tries=$((tries - 1))
      [ "$tries" -gt 0 ] || return 1
    fi
    [ -n "$status" ] || sleep 1
  done
}

# show_from LINES: shows what it reads behind so many lines, which were shown before, and prints how
# many there are by then. Descriptor 3 is the standard output of the recipe. A log does not tell the
# two outputs apart; what usdt has to say of itself begins with its name.
show_from() {
  lines=0
  while IFS= read -r line; do # awk would wait for more of them
    lines=$((lines + 1))
    [ "$lines" -gt "$1" ] || continue
    case $line in
      "usdt: "*) printf '%s\n' "$line" >&2 ;;
      *) printf '%s\n' "$line" >&3 ;;
    esac
  done
  [ "$lines" -gt "$1" ] || lines=$1
  echo "$lines"
}

# debug NAMESPACE POD FLAG... -- COMMAND...: runs a command in an ephemeral container, which has the
# flags of kubectl debug.
debug() {
  namespace=$1 pod=$2
  shift 2
  set -- "$pod" --image "$IMAGE" --quiet "$@"
  if at_terminal; then
    exec kubectl -n "$namespace" debug --stdin --tty "$@"
  fi
  container=$(new_name)
  kubectl -n "$namespace" debug --attach=false --container "$container" "$@"
  follow "$namespace" "$pod" "$container" ephemeralContainerStatuses
}
