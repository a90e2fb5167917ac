#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# install.sh - `make install` puts a whole installation where it is told to, or nothing, and `make uninstall` leaves nothing
#
# Everything goes below a DESTDIR with a space in its name, and is used from there. The module is the one that the machines
# of KERNEL (6.12) use as well, so that no other is built. Prints TAP.
set -u
# shellcheck source=selftests/install/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$top" || exit 1
kernel=${KERNEL:-6.12}
unset KERNEL DESTDIR MODULE prefix sbindir mandir compdir
dest="$work/a place"
release=$(scripts/fetch-kernel --print release "$kernel")

listed() { (cd "$1" 2>/dev/null && find . ! -type d | LC_ALL=C sort); }

# --- whole --------------------------------------------------------------------------------------------------------------

make install "KERNEL=$kernel" "DESTDIR=$dest" >"$work/out" 2>&1
result $? "make install KERNEL=$kernel, into a directory with a space in its name" "$work/out"
listed "$dest" >"$work/files"
cat >"$work/wanted" <<-EOF
	./lib/modules/$release/updates/memctl.ko
	./usr/sbin/memctl
	./usr/share/bash-completion/completions/memctl
	./usr/share/man/man8/memctl.8
EOF
diff "$work/wanted" "$work/files" >"$work/out"
result $? "what it installs" "$work/out"
find "$dest" ! -perm -o=r >"$work/out"
[ ! -s "$work/out" ]
result $? "everybody can read all of it" "$work/out"

"$dest/usr/sbin/memctl" help >"$work/help" 2>&1 && grep -q '^Usage: memctl' "$work/help"
result $? "the tool runs" "$work/help"
silent "the manual page has no fault" mandoc -Tlint "$dest/usr/share/man/man8/memctl.8"
mandoc -Tutf8 "$dest/usr/share/man/man8/memctl.8" 2>&1 | sed 's/.\x08//g' >"$work/page"
status=0
for object in $("$dest/usr/sbin/memctl" help --objects); do
	grep -qw -- "$object" "$work/page" || { echo "$object"; status=1; }
done >"$work/out"
result $status "it tells of every object of the tool" "$work/out"
# The completion asks the tool that is on the PATH.
PATH="$dest/usr/sbin:$PATH" bash -c '
	. "$1/usr/share/bash-completion/completions/memctl" || exit 1
	complete -p memctl >/dev/null || exit 1
	compopt() { :; }
	COMP_WORDS=(memctl budd) COMP_CWORD=1
	_memctl
	echo "${COMPREPLY[*]}"
	[ "${COMPREPLY[*]}" = buddyinfo ]' bash "$dest" >"$work/out" 2>&1
result $? "the completion completes" "$work/out"
{
	modinfo -F name "$dest/lib/modules/$release/updates/memctl.ko"
	modinfo -F vermagic "$dest/lib/modules/$release/updates/memctl.ko" | cut -d' ' -f1
} >"$work/out" 2>&1
printf '%s\n' memctl "$release" | cmp -s - "$work/out"
result $? "modinfo names the module and its kernel" "$work/out"

make install "KERNEL=$kernel" "DESTDIR=$dest" >"$work/out" 2>&1 && listed "$dest" | cmp -s - "$work/files"
result $? "once more changes nothing" "$work/out"
make uninstall "DESTDIR=$dest" prefix=/usr/local MODULE=no >"$work/out" 2>&1 && grep -q '^install: there was nothing in ' "$work/out" &&
	listed "$dest" | cmp -s - "$work/files"
result $? "make uninstall says where it found nothing" "$work/out"
make uninstall "DESTDIR=$dest" >"$work/out" 2>&1
sed "s|^$dest|.|" "$work/out" | LC_ALL=C sort | diff - "$work/files" >"$work/diff"
result $? "make uninstall says what it takes away" "$work/diff"
find "$dest" -mindepth 1 >"$work/out"
[ ! -s "$work/out" ]
result $? "and leaves nothing" "$work/out"

mkdir -p "$dest/usr/share/man/man8"
touch "$dest/usr/share/man/man8/other.8"
make install "KERNEL=$kernel" "DESTDIR=$dest" prefix=/opt/memctl mandir=/usr/share/man >"$work/out" 2>&1
listed "$dest" >"$work/files"
cat >"$work/wanted" <<-EOF
	./lib/modules/$release/updates/memctl.ko
	./opt/memctl/sbin/memctl
	./opt/memctl/share/bash-completion/completions/memctl
	./usr/share/man/man8/memctl.8
	./usr/share/man/man8/other.8
EOF
diff "$work/wanted" "$work/files" >"$work/out"
result $? "prefix and mandir are honoured" "$work/out"
make uninstall "DESTDIR=$dest" prefix=/opt/memctl mandir=/usr/share/man >"$work/out" 2>&1
[ "$(find "$dest" ! -type d)" = "$dest/usr/share/man/man8/other.8" ]
result $? "what others have put there stays"
rm -rf "$dest"

# --- for a kernel that is a build directory ------------------------------------------------------------------------------

# One that builds a module by copying main.c, and nothing for a directory that has none.
mkdir -p "$work/kernel/include/generated"
echo '#define UTS_RELEASE "0.0-stand-in"' >"$work/kernel/include/generated/utsrelease.h"
touch "$work/kernel/Module.symvers"
printf 'modules:\n\t@[ ! -e $(M)/main.c ] || cp $(M)/main.c $(M)/memctl.ko\n' >"$work/kernel/Makefile"
make install "KERNEL=$work/kernel" "DESTDIR=$dest" >"$work/out" 2>&1 &&
	cmp module/main.c "$dest/lib/modules/0.0-stand-in/updates/memctl.ko" >>"$work/out" 2>&1
result $? "KERNEL=BUILD-DIR: the module goes where that kernel's release looks for it" "$work/out"
rm -rf "$dest" build/module/kernel-"$(printf %s "$work/kernel" | sha256sum | cut -c1-8)"

# --- or nothing ---------------------------------------------------------------------------------------------------------

make install MODULE=no "DESTDIR=$dest" >"$work/out" 2>&1 && ! [ -e "$dest/lib" ] && [ -x "$dest/usr/sbin/memctl" ]
result $? "MODULE=no: all but the module" "$work/out"
rm -rf "$dest"

make -n install MODULE=no "DESTDIR=$dest" >"$work/out" 2>&1 && [ ! -e "$dest" ] && grep -q scripts/install "$work/out"
result $? "make -n install: nothing" "$work/out"
mkdir "$work/here"
(cd "$work/here" && DESTDIR=there MODULE=no "$top/scripts/install") >"$work/out" 2>&1 && [ -x "$work/here/there/usr/sbin/memctl" ]
result $? "a relative DESTDIR is one below where the caller is" "$work/out"

# nothing NAME PATTERN ARGUMENT...: make install fails in one line, and has installed nothing
nothing() {
	refused "$1" "$2" make install "DESTDIR=$dest" "${@:3}"
	[ ! -e "$dest" ]
	result $? "$1: nothing is installed"
	rm -rf "$dest"
}
if [ -e "/lib/modules/$(uname -r)/build/Makefile" ]; then
	echo "# the running kernel has headers: that it has none is tried where it has none"
else
	nothing "no headers for the running kernel" "no headers for the running kernel"
fi
nothing "a kernel that does not exist" "no such kernel: /no/where" KERNEL=/no/where
nothing "a prefix that is relative" "sbindir is 'usr/sbin'" MODULE=no prefix=usr
nothing "a directory of the manual that is" "mandir is" MODULE=no mandir=man
mkdir "$work/empty"
nothing "a directory without a kernel" "no kernel build directory" "KERNEL=$work/empty"
echo >"$work/empty/Makefile"
nothing "a kernel that was not configured" "no configured kernel" "KERNEL=$work/empty"
touch "$work/file"
refused "a place below a file" "is no directory" make install MODULE=no "DESTDIR=$work/file"
finish
