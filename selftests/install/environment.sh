#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# environment.sh - a build is right wherever the tree is and whatever the environment holds, or says why not in one line
#
# Nothing is built that takes time: where kbuild is needed, a makefile stands in for a kernel, and copies what it is given to
# build; where QEMU is, a script that keeps the file system of the guest. Prints TAP.
set -u
# shellcheck source=selftests/install/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$top" || exit 1
umask 022

# copy DIR: the sources, as an archive has them
copy() {
	mkdir -p "$1"
	scripts/sources | tar -cf - -T - | tar -xf - -C "$1"
}

# --- a tree that is copied, moved, or came without its repository ------------------------------------------------------

# A kernel that builds a module by copying main.c, and nothing for a directory that has none.
kernel=$work/kernel
mkdir -p "$kernel/include/generated"
echo '#define UTS_RELEASE "0.0-stand-in"' >"$kernel/include/generated/utsrelease.h"
touch "$kernel/Module.symvers"
printf 'modules:\n\t@[ ! -e $(M)/main.c ] || cp $(M)/main.c $(M)/memctl.ko\n' >"$kernel/Makefile"

# builds_its_own DIR NAME: what build-module makes in a tree is made of that tree
builds_its_own() {
	local made
	echo "/* $1 */" >>"$1/module/main.c"
	# Times of files are seconds on some file systems: the new one has to be newer.
	touch -d '+2 seconds' "$1/module/main.c"
	made=$("$1/scripts/build-module" --quiet --no-copy --dir "$kernel" 2>"$work/out")/memctl.ko
	cmp "$made" "$1/module/main.c" >>"$work/out" 2>&1 && [ "${made#"$1"/}" != "$made" ]
	result $? "$2" "$work/out"
}
first=$work/first
copy "$first"
builds_its_own "$first" "a tree builds its own sources"
cp -a "$first" "$work/second"
builds_its_own "$work/second" "a copy of it builds the copy's"
mv "$first" "$work/third"
builds_its_own "$work/third" "and a tree that was moved its own"
"$work/second/scripts/build-module" --quiet --no-copy "$kernel" >"$work/out" 2>&1 && cmp "$work/second/build/module/kernel-"*/module/memctl.ko \
	"$work/second/module/main.c" >>"$work/out" 2>&1
result $? "a build that is up to date stays so" "$work/out"

"$work/third/scripts/sources" >"$work/without" 2>"$work/out"
scripts/sources >"$work/with" && diff "$work/with" "$work/without" >>"$work/out" && [ ! -s "$work/out" ]
result $? "a tree without its repository knows its sources" "$work/out"
for kind in c shell; do
	diff <(scripts/lint --files $kind) <("$work/third/scripts/lint" --files $kind) >"$work/out" 2>&1
	result $? "and what the style gates look at: $kind" "$work/out"
done
rm -rf "$work/second"

# --- a path that kbuild does not take -----------------------------------------------------------------------------------

spaced="$work/a tree"
mv "$work/third" "$spaced"
refused "a space in the path: the module says what kbuild cannot" "kbuild takes no path with a space" \
	"$spaced/scripts/build-module" "$kernel"
silent "the manual page is made there" make -s -C "$spaced" man
silent "a unit test" make -s -C "$spaced/selftests/unit" ../../build/unit/test_vma
[ -x "$spaced/build/unit/test_vma" ]
result $? "which is where it belongs"
silent "a fuzzer" make -s -C "$spaced/selftests/fuzz" ../../build/fuzz/fuzz_vma
make -s -C "$spaced" build/cli/base/words.o >"$work/out" 2>&1
result $? "and what the tool is made of" "$work/out"
refused "a space in the path of the cache" "kbuild takes no path" \
	env "MEMCTL_CACHE=$work/a cache" scripts/build-module "$kernel"

# --- variables ----------------------------------------------------------------------------------------------------------

mkdir -p "$work/elsewhere/scripts"
diff <(scripts/lint --list) <(env "CDPATH=$work/elsewhere:$top" scripts/lint --list) >"$work/out" 2>&1
result $? "CDPATH: a script that goes to the top of the tree" "$work/out"
diff <(make -s help) <(env "CDPATH=$work/elsewhere:$top" make -s help) >"$work/out" 2>&1
result $? "CDPATH: make help" "$work/out"
diff <(scripts/fetch-kernel --print release 6.12) <(env -i "MEMCTL_CACHE=${MEMCTL_CACHE:-$HOME/.cache/memctl}" \
	"$BASH" scripts/fetch-kernel --print release 6.12) >"$work/out" 2>&1
result $? "an empty environment: a kernel is found" "$work/out"
env -i bash -c '. scripts/lib.sh && env' >"$work/out" 2>&1 && grep -q '^PATH=.*/usr/bin' "$work/out"
result $? "an empty environment: programs get a PATH" "$work/out"

# --- umask 077 ----------------------------------------------------------------------------------------------------------

mkdir "$work/bin"
cat >"$work/bin/qemu-system-x86_64" <<'EOF'
#!/bin/sh
# Keeps the guest's file system, and ends as a machine does that says nothing.
while [ $# -gt 0 ]; do
	[ "$1" != -initrd ] || cp "$2" "$KEPT"
	shift
done
EOF
chmod 755 "$work/bin/qemu-system-x86_64"
mkdir "$work/private"
(umask 077; echo '#!/bin/sh' >"$work/private/program"; chmod 700 "$work/private/program")
chmod 700 "$work/private"
(umask 077; PATH="$work/bin:$PATH" KEPT=$work/initramfs VM_NO_MODULE=1 VM_NO_CLI=1 scripts/vm --add "$work/private:/private" run true) \
	>"$work/vm" 2>&1
cpio -tv --quiet <"$work/initramfs" >"$work/list" 2>"$work/out"
awk '$1 !~ /^l/ && ($1 !~ /^.......r/ || ($1 ~ /^(d|...x)/ && $1 !~ /[xt]$/))' "$work/list" >>"$work/out"
[ "$(wc -l <"$work/list")" -gt 100 ] && [ ! -s "$work/out" ]
result $? "umask 077: the guest's users can read all, and run what root can" "$work/out"
grep -q 'private/program' "$work/list"
result $? "what was added among it" "$work/list"

# --- results of a run before ---------------------------------------------------------------------------------------------

measured=$work/measured
copy "$measured"
for words in --safety "--output Documentation --docs"; do
	# shellcheck disable=SC2086 # words
	! PATH="$work/bin:$PATH" KEPT=/dev/null VM_NO_MODULE=1 VM_NO_CLI=1 "$measured/scripts/bench" --kernel 6.12 $words >"$work/vm" 2>&1 &&
		diff -r Documentation "$measured/Documentation" >"$work/out" 2>&1
	result $? "bench $words: a machine that dies leaves what was measured before" "$work/out"
done
# A machine that measures one thing, and committed results of a compiler that nobody has.
cat >"$measured/scripts/vm" <<'EOF'
#!/bin/sh
echo '{"bench": [{"path": "page pair", "order": 0, "threads": 1, "unit": "ns", "median": 9, "rival": "Linux", "rival_median": 8}]}'
EOF
rm -f "$measured"/bench/results-*
jq '.compiler = "gcc-99"' bench/results-6.12.json >"$measured/bench/results-6.12.json"
cp "$measured/bench/results-6.12.json" "$work/results"
"$measured/scripts/bench" --kernel 6.12 --docs --counts >"$work/out" 2>&1
status=$?
made=$(jq -r '.compiler + "-" + .emulator' "$measured"/bench/results-6.12-gcc-1[0-9]-qemu-*.json 2>>"$work/out" | tail -n 1)
[ $status = 0 ] && [ "$(jq '.bench | length' "$measured/bench/results-6.12-$made.json" 2>>"$work/out")" = 3 ] &&
	cmp "$work/results" "$measured/bench/results-6.12.json" >>"$work/out" 2>&1 &&
	diff -r Documentation "$measured/Documentation" >>"$work/out" 2>&1
result $? "bench: results of another compiler take no place of what was measured before" "$work/out"
"$measured/scripts/bench" --kernel 6.12 --counts --output "$work" >"$work/out" 2>&1 && [ -e "$work/results-6.12.json" ]
result $? "and have the plain name where there are no others" "$work/out"
rm -rf "$measured"

# --- no network, no Debian ----------------------------------------------------------------------------------------------

for name in apt-get apt-cache apt; do
	printf '#!/bin/sh\necho "%s was asked: $*" >>"%s"\nexit 100\n' "$name" "$work/asked" >"$work/bin/$name"
	chmod 755 "$work/bin/$name"
done
# Everything in place: what a machine that is new has to fetch it fetches now.
scripts/kernel-source >/dev/null 2>&1
: >"$work/asked"
{
	PATH="$work/bin:$PATH" scripts/setup test && PATH="$work/bin:$PATH" scripts/fetch-kernel 6.12 && PATH="$work/bin:$PATH" scripts/kernel-source
} >"$work/out" 2>&1 && [ ! -s "$work/asked" ]
result $? "with everything in place, the archive is not asked" "$work/asked"
refused "a package that the archive does not have" "could not install no-such-package" env "PATH=$work/bin:$PATH" sh -c '
	scripts/setup --package "no-such-package|nor-this-one" 2>&1 | grep -v "installing\|asking\|was asked"; exit 1'
if command -v dpkg-query >/dev/null; then
	silent "a package under another of its names" scripts/setup --package "no-such-package|bash"
fi
mkdir "$work/few"
for name in bash sed awk sort id dirname env; do ln -s "$(command -v "$name")" "$work/few/$name"; done
refused "a host of another kind: what is missing, in one line" "no Debian system; install .* gcc .* scdoc" \
	env -i "PATH=$work/few" scripts/setup cli

# --- what each script says ----------------------------------------------------------------------------------------------

for script in scripts/*; do
	case $script in *.py | scripts/lib.sh | scripts/demo-guest | scripts/sources.*) continue ;; esac
	[ -x "$script" ] || continue
	(cd / && timeout 60 "$top/$script" --help) >"$work/out" 2>&1 </dev/null && grep -qi '^usage' "$work/out"
	result $? "$script --help" "$work/out"
	(cd / && timeout 60 "$top/$script" --no-such-option) >"$work/out" 2>&1 </dev/null
	status=$?
	[ $status -ne 0 ] && [ $status -ne 124 ] && ! grep -q Traceback "$work/out"
	result $? "$script refuses an option that it does not have" "$work/out"
done

# --- make -n and make clean ---------------------------------------------------------------------------------------------

bare=$work/bare
copy "$bare"
listed() { (cd "$1" && find . ! -type d | LC_ALL=C sort); }
listed "$bare" >"$work/before"
for target in cli module man all install uninstall clean; do
	make -n -C "$bare" $target >"$work/out" 2>&1
	result $? "make -n $target, where nothing is built" "$work/out"
	listed "$bare" | diff "$work/before" - >"$work/out"
	result $? "make -n $target builds nothing" "$work/out"
done
make -s -C "$bare" man && make -s -C "$bare/selftests/memctl" hold && make -s -C "$bare/selftests/unit" ../../build/unit/test_vma &&
	make -s -C "$bare" clean >"$work/out" 2>&1
listed "$bare" | diff "$work/before" - >>"$work/out"
[ ! -s "$work/out" ]
result $? "make clean leaves the sources alone, of what the tests are made of too" "$work/out"

# --- a newest kernel that nobody has tested yet -------------------------------------------------------------------------

# latest_is RELEASE: what the cache says that the archive's newest kernel is
latest_is() {
	local place=$work/newest/kernels/latest
	mkdir -p "$place/build/include/generated" "$place/modules/kernel"
	touch "$place/build/Module.symvers" "$place/vmlinuz"
	echo "#define UTS_RELEASE \"$1\"" >"$place/build/include/generated/utsrelease.h"
}
latest_is 99.1.2+deb13-cloud-amd64
MEMCTL_CACHE=$work/newest scripts/check --list >"$work/out" 2>&1
grep -q '^# host-latest is skipped: kernel latest is Linux 99\.1\.2.* 99\.1 .*; make check KERNEL=latest runs it$' "$work/out" &&
	! grep -qx host-latest "$work/out"
result $? "it is skipped, in words" "$work/out"
MEMCTL_CACHE=$work/newest scripts/check --list --all >"$work/out" 2>&1
grep -q '^# vm-latest is skipped' "$work/out" && ! grep -qx vm-latest "$work/out"
result $? "among all kernels as well" "$work/out"
MEMCTL_CACHE=$work/newest scripts/check --list --kernel latest >"$work/out" 2>&1
grep -qx vm-latest "$work/out" && ! grep -q skipped "$work/out"
result $? "and is tested when it is named" "$work/out"
MEMCTL_CACHE=$work/newest scripts/lint sparse_latest >"$work/out" 2>&1
grep -q '^ok 1 - lint: .*latest # SKIP .* 99\.1 is not among' "$work/out"
result $? "no style gate builds for it" "$work/out"
latest_is "$(bash -c '. scripts/lib.sh && echo "${MEMCTL_SUPPORTED##* }"').9+deb13-cloud-amd64"
MEMCTL_CACHE=$work/newest scripts/check --list >"$work/out" 2>&1
grep -qx host-latest "$work/out" && ! grep -q skipped "$work/out"
result $? "a tested one is not" "$work/out"

# --- make help ----------------------------------------------------------------------------------------------------------

make help >"$work/help"
grep -vE '^(make TARGET|  [a-z._-]+  *[^ ])' "$work/help" >"$work/out"
sed -nE 's/^([a-z._-]+):.*## .*/\1/p' Makefile | while read -r target; do
	grep -qE "^  $target +[^ ]" "$work/help" || echo "$target does not stand alone"
done >>"$work/out"
make help 2>&1 >/dev/full | grep -q 'No space' || echo "a full device goes unsaid" >>"$work/out"
for _ in 1 2 3; do
	make help 2>>"$work/out" | head -n 1 >/dev/null
done
[ ! -s "$work/out" ]
result $? "make help: each target, a space, its text" "$work/out"
finish
