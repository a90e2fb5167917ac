#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Whether the instruments find what they look for: mistakes that memctl_test
# makes (parameter plant) and damage that memctl plants, one after the other,
# each with who found it and how soon. No test of memctl, and none of the
# kselftests: scripts/check-instruments runs it.
#
# Usage: plants.sh arena|host|race
#   arena  what the module's own checks have to find, on any kernel
#   host   what a kernel with KASAN, lockdep and kmemleak has to find; the
#          kernel complains of each
#   race   what a kernel with KCSAN has to find

. "$(dirname "$0")/lib.sh"
begin
hold=$(dirname "$0")/region_hold

now()
{
	cut -d' ' -f1 /proc/uptime
}

# plant NAME COMMAND...: make the mistake; planting begins to count the time
plant()
{
	planted=$1
	shift
	log_lines=$(dmesg | wc -l)
	started=$(now)
	"$@" >"$work/planted" 2>&1 || {
		result 1 "$planted: planted"
		why_not "$work/planted"
	}
}

# by WHO COMMAND...: the command succeeds if WHO has found what was planted last
by()
{
	who=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		result 0 "$planted: $who, $(awk "BEGIN { printf \"%.1f\", $(now) - $started }") s"
	else
		result 1 "$planted: $who"
		why_not "$work/out"
	fi
}

# says STATUS PATTERN COMMAND...: it ends so and says so
says()
{
	status=$1
	pattern=$2
	shift 2
	"$@" >"$work/said" 2>&1
	[ $? -eq "$status" ] || status=
	cat "$work/said"
	[ -n "$status" ] && grep -q "$pattern" "$work/said"
}

# mistake NAME: the test module makes it
mistake()
{
	echo "$1" >/sys/module/memctl_test/parameters/plant
}

# fresh: an arena without damage, and the test module
fresh()
{
	load size=16M plant=1 && modprobe memctl_test plants=1 || exit "$KSFT_FAIL"
}

logged()
{
	dmesg | sed "1,${log_lines}d" | tee /dev/stderr | grep -q "$1"
}

# spin OFFSET MS: what a process reads at last when it reads for so long
spin()
{
	echo "s $1 $2" >&7
}

# missed_flush: a page is taken away, but the processor that reads it is not told
missed_flush()
{
	mistake missed-flush && "$MEMCTL" region discard heap +8K 4K
}

arena()
{
	fresh
	zone=$("$MEMCTL" zoneinfo -r -n -o INDEX,FREE | awk '$2 > 0 { print $1; exit }')
	plant "a wrong counter" "$MEMCTL" plant free-count --index "$zone" --bit 5
	by "memctl verify" says 5 'zone' "$MEMCTL" verify
	fresh
	plant "a frame served twice" mistake double-frame
	by "memctl verify" says 5 'fcache I4' "$MEMCTL" verify
	fresh
	start=$(frames)
	plant "a lost frame" mistake lost-frame
	by "the count of free frames" test "$start" -ne "$(frames)"
	fresh

	"$MEMCTL" region add heap --size 1M >/dev/null
	"$MEMCTL" region write heap +8K --data A
	# The process alone on one processor, everything else on the other.
	taskset -p 1 $$ >/dev/null
	mkfifo "$work/in" "$work/out7"
	taskset 2 "$MEMCTL" region open heap -- "$hold" <"$work/in" >"$work/out7" &
	exec 7>"$work/in" 8<"$work/out7"
	echo p >&7
	read -r pid <&8
	echo a >&7
	read -r address <&8
	echo 'w 8192 65' >&7
	read -r _ <&8
	plant "a wrong bit in the shadow" "$MEMCTL" plant pte --region heap --address 0x100000002000 --level 1 --bit 1
	by "memctl pt verify" says 5 'heap' "$MEMCTL" pt verify
	"$MEMCTL" plant pte --region heap --address 0x100000002000 --level 1 --bit 1
	echo "$pid" >/sys/module/memctl_test/parameters/pid
	echo $((address + 8192)) >/sys/module/memctl_test/parameters/address
	plant "a wrong bit in a process's table" mistake wrong-bit
	by "memctl pt verify" says 5 'heap' "$MEMCTL" pt verify
	mistake wrong-bit
	equal "nothing else was wrong" 0 "$("$MEMCTL" pt verify >/dev/null 2>&1; echo $?)"

	# A processor that was told sees zeros; one that was not, what was there. It forgets by itself when another
	# process runs on it, hence some tries.
	spin 8192 2000
	"$MEMCTL" region discard heap +8K 4K
	read -r byte <&8
	equal "a page that is taken away is gone for a process that reads it" 0 "$byte"
	for _ in 1 2 3 4 5; do
		echo 'w 8192 65' >&7
		read -r _ <&8
		spin 8192 3000
		plant "a missed flush of a TLB" missed_flush
		read -r byte <&8
		[ "$byte" -eq 65 ] && break
	done
	by "a process that reads what is gone" test "$byte" -eq 65
	exec 7>&- 8<&-
	finish
}

host()
{
	fresh
	echo scan=off >/sys/kernel/debug/kmemleak
	plant "a deadlock" mistake deadlock
	by "lockdep" logged 'possible circular locking dependency'
	plant "sleep in atomic context" mistake sleep-in-atomic
	by "DEBUG_ATOMIC_SLEEP" logged 'BUG: sleeping function called from invalid context'
	plant "a leak" mistake leak
	echo scan >/sys/kernel/debug/kmemleak
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	by "kmemleak" grep -q 'memctl' /sys/kernel/debug/kmemleak
	plant "an overflow by a byte" mistake overflow
	by "KASAN" logged 'BUG: KASAN: .*out-of-bounds in overflow'
	plant "use of a free object" mistake use-after-free
	by "KASAN" logged 'BUG: KASAN: .*use-after-free in use_after_free'
	plant "use of a free page" mistake use-of-free-page
	by "KASAN" logged 'BUG: KASAN: .*use-after-free in use_of_free_page'
	finish
}

# race_until_found: a watch is set at one access in thousands
race_until_found()
{
	for _ in $(seq 100); do
		mistake data-race || return
		logged 'BUG: KCSAN: data-race in .*read_shared' && return
	done
}

race()
{
	fresh
	plant "a data race" race_until_found
	by "KCSAN" logged 'BUG: KCSAN: data-race in .*\[memctl\].*read_shared'
	finish
}

"$1"
