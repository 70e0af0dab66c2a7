#!/bin/sh
# Runs a program as in a container: a root of its own, and, with ISLAND_DOORS, a network of its own that has nothing but a loopback and these
# doors. Started by `unshare` with namespaces for users, mounts, processes and perhaps the network (island.ts); needs no root.
set -eu
root=$ISLAND_ROOT
for directory in bin lib lib64 usr dev tmp $ISLAND_BINDS; do
  directory=/${directory#/}
  [ -e "$directory" ] || continue
  mkdir -p "$root$directory"
  mount --rbind "$directory" "$root$directory"
done
mkdir -p "$root/proc"
mount -t proc proc "$root/proc"
if [ -n "${ISLAND_DOORS:-}" ]; then
  ip link set lo up
  rm -f "$root/doors-are-open"
  "$ISLAND_NODE" "$ISLAND_DOORS_PROGRAM" "$ISLAND_DOORS" "$root/doors-are-open" &
  until [ -e "$root/doors-are-open" ]; do sleep 0.1; done
fi
exec chroot "$root" "$@"
