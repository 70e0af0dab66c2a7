#!/bin/sh
# Makes the inside of a node's namespaces: run there, as root, before any of its programs. Whatever is mounted or set here is gone with
# the namespaces. Usage: set-up.sh DIRECTORY NODE_ADDRESS SERVER_ADDRESS
set -eu
directory=$1 address=$2 server=$3

# What programs write to places that cannot be configured: sockets of shims, locks, logs, plugins' data, the artifacts of a local platform.
mkdir -p "$directory/lib" "$directory/log" "$directory/sysctl"
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
mount --bind "$directory/lib" /var/lib
mount --bind "$directory/log" /var/log

# The kubelet sets these for the whole machine; here it sets files.
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  file="$directory/sysctl/$(echo "$name" | tr / -)"
  cat "/proc/sys/$name" > "$file"
  mount --bind "$file" "/proc/sys/$name"
done

# Control groups of its own, below the root of each hierarchy.
group=${directory##*/}
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  for controller in cpu cpuset memory pids; do echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control 2> /dev/null || true; done
  mkdir -p "/sys/fs/cgroup/$group"
else
  for hierarchy in /sys/fs/cgroup/*/; do mkdir -p "$hierarchy$group"; done
fi

ip link set lo up
ip address add "$address/30" dev eth0
ip link set eth0 up
ip route add default via "$server"
echo 1 > /proc/sys/net/ipv4/ip_forward

# Pods of one bridge that talk through a Service: the answer has to pass here too. Where the kernel cannot, kube-proxy masquerades.
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables; fi
