#!/bin/sh
# Starts and stops one component inside a node: flatnet-service start|stop|restart NAME
# What to run is in /etc/flatnet/services/NAME, its log in /var/log/flatnet/NAME.log; /run/flatnet/NAME.pid and NAME.exited hold its state.
set -eu
action=$1 name=$2
state=/run/flatnet/$name

running() { [ -e "$state.pid" ] && [ ! -e "$state.exited" ]; }

start() {
  if running; then return; fi
  # Started from outside (a fault being undone), it must still belong to the node's cgroups.
  for procs in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/first/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do
    if [ -e "$procs" ]; then echo 0 > "$procs" 2>/dev/null || true; fi
  done
  rm -f "$state.exited" "$state.pid"
  export PATH="/opt/flatnet/bin:$PATH"
  setsid "$0" run "$name" < /dev/null > /dev/null 2>&1 &
  until [ -s "$state.pid" ]; do sleep 0.01; done
}

# Stays beside the component, to record its exit code.
run() {
  sh "/etc/flatnet/services/$name" >> "/var/log/flatnet/$name.log" 2>&1 &
  echo $! > "$state.pid"
  code=0
  wait $! || code=$?
  echo $code > "$state.exited"
}

stop() {
  if ! running; then return; fi
  kill "$(cat "$state.pid")" 2>/dev/null || true
  tries=0
  while running; do
    tries=$((tries + 1))
    if [ "$tries" -eq 100 ]; then kill -KILL "$(cat "$state.pid")" || true; fi
    sleep 0.05
  done
}

case $action in
  start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  run) run ;;
  *) echo "flatnet-service start|stop|restart NAME" >&2; exit 2 ;;
esac
