#!/bin/sh
# The first process of a node, or of the control plane: sets up its mounts, host name and cgroups, then keeps it alive.
#   first.sh HOME COMPONENTS CGROUPS…     inside the node's network namespace; CGROUPS are path:type:options
# When it ends, the kernel ends everything in the node.
set -eu
if [ "${FLATNET_INSIDE:-}" = "" ]; then
  name=$(basename "$1")
  for spec in "$@"; do
    case $spec in /*:cgroup*) echo 0 > "${spec%%:*}/flatnet/$name/cgroup.procs" ;; esac
  done
  export FLATNET_INSIDE=1
  exec unshare --mount --uts --ipc --pid --cgroup --fork --kill-child sh "$0" "$@"
fi

home=$1 components=$2
shift 2
name=$(basename "$home")
# /proc is still the machine's, so this is the process's pid on the machine.
read -r pid rest < /proc/self/stat

hostname "$name"
mount --make-rprivate /

# The node sees the machine's files, but what it writes goes to memory or to its own folder. Upper and lower must be different file systems.
mkdir -p "$home/over"
mount -t tmpfs -o mode=755 tmpfs "$home/over"
mkdir "$home/over/upper" "$home/over/work" "$home/over/root"
root=$home/over/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$home/over/upper,workdir=$home/over/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
for spec in "$@"; do
  path=${spec%%:*} type=${spec#*:}
  options=${type#*:} type=${type%%:*}
  mkdir -p "$root$path"
  mount -t "$type" ${options:+-o "$options"} cgroup "$root$path"
  if [ -e "$root$path/cgroup.controllers" ] && [ "$path" = /sys/fs/cgroup ]; then
    # cgroup v2: a group that contains processes cannot delegate controllers to its children.
    mkdir "$root$path/first"
    echo 0 > "$root$path/first/cgroup.procs"
    for controller in $(cat "$root$path/cgroup.controllers"); do echo "+$controller" > "$root$path/cgroup.subtree_control" || true; done
  fi
done
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/run/flatnet" "$root/run/lock" "$root/run/netns" "$root/opt/flatnet/bin"
mount --bind "$home/run" "$root/run/flatnet"
mount --bind "$components" "$root/opt/flatnet/bin"
mount -o remount,bind,ro "$root/opt/flatnet/bin"

# Folders whose contents on the machine, if any, must not be visible in the node.
for folder in /etc/cni /etc/kubernetes /etc/containerd /etc/flatnet /opt/cni /opt/containerd /usr/local/sbin \
  /var/lib/cilium /var/lib/cni /var/lib/kubelet /var/lib/etcd /var/log/pods /var/log/containers; do
  mkdir -p "$home/files$folder" "$root$folder"
  mount --bind "$home/files$folder" "$root$folder"
done
mkdir -p "$root/var/log/flatnet" "$root/var/lib/containerd"
mount --bind "$home/log" "$root/var/log/flatnet"
if [ -d "$home/containerd" ]; then mount --bind "$home/containerd" "$root/var/lib/containerd"; fi
printf '127.0.0.1 localhost\n::1 localhost\n' > "$root/etc/hosts"
echo "$name" > "$root/etc/hostname"
: > "$root/etc/resolv.conf"

# The kubelet and Cilium set these for the whole machine; here they set copies.
mkdir "$root/run/sysctl"
for key in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes \
  kernel/timer_migration kernel/unprivileged_bpf_disabled; do
  if [ ! -e "/proc/sys/$key" ]; then continue; fi
  copy=$root/run/sysctl/$(basename "$key")
  cat "/proc/sys/$key" > "$copy"
  mount --bind "$copy" "$root/proc/sys/$key"
done

# What is pinned in it ends with the node.
if [ -d "$root/sys/fs/bpf" ]; then mount -t bpf bpf "$root/sys/fs/bpf"; fi

mkdir "$root/run/old"
cd "$root"
pivot_root . run/old
cd /
umount -l /run/old
rmdir /run/old
mount --make-rshared /

echo "$pid" > /run/flatnet/first.draft
mv /run/flatnet/first.draft /run/flatnet/first.pid
exec /opt/flatnet/bin/pause
