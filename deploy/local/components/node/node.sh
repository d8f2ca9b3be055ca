#!/usr/bin/env bash
# The first process of a node, in namespaces of its own: what is to be different in them, then it waits for its end.
# Everything that it mounts is the node's alone, and is gone with its last process.
# usage: node.sh NAME FOLDER [VOLUMES]
#   FOLDER   what the node keeps: containers, pods, local volumes
#   VOLUMES  the fleet's NFS volumes, put where a mount of them would be
set -euo pipefail
name=$1 folder=$2 volumes=${3:-}
home=/run/openmcp

hostname "$name"
# What the kubelet mounts is to be seen in containers.
mount --make-rshared /
mount -t tmpfs -o mode=755 openmcp /run
mount -t tmpfs -o mode=755 openmcp /var/log
for part in containerd kubelet volumes; do
  mkdir -p "$folder/$part" "$home/$part"
  mount --bind "$folder/$part" "$home/$part"
done
mkdir -p "$home/pods" "$home/cni"
if [ -n "$volumes" ]; then
  mkdir -p "$home/nfs"
  mount --bind "$volumes" "$home/nfs"
fi

# The kubelet insists on these and would set them for the whole machine; here it finds them as it likes them.
mkdir -p "$home/sysctl"
while read -r key value; do
  [ -e "/proc/sys/$key" ] || continue
  echo "$value" > "$home/sysctl/${key//\//.}"
  mount --bind "$home/sysctl/${key//\//.}" "/proc/sys/$key"
done <<'SYSCTLS'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SYSCTLS

echo 1 > /proc/sys/net/ipv4/ip_forward
# Else what goes through a Service to a pod on the same bridge would be answered past the Service.
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
  echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables
fi

touch "$home/ready"
exec sleep infinity
