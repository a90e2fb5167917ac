#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Blocks of frames by handle: zones, nodes, watermarks, and everything that
# must be refused.

. "$(dirname "$0")/lib.sh"
begin
load size=64M dma=2M dma32=16M || exit "$KSFT_FAIL"
start=$(frames)

# largest_blocks: free blocks of order 10 in all zones, no CPU's cache holding
# a part of one (the hash empties them)
largest_blocks()
{
	"$MEMCTL" arena hash main >/dev/null
	"$MEMCTL" buddyinfo | awk '{ sum += $NF } END { print sum }'
}
largest=$(largest_blocks)

for order in 0 1 2 3 4 5 6 7 8 9 10; do
	handle=$("$MEMCTL" page alloc --order "$order")
	equal "order $order takes its frames" $((1 << order)) $((start - $(frames)))
	check "order $order is freed" "$MEMCTL" page free "$handle"
done
equal "every frame is back" "$start" "$(frames)"

# What the stacks of one CPU's frame cache were promised and do not use goes to the next.
for order in 5 4 3 2 1 0; do
	check "blocks of order $order on CPU 0" taskset 1 "$MEMCTL" page alloc --order "$order" --count 20 --owner 7
done
check "its frame cache keeps to its budget" "$MEMCTL" verify
check "their way back" "$MEMCTL" page free --owner 7 --all
equal "every frame is back again" "$start" "$(frames)"

# zone_of HANDLE
zone_of()
{
	"$MEMCTL" page list -r -n -o HANDLE,ZONE | awk -v handle="$1" '$1 == handle { print $2 }'
}

# Of a node that has the zone: where the host gave one node nothing of it, the other zones of that node come first.
for zone in DMA DMA32 Normal; do
	node=$("$MEMCTL" zoneinfo -r -n -o NODE,ZONE,FREE | awk -v zone="$zone" '$2 == zone && $3 > 0 { print $1; exit }')
	handle=$("$MEMCTL" page alloc --order 0 --zone "$zone" --node "$node")
	equal "a frame of zone $zone" "$zone" "$(zone_of "$handle")"
	"$MEMCTL" page free "$handle"
done

for node in $("$MEMCTL" zoneinfo -r -n -o NODE | sort -u); do
	handle=$("$MEMCTL" page alloc --order 2 --node "$node" --this-node)
	equal "a block of node $node" "$node" \
		"$("$MEMCTL" page list -r -n -o HANDLE,NODE | awk -v h="$handle" '$1 == h { print $2 }')"
	"$MEMCTL" page free "$handle"
done

refuse "order 11" 1 'order' "$MEMCTL" page alloc --order 11
refuse "order 63" 1 'order' "$MEMCTL" page alloc --order 63
refuse "order 64" 1 'order' "$MEMCTL" page alloc --order 64
refuse "order 2^32 - 1" 1 'order' "$MEMCTL" page alloc --order 4294967295
refuse "order -1" 1 'order' "$MEMCTL" page alloc --order -1
refuse "count 0" 1 'count' "$MEMCTL" page alloc --order 0 --count 0
refuse "count 2^63" 1 'count' "$MEMCTL" page alloc --order 0 --count 9223372036854775808
refuse "node 63" 2 'node' "$MEMCTL" page alloc --order 0 --node 63
refuse "node 64" 2 'node' "$MEMCTL" page alloc --order 0 --node 64
refuse "node 2^31 - 1" 1 'node' "$MEMCTL" page alloc --order 0 --node 2147483647
refuse "zone that is none" 1 'zone' "$MEMCTL" page alloc --order 0 --zone HIGH
refuse "migratetype that is none" 1 'migratetype' "$MEMCTL" page alloc --order 0 --migratetype x
refuse "arena that is none" 2 'no arena' "$MEMCTL" -a nothing page alloc --order 0

handle=$("$MEMCTL" page alloc --order 3 --owner 5)
now=$(frames)
refuse "free of 0" 2 'handle' "$MEMCTL" page free 0
refuse "free of a handle never issued" 2 'handle' "$MEMCTL" page free 0x1234500000001
refuse "free of a random number" 2 'handle' "$MEMCTL" page free 0xdeadbeefcafef00d
refuse "free of a kernel address" 2 'handle' "$MEMCTL" page free 0xffff888000000000
refuse "free by another owner" 2 'owner' "$MEMCTL" page free "$handle" --owner 6
refuse "a page as an object" 2 'page' "$MEMCTL" cache free "$handle" --owner 5
refuse "a page as kmalloc" 2 'page' "$MEMCTL" kfree "$handle" --owner 5
equal "the refusals changed nothing" "$now" "$(frames)"
check "free by its owner" "$MEMCTL" page free "$handle" --owner 5
refuse "free twice" 2 'handle' "$MEMCTL" page free "$handle" --owner 5
# What comes next has its slot, and another handle.
next=$("$MEMCTL" page alloc --order 3)
equal "the slot is used again" $((handle & 0xffffffff)) $((next & 0xffffffff))
refuse "the old handle is none" 2 'handle' "$MEMCTL" page free "$handle"
check "the new one is" "$MEMCTL" page free "$next"
check "verify" "$MEMCTL" verify

check "why: granted" sh -c '"$1" why --order 3 | grep -qi "would succeed"' - "$MEMCTL"
# Fill up: nothing goes below the min watermark but with the right to.
"$MEMCTL" page alloc --order 0 --count 20000 >"$work/handles" 2>"$work/full"
check "the arena fills up to the watermark" grep -q -i 'watermark' "$work/full"
free=$("$MEMCTL" zoneinfo -r -n -o FREE,MIN | awk '{ if ($1 < $2) bad = 1 } END { print bad + 0 }')
equal "no zone is below its min watermark" 0 "$free"
check "why names the watermark" sh -c '"$1" why --order 0 | grep -qi watermark' - "$MEMCTL"
# What why says is what comes of it, to the frame.
check "a frame is freed" "$MEMCTL" page free "$(tail -n 1 "$work/handles")"
check "why: granted, one frame above the watermark" \
	sh -c '"$1" why --order 0 | grep -qi "would succeed"' - "$MEMCTL"
check "it is granted" "$MEMCTL" page alloc --order 0
check "why: the next is not" sh -c '"$1" why --order 0 | grep -qi watermark' - "$MEMCTL"
refuse "and it is not" 2 'watermark' "$MEMCTL" page alloc --order 0
"$MEMCTL" page alloc --order 0 --count 20000 --memalloc --owner 9 >"$work/reserve" 2>&1
equal "with the right to, the last frame goes" 0 "$(frames)"
check "verify an arena with no frame left" "$MEMCTL" verify
check "free the reserve" "$MEMCTL" page free --owner 9 --all
check "free everything" "$MEMCTL" page free --all --force
equal "every frame is back" "$start" "$(frames)"

# cached: frames in the CPUs' caches
cached()
{
	"$MEMCTL" zoneinfo -r -n -o CACHED | awk '{ sum += $1 } END { print sum + 0 }'
}

# Every other frame free: plenty of memory, no block.
"$MEMCTL" page alloc --order 0 --count 12000 >"$work/handles"
awk 'NR % 2' "$work/handles" >"$work/odd"
xargs -n 1000 "$MEMCTL" page free <"$work/odd"
check "why tells fragmentation from lack of memory" \
	sh -c '"$1" why --order 10 | grep -qi fragment' - "$MEMCTL"
# Refused, it is asked again for what the caches would give back: in numbers alone.
"$MEMCTL" page alloc --order 10 --count 100 --owner 7 >"$work/out" 2>&1
"$MEMCTL" page alloc --order 0 --count 100 --owner 8 >"$work/primed"
check "frames to the caches of a fragmented arena" "$MEMCTL" page free --owner 8 --all
before=$(cached)
at_least "they hold some" 1 "$before"
"$MEMCTL" -q why --order 10
equal "why: refused" 2 "$?"
equal "and it leaves the caches alone" "$before" "$(cached)"
"$MEMCTL" page free --owner 7 --all >"$work/out" 2>&1

# Now blocks are free but for what the caches hold of them. why looks: it says
# what an allocation would be told that has them give back, and they keep it.
awk 'NR % 2 == 0' "$work/handles" >"$work/even"
head -n 3000 "$work/even" | xargs -n 1000 "$MEMCTL" page free
for order in 3 5 7 9 10; do
	"$MEMCTL" page alloc --order 0 --count 100 --owner 8 >"$work/primed"
	check "order $order: frames to the caches" "$MEMCTL" page free --owner 8 --all
	before=$(cached)
	at_least "order $order: the caches hold some" 1 "$before"
	"$MEMCTL" -q why --order "$order"
	verdict=$?
	equal "order $order: why leaves the caches alone" "$before" "$(cached)"
	"$MEMCTL" page alloc --order "$order" --owner 8 >"$work/out" 2>&1
	equal "order $order: what why said comes of it" "$verdict" $?
done
"$MEMCTL" page free --owner 8 --all >"$work/out" 2>&1
check "free everything" "$MEMCTL" page free --all --force
equal "every frame is back" "$start" "$(frames)"
equal "and merged as before" "$largest" "$(largest_blocks)"
check "verify" "$MEMCTL" verify

# A small arena hands out its last frame, wherever the CPUs' caches hold frames.
unload
load size=4M dma=0 dma32=0 || exit "$KSFT_FAIL"
start=$(frames)

# caching_cpus: how many CPUs have frames in their caches
caching_cpus()
{
	awk '$1 == "cpu:" { cpu = $2 } $1 == "count:" && $2 { holds[cpu] = 1 }
	     END { for (cpu in holds) nr++; print nr + 0 }' /proc/memctl/main/zoneinfo
}

nr_cpus=$(nproc)
cpu=0
while [ "$cpu" -lt "$nr_cpus" ]; do
	taskset "$(printf %x $((1 << cpu)))" "$MEMCTL" page alloc --order 0 --count 48 \
		--owner 7 >/dev/null
	taskset "$(printf %x $((1 << cpu)))" "$MEMCTL" page free --owner 7 --all >/dev/null
	cpu=$((cpu + 1))
done
equal "every CPU of $nr_cpus holds frames of a 4 MiB arena" "$nr_cpus" "$(caching_cpus)"
equal "no frame is lost in a cache" "$start" "$(frames)"
"$MEMCTL" page alloc --order 0 --count 2000 --memalloc --owner 9 >"$work/last" 2>"$work/full"
equal "all its frames are handed out" "$start" "$(wc -l <"$work/last")"
equal "and none is left" 0 "$(frames)"
check "which is said" grep -q -i 'memory' "$work/full"
check "verify a 4 MiB arena with no frame left" "$MEMCTL" verify
check "free them" "$MEMCTL" page free --owner 9 --all
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify

# Arenas of next to nothing: watermarks that are all the same, and nothing that
# could be reclaimed. Each answer comes in time.
for size in 4K 12K 256K; do
	unload
	load size=$size dma=0 dma32=0 || exit "$KSFT_FAIL"
	start=$(frames)
	equal "$size: watermarks in order" 0 "$("$MEMCTL" zoneinfo -r -n -o MIN,LOW,HIGH |
		awk '{ if ($1 > $2 || $2 > $3) bad++ } END { print bad + 0 }')"
	equal "$size: every frame is handed out" "$start" \
		"$(timeout 60 "$MEMCTL" page alloc --order 0 --count 100 --memalloc --owner 9 \
			2>/dev/null | wc -l)"
	for order in 0 10; do
		refuse "$size: then order $order is refused" 2 'not enough free frames' \
			timeout 60 "$MEMCTL" page alloc --order "$order" --memalloc
	done
	refuse "$size: and kmalloc" 2 'not enough free frames' timeout 60 "$MEMCTL" kmalloc 8 --memalloc
	check "$size: why" timeout 60 "$MEMCTL" why --order 0
	check "$size: verify" "$MEMCTL" verify
	check "$size: free them" "$MEMCTL" page free --owner 9 --all
	equal "$size: every frame is back" "$start" "$(frames)"
	timeout 60 "$MEMCTL" page alloc --order 0 --count 100 --owner 9 >/dev/null 2>&1
	equal "$size: ends in time without the right to the reserve" 1 $(($? < 124))
	check "$size: verify" "$MEMCTL" verify
done

unload
clean_log
finish
