#!/bin/sh
# Starts the desktop. FOLDER gets console.log (its first serial line), qmp.sock (its keyboard and mouse), payload.sock and hand.sock (its
# second and third serial line) and qemu.pid.
#   usage: start-desktop.sh CACHE-FOLDER FOLDER JOB
set -eu
[ $# = 3 ] || { echo "usage: start-desktop.sh CACHE-FOLDER FOLDER JOB" >&2; exit 2; }
CACHE=$(cd "$1" && pwd)
FOLDER=$(cd "$2" && pwd)
JOB=$(readlink -f "$3")
rm -f "$FOLDER"/*.sock "$FOLDER/console.log"
qemu-system-x86_64 -name desktop -machine pc -accel tcg -m 1024 -smp 1 -kernel "$CACHE/desktop-vmlinuz" \
  -initrd "$CACHE/desktop-initrd.gz" -append "console=ttyS0 quiet panic=-1 desktop.job=$JOB" -display none -vga std -no-reboot \
  -nic none -monitor none -serial "file:$FOLDER/console.log" \
  -serial "unix:$FOLDER/payload.sock,server=on,wait=off" -serial "unix:$FOLDER/hand.sock,server=on,wait=off" \
  -qmp "unix:$FOLDER/qmp.sock,server=on,wait=off" -device qemu-xhci,id=xhci \
  -fsdev local,id=files,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=files,mount_tag=hostroot \
  > "$FOLDER/qemu.log" 2>&1 &
echo $! > "$FOLDER/qemu.pid"
