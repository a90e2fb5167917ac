#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Every field of the arena's records that a plant site names, with a bit of
# each class flipped: the self-check finds it and says which invariant it
# breaks, nothing crashes, and with the bit back all is well again.

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
# clean at the end. PATTERN: the invariants that may be named, an extended regular expression. The first bit of a
# site is flipped by the command and flipped back by nl_damage: both mean the same place.
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

# pfn_of REGION TABLE: where the first entry at that level leads
pfn_of()
{
	physical=$("$MEMCTL" pt dump "$1" -r -n -o TABLE,PHYSICAL | awk -v table="$2" '$1 == table { print $2; exit }')
	echo $((physical / 4096))
}

u8="0 3 7"
u16="0 7 15"
u32="0 1 13 31"
u64="0 3 12 40 63"

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
heap=0x100000000000

# --- the frame table ---

for fn in "$head" $((head + 1)) "$object" "$tail"; do
	damage frame-state "0 1 2 3 4 5 6 7" "(table|buddy|verify|cache|handle|chunk|fcache) [A-Z][0-9]+" --index "$fn"
done
damage frame-tag "$u32" "handle H2" --index "$head"
damage frame-tag "$u32" "cache C2|verify V3" --index "$object"
damage frame-link "3 12 31" "cache C2" --index "$outside"
damage frame-prev "0 8 31" "cache C2" --index "$outside"
region=$(what "pfn:$(pfn_of kernel PTE)" FN)
damage frame-state "0 1 2 3 4 5 6 7" "(region|table|verify|chunk) [A-Z][0-9]+" --index "$region"
damage frame-tag "$u32" "region I1" --index "$region"
damage frame-link "0 1 9 31" "buddy I[123]" --index "$free"
damage frame-prev "0 1 9 31" "buddy I3" --index "$free"

# --- sections, chunks, the map ---

damage chunk-order "0 1 2 3 4 7" "(chunk|table|buddy) [A-Z][0-9]+" --index "$tail"
damage section-pfn "0 10 20 40 63" "chunk I1" --index 0
damage section-zone "$u16" "chunk I[12]" --index 0
damage section-frames "0 5 10 15" "chunk I3|table T4|chunk I1|chunk I4" --index 0
damage section-frames "$u16" "table T4" --index $((tail / 1024))
damage map-fn "0 1 10 20 31" "chunk I1" --index 0
damage extent "$u64" "chunk I5" --index 0
damage extent "6 12 40 63" "chunk I5" --index 1
damage arena-frames "$u32" "verify V1" --index 0
damage arena-chunks "$u32" "chunk I3" --index 0

# --- pageblocks and zones ---

block=$((head / 512))
damage pageblock "0 1 2 4 7" "table T5|buddy I7|fcache I1" --index "$block"
block=$((free / 512))
damage list-head "0 3 8 9 15" "buddy I[23]" --index "$block"
damage list-mask "$u16" "buddy I[1267]|buddy I1[01]" --index "$block"
damage list-single "$u16" "buddy I11|buddy I[135]" --index "$block"
damage list-next "$u32" "buddy I9" --index "$block"
damage list-prev "$u32" "buddy I9" --index "$block"
damage class-mask "0 4 10 11 15" "buddy I6" --index "$zone"
damage class-head "$u32" "buddy I(6|9|7|10)" --index "$zone"
for order in 0 5 9 10; do
	damage class-count "$u32" "buddy I1" --index "$zone" --level $((order + 1))
done
damage free-count "$u32" "buddy I1" --index "$zone"
damage zone-frames "$u32" "buddy I8" --index "$zone"
damage zone-tight 0 "watermark I2" --index "$zone"
damage watermark-min "$u32" "watermark I4" --index "$zone"
damage watermark-low "$u32" "watermark I4" --index "$zone"
damage watermark-high "$u32" "watermark I4" --index "$zone"
damage reserve "$u32" "watermark I4" --index "$zone"

# --- frame caches ---

"$MEMCTL" page alloc --order 0 --count 8 >"$work/few"
xargs "$MEMCTL" page free <"$work/few"
damage fcache 0 "fcache I6" --index 0
damage fcache-quota "$u32" "fcache I3" --index 0
damage fcache-budget "$u32" "fcache I[35]" --index 0
stacks=0
for cpu in $(seq 0 $(($(nproc) - 1))); do
	for level in 1 2 3 4 5 6 7; do
		"$MEMCTL" plant fcache-block --index "$cpu" --level "$level" --bit 0 >/dev/null 2>&1 || continue
		"$MEMCTL" plant fcache-block --index "$cpu" --level "$level" --bit 0
		damage fcache-block "0 1 5 12 31" "fcache I[14]" --index "$cpu" --level "$level"
		damage fcache-top "0 2 6 15" "fcache I[124]" --index "$cpu" --level "$level"
		damage fcache-limit "0 4 15" "fcache I[23]" --index "$cpu" --level "$level"
		stacks=1
	done
done
equal "a frame cache with blocks" 1 "$stacks"

# --- caches ---

for cache in $plain $guarded $large; do
	damage slab-cookie "$u64" "cache C2|slab S1" --index "$cache"
	damage slab-first "$u64" "slab S2" --index "$cache"
	damage slab-inuse "$u16" "slab S3" --index "$cache"
	damage slab-free "$u16" "slab S[34]" --index "$cache"
	damage slab-lost "$u16" "slab S[39]" --index "$cache"
	damage slab-list "$u16" "cache C3" --index "$cache"
	damage cache-slabs "$u32" "cache C3" --index "$cache"
	damage cache-inuse "$u64" "cache C3" --index "$cache"
	damage cache-lost "$u64" "cache C3" --index "$cache"
	damage cache-freed "$u64" "cache C4" --index "$cache"
	damage cache-id "$u32" "cache N2" --index "$cache"
	damage depot-full "$u32" "cache C5" --index "$cache"
	damage depot-empty "$u32" "magazine M2" --index "$cache"
	damage magazine-top "3 5 12 40 63" "cache C[15]" --index "$cache"
	damage magazine-limit "3 5 12 40 63" "cache C[15]" --index "$cache"
	damage magazine-previous "$u32" "magazine M1" --index "$cache"
	damage magazine-object "3 7 12 40 63" "cache C1" --index "$cache"
	damage magazine-mark "0 16 47 48 63" "cache C1|slab S6" --index "$cache"
	damage magazine-door 0 "cache C6" --index "$cache"
done
damage slab-link "0 9 47 48 63" "slab S[3456]" --index "$linked"
damage redzone "$u8" "slab S7" --index "$guarded"
damage poison "$u8" "slab S8" --index "$poisoned"
damage caches "$u32" "cache N2" --index 0
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

for handle in "$page" "$(head -n 1 "$work/plain")" "$(head -n 1 "$work/kmalloc")"; do
	damage handle "0 4 12 31" "handle H[23]" --index "$handle"
	damage handle-serial "$u32" "handle H7" --index "$handle"
	damage handle-kind "0 1 2 7" "handle H[1234]" --index "$handle"
done
damage handle-order "$u8" "handle H2" --index "$page"
damage handle-free "$u32" "handle H1" --index 0
damage handle-count "$u32" "handle H1" --index 0

# --- regions ---

for vma in 0 1; do
	damage vma-start "0 12 13 21 45 63" "vma I[1237]" --region heap --index $vma
	damage vma-end "0 12 13 21 45 63" "vma I[1237]" --region heap --index $vma
	damage vma-rights "2 3 31" "vma I[34]|space S[29]" --region heap --index $vma
done
damage vma-rights "0 1" "vma I[34]|space S2" --region heap --index 0
damage vma-count "0 1 7 31" "vma I[12367]" --region heap
damage vma-pages "$u64" "vma I7" --region heap
check "plant vma-count" "$MEMCTL" plant vma-count --region heap --bit 31
refuse "a vma that only the count has" 2 'has no vma' "$MEMCTL" plant vma-start --region heap --index 100000000 --bit 0
check "plant vma-count back" "$MEMCTL" plant vma-count --region heap --bit 31
for region in heap child; do
	damage space-frames "$u32" "space S6" --region $region
	damage space-zero "$u32" "space S6" --region $region
	damage space-lent "$u32" "space S6" --region $region
	damage space-away "$u32" "space S6" --region $region
	damage space-reading "$u32" "space F2" --region $region
	damage space-quarantine "$u32" "space F4" --region $region
	# There is none: a bit makes one that it has passed already.
	damage space-limit "0 1 2" "space S6" --region $region
	damage family-frames "$u32" "verify V4|space F2" --region $region
	damage family-spaces "$u32" "space F2" --region $region
	damage shadow-mapped "$u64" "ptable I6" --region $region
	damage shadow-tables "$u32" "ptable I6" --region $region
	damage shadow-list "$u32" "shadow I1" --region $region
done
damage spaces "$u32" "space S8" --index 0
damage quarantine "$u32" "space F2" --index 0
damage regions "$u32" "region I3" --index 0
# Of a leaf that both share every bit but A and D, which are the processor's to set.
damage pte "0 1 2 3 4 7 8 9 10 11 12 13 20 30 40 51 52 58 59 62 63" "ptable I[1-7]|space [SF][0-9]" \
	--region heap --address $((heap + 4096)) --level 1
for level in 2 3 4; do
	damage pte "0 1 2 12 20 40 51" "ptable I[1-7]|shadow I2|space [SF][0-9]" \
		--region heap --address $heap --level $level
done
frame=$(what "pfn:$(pfn_of child PTE)" FN)
damage frame-state "0 1 2 3 4 5 6 7" "(space|table|verify|chunk) [A-Z][0-9]+" --index "$frame"
damage frame-tag "$u32" "space F1" --index "$frame"
damage frame-prev "$u32" "space F1" --index "$frame"
damage frame-link "$u32" "space F1" --index "$frame"
table=$(what "pfn:$(pfn_of heap PMD)" FN)
damage frame-state "0 1 2 3 4 5 6 7" "(shadow|ptable|table|verify|chunk) [A-Z][0-9]+" --index "$table"
damage frame-tag "0 5 11 12 15" "ptable I[12]" --index "$table"
damage frame-prev "$u32" "shadow I3" --index "$table"
damage frame-link "$u32" "shadow I[13]" --index "$table"

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

damage tlb-page "0 20 63" "tlbs? I[12]" --index 0
damage tlb-pfn "0 20 63" "tlbs I2" --index 0
damage tlb-count "$u32" "tlb I6" --index 0
damage tlbs "$u32" "tlbs I1" --index 0

# --- faults: one that never fires, so that a count of 1 is the most that there can be ---

check "a fault" "$MEMCTL" fault add --site record --nth 1000000 --times 1
damage inject-sites "$u32" "inject I1"
damage inject-count "1 31 63" "inject I3"
damage inject-faults "$u32" "inject I2"
damage hwpoison-count "$u32" "hwpoison H2"
damage hwpoison-aside "$u32" "hwpoison H2"
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
