#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh - the packages are built, installed, used, upgraded and purged in Debian 12, and leave nothing
#
# Each system is a chroot of its own, made once by scripts/build-root, under an overlay: what happens in it is gone at the end.
# DKMS builds the real module in Debian 12, for 6.1; as the older version, and in Debian 13, a stand-in of it that takes
# seconds. DEB_KERNELS=all has it build the real one in both, for 6.1, 6.12 and latest; DEB_SUITES=trixie is Debian 13.
# Prints TAP.
set -u
# A mount in a namespace of our own goes with it.
if [ -z "${DEB_UNSHARED:-}" ] && unshare --mount true 2>/dev/null; then
	DEB_UNSHARED=1 exec unshare --mount "$0" "$@"
fi
# shellcheck source=selftests/install/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$top" || exit 1
umask 022
version=$(sed -n 's/^#define MEMCTL_VERSION "\(.*\)"$/\1/p' include/linux/memctl_version.h)
root=

# What debian/control and the tests ask for, and one kernel's headers, as a user's system has them.
needs=build-essential,dkms,debhelper,dh-dkms,dpkg-dev,pkgconf,libjson-c-dev,libnl-3-dev,libnl-genl-3-dev,libsmartcols-dev,libtraceevent-dev
needs+=,libtracefs-dev,scdoc,cpio,file,kmod,jq,python3-jsonschema,python3-yaml,linux-headers-cloud-amd64

# inside COMMAND...: in the system under test, as its root
inside() {
	chroot "$root" env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# lintian_of SUITE: what Debian 13's lintian depends on (appstream) cannot be configured in a chroot.
lintian_of() { [ "$1" != bookworm ] || echo ,lintian; }

# start SUITE: a system of this suite under an overlay
start() {
	local base
	base=$(scripts/build-root --suite "$1" --with "$needs$(lintian_of "$1")") || return
	mkdir -p "$work/$1/upper" "$work/$1/work" "$work/$1/root"
	root=$work/$1/root
	mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/$1/upper,workdir=$work/$1/work" "$root" &&
		mount -t proc proc "$root/proc"
}

stop() {
	[ -n "$root" ] || return 0
	umount "$root"/root/.cache/* "$root/proc" "$root" 2>/dev/null
	root=
}
trap 'stop; rm -rf "$work"' EXIT

# files: all that a package could leave behind; logs, caches and the records of apt, dpkg, depmod and DKMS are others'
files() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt -o -path ./root \) -prune -o -print) |
		grep -vE '^\./(var/lib/dpkg/|etc/ld\.so\.cache|lib/modules/[^/]*/modules\.|usr/lib/modules/[^/]*/modules\.|var/lib/dkms/mok\.)' | LC_ALL=C sort
}

# kernels: those that the system has headers of and the module is for
kernels() { (cd "$root/lib/modules" && printf '%s\n' * | grep -E '^(6\.1|6\.12|7\.3)\.'); }

# add_kernel WORD: the headers that the machines of WORD are built for, where they are
add_kernel() {
	local dir release
	dir=$(scripts/fetch-kernel --print build "$1") && release=$(scripts/fetch-kernel --print release "$1") || return
	[ ! -e "$root/lib/modules/$release" ] || return 0
	mkdir -p "$root${dir%/usr/src/*}" "$root/lib/modules/$release"
	cp -a "${dir%/usr/src/*}/usr" "$root${dir%/usr/src/*}/"
	ln -s "$dir" "$root/lib/modules/$release/build"
}

# stand_in DEB VERSION: memctl-dkms of this version beside DEB, with modules of the same names that build in seconds. What a
# driver links to is there, and does nothing.
stand_in() {
	local tree=$work/stand-in name source
	rm -rf "$tree"
	dpkg-deb -R "$1" "$tree"
	source=$tree/usr/src/memctl-$2
	[ "$2" = "$version" ] || mv "$tree/usr/src/memctl-$version" "$source"
	sed -i "s/$version/$2/g" "$tree"/DEBIAN/p* "$tree/DEBIAN/control" "$source/dkms.conf"
	rm -rf "$source/module" "$tree/DEBIAN/md5sums"
	mkdir "$source/module"
	for name in memctl memctl_bench memctl_test; do
		printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\nMODULE_DESCRIPTION("stand-in");\nMODULE_VERSION("%s");\n' "$2" \
			>"$source/module/$name.c"
		# Linux 7.3 refuses the BTF of a module that has no type of its own.
		printf 'struct %s_stand_in { int nothing; } %s_stand_in;\n' "$name" "$name" >>"$source/module/$name.c"
		echo "obj-m += $name.o" >>"$source/module/Kbuild"
	done
	for name in __memctl_arena_get __memctl_arena_put memctl_cache_create memctl_cache_destroy memctl_cache_alloc memctl_cache_free; do
		printf 'void %s(void);\nvoid %s(void)\n{\n}\nEXPORT_SYMBOL_GPL(%s);\n' $name $name $name
	done >>"$source/module/memctl.c"
	dpkg-deb --root-owner-group -b "$tree" "${1%/*}/memctl-dkms_$2_all.deb"
}

# built KERNEL VERSION: DKMS has it installed, and modinfo agrees
built() {
	inside dkms status -m memctl -v "$2" -k "$1" | grep -q ': installed' &&
		[ "$(inside modinfo -k "$1" -F version memctl)" = "$2" ] &&
		[ -e "$root/var/lib/dkms/memctl/$2/$1/x86_64/Module.symvers" ]
}

try_suite() {
	local suite=$1 kernel kind sum

	start "$suite" >"$work/out" 2>&1
	result $? "$suite: a clean system" "$work/out"
	case $suite in
	bookworm) kind=6.12 ;;
	*) kind=latest ;;
	esac
	[ "${DEB_KERNELS:-}" != all ] || add_kernel "$kind"
	for kernel in $(kernels); do inside depmod "$kernel" 2>/dev/null; done

	# --- built, and built again elsewhere, later, by another -------------------------------------------------------

	scripts/deb --root "$root" --output "$work/$suite/debs" >"$work/out" 2>&1
	result $? "$suite: the packages are built" "$work/out"
	if [ "$suite" = bookworm ]; then
		mkdir "$work/elsewhere"
		scripts/sources | tar -cf - -T - | (umask 077 && tar -xmf - --no-same-permissions -C "$work/elsewhere")
		(umask 077 && TZ=Asia/Tokyo LANG=tr_TR.UTF-8 "$work/elsewhere/scripts/deb" --root "$root" --output "$work/$suite/again") >"$work/out" 2>&1
		for sum in debs again; do
			(cd "$work/$suite/$sum" && sha256sum -- *.deb *.dsc *.tar.xz) >"$work/$sum"
		done
		diff "$work/debs" "$work/again" >>"$work/out" 2>&1
		result $? "$suite: a second build has the same bytes" "$work/out"
		sed -i "s/\"$version\"/\"99.0\"/" "$work/elsewhere/include/linux/memctl_version.h"
		refused "$suite: a version that NEWS does not begin with" "NEWS begins with .* says 99\.0" "$work/elsewhere/scripts/deb"
	fi
	mkdir -p "$root/tmp/debs"
	cp "$work/$suite/debs"/* "$root/tmp/debs/"
	if [ -n "$(lintian_of "$suite")" ]; then
		inside sh -c 'lintian --allow-root -EvIL +pedantic --fail-on error,warning /tmp/debs/*.changes' >"$work/out" 2>&1
		result $? "$suite: lintian finds no error and nothing to warn of" "$work/out"
	fi

	# --- installed -----------------------------------------------------------------------------------------------

	mkdir -p "$root/lib/modules/6.5.0-other/build/include"
	files >"$work/before"
	stand_in "$root/tmp/debs/memctl-dkms_${version}_all.deb" 0.1.9 >"$work/out" 2>&1 &&
		inside sh -c 'apt-get install -y --no-install-recommends /tmp/debs/memctl-dkms_0.1.9_all.deb' >>"$work/out" 2>&1
	result $? "$suite: an older memctl-dkms is installed" "$work/out"
	for kernel in $(kernels); do
		built "$kernel" 0.1.9 >"$work/out" 2>&1
		result $? "$suite: DKMS has built it for $kernel" "$work/out"
	done

	# --- upgraded while it is loaded -------------------------------------------------------------------------------

	[ "$suite" = bookworm ] || [ "${DEB_KERNELS:-}" = all ] || stand_in "$root/tmp/debs/memctl-dkms_${version}_all.deb" "$version" >"$work/out"
	mkdir -p "$root/sys/module/memctl"
	echo 0.1.9 >"$root/sys/module/memctl/version"
	inside sh -c 'cd /tmp/debs && apt-get install -y --no-install-recommends \
		./memctl_*_amd64.deb ./memctl-dkms_'"$version"'_all.deb ./memctl-dev_*_all.deb' >"$work/upgrade" 2>&1
	result $? "$suite: the upgrade, and the other packages" "$work/upgrade"
	grep -q "version 0\.1\.9 of the module stays loaded; version $version takes its place when it is reloaded" "$work/upgrade" &&
		! grep -qE 'rmmod|modprobe -r|FATAL|rror:' "$work/upgrade"
	result $? "$suite: it leaves the loaded module alone, and says what takes its place when" "$work/upgrade"
	rm -rf "$root/sys/module"
	for kernel in $(kernels); do
		# The package builds for the newest kernel, DKMS for any other as that is installed.
		inside dkms autoinstall -k "$kernel" >"$work/out" 2>&1
		built "$kernel" "$version"
		result $? "$suite: DKMS has built the module for $kernel, by plain kbuild" "$work/out"
	done
	! inside dkms status -m memctl -v 0.1.9 | grep . >"$work/out" && [ ! -e "$root/usr/src/memctl-0.1.9" ]
	result $? "$suite: nothing is left of the older one" "$work/out"
	inside dkms build -m memctl -v "$version" -k 6.5.0-other >"$work/out" 2>&1
	[ $? = 77 ] && grep -q 'does not match this kernel' "$work/out" &&
		! inside dkms status -m memctl -v "$version" -k 6.5.0-other | grep -qE ': (built|installed)'
	result $? "$suite: for another kernel it is refused in words, with status 77" "$work/out"
	[ "$(inside memctl --version | sed -n 's/^memctl \([^,]*\),.*/\1/p')" = "$version" ]
	result $? "$suite: the tool, the packages and the module are of one version"
	inside sh -c '[ -s /usr/share/man/man8/memctl.8.gz ] && [ -s /usr/share/bash-completion/completions/memctl ] &&
		[ -s /usr/lib/udev/rules.d/60-memctl.rules ] && [ -s /usr/share/ynl/specs/memctl.yaml ]'
	result $? "$suite: manual, completion, udev rule and spec are there"

	# --- used by others --------------------------------------------------------------------------------------------

	for kernel in $(kernels); do
		# The two lines that README.md and the sample's own give, where uname says what is asked here.
		printf '#!/bin/sh\necho %s\n' "$kernel" >"$root/usr/local/bin/uname"
		chmod 755 "$root/usr/local/bin/uname"
		rm -rf "$root/tmp/minimal"
		{
			echo 'cd /tmp'
			sed -n 's/^    \(cp -r .*minimal\|make -C .*modules\)$/\1/p' README.md
		} >"$root/tmp/lines"
		[ "$(wc -l <"$root/tmp/lines")" = 3 ] && inside sh -e /tmp/lines >"$work/out" 2>&1 &&
			[ "$(inside modinfo -F depends /tmp/minimal/minimal.ko)" = memctl ]
		result $? "$suite: the sample is built from memctl-dev for $kernel by README's two lines" "$work/out"
		rm -f "$root/usr/local/bin/uname"
	done
	printf '#include <linux/memctl.h>\n#include <linux/memctl_dev.h>\nint main(void) { return MEMCTL_MAX_ORDER != 10; }\n' >"$root/tmp/uses.c"
	inside sh -c 'cc=$(ls /usr/bin/gcc-1[0-9] | tail -n 1) && "$cc" -Wall -Werror -o /tmp/uses /tmp/uses.c && /tmp/uses' >"$work/out" 2>&1
	result $? "$suite: a program is built against the headers of the interfaces" "$work/out"
	# The tool of Debian 12 is tested by suite cli.
	if [ "$suite" != bookworm ]; then
		mkdir -p "$root/tmp/tree"
		scripts/sources debian selftests scripts cli bench include samples | tar -cf - -T - | tar -xf - -C "$root/tmp/tree"
		inside sh -c 'cd /tmp/tree && debian/tests/cli' >"$work/out" 2>&1
		result $? "$suite: the test of the tool as installed" "$work/out"
	fi

	# --- purged ------------------------------------------------------------------------------------------------------

	inside sh -c 'apt-get purge -y memctl memctl-dkms memctl-dev' >"$work/out" 2>&1
	result $? "$suite: purged" "$work/out"
	files | diff "$work/before" - >"$work/out"
	result $? "$suite: and nothing is left" "$work/out"
	stop
}

for suite in ${DEB_SUITES:-bookworm}; do try_suite "$suite"; done
finish
