#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Every field of the arena's records that a plant site names, with a bit of
# each class flipped: the self-check finds it and says which invariant it
# breaks, in which object, which field of it, what it expects and what it finds;
# nothing crashes, and with the bit back all is well again. Of what there are
# several, the first is damaged, one in the middle, and the last.

. "$(dirname "$0")/lib.sh"
begin
# One CPU for all commands: its magazines have what they freed.
taskset -p 1 $$ >/dev/null
# A section of several chunks besides whole ones.
load size=16576K plant=1 || exit "$KSFT_FAIL"

nr_flips=0
nr_found=0
commanded=

# damage SITE "BIT..." PATTERN ARGUMENT...: a bit of each class is flipped, found and flipped back, and verify is
# clean at the end. PATTERN: what is said of it, object, index, field and values, as nl_damage.c has it. The first bit
# of a site is flipped by the command and flipped back by nl_damage: both mean the same place.
damage()
{
	site=$1 bits=$2 pattern=$3
	shift 3
	planted=
	case " $commanded " in
	*" $site "*) ;;
	*)
		commanded="$commanded $site"
		planted=--planted
		if ! "$MEMCTL" plant "$site" "$@" --bit "${bits%% *}" >"$work/found" 2>&1; then
			result 1 "memctl plant $site $*"
			why_not "$work/found"
			planted=
		fi
		;;
	esac
	# shellcheck disable=SC2086
	"$(dirname "$0")/nl_damage" $planted "$site" "$bits" "$pattern" "$@" >"$work/found" 2>&1
	status=$?
	result "$status" "$site $*: bits $bits, $pattern"
	[ "$status" -eq 0 ] || why_not "$work/found"
	read -r tried found <<-END
		$(tail -n 1 "$work/found")
	END
	nr_flips=$((nr_flips + tried))
	nr_found=$((nr_found + found))
}

# what KEY COLUMN: a line of 'memctl what'
what()
{
	"$MEMCTL" what "$1" | awk -v column="$2" '$1 == column { print $2 }'
}

# pfn_of REGION TABLE [N]: where the first entry at that level leads, or the N-th
pfn_of()
{
	physical=$("$MEMCTL" pt dump "$1" -r -n -o TABLE,PHYSICAL |
		awk -v table="$2" -v nr="${3:-1}" '$1 == table && !--nr { print $2; exit }')
	echo $((physical / 4096))
}

# hex NUMBER: as verify's problems have them
hex()
{
	printf '%#x\n' "$1"
}

u8="0 3 7"
u16="0 7 15"
u32="0 1 13 31"
u64="0 3 12 40 63"
states="0 1 2 3 4 5 6 7"
off="off by the bit"
any="(0x)?[0-9a-f]+"

# --- something of everything ---

"$MEMCTL" page alloc --order 2 --count 3 >"$work/pages"
"$MEMCTL" page alloc --order 0 --count 200 >"$work/many"
page=$(head -n 1 "$work/pages")
head=$(what "handle:$page" FN)
make_cache()
{
	check "cache $1" "$MEMCTL" cache add "$@"
	"$MEMCTL" cache alloc "$1" --count 4 >"$work/$1"
	sed -n 4p "$work/$1" | xargs "$MEMCTL" cache free >/dev/null
	sed -i 4d "$work/$1"
}
make_cache plain --size 100
make_cache guarded --size 100 --redzone --poison
make_cache large --size 4096
# One object alone: the rest of its slab is on the free list, not in a magazine.
for cache in linked poisoned; do
	# shellcheck disable=SC2046
	check "cache $cache" "$MEMCTL" cache add "$cache" --size 100 $([ $cache = linked ] || echo --poison)
	"$MEMCTL" cache alloc "$cache" >"$work/$cache"
done
# id NAME: of a cache
id()
{
	"$MEMCTL" cache list -r -n -o NAME,ID | awk -v name="$1" '$1 == name { print $2 }'
}
plain=$(id plain)
guarded=$(id guarded)
large=$(id large)
linked=$(id linked)
poisoned=$(id poisoned)
"$MEMCTL" kmalloc 1000 >"$work/kmalloc"
object=$(what "handle:$(head -n 1 "$work/plain")" BLOCK)
outside=$(what "handle:$(head -n 1 "$work/large")" BLOCK)
check "a region in the kernel" "$MEMCTL" region add kernel --pages 8
check "a region for processes" "$MEMCTL" region add heap --size 4M
"$MEMCTL" region touch heap +0 64K --write >"$work/touched"
"$MEMCTL" region touch heap +1M 64K >"$work/touched"
check "a second vma" "$MEMCTL" region protect heap +2M 64K r
check "a fork" "$MEMCTL" region fork heap child
"$MEMCTL" region touch child +0 4K --write >"$work/touched"
check "a TLB model" "$MEMCTL" tlb add t l1=1x4 l1large=none l2=none
printf '0 0x1000 r\n0 0x2000 r\n' >"$work/trace"
"$MEMCTL" tlb feed t "$work/trace" >"$work/touched"
# Every other frame is free, and not in a frame cache: blocks on a list of several.
free=$(what "handle:$(sed -n 101p "$work/many")" FN)
awk 'NR % 2' "$work/many" | xargs "$MEMCTL" page free
check "drain the frame caches" "$MEMCTL" arena hash main
check "verify finds nothing" "$MEMCTL" verify
zone=$("$MEMCTL" zoneinfo -r -n -o INDEX,FREE | awk '$2 > 64 { print $1; exit }')
tail=$("$MEMCTL" iomem -r -n -o FN,FRAMES | awk '$2 < 1024 { print $1; exit }')
heap=$((0x100000000000))

# --- the frame table ---

damage frame-state "$states" "handle H2: frame $head: state: $off" --index "$head"
damage frame-state "$states" "table T3: frame $((head + 1)): state: $off" --index $((head + 1))
damage frame-state "$states" "cache C2: slab $object: state: $off" --index "$object"
# A chunk in which a frame is absent all of a sudden: so many problems that the list ends before that of its head.
next="frame $((tail + 1))"
damage frame-state "$states" \
	"buddy I2: frame $tail: state: $off|chunk I3: $next: alignment of its chunk: expected 0, found 0x1" --index "$tail"
damage frame-tag "$u32" "handle H2: frame $head: tag: $off" --index "$head"
damage frame-tag "$u32" "cache C2: slab $object: tag: $off" --index "$object"
damage frame-tag "$u32" "cache C2: frame $((outside + 1)): tag: $off" --index $((outside + 1))
damage frame-link "3 12 31" "cache C2: slab $outside: header: expected $any, found 0" --index "$outside"
damage frame-prev "0 8 31" "cache C2: slab $outside: header: expected $any, found 0" --index "$outside"
# The first page of a region in the kernel, one in the middle, and the last.
for nth in 1 5 8; do
	region=$(what "pfn:$(pfn_of kernel PTE $nth)" FN)
	damage frame-state "$states" "region I1: frame $region: state: $off" --index "$region"
	damage frame-tag "$u32" "region I1: frame $region: tag: $off" --index "$region"
done
# What follows a free frame on its list has another one before it; nothing else is of that list.
damage frame-link "0 1" "buddy I3: frame $any: prev: expected $(hex "$free"), found $any" --index "$free"
damage frame-link "9 31" "buddy I3: frame $free: next: expected $(hex $((free / 512))), found $any" --index "$free"
damage frame-prev "0 1 9 31" "buddy I3: frame $free: prev: $off" --index "$free"

# --- sections, chunks, the map ---

# How far a chunk reaches, or that the next frame begins none.
damage chunk-order "0 1 2 3 4 7" \
	"chunk I3: frame ($tail|$((tail + 1))): [a-z]* of its chunk: ($off|expected $any, found $any)" --index "$tail"
last=$("$MEMCTL" iomem -r -n -o FN,FRAMES |
	awk '{ end = $1 + $2; if (end > max) max = end } END { print int((max - 1) / 1024) }')
for section in 0 $((last / 2)) "$last"; do
	damage section-pfn 0 "chunk I1: section $section: alignment of its pfn: $off" --index "$section"
	damage section-pfn "10 20" "chunk I1: section $section: fn in the map, plus 1: expected $any, found $any" \
		--index "$section"
	damage section-pfn "40 63" "chunk I1: section $section: pfn in the map: expected 0x1, found 0" \
		--index "$section"
	damage section-zone 0 "chunk I2: section $section: zone type: expected $any, found $any" --index "$section"
	damage section-zone "7 15" "chunk I2: section $section: zone is one: expected 0x1, found 0" --index "$section"
	# One with as many frames as the bit is worth has none then.
	none="chunk I4: section $section: orders of a hole: expected 0, found 0x1"
	damage section-frames "0 5 15" "table T4: section $section: nr_frames: $off|$none" --index "$section"
	damage map-fn "0 1 10 20 31" "chunk I1: section $section: fn in the map, plus 1: $off" --index "$section"
done
damage section-frames 10 "chunk I5: section 0: has frames: expected 0x1, found 0" --index 0
damage section-frames "$u16" "table T4: section $((tail / 1024)): nr_frames: $off" --index $((tail / 1024))
damage extent "0 3" "chunk I5: arena 1: frames of the extent: $off" --index 0
damage extent "12 40 63" \
	"chunk I5: (arena 1: frames of the extent|section $any: first pfn): expected $any, found $any" --index 0
damage extent "6 12 40 63" "chunk I5: arena 1: first page: expected 0x1, found 0" --index 1
damage arena-frames "$u32" "verify V1: arena 1: frames of the zones: $off" --index 0
damage arena-chunks "$u32" "chunk I3: arena 1: chunks: $off" --index 0

# --- pageblocks and zones ---

block=$((head / 512))
damage pageblock "0 1" "buddy I7: pageblock $block: migratetype: $off" --index "$block"
# Behind two bits for the migratetype there is the number of its zone.
own=$("$MEMCTL" zoneinfo -r -n -o INDEX,NODE,ZONE | awk -v node="$(what "handle:$page" NODE)" \
	-v zone="$(what "handle:$page" ZONE)" '$2 == node && $3 == zone { print $1 }')
for bit in 2 4 7; do
	other=$((own ^ 1 << (bit - 2)))
	damage pageblock "$bit" "table T5: pageblock $block: zone: expected $(hex "$own"), found $(hex $other)" \
		--index "$block"
done
block=$((free / 512))
damage list-head "0 3 8" "buddy I3: frame $any: prev: expected 0xffffffff, found $any" --index "$block"
damage list-head "9 15" "buddy I2: pageblock $block: head: $off" --index "$block"
damage list-mask 0 "buddy I5: order 0: free heads: expected $any, found $any" --index "$block"
damage list-mask 7 "buddy I(7: pageblock $block: class|5: order 7: free heads): expected $any, found $any" \
	--index "$block"
damage list-mask 15 "buddy I7: pageblock $block: class: expected $any, found 0xf" --index "$block"
damage list-single 0 "buddy I5: order 0: free heads: expected $any, found $any" --index "$block"
damage list-single "7 15" \
	"buddy I(11: pageblock $block: single: $off|5: order 7: free heads: expected $any, found $any)" --index "$block"
damage list-next "$u32" "buddy I9: pageblock $block: next: $off" --index "$block"
damage list-prev "$u32" "buddy I9: pageblock $block: prev: $off" --index "$block"
# A class, as a list of blocks, has the number of its order and its migratetype: of three, movable is 1.
for bit in 0 4 10; do
	damage class-mask "$bit" "buddy I6: class $((3 * bit + 1)): mask: expected (0, found 0x1|0x1, found 0)" \
		--index "$zone"
done
damage class-mask 11 "buddy I6: migratetype 1: mask: expected 0, found 0x1" --index "$zone"
damage class-mask 15 "buddy I6: migratetype 1: mask: expected 0, found 0x10" --index "$zone"
# The head is then a neighbour: of no class, of another zone, or within the list of this class.
damage class-head "0 1" \
	"buddy I(7: pageblock $any: class|9: pageblock $any: prev|10: pageblock $any: zone): expected $any, found $any" \
	--index "$zone"
damage class-head "13 31" "buddy I9: pageblock 4294967295: next: expected 0xffffffff, found $any" --index "$zone"
for order in 0 5 9 10; do
	damage class-count "$u32" "buddy I1: list $((3 * order + 1)): nr_free: $off" \
		--index "$zone" --level $((order + 1))
done
zones=$("$MEMCTL" zoneinfo -r -n -o INDEX)
for zone in $(echo "$zones" | sed -n '1p;$p') "$zone"; do
	damage free-count "$u32" "buddy I1: zone $zone: nr_free: $off" --index "$zone"
	damage zone-frames "$u32" "buddy I8: zone $zone: nr_frames: $off" --index "$zone"
	damage zone-tight 0 "watermark I2: zone $zone: tight: $off" --index "$zone"
	damage watermark-min "$u32" "watermark I4: zone $zone: min: $off" --index "$zone"
	damage watermark-low "$u32" "watermark I4: zone $zone: low: $off" --index "$zone"
	damage watermark-high "$u32" "watermark I4: zone $zone: high: $off" --index "$zone"
	damage reserve "$u32" "watermark I4: zone $zone: reserve: $off" --index "$zone"
done

# --- frame caches ---

"$MEMCTL" page alloc --order 0 --count 8 >"$work/few"
xargs "$MEMCTL" page free <"$work/few"
stacks=0
for cpu in $(seq 0 $(($(nproc) - 1))); do
	damage fcache 0 "fcache I6: cpu $cpu: claimable: $off" --index "$cpu"
	damage fcache-quota "$u32" "fcache I3: cpu $cpu: quota: $off" --index "$cpu"
	damage fcache-budget "$u32" "fcache I3: cpu $cpu: quota: $off" --index "$cpu"
	for level in 1 2 3 4 5 6 7; do
		"$MEMCTL" plant fcache-block --index "$cpu" --level "$level" --bit 0 >/dev/null 2>&1 || continue
		"$MEMCTL" plant fcache-block --index "$cpu" --level "$level" --bit 0
		damage fcache-block "0 1 5 12 31" "fcache I4: arena 1: sum of cached blocks: $off" \
			--index "$cpu" --level "$level"
		damage fcache-top "0 2 6 15" \
			"fcache I(4: arena 1: cached blocks: $off|2: cpu $cpu: bounds: expected 0x1, found 0)" \
			--index "$cpu" --level "$level"
		damage fcache-limit "0 4 15" "fcache I3: cpu $cpu: quota: $off" --index "$cpu" --level "$level"
		stacks=1
	done
done
equal "a frame cache with blocks" 1 "$stacks"

# --- caches ---

for cache in $plain $guarded $large; do
	case $cache in
	"$plain") slab=$object ;;
	"$guarded") slab=$(what "handle:$(head -n 1 "$work/guarded")" BLOCK) ;;
	*) slab=$any ;;
	esac
	damage slab-cookie "$u64" "cache C2: slab $slab: header: expected $any, found 0" --index "$cache"
	damage slab-first "$u64" "slab S2: slab $slab: first object: expected 0x1, found 0" --index "$cache"
	damage slab-inuse "$u16" "slab S3: slab $slab: objects: $off" --index "$cache"
	damage slab-free "$u16" "slab S4: slab $slab: free link: $off" --index "$cache"
	damage slab-lost "$u16" "slab S9: slab $slab: lost objects: $off" --index "$cache"
	damage slab-list "$u16" "cache C3: slab $slab: list: $off" --index "$cache"
	# The list is said to be as long as it is; one that counts less than it has, to end there.
	damage cache-slabs "$u32" "cache C3: cache $cache: slabs on a list: ($off|expected 0, found 0x1)" \
		--index "$cache"
	damage cache-inuse "$u64" "cache C3: cache $cache: objects in use: $off" --index "$cache"
	damage cache-lost "$u64" "cache C3: cache $cache: objects lost: $off" --index "$cache"
	damage cache-freed "$u64" "cache C4: cache $cache: objects not freed: $off" --index "$cache"
	damage cache-id "$u32" "cache C2: slab $slab: tag: $off" --index "$cache"
	damage depot-full "$u32" "cache C5: cache $cache: full magazines: $off" --index "$cache"
	damage depot-empty "$u32" "magazine M2: cache $cache: empty magazines: $off" --index "$cache"
	damage magazine-top "3 5" "cache C1: cache $cache: objects marked cached: expected $any, found $any" \
		--index "$cache"
	damage magazine-top "12 40 63" "cache C5: cache $cache: room is in bounds: expected 0x1, found 0" \
		--index "$cache"
	damage magazine-limit "3 5 12 40 63" \
		"cache C5: cache $cache: (magazine has an end|room is in bounds): expected 0x1, found 0" \
		--index "$cache"
	damage magazine-previous "$u32" "magazine M1: cache $cache: previous magazine's objects: $off" --index "$cache"
	damage magazine-object "3 7 12 40 63" "cache C1: cache $cache: sum of objects marked cached: $off" \
		--index "$cache"
	damage magazine-mark "0 16 47" "cache C1: cache $cache: object in a magazine: expected 0x2, found (0|0x4)" \
		--index "$cache"
	damage magazine-mark "48 63" "slab S6: slab $slab: objects marked free: expected 0, found 0x1" --index "$cache"
	damage magazine-door 0 "cache C6: cache $cache: (inner )?door is open: $off" --index "$cache"
done
ids=$("$MEMCTL" cache list -r -n -o ID | sort -n)
for cache in $(echo "$ids" | sed -n '1p;$p'); do
	damage cache-lost "0 63" "cache C3: cache $cache: objects lost: $off" --index "$cache"
done
slab=$(what "handle:$(head -n 1 "$work/linked")" BLOCK)
damage slab-link "0 9 47 63" "slab S4: slab $slab: free link: expected 0xffff, found $any" --index "$linked"
damage slab-link 48 "slab S5: slab $slab: free list is a cycle: expected 0, found 0x1" --index "$linked"
slab=$(what "handle:$(head -n 1 "$work/guarded")" BLOCK)
damage redzone "$u8" "slab S7: slab $slab: redzone: expected 0, found 0x5" --index "$guarded"
slab=$(what "handle:$(head -n 1 "$work/poisoned")" BLOCK)
damage poison "$u8" "slab S8: slab $slab: poison: expected 0x1, found 0" --index "$poisoned"
damage caches "$u32" "cache N2: arena 1: caches: $off" --index 0
# Damage at the end of a way that is damaged itself.
# on_the_way SITE BIT WHAT NEXT: SITE leads to NEXT
on_the_way()
{
	check "plant $1" "$MEMCTL" plant "$1" --index "$plain" --bit "$2"
	refuse "$4 after it" 2 "the way to its $3 is damaged" "$MEMCTL" plant "$4" --index "$plain" --bit 0
	check "plant $1 back" "$MEMCTL" plant "$1" --index "$plain" --bit "$2"
}
on_the_way magazine-object 40 object magazine-mark
on_the_way slab-first 40 slab slab-link

# --- handles ---

# number HANDLE: the record's, as verify counts them; the upper half is a serial
number()
{
	echo $((($1 & 0xffffffff) - 1))
}

for handle in "$page" "$(sed -n 2p "$work/pages")" "$(sed -n 200p "$work/many")"; do
	number=$(number "$handle")
	frame=$(what "handle:$handle" FN)
	order=$(what "handle:$handle" ORDER)
	state=$(hex $((0x40 + order)))
	for bit in 0 4; do
		other="frame $((frame ^ 1 << bit)): state: expected $state"
		damage handle "$bit" "handle H2: ($other|handle $number: frame: expected $any), found $any" \
			--index "$handle"
	done
	damage handle 31 "handle H2: handle $number: frame: expected $any, found $(hex $((frame ^ 1 << 31)))" \
		--index "$handle"
	damage handle-order "0 3" "handle H2: frame $frame: state: $off" --index "$handle"
	damage handle-order 7 "handle H2: handle $number: order: expected 0xa, found $(hex $((order + 128)))" \
		--index "$handle"
done
for handle in "$page" "$(head -n 1 "$work/plain")" "$(head -n 1 "$work/kmalloc")"; do
	number=$(number "$handle")
	damage handle-serial "$u32" "handle H7: handles 0: serials: $off" --index "$handle"
	damage handle-kind "0 1 2 7" \
		"handle H[123]: handle $number: (kind|frame|object in the arena): expected $any, found $any" \
		--index "$handle"
	[ "$handle" = "$page" ] || damage handle "0 4 12 31" \
		"handle H3: handle $number: (offset|object [a-z ]*): expected $any, found $any" --index "$handle"
done
damage handle-free "$u32" "handle H1: handle(s 0: free| $any: (kind|number)): expected $any, found $any" --index 0
damage handle-count "$u32" "handle H1: handles 0: live: $off" --index 0

# --- regions ---

# The vma of the first half, the one of some pages behind it, and the rest.
for vma in 0 1 2; do
	damage vma-start 0 "vma I1: vma $vma: whole pages: expected 0x1, found 0" --region heap --index $vma
	damage vma-start 12 "vma I7: vmas 0: nr_pages: expected 0x3ff, found 0x400" --region heap --index $vma
	damage vma-start 13 "vma I7: vmas 0: nr_pages: expected 0x3fe, found 0x400" --region heap --index $vma
	damage vma-start "21 45 63" \
		"vma I[12]: vma $vma: (starts b[a-z ]*|inside of the region): expected 0x1, found 0" --region heap \
		--index $vma
	damage vma-end 0 "vma I1: vma $vma: whole pages: expected 0x1, found 0" --region heap --index $vma
	damage vma-end 12 "vma I7: vmas 0: nr_pages: expected 0x401, found 0x400" --region heap --index $vma
	damage vma-end 13 "vma I7: vmas 0: nr_pages: expected 0x402, found 0x400" --region heap --index $vma
	damage vma-end "21 45 63" \
		"vma I1: vma $vma: (starts before it ends|inside of the region): expected 0x1, found 0" --region heap \
		--index $vma
	damage vma-rights "2 3 31" "space S9: vma $vma: other rights: $off" --region heap --index $vma
done
damage vma-rights 0 "space S2: page 0: US, as the vma can be read: expected 0, found 0x1" --region heap --index 0
damage vma-rights 1 "vma I3: vma 1: goes on from the one before: expected 0, found 0x1" --region heap --index 0
damage vma-count 0 "vma I7: vmas 0: nr_pages: expected 0x210, found 0x400" --region heap
damage vma-count 1 "vma I7: vmas 0: nr_pages: expected 0x200, found 0x400" --region heap
damage vma-count "7 31" "vma I6: vmas 0: more than there is room for: expected 0, found 0x1" --region heap
damage vma-pages "$u64" "vma I7: vmas 0: nr_pages: $off" --region heap
check "plant vma-count" "$MEMCTL" plant vma-count --region heap --bit 31
refuse "a vma that only the count has" 2 'has no vma' "$MEMCTL" plant vma-start --region heap --index 100000000 --bit 0
check "plant vma-count back" "$MEMCTL" plant vma-count --region heap --bit 31
# The regions, in the order in which they were made, are spaces 1 and 2, and one family.
space=0
for region in heap child; do
	space=$((space + 1))
	damage space-frames "$u32" "space S6: space $space: nr_frames: $off" --region $region
	damage space-zero "$u32" "space S6: space $space: nr_zero: $off" --region $region
	damage space-lent "$u32" "space S6: space $space: nr_lent: $off" --region $region
	damage space-away "$u32" "space S6: space $space: nr_away: $off" --region $region
	damage space-reading "$u32" "space F2: family 1: frames: $off" --region $region
	damage space-quarantine "$u32" "space F4: space $space: nr_quarantine: $off" --region $region
	# There is none: a bit makes one that it has passed already.
	damage space-limit "0 1 2" "space S6: space $space: over the limit: expected 0, found $any" --region $region
	damage family-frames "$u32" "space F2: family 1: frames: $off" --region $region
	damage family-spaces "$u32" "space F2: family 1: spaces: $off" --region $region
	damage shadow-mapped "$u64" "space S2: space $space: mapped pages: $off" --region $region
	damage shadow-mapped "$u64" "ptable I6: tables $any: nr_mapped: $off" --region $region
	damage shadow-tables "$u32" "ptable I6: tables $any: nr_tables: $off" --region $region
	damage shadow-list "$u32" "shadow I1: shadow $any: nr_tables: $off" --region $region
done
damage spaces "$u32" "space S8: arena 1: regions for processes: $off" --index 0
damage quarantine "$u32" "space F2: arena 1: frames in quarantine: $off" --index 0
damage regions "$u32" "region I3: regions 0: nr: $off" --index 0
# Of leaves that both share every bit but A and D, which are the processor's to set: the first, some between, and the
# last of those with frames of their own.
for nth in 1 8 15; do
	address=$((heap + 4096 * nth))
	frame=$(what "pfn:$(pfn_of heap PTE $((nth + 1)))" FN)
	damage pte "0 3 4 7 8 9 10 11 40 51 52 58 59 62 63" "space S2: page $nth: other bits: $off" \
		--region heap --address $address --level 1
	damage pte 1 "space S3: frame $frame: leaves of a writable frame: expected 0x1, found 0x2" \
		--region heap --address $address --level 1
	damage pte 2 "space S2: page $nth: US, as the vma can be read: expected 0x1, found 0" \
		--region heap --address $address --level 1
	# It leads to another frame: the right one has one leaf less than references.
	damage pte "12 13 20 30" "space F1: frame $frame: references: expected 0x1, found 0x2" \
		--region heap --address $address --level 1
done
for level in 2 3 4; do
	damage pte 0 "ptable I2: table $any: present entries: $off" --region heap --address $heap --level $level
	damage pte "1 2 40 51" "ptable I5: level-$level entry $heap: flags: $off" \
		--region heap --address $heap --level $level
	damage pte "12 20" "ptable I6: tables $any: nr_tables: expected $any, found 0x5" \
		--region heap --address $heap --level $level
done
frame=$(what "pfn:$(pfn_of child PTE)" FN)
damage frame-state "$states" "space S4: frame $frame: state: $off" --index "$frame"
damage frame-tag "$u32" "space F1: frame $frame: page: $off" --index "$frame"
damage frame-prev "$u32" "space F1: frame $frame: family: $off" --index "$frame"
damage frame-link "$u32" "space F1: frame $frame: references: $off" --index "$frame"
table=$(what "pfn:$(pfn_of heap PMD)" FN)
damage frame-state "$states" "shadow I1: table $table: state: $off" --index "$table"
damage frame-tag "0 5 11" "ptable I2: table $(pfn_of heap PMD): present entries: $off" --index "$table"
damage frame-tag "12 15" "shadow I2: table $table: reached: expected 0x1, found 0" --index "$table"
damage frame-prev "$u32" "shadow I3: table $table: prev: $off" --index "$table"
damage frame-link "$u32" "shadow I2: table $table: reached: expected 0x1, found 0" --index "$table"

# A frame that is mapped, and has the record of one in quarantine.
hide()
{
	# The family is 1, and the page 0.
	"$MEMCTL" plant frame-prev --index "$frame" --bit 0
	for bit in $(seq 0 31); do
		"$MEMCTL" plant frame-tag --index "$frame" --bit "$bit"
	done
}
hide
"$MEMCTL" verify >"$work/found" 2>&1
equal "a frame in quarantine that is mapped: found" 5 "$?"
check "named: space F3" grep -q "space F3" "$work/found"
hide
check "verify finds nothing" "$MEMCTL" verify

damage tlb-page "0 20 63" "tlbs I2: entry 0: frame: $off" --index 0
damage tlb-pfn "0 20 63" "tlbs I2: entry 0: frame: $off" --index 0
damage tlb-count "$u32" "tlb I6: array 0: nr_valid: $off" --index 0
damage tlbs "$u32" "tlbs I1: arena 1: TLB models: $off" --index 0

# --- faults: one that never fires, so that a count of 1 is the most that there can be ---

check "a fault" "$MEMCTL" fault add --site record --nth 1000000 --times 1
damage inject-sites "$u32" "inject I1: arena 1: inject.sites: $off"
damage inject-count 1 "inject I3: fault 1: nr_injected: expected 0x1, found 0x2"
damage inject-count 31 "inject I3: fault 1: nr_injected: expected 0x1, found 0x80000000"
damage inject-count 63 "inject I3: fault 1: nr_injected: expected 0x1, found 0x8000000000000000"
damage inject-faults "$u32" "inject I2: arena 1: nr_faults: $off"
damage hwpoison-count "$u32" "hwpoison H2: arena 1: frames with an error: $off"
damage hwpoison-aside "$u32" "hwpoison H2: arena 1: frames set aside: $off"
check "without it" "$MEMCTL" fault del --all

equal "100 % of the planted damage was found" "$nr_flips" "$nr_found"
echo "# $nr_found of $nr_flips flipped bits found and named"

# --- damage that is stumbled over is an error ---

"$MEMCTL" plant frame-state --index "$head" --bit 0
refuse "a free of a block with a wrong order" 2 'damage\|records' "$MEMCTL" page free "$page"
"$MEMCTL" page alloc --order 0 --count 64 >"$work/few" 2>&1
equal "the arena goes on" 64 "$(wc -l <"$work/few")"
check "and takes them back" xargs "$MEMCTL" page free <"$work/few"
"$MEMCTL" plant slab-link --index "$linked" --bit 9
check "a cache with a damaged free list goes on" "$MEMCTL" cache alloc linked --count 100
"$MEMCTL" plant redzone --index "$guarded" --bit 3
xargs "$MEMCTL" cache free <"$work/guarded" >"$work/touched" 2>&1
"$MEMCTL" plant poison --index "$poisoned" --bit 3
check "a cache with lost objects goes on" "$MEMCTL" cache alloc poisoned --count 100
check "damage to the header of a slab with objects in a magazine" \
	"$MEMCTL" plant slab-cookie --index "$plain" --bit 3
check "a cache whose magazines do not find it is shrunk" "$MEMCTL" cache shrink plain
check "the log tells of the header" sh -c 'dmesg | grep -q "cache plain: .* the header of its slab"'
for link in frame-link frame-prev; do
	check "a region with three tables of leaves" "$MEMCTL" region add torn --size 8M
	for place in +0 +2M +4M; do
		"$MEMCTL" region touch torn $place 4K --write >"$work/touched"
	done
	table=$(what "pfn:$(pfn_of torn PMD)" FN)
	check "damage to the list of its tables" "$MEMCTL" plant $link --index "$table" --bit 31
	check "it goes, with $link damaged" "$MEMCTL" region del torn
done
"$MEMCTL" verify >"$work/found" 2>&1
equal "verify tells" 5 "$?"
clean_log
"$MEMCTL" plant frame-state --index "$head" --bit 0
for region in child heap kernel; do
	check "remove region $region" "$MEMCTL" region del "$region"
done
unload
equal "the module goes" 0 "$(grep -c '^memctl ' /proc/modules)"
finish
