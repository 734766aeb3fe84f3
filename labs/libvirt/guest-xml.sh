#!/bin/sh
# Prints the libvirt document of one tiny guest.
#   usage: guest-xml.sh NAME UUID CACHE-FOLDER RUN-FOLDER LOAD EVERY-S [MEMORY-MIB]
# Serial 0 is the console (a file), serial 1 carries the guest reports (a unix socket); the balloon gives statistics
# every 2 s; the disk is a sparse file. LOAD agent: idle, with the QEMU guest agent and its channel instead of the reports.
set -eu
[ $# = 6 ] || [ $# = 7 ] || { echo "usage: guest-xml.sh NAME UUID CACHE-FOLDER RUN-FOLDER LOAD EVERY-S [MEMORY-MIB]" >&2; exit 2; }
initrd=initrd load=$5
talks="<serial type='unix'><source mode='bind' path='$4/$1.gleaner.sock'/><target port='1'/></serial>"
if [ "$5" = agent ]; then
  initrd=initrd-agent load=idle
  talks="<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
fi
cat <<X
<domain type='qemu'>
  <name>$1</name>
  <uuid>$2</uuid>
  <metadata>
    <gleaner:instance xmlns:gleaner='urn:gleaner:libvirt:1' project='lab'><tag>lab</tag><tag>${5%%:*}</tag></gleaner:instance>
  </metadata>
  <memory unit='MiB'>${7:-192}</memory>
  <currentMemory unit='MiB'>${7:-192}</currentMemory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>$3/vmlinuz</kernel>
    <initrd>$3/$initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet panic=1 load=$load gleaner.every=$6</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <pm><suspend-to-mem enabled='yes'/></pm>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='$4/$1.disk'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <serial type='file'><source path='$4/$1.console'/><target port='0'/></serial>
    $talks
    <memballoon model='virtio'><stats period='2'/></memballoon>
  </devices>
</domain>
X
