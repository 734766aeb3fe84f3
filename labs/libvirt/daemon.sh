#!/bin/sh
# Runs a libvirtd of our own, without systemd, D-Bus or cgroups, that touches nothing of the machine's libvirt.
#   usage: daemon.sh FOLDER start|stop|uri
# As root: the system driver in a private mount namespace, in which folders below FOLDER stand in for libvirt's own.
# As another user: the session driver with private XDG folders below FOLDER. Several can run side by side.
# Everything below FOLDER is ours; the path must be short (a unix socket's path has at most 107 characters).
set -eu
[ $# = 2 ] || { echo "usage: daemon.sh FOLDER start|stop|uri" >&2; exit 2; }
mkdir -p "$1"
FOLDER=$(cd "$1" && pwd)
PID_FILE=$FOLDER/libvirtd.pid
if [ "$(id -u)" = 0 ]; then
  SOCKET=$FOLDER/run/libvirt-sock
  URI="qemu:///system?socket=$SOCKET"
else
  SOCKET=$FOLDER/run/libvirt/libvirt-sock
  URI="qemu:///session?socket=$SOCKET"
fi

is_running() { [ -f "$PID_FILE" ] && kill -0 "$(cat "$PID_FILE")" 2>/dev/null; }

qemu_settings() {
  cat <<'C'
stdio_handler = "file"
security_driver = "none"
namespaces = []
cgroup_controllers = []
C
  [ "$(id -u)" != 0 ] || printf 'user = "root"\ngroup = "root"\ndynamic_ownership = 0\nremember_owner = 0\n'
}

daemon_settings() {
  printf 'log_level = 3\nlog_outputs = "3:file:%s/libvirtd.log"\nhost_uuid_source = "machine-id"\n' "$FOLDER"
  [ "$(id -u)" != 0 ] || printf 'auth_unix_ro = "none"\nauth_unix_rw = "none"\n'
}

# The guests are software emulation: they yield to whatever else the machine does.
start_system() {
  mkdir -p "$FOLDER/etc" "$FOLDER/run" "$FOLDER/lib" "$FOLDER/log" "$FOLDER/cache"
  cp -r /etc/libvirt/. "$FOLDER/etc/"
  qemu_settings > "$FOLDER/etc/qemu.conf"
  daemon_settings > "$FOLDER/etc/libvirtd.conf"
  FOLDER=$FOLDER unshare -m sh -c '
    mount --make-rprivate / 2>/dev/null
    mkdir -p /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
    mount --bind "$FOLDER/etc" /etc/libvirt
    mount --bind "$FOLDER/run" /run/libvirt
    mount --bind "$FOLDER/lib" /var/lib/libvirt
    mount --bind "$FOLDER/log" /var/log/libvirt
    mount --bind "$FOLDER/cache" /var/cache/libvirt
    exec nice -n 5 libvirtd -f /etc/libvirt/libvirtd.conf -d -p "$FOLDER/libvirtd.pid"'
}

start_session() {
  mkdir -p "$FOLDER/run" "$FOLDER/config/libvirt" "$FOLDER/cache" "$FOLDER/data"
  chmod 700 "$FOLDER/run"
  qemu_settings > "$FOLDER/config/libvirt/qemu.conf"
  daemon_settings > "$FOLDER/config/libvirt/libvirtd.conf"
  HOME=$FOLDER XDG_RUNTIME_DIR=$FOLDER/run XDG_CONFIG_HOME=$FOLDER/config XDG_CACHE_HOME=$FOLDER/cache \
    XDG_DATA_HOME=$FOLDER/data nice -n 5 libvirtd -f "$FOLDER/config/libvirt/libvirtd.conf" -d -p "$PID_FILE"
}

case $2 in
  uri) echo "$URI" ;;
  start)
    command -v libvirtd >/dev/null || { echo "daemon: libvirtd is missing" >&2; exit 1; }
    if ! is_running; then
      rm -f "$PID_FILE" "$SOCKET"
      if [ "$(id -u)" = 0 ]; then start_system; else start_session; fi
    fi
    tries=0
    while ! virsh -q -c "$URI" uri >/dev/null 2>&1; do
      tries=$((tries + 1))
      [ "$tries" -lt 450 ] || { echo "daemon: libvirtd does not answer; see $FOLDER/libvirtd.log" >&2; exit 1; }
      sleep 0.2
    done
    echo "$URI"
    ;;
  stop)
    is_running || exit 0
    pid=$(cat "$PID_FILE")
    kill "$pid"
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do
      sleep 0.2
      tries=$((tries + 1))
    done
    if kill -0 "$pid" 2>/dev/null; then kill -9 "$pid"; fi
    rm -f "$PID_FILE"
    ;;
  *) echo "usage: daemon.sh FOLDER start|stop|uri" >&2; exit 2 ;;
esac
