#!/bin/sh
# gleaner-idle.sh: a monitoring probe for OpenNebula's KVM hosts. It tells the front-end how long each guest has been idle, as the
# guest itself reports it (integrations/guest) over a channel of its own: unix socket, pipe, or pseudo-terminal.
#
#   in a probe folder, run by OpenNebula       prints what is known now, and sees to it that the collector runs
#   gleaner-idle.sh collect                    the collector: keeps every channel open and drained, so that no guest ever waits
#   gleaner-idle.sh check                      for people: which channels there are, and what came from each
#
# A probe must answer at once and a guest speaks only now and then, so the two are separate: the collector has one reader per
# channel, which writes what comes to a file; the probe looks at the last whole line of each file. The collector ends by itself
# when no probe has asked for a while (the probe was removed, the host disabled).
#
# Form, by the folder it lies in:
#   vm/monitor (OpenNebula 5.12 and later)   VM = [ ID="5", MONITOR="base64 of IDLE="v=1 seq=… idle=…"" ]
#   any other (host/system; all before 5.12)  IDLE = [ VMID="5", SEQ="…", IDLE_SECONDS="…", USERS="…", CPU="…" ]
# OpenNebula drops attributes that a probe in host/monitor prints, without a word: do not put it there.
#
# What a guest sends is not believed in anything but its own idleness: which guest it is, the channel says; a line counts whole or
# not at all, and only numbers are taken from it; a file grows to a megabyte at most, then its reader ends until the next round.
# Made for POSIX sh. Needs base64, tail, find, date, and for sockets socat.
set -u
LC_ALL=C
export LC_ALL
umask 077

# --- settings ---------------------------------------------------------------------------------------------------------
# Patterns of the channels' paths. The last "one-N" in a path is the number of the VM.
SOCKETS='/var/lib/libvirt/qemu/channel/target/*one-*/org.gleaner.idle.0 /run/libvirt/qemu/channel/*one-*/org.gleaner.idle.0 /var/lib/one/gleaner/one-*.sock'
PIPES='/var/lib/one/gleaner/one-*.out'
# yes: also ask libvirt for pseudo-terminals of VMs that have neither, on the serial port of this number.
PTYS=no
PTY_PORT=1
VIRSH='virsh -c qemu:///system --readonly'
SPOOL=/var/tmp/gleaner-idle.$(id -u)
# Seconds between two looks for channels that came or went.
SCAN_S=10
# Seconds without a probe after which the collector ends.
IDLE_EXIT_S=1800
FORM=auto

HERE=$(cd "$(dirname "$0")" && pwd) || exit 0
ME=$HERE/$(basename "$0")
# /var/tmp/one/im/kvm-probes.d/vm/monitor -> /var/tmp/one/etc/im/kvm-probes.d, which OpenNebula copies along with the probes.
CONF=${GLEANER_IDLE_CONF:-$(printf '%s' "$HERE" | sed 's|/im/\([^/]*-probes\.d\).*|/etc/im/\1|')/gleaner-idle.conf}

complain() { echo "gleaner-idle: $1" >&2; }

# Reads KEY=VALUE lines. The file is not run: a setting is a word, not a command.
if [ -r "$CONF" ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    value=${line#*=}
    case $line in
      '' | '#'*) ;;
      SOCKETS=*) SOCKETS=$value ;;
      PIPES=*) PIPES=$value ;;
      PTYS=*) PTYS=$value ;;
      PTY_PORT=*) PTY_PORT=$value ;;
      VIRSH=*) VIRSH=$value ;;
      SPOOL=*) SPOOL=$value ;;
      SCAN_S=* | IDLE_EXIT_S=*)
        case $value in '' | *[!0-9]* | 0*) complain "$CONF: ${line%%=*} must be a whole number, not \"$value\"" ;; *) eval "${line%%=*}=$value" ;; esac ;;
      FORM=*) FORM=$value ;;
      *) complain "$CONF: unknown setting \"${line%%=*}\"" ;;
    esac
  done < "$CONF"
fi
case $FORM in
  vm | host) ;;
  *) case $HERE in */vm/monitor) FORM=vm ;; *) FORM=host ;; esac ;;
esac

# --- the spool --------------------------------------------------------------------------------------------------------
# Ours alone: /var/tmp is open to everybody.
prepare_spool() {
  mkdir -m 700 "$SPOOL" 2>/dev/null
  if [ -L "$SPOOL" ] || [ ! -d "$SPOOL" ]; then complain "$SPOOL is no folder"; return 1; fi
  # shellcheck disable=SC2012 # the folder's own line, numeric
  ls -ldn "$SPOOL" | {
    read -r mode _ owner _
    case $mode in drwx------*) ;; *) complain "$SPOOL can be read or written by others"; exit 1 ;; esac
    [ "$owner" = "$(id -u)" ] || { complain "$SPOOL belongs to somebody else"; exit 1; }
  }
}

now() { date +%s; }

# Alive and not merely unburied.
is_alive() {
  state=''
  [ -n "$1" ] && [ -r "/proc/$1/stat" ] && read -r _ _ state _ < "/proc/$1/stat" 2>/dev/null
  case $state in '' | Z) return 1 ;; esac
}

collector() { pid=''; [ -r "$SPOOL/collector" ] && read -r pid < "$SPOOL/collector"; is_alive "$pid"; }

# --- channels ---------------------------------------------------------------------------------------------------------
# The number in the last "one-N" of a path; empty when there is none.
vm_of() {
  vm=''
  case $1 in *[!A-Za-z0-9._/@+:-]*) return ;; esac
  case $1 in *one-[0-9]*) ;; *) return ;; esac
  vm=${1##*one-}
  case $vm in *[!0-9]*) rest=${vm#"${vm%%[!0-9]*}"} vm=${vm%%[!0-9]*} ;; *) rest='' ;; esac
  case $rest in '' | [./]*) ;; *) vm='' ;; esac
  [ ${#vm} -le 9 ] || vm=''
}

# One line each: kind, VM, path. The first channel of a VM is its channel.
channels() {
  found=' '
  # Split and expanded on purpose: these are patterns.
  for path in $SOCKETS; do if [ -S "$path" ]; then channel socket "$path"; fi; done
  for path in $PIPES; do if [ -p "$path" ]; then channel pipe "$path"; fi; done
  if [ "$PTYS" = yes ]; then terminals; fi
}

channel() {
  vm_of "$2"
  [ -n "$vm" ] || return
  case $found in *" $vm "*) return ;; esac
  found="$found$vm "
  echo "$1 $vm $2"
}

terminals() {
  for name in $($VIRSH list --name 2>/dev/null); do
    case $name in one-*) vm_of "$name" ;; *) continue ;; esac
    case $found in *" $vm "*) continue ;; esac
    [ -n "$vm" ] || continue
    path=$($VIRSH dumpxml "$name" 2>/dev/null | tr '"' "'" | awk -v port="$PTY_PORT" '
      /<serial type=.pty./ { inside = 1; path = "" }
      inside && /<source path=/ { split($0, part, "\047"); path = part[2] }
      inside && /<target / && index($0, "port=\047" port "\047") { wanted = path }
      /<\/serial>/ { inside = 0 }
      END { print wanted }')
    case $path in /dev/pts/[0-9]*) if [ -c "$path" ]; then found="$found$vm "; echo "pty $vm $path"; fi ;; esac
  done
}

# --- the collector ----------------------------------------------------------------------------------------------------
# Copies one channel to its file until it ends. The limit on the file's size ends a guest that floods.
reader() {
  # In blocks of 512 bytes: a megabyte.
  ulimit -f 2048
  trap '' XFSZ
  case $1 in
    socket) exec socat -u "UNIX-CONNECT:$2" "OPEN:$3,wronly,append" ;;
    pipe) exec cat "$2" >> "$3" ;;
    pty)
      stty -F "$2" raw -echo 2>/dev/null
      exec cat "$2" >> "$3" ;;
  esac
}

forget() {
  eval "pid=\${reader_$1:-}"
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; fi
  unset "reader_$1" "path_$1"
  rm -f "$SPOOL/$1.raw" "$SPOOL/$1.seen"
}

collect() {
  prepare_spool || exit 1
  if collector; then exit 0; fi
  rm -f "$SPOOL"/*.raw "$SPOOL"/*.seen
  echo $$ > "$SPOOL/collector.$$" && mv "$SPOOL/collector.$$" "$SPOOL/collector"
  known='' old=''
  # shellcheck disable=SC2154 # set by eval
  trap 'for vm in $known; do forget "$vm"; done; kill $! 2>/dev/null; collector; [ "$pid" != $$ ] || rm -f "$SPOOL/collector"' EXIT
  trap 'exit 0' INT TERM HUP
  while :; do
    # Two that started at once: the later one stays.
    read -r owner < "$SPOOL/collector" 2>/dev/null && [ "$owner" = $$ ] || exit 0
    asked=0
    [ -r "$SPOOL/asked" ] && read -r asked < "$SPOOL/asked"
    [ $(($(now) - ${asked:-0})) -lt "$IDLE_EXIT_S" ] || exit 0
    # Of a file that has grown only the end is of use; its reader goes on behind it.
    find "$SPOOL" -name '*.raw' -size +127 | while read -r file; do
      end=$(tail -c 4096 "$file" | tr -d '\000')
      printf '%s\n' "$end" > "$file"
    done
    list=$(channels)
    present=' '
    while read -r kind vm path; do
      [ -n "$kind" ] || continue
      present="$present$vm "
      eval "pid=\${reader_$vm:-} old=\${path_$vm:-}"
      if [ -n "$pid" ] && [ "$old" = "$path" ] && is_alive "$pid"; then continue; fi
      if [ -n "$pid" ]; then forget "$vm"; else known="$known $vm"; fi
      : > "$SPOOL/$vm.raw"
      reader "$kind" "$path" "$SPOOL/$vm.raw" < /dev/null > /dev/null 2>&1 &
      eval "reader_$vm=\$! path_$vm=\$path"
    done <<LIST
$list
LIST
    still=''
    for vm in $known; do
      case $present in *" $vm "*) still="$still $vm" ;; *) forget "$vm" ;; esac
    done
    known=$still
    # In the background, so that a signal ends the wait.
    sleep "$SCAN_S" &
    wait $!
  done
}

# --- what a guest said ------------------------------------------------------------------------------------------------
CR=$(printf '\r')

# Sets seq, up, every, cpu, users, idle from one whole line of version 1; fails on anything else.
read_line() {
  text=${1%"$CR"}
  case $text in 'GLEANER '*' len='*) ;; *) return 1 ;; esac
  head=${text% len=*} length=${text##* len=}
  [ "$length" = "${#head}" ] && [ "$length" -le 500 ] || return 1
  head=${head#GLEANER }
  case $head in *[!a-z0-9.=\ ]*) return 1 ;; esac
  v='' seq='' up='' every='' cpu='' users='' idle=''
  for word in $head; do
    value=${word#*=}
    case $value in '' | *[!0-9.]* | *.*.* | .* | *. | 0[0-9]*) return 1 ;; esac
    [ ${#value} -le 15 ] || return 1
    case ${word%%=*} in
      v) [ -z "$v" ] && v=$value || return 1 ;;
      seq) [ -z "$seq" ] && seq=$value || return 1 ;;
      up) [ -z "$up" ] && up=$value || return 1 ;;
      every) [ -z "$every" ] && every=$value || return 1 ;;
      cpu) [ -z "$cpu" ] && cpu=$value || return 1 ;;
      users) [ -z "$users" ] && users=$value || return 1 ;;
      idle) [ -z "$idle" ] && idle=$value || return 1 ;;
    esac
  done
  [ "$v" = 1 ] && [ -n "$seq" ] && [ -n "$up" ] && [ -n "$every" ] && [ -n "$users" ] && [ -n "$idle" ] || return 1
  case $seq$users$every in *.*) return 1 ;; esac
  [ "$every" -ge 1 ] && [ "$every" -le 86400 ] && [ "${idle%%.*}" -le "${up%%.*}" ]
}

# The last whole line of a file; fails when there is none. Where the file was cut, the first line is half and is no line.
last_report() {
  good=''
  lines=$(tail -c 4096 "$1" 2>/dev/null | tr -d '\000')
  while IFS= read -r line; do
    # A line whose end has not come yet fails its length.
    if read_line "$line"; then good=$line; fi
  done <<LINES
$lines
LINES
  [ -n "$good" ] && read_line "$good"
}

# A line is told until twice its period has passed, then the guest counts as silent. A clock that was set back starts anew.
is_fresh() {
  mark='' since=0
  [ -r "$SPOOL/$vm.seen" ] && read -r mark since < "$SPOOL/$vm.seen"
  at=$(now)
  if [ "$mark" != "$seq/$up" ] || [ "$since" -gt "$at" ]; then
    since=$at
    echo "$seq/$up $since" > "$SPOOL/$vm.seen"
  fi
  [ $((at - since)) -le $((2 * every + 5)) ]
}

encode() {
  if command -v base64 >/dev/null; then base64 | tr -d '\n'; else openssl base64 -A; fi
}

tell() {
  if [ "$FORM" = vm ]; then
    told="v=1 seq=$seq up=$up every=$every${cpu:+ cpu=$cpu} users=$users idle=$idle"
    echo "VM = [ ID=\"$vm\", MONITOR=\"$(printf 'IDLE="%s"\n' "$told" | encode)\" ]"
  else
    echo "IDLE = [ VMID=\"$vm\", SEQ=\"$seq\", IDLE_SECONDS=\"$idle\", USERS=\"$users\"${cpu:+, CPU=\"$cpu\"} ]"
  fi
}

# Never fails and never waits: a probe that does takes all others of its folder with it.
probe() {
  prepare_spool || exit 0
  now > "$SPOOL/asked.$$" && mv "$SPOOL/asked.$$" "$SPOOL/asked"
  if ! collector; then
    # OpenNebula reads a probe's output to its end: the collector must hold none of it open.
    if command -v setsid >/dev/null; then setsid "$ME" collect; else "$ME" collect; fi < /dev/null > /dev/null 2>&1 &
  fi
  for file in "$SPOOL"/*.raw; do
    [ -s "$file" ] || continue
    vm=${file##*/} vm=${vm%.raw}
    if last_report "$file" && is_fresh; then tell; fi
  done
  exit 0
}

# --- for people -------------------------------------------------------------------------------------------------------
check() {
  echo "form: $FORM (from $HERE)"
  if [ -r "$CONF" ]; then echo "settings: $CONF"; else echo "settings: defaults ($CONF is not there)"; fi
  prepare_spool || exit 1
  if collector; then echo "collector: runs (process $pid)"; else echo 'collector: does not run; the next probe starts it'; fi
  command -v socat >/dev/null || echo 'socat is missing: sockets cannot be read'
  list=$(channels)
  [ -n "$list" ] || { echo 'channels: none; see README.md, "In the template"'; exit 1; }
  echo "$list" | while read -r kind vm path; do
    if [ ! -r "$path" ]; then what='may not be read by this user'
    elif [ ! -s "$SPOOL/$vm.raw" ]; then what='nothing has come yet'
    elif last_report "$SPOOL/$vm.raw"; then what="idle for $idle s, $users logged in (line $seq, every $every s)"
    else what='something else comes than lines of the guest reporter'; fi
    echo "VM $vm: $kind $path: $what"
  done
}

case ${1:-} in
  collect) collect ;;
  check) check ;;
  # OpenNebula gives its probes arguments of its own.
  *) probe ;;
esac
