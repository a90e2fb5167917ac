#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Managed regions: the shadow against the hardware's tables, and planted
# wrong bits that must be found.
# HOST: the hardware's page tables, zap and insert

. "$(dirname "$0")/lib.sh"
begin
load size=32M plant=1 || exit "$KSFT_FAIL"
start=$(frames)

check "a region" "$MEMCTL" region add one --pages 600
check "a second region" "$MEMCTL" region add two --pages 1 --readonly
address=$("$MEMCTL" region list -r -n -o NAME,START | awk '$1 == "one" { print $2 }')
check "walk its first page" "$MEMCTL" pt walk "$address"
check "the walk names the flags" sh -c '"$1" pt walk "$2" | grep -q "P RW.* A D.* NX"' - "$MEMCTL" "$address"
levels=$("$MEMCTL" region list -r -n -o NAME,LEVELS | awk '$1 == "one" { print $2 }')
if grep -qw la57 /proc/cpuinfo; then
	equal "five levels on a processor that has them" 5 "$levels"
else
	equal "four levels" 4 "$levels"
fi
equal "the dump lists every leaf" 600 \
	"$("$MEMCTL" pt dump one -r -n -o LEVEL,LEAF | awk '$1 == 1 && $2 ~ /yes|true|1/' | wc -l)"
check "the shadow equals the hardware" "$MEMCTL" pt verify
check "verify" "$MEMCTL" verify

# P RW US PWT PCD PAT G, two bits of the frame number, NX
for bit in 0 1 2 3 4 7 8 12 30 63; do
	check "flip bit $bit" "$MEMCTL" plant pte --address "$address" --level 1 --bit "$bit"
	"$MEMCTL" pt verify >"$work/found" 2>&1
	equal "bit $bit is found" 5 "$?"
	check "flip it back" "$MEMCTL" plant pte --address "$address" --level 1 --bit "$bit"
	check "the shadow equals the hardware again" "$MEMCTL" pt verify
done
for level in 2 3; do
	check "flip a bit at level $level" "$MEMCTL" plant pte --address "$address" --level "$level" --bit 1
	"$MEMCTL" pt verify >"$work/found" 2>&1
	equal "it is found" 5 "$?"
	check "flip it back" "$MEMCTL" plant pte --address "$address" --level "$level" --bit 1
done
check "the shadow equals the hardware again" "$MEMCTL" pt verify

refuse "an address in no region" 2 'no region' "$MEMCTL" pt walk 0xffffffff81000000
refuse "an address of user space" 2 'no region' "$MEMCTL" pt walk 0x400000
refuse "pages 0" 2 'pages' "$MEMCTL" region add none --pages 0
refuse "pages 2^32 - 1" 2 'pages' "$MEMCTL" region add none --pages 4294967295
refuse "more pages than are free" 2 'pages' "$MEMCTL" region add none --pages 100000
refuse "a name twice" 2 'exists' "$MEMCTL" region add one --pages 1
refuse "a name with a slash" 2 'name' "$MEMCTL" region add a/b --pages 1
refuse "a region that is none" 2 'no region' "$MEMCTL" region del nothing
refuse "verify a region that is none" 2 'no region' "$MEMCTL" pt verify nothing
check "verify" "$MEMCTL" verify

check "what: an address in the region" sh -c '"$1" what "$2" | grep -q one' - "$MEMCTL" "$address"
check "remove both" sh -c '"$1" region del one && "$1" region del two' - "$MEMCTL"
done=0
for _ in 1 2 3 4 5 6 7 8 9 10; do
	"$MEMCTL" region add again --pages 100 >"$work/out" 2>&1 &&
		"$MEMCTL" pt verify >>"$work/out" 2>&1 &&
		"$MEMCTL" region del again >>"$work/out" 2>&1 || break
	done=$((done + 1))
done
equal "add, verify, remove 10 times" 10 "$done"
equal "every frame is back" "$start" "$(frames)"

unload
clean_log
finish
