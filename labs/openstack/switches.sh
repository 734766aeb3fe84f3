# shellcheck shell=bash
# What the tests of hosts that sleep share: a switch for each compute, and how the two computes and their servers stand.
# Sourced after servers.sh with HERE, FOLDER and WORK set, the lab's openrc read. `restore_computes` belongs into the trap at the end.

# The switch of a compute: its power is its service. A woken one is a process of its own, ended with the lab.
cat > "$WORK/switch" <<SWITCH
#!/usr/bin/env bash
# usage: switch state|sleep|wake HOST
FOLDER=$FOLDER
. "$HERE/settings.sh"
service=\$RUN/\$2.service
runs() { [ -s "\$service" ] && kill -0 "\$(cat "\$service")" 2>/dev/null; }
case \$1 in
  state) if runs; then echo on; else echo off; fi ;;
  sleep) echo "sleep \$2" >> "$WORK/switch.log"; if runs; then kill -TERM "\$(cat "\$service")"; fi ;;
  wake)
    echo "wake \$2" >> "$WORK/switch.log"
    runs || start "woken-\$2" "\$PYTHON" "$HERE/computes.py" "\$ETC/nova.conf" "\$RUN" "\$ETC/\$2.conf" ;;
esac
SWITCH
chmod +x "$WORK/switch"

# others enabled|disabled: the computes beyond the second. By nova's API: a call of the client takes seconds for each of them.
others() {
  local token id
  token=$(openstack token issue -f value -c id)
  openstack compute service list --service nova-compute -f value -c ID -c Host | awk '$2 !~ /^compute-[12]$/ {print $1}' | while read -r id; do
    curl -sf -o /dev/null -X PUT -H "X-Auth-Token: $token" -H 'X-OpenStack-Nova-API-Version: 2.90' -H 'Content-Type: application/json' \
      -d '{"status": "'"$1"'"}' "http://127.0.0.1:$NOVA_PORT/v2.1/os-services/$id"
  done
}
# What a test left asleep or closed runs again.
restore_computes() {
  "$WORK/switch" wake compute-2
  openstack compute service set --enable compute-2 nova-compute
  others enabled
}

# The two computes as the configuration has them.
switched() {
  local name
  for name in compute-1 compute-2; do
    echo "    - name: $name"
    echo "      power: { kind: command, state: [$WORK/switch, state, $name], sleep: [$WORK/switch, sleep, $name], wake: [$WORK/switch, wake, $name] }"
  done
}

service_is() { [ "$(openstack compute service list --service nova-compute --host "$1" -f value -c Status)" = "$2" ]; }
service_state() { openstack compute service list --service nova-compute --host "$1" -f value -c State; }
switch_says() { [ "$("$WORK/switch" state "$1")" = "$2" ]; }
host_of() { openstack server show "$1" -f value -c OS-EXT-SRV-ATTR:host; }
is_on() { [ "$(host_of "$1")" = "$2" ]; }
is_up() { grep -qx -- "$1" <<<"$(openstack server list --status ACTIVE -f value -c Name)"; }
host() { gleaner power --json | node -e '
  const { hosts } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
  console.log(hosts.find(({ host }) => host === process.argv[1])?.state ?? "none")' "$1"; }
is_host() { [ "$(host "$1")" = "$2" ]; }
