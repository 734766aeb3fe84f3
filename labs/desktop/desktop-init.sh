#!/bin/busybox sh
# shellcheck shell=dash
# Process 1 of the desktop: the drivers, this machine's files below a layer in memory, and the script that the kernel's command line
# names (desktop.job=/path). What the script writes is lost.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" 2>/dev/null; done < /modules/order
for w in $(cat /proc/cmdline); do case $w in desktop.job=*) job=${w#*=} ;; esac; done
mkdir -p /lower /layer
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,ro,cache=loose hostroot /lower || echo "the machine's files are not there" > /dev/console
mount -t tmpfs layer /layer
mkdir -p /layer/upper /layer/work
mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work overlay /new
mount -o move /proc /new/proc
mount -o move /sys /new/sys
mount -o move /dev /new/dev
mkdir -p /new/dev/pts /new/dev/shm
mount -t devpts devpts /new/dev/pts
mount -t tmpfs tmpfs /new/dev/shm
mount -t tmpfs tmpfs /new/run
mount -t cgroup2 cgroup2 /new/sys/fs/cgroup
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot /new /bin/bash "$job" < /new/dev/null > /new/dev/ttyS0 2>&1
echo "the desktop is done" > /new/dev/console
poweroff -f
