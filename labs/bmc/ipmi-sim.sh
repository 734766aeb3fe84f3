#!/usr/bin/env bash
# A machine behind OpenIPMI's BMC simulator on loopback. FOLDER/power (on, off) is its power, FOLDER/watts what its sensor reads (in
# steps of 2 W, up to 510), FOLDER/chassis.log what it was told; with a file FOLDER/stuck it takes every order and follows none.
# User gleaner, password from BMC_PASSWORD.
#   usage: ipmi-sim.sh FOLDER PORT      prints the ids of its processes
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 port=$2
# Without this folder it does not listen, and does not say so.
mkdir -p "$folder/state"
folder=$(cd "$folder" && pwd)
[ -f "$folder/power" ] || echo on > "$folder/power"
[ -f "$folder/watts" ] || echo 180 > "$folder/watts"

# Called as: chassis.sh ADDRESS get power | set power 1 | set shutdown 1 (what "power soft" comes to)
cat > "$folder/chassis.sh" <<CHASSIS
#!/bin/sh
echo "\$*" >> "$folder/chassis.log"
order() { [ -e "$folder/stuck" ] || echo \$1 > "$folder/power"; }
op=\$1
shift
while [ \$# -gt 0 ]; do
  case \$op-\$1 in
    get-power) if [ "\$(cat "$folder/power")" = on ]; then echo power:1; else echo power:0; fi ;;
    get-boot) echo boot:none ;;
    get-*) echo "\$1:0" ;;
    set-power) if [ "\$2" = 1 ]; then order on; else order off; fi; shift ;;
    set-shutdown) order off; shift ;;
    set-*) shift ;;
  esac
  shift
done
CHASSIS
chmod +x "$folder/chassis.sh"
# chassis_control, for with startcmd alone it refuses to switch.
cat > "$folder/lan.conf" <<CONF
name "bmc"
chassis_control "$folder/chassis.sh"
startlan 1
  addr 127.0.0.1 $port
  priv_limit admin
  allowed_auths_callback none md2 md5 straight
  allowed_auths_user none md2 md5 straight
  allowed_auths_operator none md2 md5 straight
  allowed_auths_admin none md2 md5 straight
  guid a123456789abcdefa123456789abcdef
endlan
user 1 true "" "" user 10 none md2 md5 straight
user 2 true "gleaner" "$BMC_PASSWORD" admin 10 none md2 md5 straight
CONF
sed "s#WATTSFILE#$folder/watts#" "$here/bmc.emu" > "$folder/bmc.emu"
# Its standard input has to be something it can poll: with /dev/null it aborts.
mkfifo "$folder/in"
sleep 86400 > "$folder/in" &
held=$!
ipmi_sim -c "$folder/lan.conf" -f "$folder/bmc.emu" -s "$folder/state" < "$folder/in" > "$folder/sim.out" 2>&1 &
echo "$held $!"
