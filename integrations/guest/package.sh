#!/bin/sh
# package.sh VERSION FOLDER: makes the packages of the guest reporter in FOLDER: .deb with dpkg-deb, .rpm with rpmbuild, .tar.gz with
# tar. What is not installed here is told and left out. The same files and version give the same packages to the byte.
set -eu
LC_ALL=C
export LC_ALL
umask 022

[ $# -eq 2 ] || { echo 'usage: package.sh VERSION FOLDER' >&2; exit 2; }
VERSION=$1
case $VERSION in
  [0-9]*) ;;
  *) echo "package.sh: a version begins with a digit, not as in \"$VERSION\"" >&2; exit 2 ;;
esac
case $VERSION in *[!0-9A-Za-z.~+]*) echo "package.sh: \"$VERSION\" holds characters that no version may hold" >&2; exit 2 ;; esac
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
OUT=$(cd "$2" && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
# Times in the packages: of the youngest of the files, unless the caller says.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(for file in "$HERE"/gleaner-guest* "$HERE"/guest.conf; do date -r "$file" +%s; done | sort -n | tail -n 1)
fi
export SOURCE_DATE_EPOCH
SUMMARY='Tells the cloud how busy this machine is'

# --- what is installed ------------------------------------------------------------------------------------------------
tree() {
  mkdir -p "$1/usr/bin" "$1/etc/gleaner" "$1/etc/init.d" "$1/usr/lib/systemd/system" "$1/usr/share/doc/gleaner-guest"
  install -m 755 "$HERE/gleaner-guest" "$1/usr/bin/gleaner-guest"
  install -m 644 "$HERE/guest.conf" "$1/etc/gleaner/guest.conf"
  sed 's|/usr/local/bin/|/usr/bin/|; s|^Documentation=.*|Documentation=file:///usr/share/doc/gleaner-guest/README.md|' \
    "$HERE/gleaner-guest.service" > "$1/usr/lib/systemd/system/gleaner-guest.service"
  install -m 755 "$HERE/gleaner-guest.openrc" "$1/etc/init.d/gleaner-guest"
  install -m 644 "$HERE/README.md" "$1/usr/share/doc/gleaner-guest/README.md"
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# The reporter is of use as soon as it is there, and does nothing where the device is not.
STARTS='if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
  systemctl enable --now gleaner-guest.service || true
  systemctl try-restart gleaner-guest.service || true
elif [ -x /sbin/openrc-run ]; then
  rc-update add gleaner-guest default || true
  rc-service gleaner-guest restart || true
fi'
STOPS='if [ -d /run/systemd/system ]; then
  systemctl disable --now gleaner-guest.service || true
elif [ -x /sbin/openrc-run ]; then
  rc-service gleaner-guest stop || true
  rc-update del gleaner-guest default || true
fi'
RELOADS='if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi'

deb_file() {
  root=$WORK/deb
  tree "$root"
  mkdir "$root/DEBIAN"
  cat > "$root/DEBIAN/control" <<CONTROL
Package: gleaner-guest
Version: $VERSION
Architecture: all
Maintainer: Gleaner <gleaner@localhost>
Section: admin
Priority: optional
Description: $SUMMARY
 One line per period over a serial line: processor, network, disk, people logged
 in, and for how long nobody has used the machine. Needs no network, no account.
CONTROL
  printf '/etc/gleaner/guest.conf\n/etc/init.d/gleaner-guest\n' > "$root/DEBIAN/conffiles"
  # shellcheck disable=SC2016 # the script's own argument
  printf '#!/bin/sh\nset -e\n[ "$1" = configure ] || exit 0\n%s\n' "$STARTS" > "$root/DEBIAN/postinst"
  # shellcheck disable=SC2016 # the script's own argument
  printf '#!/bin/sh\nset -e\n[ "$1" = remove ] || exit 0\n%s\n' "$STOPS" > "$root/DEBIAN/prerm"
  printf '#!/bin/sh\nset -e\n%s\n' "$RELOADS" > "$root/DEBIAN/postrm"
  chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm" "$root/DEBIAN/postrm"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" "$OUT/gleaner-guest_${VERSION}_all.deb" >/dev/null
  echo "$OUT/gleaner-guest_${VERSION}_all.deb"
}

rpm_file() {
  root=$WORK/rpm
  tree "$root/files"
  # A tilde and a plus mean the same to both kinds of packages.
  cat > "$root/spec" <<SPEC
Name: gleaner-guest
Version: $VERSION
Release: 1
Summary: $SUMMARY
License: Apache-2.0
BuildArch: noarch
AutoReqProv: no
Requires: /bin/sh
%description
One line per period over a serial line: processor, network, disk, people logged
in, and for how long nobody has used the machine. Needs no network, no account.
%install
cp -a "$root/files/." %{buildroot}/
%post
$STARTS
%preun
if [ "\$1" = 0 ]; then
$STOPS
fi
%postun
$RELOADS
%files
%attr(755,root,root) /usr/bin/gleaner-guest
%config(noreplace) %attr(644,root,root) /etc/gleaner/guest.conf
%config(noreplace) %attr(755,root,root) /etc/init.d/gleaner-guest
%attr(644,root,root) /usr/lib/systemd/system/gleaner-guest.service
%doc %attr(644,root,root) /usr/share/doc/gleaner-guest/README.md
SPEC
  rpmbuild --quiet -bb --define "_topdir $root/top" --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' \
    --define 'clamp_mtime_to_source_date_epoch 1' --define '_build_id_links none' --nodeps "$root/spec" >&2
  mv "$root/top/RPMS/noarch/gleaner-guest-$VERSION-1.noarch.rpm" "$OUT/"
  echo "$OUT/gleaner-guest-$VERSION-1.noarch.rpm"
}

archive() {
  tree "$WORK/tar"
  tar -C "$WORK/tar" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - etc usr | gzip -n9 > "$OUT/gleaner-guest-$VERSION.tar.gz"
  echo "$OUT/gleaner-guest-$VERSION.tar.gz"
}

archive
if command -v dpkg-deb >/dev/null; then deb_file; else echo 'package.sh: dpkg-deb is not installed: no .deb' >&2; fi
if command -v rpmbuild >/dev/null; then rpm_file; else echo 'package.sh: rpmbuild is not installed: no .rpm' >&2; fi
