#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Why there is no memory: whatever asks for frames (pages, objects, kmalloc,
# page tables, regions) is refused with the reason that the frames had.

. "$(dirname "$0")/lib.sh"
begin
load size=16M dma=0 dma32=0 || exit "$KSFT_FAIL"

WATERMARK='free frames would fall below the watermark'
FRAGMENTED='enough frames are free, but no block is large enough'
MEMORY='not enough free frames'
INJECTED='an injected fault'
ZONE='no zone that it may come from has frames'

"$MEMCTL" cache add big --size 8192
"$MEMCTL" cache add small --size 64
"$MEMCTL" region add space --size 4M
"$MEMCTL" region add limited --size 4M --limit 4

# event TYPE COMMAND...: the line of an event of that type that the command makes
event()
{
	type=$1
	shift
	timeout 60 "$MEMCTL" monitor --timeout 20 --count 20 >"$work/events" &
	monitor=$!
	wait_until "the monitor listens" listening >"$work/out"
	"$@" >"$work/out" 2>&1
	wait_until "the event comes" grep -q " $type" "$work/events" >"$work/out"
	kill "$monitor"
	wait "$monitor"
	grep -m 1 " $type" "$work/events"
}

# refused REASON: all ways to memory, but those that --memalloc leads to
refused()
{
	refuse "page: $1" 2 "$1" "$MEMCTL" page alloc --order 2
	refuse "object: $1" 2 "$1" "$MEMCTL" cache alloc big
	refuse "kmalloc of a class: $1" 2 "$1" "$MEMCTL" kmalloc 8000
	refuse "large kmalloc: $1" 2 "$1" "$MEMCTL" kmalloc 16384
}

# --- a zone without frames
refuse "page: no zone" 2 "$ZONE" "$MEMCTL" page alloc --order 0 --zone dma
check "as why says" sh -c '"$1" why --order 0 --zone dma | grep -q "no zone to try"' - "$MEMCTL"

# --- injected, where the text was that of a lack of frames
"$MEMCTL" fault add --site slab --nth 1 --times 0 >"$work/out"
refuse "object: injected" 2 ": $INJECTED" "$MEMCTL" cache alloc big
refuse "kmalloc of a class: injected" 2 ": $INJECTED" "$MEMCTL" kmalloc 100
"$MEMCTL" fault del --all
"$MEMCTL" fault add --site alloc --nth 1 --times 0 >"$work/out"
refuse "object of a slab that is new: injected" 2 ": $INJECTED" "$MEMCTL" cache alloc big
refuse "large kmalloc: injected" 2 ": $INJECTED" "$MEMCTL" kmalloc 16384
refuse "region: injected" 2 ": $INJECTED" "$MEMCTL" region add r --pages 4
refuse "page of a region: injected" 2 "no frame: $INJECTED" "$MEMCTL" region write space +0 --data x
refuse "the records of a region: injected" 2 "no frame in arena main: $INJECTED" \
	"$MEMCTL" region add other --size 4M
"$MEMCTL" fault del --all
"$MEMCTL" fault add --site table --nth 1 --times 0 >"$work/out"
refuse "tables of a region: injected" 2 "page tables: $INJECTED" "$MEMCTL" region add r --pages 4
refuse "table of a page: injected" 2 "no frame: $INJECTED" "$MEMCTL" region write space +0 --data x
"$MEMCTL" fault del --all
"$MEMCTL" fault add --site map --nth 1 --times 0 >"$work/out"
refuse "mapping: injected" 2 "page tables: $INJECTED" "$MEMCTL" region add r --pages 4
refuse "mapping of a page: injected" 2 "no frame: $INJECTED" "$MEMCTL" region write space +0 --data x
equal "the event of it has the reason" "reason injected" \
	"$(event fault "$MEMCTL" region write space +0 --data x | grep -o 'reason [a-z-]*')"
"$MEMCTL" fault del --all
"$MEMCTL" region write space +0 --data x
"$MEMCTL" fault add --site map --nth 1 --times 0 >"$work/out"
refuse "copy of a region: injected" 2 "region copy: $INJECTED" "$MEMCTL" region fork space copy
"$MEMCTL" fault del --all

# --- the limit of a region
equal "the event of a page beyond the limit has the reason" "reason limit" \
	"$(event fault "$MEMCTL" region touch limited +0 1M --write | grep -o 'reason [a-z-]*')"
refuse "page beyond the limit" 2 'all frames that it may have' "$MEMCTL" region touch limited +0 1M --write

# --- the watermark, as a batch and on its own
"$MEMCTL" page alloc --order 0 --count 20000 --owner 1 >"$work/pages" 2>"$work/full"
check "the last page says it" grep -q "$WATERMARK" "$work/full"
refused "$WATERMARK"
refuse "region: watermark" 2 "$WATERMARK" "$MEMCTL" region add r --pages 4
refuse "page of a region: watermark" 2 "no frame: $WATERMARK" "$MEMCTL" region touch space +1M 4K --write
equal "the event of it has the reason" "reason watermark" \
	"$(event fault "$MEMCTL" region touch space +1M 4K --write | grep -o 'reason [a-z-]*')"

# --- no frame at all
"$MEMCTL" page alloc --order 0 --count 20000 --owner 1 --memalloc >"$work/rest" 2>"$work/full"
check "the last frame says it" grep -q "$MEMORY" "$work/full"
refuse "object: memory" 2 "$MEMORY" "$MEMCTL" cache alloc big --memalloc
refuse "kmalloc of a class: memory" 2 "$MEMORY" "$MEMCTL" kmalloc 8000 --memalloc
refuse "large kmalloc: memory" 2 "$MEMORY" "$MEMCTL" kmalloc 16384 --memalloc
refuse "page of a region: memory" 2 "no frame: $MEMORY" "$MEMCTL" region touch space +1M 4K --write

# --- every other frame
awk 'NR % 2' "$work/pages" | xargs -n 500 "$MEMCTL" page free --owner 1 >"$work/out" 2>&1
refused "$FRAGMENTED"
check "a small object there is" "$MEMCTL" cache alloc small

# --- the size
refuse "kmalloc of 0 bytes" 2 'size 0' "$MEMCTL" kmalloc 0
refuse "kmalloc of too many" 2 'size 4194305' "$MEMCTL" kmalloc 4194305
refuse "pages of order 11" 1 '11' "$MEMCTL" page alloc --order 11
check "verify" "$MEMCTL" verify

"$MEMCTL" page free --all --force >"$work/out"
"$MEMCTL" region del space
"$MEMCTL" region del limited
unload
clean_log
finish
