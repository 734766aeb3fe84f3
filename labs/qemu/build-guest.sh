#!/bin/sh
# Builds a tiny guest from Debian packages: a kernel and an initramfs with busybox, the guest reporter and the listener for notices.
#   usage: build-guest.sh CACHE-FOLDER [--agent]
# Leaves CACHE-FOLDER/vmlinuz and CACHE-FOLDER/initrd.gz; a second run only packs the scripts anew (a second or two).
# --agent: leaves CACHE-FOLDER/initrd-agent.gz as well, the same with Debian's QEMU guest agent in it.
# Needs: apt-get (as any user), dpkg, busybox-static, cpio, gzip, and 200 MB of room.
set -eu
[ $# = 1 ] || [ "$#:${2-}" = "2:--agent" ] || { echo "usage: build-guest.sh CACHE-FOLDER [--agent]" >&2; exit 2; }
HERE=$(cd "$(dirname "$0")" && pwd)
INTEGRATION=$HERE/../../integrations/guest
for tool in apt-get dpkg cpio gzip busybox; do
  command -v "$tool" >/dev/null || { echo "build-guest: $tool is missing (apt-get install busybox-static cpio)" >&2; exit 1; }
done
mkdir -p "$1/packages"
CACHE=$(cd "$1" && pwd)

if ! ls "$CACHE"/packages/linux-image-*.deb >/dev/null 2>&1; then
  KERNEL=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
  [ -n "$KERNEL" ] || { echo "build-guest: apt knows no kernel package; run apt-get update" >&2; exit 1; }
  echo "fetching $KERNEL" >&2
  (cd "$CACHE/packages" && apt-get -qq download -o APT::Sandbox::User=root "$KERNEL" >&2)
fi
if [ ! -f "$CACHE/vmlinuz" ]; then
  rm -rf "$CACHE/kernel"
  dpkg -x "$CACHE"/packages/linux-image-*.deb "$CACHE/kernel"
  cp "$CACHE"/kernel/boot/vmlinuz-* "$CACHE/vmlinuz.part"
  mv "$CACHE/vmlinuz.part" "$CACHE/vmlinuz"
fi

# Each run in a folder of its own: two may build at the same time, and the last one's result stands.
ROOT=$(mktemp -d "$CACHE/root.XXXXXX")
trap 'rm -rf "$ROOT" "$ROOT.gz" "$ROOT-agent" "$ROOT-agent.gz"' EXIT
chmod 755 "$ROOT"
mkdir -p "$ROOT/bin" "$ROOT/sbin" "$ROOT/dev" "$ROOT/proc" "$ROOT/sys" "$ROOT/run" "$ROOT/tmp" "$ROOT/etc" "$ROOT/modules"
cp "$(command -v busybox)" "$ROOT/bin/busybox"
MODULES=$(echo "$CACHE"/kernel/lib/modules/*/kernel)
# In the order they have to be loaded.
order=10
for module in drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_legacy_dev \
  drivers/virtio/virtio_pci_modern_dev drivers/virtio/virtio_pci drivers/virtio/virtio_balloon drivers/char/virtio_console \
  drivers/block/virtio_blk drivers/input/evdev drivers/acpi/button; do
  # Some are built into the kernel in other versions.
  if [ -f "$MODULES/$module.ko" ]; then cp "$MODULES/$module.ko" "$ROOT/modules/$order-${module##*/}.ko"; fi
  order=$((order + 1))
done
install -m 755 "$HERE/guest-init.sh" "$ROOT/init"
install -m 755 "$INTEGRATION/gleaner-guest" "$INTEGRATION/gleaner-notices" "$ROOT/bin/"
(cd "$ROOT" && find . | cpio -o -H newc --quiet | gzip -6) > "$ROOT.gz"
mv "$ROOT.gz" "$CACHE/initrd.gz"

[ "${2-}" = --agent ] || exit 0
if ! ls "$CACHE"/packages/qemu-guest-agent_*.deb >/dev/null 2>&1; then
  echo 'fetching qemu-guest-agent' >&2
  (cd "$CACHE/packages" && apt-get -qq download -o APT::Sandbox::User=root qemu-guest-agent >&2)
fi
# What it needs comes after what is there already: the kernel unpacks one archive after the other.
AGENT=$ROOT-agent
mkdir -p "$AGENT/bin" "$AGENT/etc" "$AGENT/package"
dpkg -x "$CACHE"/packages/qemu-guest-agent_*.deb "$AGENT/package"
cp "$AGENT/package/usr/sbin/qemu-ga" "$AGENT/bin/"
rm -rf "$AGENT/package"
libraries=$(ldd "$AGENT/bin/qemu-ga")
case $libraries in
  *'not found'*) echo "build-guest: libraries of qemu-guest-agent are missing: apt-get install qemu-guest-agent" >&2; exit 1 ;;
esac
echo "$libraries" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$AGENT$(dirname "$library")"
  cp -L "$library" "$AGENT$library"
done
printf 'ID=debian\nNAME="Debian GNU/Linux"\n' > "$AGENT/etc/os-release"
printf 'root:x:0:0:root:/:/bin/sh\n' > "$AGENT/etc/passwd"
(cd "$AGENT" && find . | cpio -o -H newc --quiet | gzip -6) > "$AGENT.gz"
cat "$CACHE/initrd.gz" "$AGENT.gz" > "$ROOT.gz"
mv "$ROOT.gz" "$CACHE/initrd-agent.gz"
