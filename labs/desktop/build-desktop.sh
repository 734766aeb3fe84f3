#!/bin/sh
# Builds a "desktop": a stock Debian kernel, which has keyboards, mice and USB, and an initramfs that mounts this machine's own files
# read-only, puts a layer in memory over them, and runs one script there. So Node and the build of this checkout are inside.
#   usage: build-desktop.sh CACHE-FOLDER
# Leaves CACHE-FOLDER/desktop-vmlinuz and CACHE-FOLDER/desktop-initrd.gz. Needs: apt-get (as any user), dpkg, busybox-static, cpio, gzip.
set -eu
[ $# = 1 ] || { echo "usage: build-desktop.sh CACHE-FOLDER" >&2; exit 2; }
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/desktop-packages"
CACHE=$(cd "$1" && pwd)
if ! ls "$CACHE"/desktop-packages/linux-image-*.deb >/dev/null 2>&1; then
  KERNEL=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
  [ -n "$KERNEL" ] || { echo "build-desktop: apt knows no kernel package; run apt-get update" >&2; exit 1; }
  echo "fetching $KERNEL" >&2
  (cd "$CACHE/desktop-packages" && apt-get -qq download -o APT::Sandbox::User=root "$KERNEL" >&2)
fi
if [ ! -f "$CACHE/desktop-vmlinuz" ]; then
  rm -rf "$CACHE/desktop-kernel"
  dpkg -x "$CACHE"/desktop-packages/linux-image-*.deb "$CACHE/desktop-kernel"
  cp "$CACHE"/desktop-kernel/boot/vmlinuz-* "$CACHE/desktop-vmlinuz.part"
  mv "$CACHE/desktop-vmlinuz.part" "$CACHE/desktop-vmlinuz"
fi

ROOT=$(mktemp -d "$CACHE/desktop-root.XXXXXX")
trap 'rm -rf "$ROOT" "$ROOT.gz"' EXIT
chmod 755 "$ROOT"
mkdir -p "$ROOT/bin" "$ROOT/dev" "$ROOT/proc" "$ROOT/sys" "$ROOT/new" "$ROOT/modules"
cp "$(command -v busybox)" "$ROOT/bin/busybox"
MODULES=$(echo "$CACHE"/desktop-kernel/lib/modules/*)
# What a module needs stands in it; the needed ones come first.
: > "$ROOT/modules/order"
take() {
  grep -qx "$1" "$ROOT/modules/order" && return 0
  file=$(find "$MODULES/kernel" -name "$1.ko" -o -name "$(echo "$1" | tr _ -).ko" | head -n 1)
  # Built into the kernel.
  [ -n "$file" ] || return 0
  for need in $(tr '\0' '\n' < "$file" | sed -n 's/^depends=//p' | tr , ' '); do take "$need"; done
  file=$(find "$MODULES/kernel" -name "$1.ko" -o -name "$(echo "$1" | tr _ -).ko" | head -n 1)
  cp "$file" "$ROOT/modules/$1"
  echo "$1" >> "$ROOT/modules/order"
}
for module in virtio_pci 9p 9pnet_virtio evdev uinput psmouse xhci_pci usbhid hid_generic button overlay; do take "$module"; done
install -m 755 "$HERE/desktop-init.sh" "$ROOT/init"
(cd "$ROOT" && find . | cpio -o -H newc --quiet | gzip -1) > "$ROOT.gz"
mv "$ROOT.gz" "$CACHE/desktop-initrd.gz"
