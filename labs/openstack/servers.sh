# shellcheck shell=bash
# Servers of the lab, by Debian's own client. Sourced with the lab's openrc read.
stack() { say "openstack $*"; openstack "$@"; }
status_of() { openstack server show "$1" -f value -c status; }
has_status() { [ "$(status_of "$1")" = "$2" ]; }

# boot NAME FLAVOR CORES OPTION…: a server whose guest uses so many cores
boot() {
  local name=$1 flavor=$2 cores=$3
  shift 3
  openstack server create --flavor "$flavor" --image blank --nic none --property "lab_cores=$cores" "$@" "$name" \
    -f value -c id >/dev/null
}

# sold HOST: memory in MiB that placement counts as sold there
sold() {
  openstack resource provider usage show "$(openstack resource provider list --name "$1" -f value -c uuid)" -f value |
    awk '$1 == "MEMORY_MB" {print $2}'
}

remove_servers() {
  local ids
  ids=$(openstack server list --all-projects -f value -c ID) || return 0
  # Locked ones, too: the lab belongs to its administrator.
  # shellcheck disable=SC2086
  [ -z "$ids" ] || openstack server delete --wait $ids >/dev/null 2>&1
  return 0
}
