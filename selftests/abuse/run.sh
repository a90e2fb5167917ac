#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# $PROGRAMS that abuse whatever they are given, on /dev/memctl and the files of
# regions, TIME seconds each; run in a guest by scripts/abuse-vm. What they
# reach is counted by the module itself: a run that reaches nothing has failed.

# shellcheck source=selftests/memctl/lib.sh
. /selftests/lib.sh
begin
TIME=${TIME:-600}
PROGRAMS=${PROGRAMS:-}

seconds()
{
	cut -d. -f1 /proc/uptime
}

# reached FUNCTION...: calls of each, up to 255
reached()
{
	for name; do
		at_least "$program reaches $name" 1 "$(awk -v name="$name" '$1 == name { print $3 }' "$work/reached")"
	done
}

# number COLUMN: its sum over the regions
number()
{
	"$MEMCTL" region list -r -n -b -o "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

# start PROGRAM: the module, four regions, one with blocks, one without room for much
start()
{
	program=$1
	load size=96M || exit "$KSFT_FAIL"
	start=$(frames main)
	chmod 666 /dev/memctl
	check "$program: add a region" "$MEMCTL" region add abuse1 --size 64G --limit 8000
	check "$program: one with a window" "$MEMCTL" region add abuse2 --size 64G --limit 4000 --window 16
	check "$program: one that is small" "$MEMCTL" region add abuse3 --size 16M --limit 64
	check "$program: one of blocks" "$MEMCTL" region add abuse4 --size 64G --limit 8000 --order 9
}

# end: what has to be when it is over
end()
{
	# Whoever was killed may not be gone yet.
	sleep 2
	/abuse/reached >"$work/reached"
	awk -v program="$program" '{ blocks += $2 } END { print "# " program ": " NR " functions, " blocks " blocks reached" }' \
		"$work/reached"
	echo "# $program: faults: $(number NEW) new, $(number MINOR) minor, $(number REFUSED) refused"
	check "$program: pt verify" "$MEMCTL" pt verify
	check "$program: verify" "$MEMCTL" verify
	for number in 1 2 3 4; do
		wait_until "$program: region abuse$number is let go" "$MEMCTL" region del "abuse$number"
	done
	equal "$program: every frame is back" "$start" "$(frames main)"
	check "$program: verify at the end" "$MEMCTL" verify
}

region_size()
{
	[ "$1" -eq 3 ] && echo 16M || echo 64G
}

# kill_user: whatever it has left; it takes itself out of groups and sessions, and its /proc/PID may be root's
kill_user()
{
	grep -ls '^Uid:.*1000' /proc/[0-9]*/status | sed 's,^/proc/\(.*\)/status$,\1,' | while read -r process; do
		kill -9 "$process" 2>/dev/null
	done
}

# --- trinity, as a user who was given the device ---

# lacks: whether something of $wanted was not reached yet
lacks()
{
	/abuse/reached >"$work/reached"
	for name in $wanted; do
		grep -q "^$name " "$work/reached" || return 0
	done
	return 1
}

# victims DIRECTORY: the device, and files that stand for the regions' (file_preload.c). It may not take them away.
victims()
{
	mkdir "$1"
	cp -a /dev/memctl "$1/memctl"
	for number in 1 2 3 4; do
		: >"$1/region$number"
	done
	chmod 666 "$1"/*
}

abuse_trinity()
{
	start trinity
	file_calls=
	for call in read write pread64 pwrite64 readv writev mmap munmap mremap mprotect madvise msync mlock mincore remap_file_pages \
		ioctl fallocate ftruncate lseek splice tee vmsplice sendfile copy_file_range fcntl fsync process_vm_readv; do
		file_calls="$file_calls -c $call"
	done
	socket_calls=
	for call in sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg getsockopt setsockopt bind connect shutdown socket; do
		socket_calls="$socket_calls -c $call"
	done
	# What this script's own commands come by is not among them.
	wanted="file_mmap file_read_iter file_write_iter file_splice_read file_fallocate file_ioctl device_ioctl
		mctl_space_get_area mctl_space_file_populate mctl_space_file_discard fault mprotect
		memctl_nl_arena_get_doit memctl_nl_arena_get_dumpit memctl_nl_why_doit memctl_nl_pt_format_get_dumpit"
	stop=$(($(seconds) + TIME))
	runs=0
	# It damages itself, and ends, or hangs: begun again, with other numbers, by turns with the calls
	# for files and memory, with those for sockets of netlink, and with all of them.
	# A machine on which it makes few calls has up to three times as long for what there is to reach.
	while [ "$(seconds)" -lt "$stop" ] || { [ "$(seconds)" -lt $((stop + 2 * TIME)) ] && lacks; }; do
		# Where they are full it does not come to its first call.
		for number in 1 2 3 4; do
			"$MEMCTL" region discard "abuse$number" +0 "$(region_size "$number")" >/dev/null
		done
		# Its directory and files are not what they were, either.
		mkdir "/tmp/trinity$runs"
		chown user "/tmp/trinity$runs"
		victims "/tmp/victims$runs"
		cd "/tmp/trinity$runs" || exit "$KSFT_FAIL"
		calls="--disable-fds=sockets $file_calls"
		[ $((runs % 3)) -ne 1 ] || calls="-P NETLINK $socket_calls"
		[ $((runs % 3)) -ne 2 ] || calls=--disable-fds=sockets
		# The shell has an applet setpriv, which is another.
		# shellcheck disable=SC2086
		LD_PRELOAD=/abuse/file_preload.so /bin/setpriv --reuid 1000 --regid 1000 --clear-groups \
			timeout -s INT -k 10 200 trinity -q -l off -N 2000 -C "${CHILDREN:-4}" -V "/tmp/victims$runs" $calls \
			</dev/null >"$work/trinity" 2>&1
		kill_user
		sed -n 's/^.*Ran \([0-9]*\) syscalls.*$/\1/p' "$work/trinity" | tail -n 1 >>"$work/calls"
		runs=$((runs + 1))
		tail -n 3 "$work/trinity" | sed "s/^/# run $runs, until $(seconds) s: /"
	done
	cd / || exit "$KSFT_FAIL"
	echo "# trinity: $runs runs, $(awk '{ sum += $1 } END { print sum + 0 }' "$work/calls") calls"
	end
	# shellcheck disable=SC2086
	reached $wanted
	awk '{ print "# " $0 }' "$work/reached" | grep -E '^# (file|device|memctl_nl)_'
	unload
	clean_log
}

# --- stress-ng ---

# stressor OPTIONS...: as a user, with a new region for its memory, as what a process that is killed had stays; its output is
# $work/out. Its own stack for signals, of 64 KiB, is used by all of its processes at once, and must not be shared memory.
stressor()
{
	"$MEMCTL" region add stress --size 64G >/dev/null
	LD_PRELOAD=/selftests/region_preload.so PRELOAD_REGION=stress PRELOAD_LEAST=0x20000 \
		/bin/setpriv --reuid 1000 --regid 1000 --clear-groups \
		stress-ng --quiet --verify --temp-path /tmp/stress --timeout "$slice" "$@" >"$work/out" 2>&1
	status=$?
	"$MEMCTL" region list -r -n -b -o NAME,NEW,MINOR,REFUSED | grep '^stress ' >"$work/faults"
	read -r _ new minor refused <"$work/faults"
	echo "# faults: $new new, $minor minor, $refused refused"
	kill_user
	wait_until "region stress is let go" "$MEMCTL" region del stress
}

# fits STRESSOR OPTIONS...: one that finds nothing wrong with its memory, which is a region's
fits()
{
	name="stress-ng --$*"
	option="--$1"
	shift
	stressor "$option" "$@"
	equal "$name: its own checks" 0 "$status"
	[ "$status" -eq 0 ] || why_not "$work/out"
	at_least "$name: new pages of the region" "$least" "$new"
	equal "$name: refused faults" 0 "$refused"
}

# Root has the device, a user a region for memory. What does not fit: vm-splice gives up at its first call, as no one can hold
# a region's page; remap_file_pages() counts from the region's start; madvise, mlock, mincore, munmap, and mprotect map files,
# or a few pages.
abuse_stress()
{
	start stress-ng
	mkdir /tmp/stress
	chown user /tmp/stress
	slice=$(((TIME + 13) / 14))
	stress-ng --quiet --temp-path "$work" --dev 1 --dev-file /dev/memctl --timeout "$TIME" >"$work/dev" 2>&1 &
	device=$!
	least=128
	fits vm 1 --vm-bytes 4M
	fits pagemove 1 --pagemove-bytes 1M
	fits stream 1 --stream-l3-size 1M
	fits memrate 1 --memrate-bytes 1M
	fits matrix 1 --matrix-size 512
	# It takes its time for each page, and asks by turns for memory that a region does not give (MAP_STACK, MAP_HUGETLB).
	least=32
	fits mmap 1 --mmap-bytes 128K
	# What it shares with its children, too: the 554 pages it keeps its counts in, of which it has a checksum, as well.
	export PRELOAD_SHARED=1
	least=640
	fits tlb-shootdown 1
	fits lockbus 1
	fits prefetch 1 --prefetch-l3-size 1M
	fits sparsematrix 1 --sparsematrix-method mmap
	fits vm 2 --vm-bytes 8M
	unset PRELOAD_SHARED
	# A mapping does not grow (VM_DONTEXPAND), and is not executed (VM_MAYEXEC), and it says so.
	stressor --mremap 1 --mremap-bytes 4M
	equal "stress-ng --mremap fails" 2 "$status"
	equal "stress-ng --mremap: refused to grow" 1 "$(grep -c 'mremap failed, errno=14' "$work/out")"
	stressor --mmap 1 --mmap-bytes 128K --mmap-mprotect
	equal "stress-ng --mmap --mmap-mprotect fails" 2 "$status"
	at_least "stress-ng --mmap --mmap-mprotect: refused PROT_EXEC" 1 "$(grep -c 'set to PROT_EXEC failed' "$work/out")"
	# More than there are frames: who gets no frame is killed, and begun again.
	check "stress-ng: hold most of the frames" "$MEMCTL" page alloc --order 9 --count 38
	stressor --vm 2 --vm-bytes 32M
	equal "stress-ng --vm, of too much: ends well" 0 "$status"
	at_least "stress-ng --vm, of too much: refused faults" 1 "$refused"
	check "stress-ng: let go of the frames" "$MEMCTL" page free --all --force
	wait "$device"
	equal "stress-ng --dev ends well" 0 "$?"
	why_not "$work/dev"
	end
	reached device_ioctl file_mmap fault
	unload
	clean_log
}

case $PROGRAMS in
*stress-ng*) ;;
*) abuse_trinity ;;
esac
case $PROGRAMS in
*trinity*) ;;
*) abuse_stress ;;
esac
finish
