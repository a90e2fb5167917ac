#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What users in the kernel hold, by symbol; and what they leave behind: told
# when they put the arena, by verify, and when the module goes.

. "$(dirname "$0")/lib.sh"
begin
modinfo memctl_test >/dev/null 2>&1 || skip_all "no module memctl_test for this kernel"
load size=32M || exit "$KSFT_FAIL"
leave=/sys/module/memctl_test/parameters/leave
modprobe memctl_test plants=1 || exit "$KSFT_FAIL"
start=$(frames)

# log: what the kernel's log has got since the last one, memctl's own
log()
{
	dmesg | sed "1,${log_seen:-0}d" | sed -n 's/.*\] memctl: //p'
}

forget_log()
{
	log_seen=$(dmesg | wc -l)
}
forget_log

kernel_pages() { "$MEMCTL" page list --kernel "$@"; }

equal "nobody in the kernel holds a page" "" "$(kernel_pages -r -n)"
check "verify" "$MEMCTL" verify

# --- held
echo hold >"$leave"
"$MEMCTL" page alloc --order 1 --count 4 >"$work/out"
kernel_pages -r -n >"$work/list"
equal "the module's 3 blocks are listed, and no handle's" 3 "$(wc -l <"$work/list")"
equal "each with the symbol that allocated it" 3 "$(grep -c 'take_blocks+0x.*\[memctl_test\]$' "$work/list")"
equal "order, bytes and zone" "1 8192" "$(kernel_pages -r -n -b -o ORDER,SIZE | sort -u)"
check "the zone is a word" sh -c '"$1" page list --kernel -r -n -o ZONE | grep -qx "DMA\|DMA32\|Normal"' - "$MEMCTL"
equal "as JSON" 3 "$("$MEMCTL" -J page list --kernel | grep -c '"symbol": *"take_blocks+0x')"
refuse "not with an owner" 1 'no handle' "$MEMCTL" page list --kernel --owner 1
pfn=$(kernel_pages -r -n -o PFN | head -n 1)
"$MEMCTL" what "pfn:$pfn" >"$work/what"
check "what names the code" grep -q 'SYMBOL.*take_blocks+0x.*\[memctl_test\]' "$work/what"
check "verify: who holds it uses it" "$MEMCTL" verify
"$MEMCTL" page free --all --force >"$work/out"

# --- refused, and left: the events say who
timeout 60 "$MEMCTL" monitor --timeout 20 >"$work/events" &
monitor=$!
wait_until "the monitor listens" listening
echo more >"$leave"
echo wrong >"$leave"
echo put >"$leave"
wait_until "an event for each leak" sh -c '[ "$(grep -c " leak" "$1")" -eq 4 ]' - "$work/events"
kill "$monitor"
wait "$monitor"
check "a refusal names who asked" grep -q 'alloc-failed order 10 .*(ask_for_more+0x.*\[memctl_test\])$' "$work/events"
check "a bad free who had the block" grep -q 'bad-free.*order is 1 (take_blocks+0x.*\[memctl_test\])$' "$work/events"
check "its text names the code" grep -q 'leak value 24576: take_blocks+0x.*3 blocks of pages' "$work/events"
check "its name is the cache" grep -q 'leak leaky value 500: make_cache+0x.*with 5 objects' "$work/events"

# --- left: at the last put
log >"$work/log"
check "the log tells who had the block of the bad free" grep -q \
	'free of frame .*: order is 1, allocated by take_blocks+0x.*\[memctl_test\]$' "$work/log"
check "it tells the pages" grep -q \
	'arena main: leak by take_blocks+0x.*\[memctl_test\]: 3 blocks of pages, 24576 bytes' "$work/log"
check "the cache" grep -q 'leak by make_cache+0x.*\[memctl_test\]: cache leaky with 5 objects, 500 bytes' "$work/log"
check "objects of kmalloc" grep -q 'leak by .*: 2 objects of kmalloc-128, 256 bytes' "$work/log"
check "the large one" grep -q 'leak by .*: 1 object of kmalloc-large, 32768 bytes' "$work/log"
equal "nothing else" 4 "$(grep -c 'leak' "$work/log")"
clean_log_but_leaks()
{
	equal "no other complaint in the log" "" \
		"$(dmesg | sed "1,${log_lines:-0}d" | grep -E 'BUG|WARNING|Oops|KASAN|Call Trace' | without_races)"
	log_lines=$(dmesg | wc -l)
}

"$MEMCTL" verify >"$work/verify"
equal "verify: exit status of a leak" 5 $?
check "its verdict" grep -q ' 0 problems, 4 leaks' "$work/verify"
check "it names the pages" grep -q 'leak: 3 blocks, 24576 bytes, of take_blocks+0x' "$work/verify"
check "and the cache" grep -q 'leak: 5 objects of cache leaky, 500 bytes, of make_cache+0x' "$work/verify"
"$MEMCTL" -J verify >"$work/json"
equal "as JSON, too" 5 $?
check "with their number" grep -q '"nr_leaks": *4' "$work/json"
check "nothing of a handle is one" sh -c '"$1" page alloc --order 0 --count 9 && "$1" kmalloc 100 && "$1" kmalloc 9000' - "$MEMCTL"
"$MEMCTL" verify >"$work/verify"
check "the verdict is the same" grep -q ' 0 problems, 4 leaks' "$work/verify"
"$MEMCTL" page free --all --force >"$work/out"

# --- given back after all
echo free >"$leave"
check "verify" "$MEMCTL" verify
shrink_caches
equal "every frame is back" "$start" "$(frames)"

# --- the code is gone
echo hold >"$leave"
echo put >"$leave"
forget_log
clean_log_but_leaks
rmmod memctl_test
check "the symbol is known" sh -c '"$1" page list --kernel | grep -q "take_blocks+0x.*\[memctl_test\] (gone)"' - "$MEMCTL"
"$MEMCTL" verify >"$work/verify"
equal "verify: exit status" 5 $?
check "and its name there" grep -q 'of take_blocks+0x.*(gone)' "$work/verify"
refuse "the arena cannot go" 2 'frames in use' "$MEMCTL" arena del main
rmmod memctl
log >"$work/log"
check "the unload tells the pages" grep -q 'leak by take_blocks+0x.*(gone): 3 blocks of pages' "$work/log"
check "and the cache" grep -q 'leak by make_cache+0x.*(gone): cache leaky with 5 objects' "$work/log"
clean_log_but_leaks
finish
