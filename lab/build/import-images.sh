#!/bin/sh
# Runs one containerd in namespaces of its own, without any network, and imports image archives into its root.
# import-images.sh COMPONENTS ROOT ARCHIVE…
set -eu
components=$1 root=$2
shift 2
export PATH="$components:$PATH"
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p "$root"
cat > /run/containerd.toml <<END
version = 3
root = "$root"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri"]
[plugins."io.containerd.internal.v1.opt"]
path = "/run/opt"
END
containerd --config /run/containerd.toml --log-level warn >&2 &
daemon=$!
tries=0
until ctr version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || exit 1
  kill -0 "$daemon"
  sleep 0.1
done
for archive in "$@"; do
  ctr --namespace k8s.io images import --local --snapshotter overlayfs "$archive" >&2
done
ctr --namespace k8s.io images ls -q >&2
kill "$daemon"
wait "$daemon" || true
rm -rf "$root"/*/tmpmounts "$root/tmpmounts"
