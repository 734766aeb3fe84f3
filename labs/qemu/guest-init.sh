#!/bin/busybox sh
# shellcheck shell=dash
# Process 1 of the tiny guest: loads the drivers, starts the load, the guest reporter and the listener for
# notices, which it tells on its console, and powers off when asked to.
# Words it understands on the kernel's command line:
#   gleaner.every=S     seconds between two reports (5)
#   load=idle           nothing but the reporter
#   load=busy           about half of the processor and some writing to the disk
#   load=cycle:I:B      I seconds idle, B seconds busy, again and again
#   load=memory:M:R     fills M MiB at once and lets go of them (its host has given it all of that now); then uses little until
#                       somebody writes an f at the beginning of its disk: fills M MiB again, R of them a second, and keeps
#                       them; tells it on its console
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
# The balloon comes last: when it answers the host, everything else is up.
for module in /modules/*.ko; do
  case $module in *virtio_balloon*) ;; *) insmod "$module" 2>/dev/null ;; esac
done

word() {
  for w in $(cat /proc/cmdline); do case $w in "$1"=*) echo "${w#*=}"; return ;; esac; done
  echo "$2"
}

# The ACPI power button.
mkdir -p /etc/acpi/PWRF
printf '#!/bin/sh\nsync\npoweroff -f\n' > /etc/acpi/PWRF/00000080
chmod 755 /etc/acpi/PWRF/00000080
acpid -d >/dev/null 2>&1 &

work() {
  while :; do
    n=0
    while [ "$n" -lt 20000 ]; do n=$((n + 1)); done
    [ -b /dev/vda ] && dd if=/dev/zero of=/dev/vda bs=64k count=8 conv=fsync 2>/dev/null
    sleep 0.3
  done
}
# Memory that nothing can drop: a file in memory. fill MIB MIB-PER-SECOND
fill() {
  n=0
  while [ "$n" -lt "$1" ]; do
    dd if=/dev/zero bs=1M count="$2" 2>/dev/null >> /fill/it
    n=$((n + $2))
    [ "$2" -ge "$1" ] || sleep 1
  done
}

remember() {
  mkdir -p /fill && mount -t tmpfs -o size=90% fill /fill
  fill "$1" "$1"
  rm /fill/it
  echo "memory: idle" > /dev/console
  until [ "$(dd if=/dev/vda bs=1 count=1 2>/dev/null)" = f ]; do
    sleep 1
    blockdev --flushbufs /dev/vda
  done
  echo "memory: fills" > /dev/console
  fill "$1" "$2"
  echo "memory: full, $(stat -c %s /fill/it) bytes are there" > /dev/console
}
case $(word load idle) in
  memory:*)
    spans=$(word load idle) spans=${spans#memory:}
    remember "${spans%:*}" "${spans#*:}" &
    ;;
  busy) work & ;;
  cycle:*)
    spans=$(word load idle) spans=${spans#cycle:}
    (while :; do
      sleep "${spans%%:*}"
      work & worker=$!
      sleep "${spans#*:}"
      kill "$worker"
    done) &
    ;;
esac

printf 'DEVICE=/dev/ttyS1\nPERIOD_S=%s\nNOTICE_FOLDER=/etc/notice.d\n' "$(word gleaner.every 5)" > /etc/guest.conf
# Each notice in one line of the console.
mkdir -p /etc/notice.d
printf '#!/bin/sh\necho "notice: $GLEANER_NOTICE_KIND: $GLEANER_NOTICE_TEXT" > /dev/console\n' > /etc/notice.d/tell
chmod 755 /etc/notice.d/tell
echo "guest is up after $(cut -d' ' -f1 /proc/uptime) s" > /dev/console
gleaner-guest /etc/guest.conf &
gleaner-notices /etc/guest.conf &
# The guest agent, where it was packed and its port is there.
if [ -x /bin/qemu-ga ]; then
  mkdir -p /var/run
  for port in /sys/class/virtio-ports/*; do
    [ "$(cat "$port/name")" = org.qemu.guest_agent.0 ] || continue
    qemu-ga -m virtio-serial -p "/dev/${port##*/}" -t /run >/dev/console 2>&1 &
  done
fi
insmod /modules/*virtio_balloon.ko
while :; do sleep 3600 & wait; done
