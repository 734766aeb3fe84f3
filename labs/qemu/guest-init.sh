#!/bin/busybox sh
# shellcheck shell=dash
# Process 1 of the tiny guest: loads the drivers, starts the load and the guest reporter, and powers off when asked to.
# Words it understands on the kernel's command line:
#   gleaner.every=S     seconds between two reports (5)
#   load=idle           nothing but the reporter
#   load=busy           about half of the processor and some writing to the disk
#   load=cycle:I:B      I seconds idle, B seconds busy, again and again
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
case $(word load idle) in
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

printf 'DEVICE=/dev/ttyS1\nPERIOD_S=%s\n' "$(word gleaner.every 5)" > /etc/guest.conf
echo "guest is up after $(cut -d' ' -f1 /proc/uptime) s" > /dev/console
gleaner-guest /etc/guest.conf &
insmod /modules/*virtio_balloon.ko
while :; do sleep 3600 & wait; done
