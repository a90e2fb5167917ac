#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The self-check: damage of every kind that can be planted is found, named,
# and gone once the same bit is flipped back.

. "$(dirname "$0")/lib.sh"
begin
load size=16M || exit "$KSFT_FAIL"
refuse "planting needs plant=1" 2 'plant' "$MEMCTL" plant free-count --index 0 --bit 0
load size=16M plant=1 || exit "$KSFT_FAIL"

check "a cache" "$MEMCTL" cache add victim --size 100 --redzone
id=$("$MEMCTL" cache list -r -n -o NAME,ID | awk '$1 == "victim" { print $2 }')
"$MEMCTL" cache alloc victim --count 10 >"$work/objects"
# One object alone: the rest of its slab is on the free list, not in a magazine.
check "a cache with a free list" "$MEMCTL" cache add linked --size 100
linked=$("$MEMCTL" cache list -r -n -o NAME,ID | awk '$1 == "linked" { print $2 }')
"$MEMCTL" cache alloc linked >"$work/linked"
"$MEMCTL" page alloc --order 2 --count 3 >"$work/pages"
check "verify finds nothing" "$MEMCTL" verify
zone=$("$MEMCTL" zoneinfo -r -n -o INDEX,FREE | awk '$2 > 0 { print $1; exit }')

# The head of the first chunk, and a frame inside it.
head=$("$MEMCTL" iomem -r -n -o FN | head -n 1)
inner=$((head + 1))

# found NAME SITE ARGUMENT...
found()
{
	name=$1
	shift
	check "plant: $name" "$MEMCTL" plant "$@"
	"$MEMCTL" verify >"$work/found" 2>&1
	equal "found: $name" 5 "$?"
	check "flip back: $name" "$MEMCTL" plant "$@"
	check "verify finds nothing" "$MEMCTL" verify
}

for bit in 0 3 4 7; do
	found "bit $bit of a frame's state" frame-state --index "$head" --bit "$bit"
	found "bit $bit of an inner frame's state" frame-state --index "$inner" --bit "$bit"
done
for bit in 0 5 31; do
	found "bit $bit of a zone's free count" free-count --index "$zone" --bit "$bit"
done
found "a slab's count of objects in use" slab-inuse --index "$id" --bit 0
found "a slab's first free link" slab-link --index "$linked" --bit 9
for cache in "$id" "$linked"; do
	found "a magazine's top, one up or down" magazine-top --index "$cache" --bit 3
	found "a magazine's top, far away" magazine-top --index "$cache" --bit 40
	found "a door left shut" magazine-door --index "$cache" --bit 0
	found "a count of the previous magazine" magazine-previous --index "$cache" --bit 2
	found "a count of full magazines" depot-full --index "$cache" --bit 0
	found "a count of empty magazines" depot-empty --index "$cache" --bit 31
done
found "a redzone" redzone --index "$id" --bit 3
found "a handle's record" handle --index 1 --bit 0
found "a frame cache that nobody leaves" fcache --index 0
check "named: fcache I6" grep -q 'fcache I6' "$work/found"
found "the length of the extent" extent --index 0 --bit 0
check "named: chunk I5" grep -q 'chunk I5' "$work/found"
found "an extent longer than the arena" extent --index 0 --bit 40
found "the first page of the extent" extent --index 1 --bit 6
check "named: chunk I5" grep -q 'chunk I5' "$work/found"

refuse "a site that is none" 1 'site' "$MEMCTL" plant nothing --index 0 --bit 0
refuse "bit 64" 1 'bit' "$MEMCTL" plant frame-state --index 0 --bit 64
refuse "a frame that is none" 2 'frame' "$MEMCTL" plant frame-state --index 4294967295 --bit 0
refuse "a CPU that is none" 2 'CPU' "$MEMCTL" plant fcache --index 4294967296 --bit 0
refuse "a place that is none" 2 'place' "$MEMCTL" plant extent --index 2 --bit 0
check "free the objects" xargs "$MEMCTL" cache free <"$work/objects"
check "free the pages" xargs "$MEMCTL" page free <"$work/pages"
check "verify finds nothing" "$MEMCTL" verify

# Who stumbles over damage is told, by each of the two ways of a free. The handle
# goes and the block stays, so that it is nobody's from then on: a leak.
nr=0
for force in '' --force; do
	page=$("$MEMCTL" page alloc --order 2)
	fn=$("$MEMCTL" what "handle:$page" | awk '$1 == "FN" { print $2 }')
	check "plant: the order of a block in use" "$MEMCTL" plant frame-state --index "$fn" --bit 0
	# shellcheck disable=SC2086
	refuse "its free is refused $force" 2 'damage\|records' "$MEMCTL" page free "$page" $force
	check "flip back: the order of a block in use" "$MEMCTL" plant frame-state --index "$fn" --bit 0
	nr=$((nr + 1))
	"$MEMCTL" verify >"$work/found"
	equal "verify: exit status" 5 $?
	check "no damage is left" grep -q ' 0 problems, ' "$work/found"
	check "but its block" grep -q "leak: $nr block.*, $((nr * 16384)) bytes, of a caller that is not noted" "$work/found"
	equal "and nothing else" 1 "$(grep -c 'leak:' "$work/found")"
done

clean_log
unload
dmesg | sed "1,${log_lines}d" | grep leak >"$work/leaks"
equal "the unload tells of these alone" 1 "$(wc -l <"$work/leaks")"
check "by their number" grep -q 'arena main: leak by a caller that is not noted: 2 blocks of pages, 32768 bytes' "$work/leaks"
log_lines=$(dmesg | wc -l)
finish
