#!/bin/sh
# Boots one tiny guest without libvirt, to try the guest reporter alone. Ends with Ctrl-C.
#   usage: run-guest.sh CACHE-FOLDER SOCKET [LOAD] [EVERY-S]
# Read its lines with: socat -u unix-connect:SOCKET -
set -eu
[ $# -ge 2 ] || { echo "usage: run-guest.sh CACHE-FOLDER SOCKET [LOAD] [EVERY-S]" >&2; exit 2; }
exec nice -n 10 qemu-system-x86_64 -accel tcg -machine q35 -m 128 -smp 1 -nodefaults -no-user-config -display none \
  -no-reboot -kernel "$1/vmlinuz" -initrd "$1/initrd.gz" -serial stdio \
  -append "console=ttyS0 quiet panic=1 load=${3:-idle} gleaner.every=${4:-5}" \
  -chardev "socket,id=report,path=$2,server=on,wait=off" -serial chardev:report -device virtio-balloon
