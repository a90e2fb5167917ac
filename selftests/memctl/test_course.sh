#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What textbooks on memory management say, as figures that the views show.

. "$(dirname "$0")/lib.sh"
begin
load size=64M || exit "$KSFT_FAIL"

# blocks ARENA: pages of its free blocks, largest first: "8+4+2+1"
blocks()
{
	"$MEMCTL" -a "$1" buddyinfo | awk '{ for (i = 5; i <= NF; i++) nr[i - 5] += $i }
		END { for (i = 10; i >= 0; i--) {
				pages = 1
				for (n = 0; n < i; n++) pages *= 2
				for (; nr[i] > 0; nr[i]--) text = text (text ? "+" : "") pages
			}
			print text ? text : "none" }'
}

# column NAME OBJECT...: the cells of a column of a view
column()
{
	name=$1
	shift
	"$MEMCTL" "$@" -r -n -b -o "$name"
}

# row REGION COLUMN: one cell of the list of regions
row()
{
	column "$2" region show "$1" | head -n 1
}

# --- the buddy system: lists of 1 to 1024 pages; what is split is joined again ---

equal "11 lists of free blocks" 11 "$("$MEMCTL" buddyinfo | awk 'NR == 1 { print NF - 4 }')"
check "the largest block has 1024 pages" "$MEMCTL" page alloc --order 10 --owner 1
refuse "there is none of 2048" 1 'no number from 0 to 10' "$MEMCTL" page alloc --order 11
"$MEMCTL" page free --owner 1 --all >/dev/null

check "a memory of 16 pages, without caches of the CPUs" "$MEMCTL" arena add sixteen --size 64K --nodes 0 --cpu-caches off
equal "the list of arenas says so" "sixteen no" "$("$MEMCTL" arena show sixteen -r -n -o ARENA,CPU_CACHES)"
equal "16 pages are one block" 16 "$(blocks sixteen)"
one=$("$MEMCTL" -a sixteen page alloc --order 0)
equal "1 page is taken" 8+4+2+1 "$(blocks sixteen)"
two=$("$MEMCTL" -a sixteen page alloc --order 1)
equal "2 pages are taken" 8+4+1 "$(blocks sixteen)"
# A page's buddy differs from it in one bit of the number: of the same size, beside it, from one larger block.
fn=$("$MEMCTL" -a sixteen what "handle:$one" -r -n -o FN)
pair=$("$MEMCTL" -a sixteen what "handle:$two" -r -n -o FN)
equal "the block of 2 begins at a multiple of 2, not in the pair of the page" "0 1" \
	"$((pair % 2)) $((fn / 2 != pair / 2))"
check "the 1 page is given back" "$MEMCTL" -a sixteen page free "$one"
equal "it joins its buddy" 8+4+2 "$(blocks sixteen)"
check "the 2 are given back" "$MEMCTL" -a sixteen page free "$two"
equal "all is one block again" 16 "$(blocks sixteen)"
equal "nothing is kept by a CPU" 0 "$(column CACHED arena show sixteen)"
check "verify" "$MEMCTL" -a sixteen verify
check "remove it" "$MEMCTL" arena del sixteen

# With caches, the page that was given back waits in its CPU's, until it is drained.
check "a memory of 16 pages with caches" "$MEMCTL" arena add cached --size 64K --nodes 0 --cpu-caches on
equal "16 pages are one block" 16 "$(blocks cached)"
one=$("$MEMCTL" -a cached page alloc --order 0)
"$MEMCTL" arena drain cached >/dev/null
equal "1 page is taken" 8+4+2+1 "$(blocks cached)"
two=$("$MEMCTL" -a cached page alloc --order 1)
"$MEMCTL" arena drain cached >/dev/null
equal "2 pages are taken" 8+4+1 "$(blocks cached)"
check "the 1 page is given back" "$MEMCTL" -a cached page free "$one"
equal "a CPU keeps it" "1 8+4+1" "$(column CACHED arena show cached) $(blocks cached)"
equal "drain" "gave back 1 frames, 0 objects" "$("$MEMCTL" arena drain cached)"
equal "it joins its buddy" 8+4+2 "$(blocks cached)"
equal "a second drain has nothing to do" '"frames":0,"objects":0' \
	"$("$MEMCTL" arena drain cached -J | tr -d ' \n' | grep -o '"frames":0,"objects":0')"
"$MEMCTL" -a cached page free "$two"
"$MEMCTL" arena drain cached >/dev/null
equal "all is one block again" 16 "$(blocks cached)"
check "remove it" "$MEMCTL" arena del cached

# Objects in magazines go back to their slabs.
check "a cache" "$MEMCTL" cache add things --size 256
"$MEMCTL" cache alloc things --count 64 --owner 3 >/dev/null
"$MEMCTL" cache free --owner 3 --all >/dev/null 2>&1 || "$MEMCTL" page free --owner 3 --all >/dev/null
kept=$("$MEMCTL" cache list -r -n -o NAME,MAGAZINE | awk '$1 == "things" { print $2 }')
at_least "a CPU keeps objects" 1 "$kept"
drained=$("$MEMCTL" arena drain main -J | tr -d ' \n' | grep -o '"objects":[0-9]*' | cut -d: -f2)
at_least "they are drained" "${kept:-1}" "$drained"
equal "none is left" 0 "$("$MEMCTL" cache list -r -n -o NAME,MAGAZINE | awk '$1 == "things" { print $2 }')"
check "verify" "$MEMCTL" verify
check "remove the cache" "$MEMCTL" cache del things
refuse "drain what is not there" 2 'no arena' "$MEMCTL" arena drain nothing
refuse "caches are on or off" 1 'no valid WORD' "$MEMCTL" arena add x --size 64K --cpu-caches maybe

# A tree of 32 frames, and what rounding up to a power of two costs inside of a block.
check "a memory of 32 pages" "$MEMCTL" arena add tree --size 128K --nodes 0 --cpu-caches off
equal "32 pages are one block" 32 "$(blocks tree)"
one=$("$MEMCTL" -a tree page alloc --order 0)
equal "1 page of 32" 16+8+4+2+1 "$(blocks tree)"
"$MEMCTL" -a tree page free "$one"
check "remove it" "$MEMCTL" arena del tree
check "a memory without caches of the CPUs" "$MEMCTL" arena add plain --size 16M --nodes 0 --cpu-caches off
before=$(frames plain)
waste=$(column WASTE status -a plain)
slab=$(column SLAB status -a plain)
handle=$("$MEMCTL" -a plain kmalloc 260K)
equal "65 pages take a block of 128" "7 128" \
	"$("$MEMCTL" -a plain what "handle:$handle" -r -n -o ORDER) $((before - $(frames plain)))"
equal "63 pages are internal fragmentation" $((63 * 4096)) $(($(column WASTE status -a plain) - waste))
equal "status counts its frames" 128 $(($(column SLAB status -a plain) - slab))
"$MEMCTL" -a plain kfree "$handle"
equal "and are none when it is freed" "$waste $before $slab" \
	"$(column WASTE status -a plain) $(frames plain) $(column SLAB status -a plain)"

# --- slabs: full, partial, empty; 2.1, 16 fields; colours; an object is used again ---

# numbers CACHE COLUMNS
numbers()
{
	"$MEMCTL" -a plain cache list -r -n -o "NAME,$2" | sed -n "s/^$1 //p"
}

check "a cache" "$MEMCTL" -a plain cache add mine --size 700
per=$(numbers mine PER_SLAB)
"$MEMCTL" -a plain cache alloc mine --count "$per" --owner 1 >/dev/null
equal "as many objects as a slab has: it is full" "1 0 0" "$(numbers mine FULL,PARTIAL,EMPTY)"
one=$("$MEMCTL" -a plain cache alloc mine --owner 2)
equal "one more: another is partial" "1 1 0" "$(numbers mine FULL,PARTIAL,EMPTY)"
address=$("$MEMCTL" -a plain what "handle:$one" -r -n -o ADDRESS)
"$MEMCTL" -a plain page free --owner 2 --all >/dev/null
equal "it is freed: its slab is empty, and kept" "1 0 1" "$(numbers mine FULL,PARTIAL,EMPTY)"
one=$("$MEMCTL" -a plain cache alloc mine --owner 2)
equal "an object is used again" "$address" "$("$MEMCTL" -a plain what "handle:$one" -r -n -o ADDRESS)"
"$MEMCTL" -a plain page free --all --force >/dev/null
equal "all are empty" "0 0 2" "$(numbers mine FULL,PARTIAL,EMPTY)"
at_least "slabs begin at several offsets, the colours" 2 "$(numbers mine COLOURS)"
equal "slabinfo has version 2.1 and 16 fields" "slabinfo - version: 2.1 16" \
	"$("$MEMCTL" slabinfo | awk 'NR == 1 { text = $0 } /^kmalloc-64 / { print text, NF }')"
check "remove the cache" "$MEMCTL" -a plain cache del mine
check "remove the memory" "$MEMCTL" arena del plain

# --- zones and watermarks ---

check "a memory of three zones" "$MEMCTL" arena add zones --size 64M --dma 1M --dma32 16M --nodes 0
"$MEMCTL" -a zones iomem -r -n -o START,END,ZONE >"$work/runs"
bad=$(while read -r start end zone; do
	case $zone in
	DMA) [ $((end)) -le $((0xffffff)) ] ;;
	DMA32) [ $((start)) -ge $((0x1000000)) ] && [ $((end)) -le $((0xffffffff)) ] ;;
	Normal) [ $((start)) -ge $((0x100000000)) ] ;;
	*) false ;;
	esac || echo "$start $end $zone"
done <"$work/runs")
equal "DMA is below 16 MiB, DMA32 below 4 GiB, Normal above" "" "$bad"
equal "all three are there" "DMA DMA32 Normal" "$(cut -d' ' -f3 "$work/runs" | uniq | xargs)"
last=0 sorted=yes
while read -r start _; do
	[ $((start)) -gt $((last)) ] || sorted=no
	last=$start
done <"$work/runs"
equal "iomem goes by addresses" yes $sorted
# min: the square root of 16 x 65536 KiB is 1024 KiB, 256 pages, by share; low 5/4 of it, high 6/4.
equal "watermarks" "DMA 256 4 5 6,DMA32 4096 64 80 96,Normal 12032 188 235 282" \
	"$("$MEMCTL" -a zones zoneinfo -r -n -o ZONE,PRESENT,MIN,LOW,HIGH | awk '$2 > 0' | paste -s -d , -)"
equal "types of pages" "Unmovable Movable Reclaimable" "$("$MEMCTL" -a zones pagetypeinfo |
	sed -n 's/^Number of blocks type *//p' | head -n 1 | xargs)"
check "remove it" "$MEMCTL" arena del zones

# --- paging: 10/10/12, a flat table of 4 MiB, two levels of 4 KiB + 4 MiB ---

# format NAME MAP COLUMNS
format()
{
	"$MEMCTL" pt formats -r -n -b -o "FORMAT,MAP,$3" | sed -n "s/^$1 $2 //p"
}

equal "10/10/12, entries of 4 bytes" "10/10/12 4" "$(format ia32 one SPLIT,ENTRY_SIZE)"
equal "a flat table for 4 GiB takes 4 MiB" $((4 << 20)) "$(format ia32 full FLAT)"
equal "two levels, full: 4 KiB + 4 MiB" "1025 $((4096 + (4 << 20)))" "$(format ia32 full TABLES,BYTES)"
equal "two levels, one page: 4 KiB + 4 KiB" "2 8192" "$(format ia32 one TABLES,BYTES)"
equal "a quarter of the second level: 4 KiB + 1 MiB" "257 $((4096 + (1 << 20)))" "$(format ia32 dense TABLES,BYTES)"
equal "large pages need no second level" "1 4096" "$(format ia32 full LARGE_TABLES,LARGE_BYTES)"
equal "4 levels, one page: 4 tables" "4 16384" "$(format 4level one TABLES,BYTES)"

# --- TLBs: what 1024 and 384 entries reach ---

# twice PAGES: an access to each of so many pages, two times
twice()
{
	for _ in 1 2; do
		seq 0 $(($1 - 1)) | awk '{ printf "0 0x%x r\n", $1 * 4096 }'
	done
}

check "1024 entries behind level 1" "$MEMCTL" tlb add sandy l1=16x4 l1large=none l2=256x4 policy=lru
twice 1024 | "$MEMCTL" tlb feed sandy - >/dev/null
equal "reach 4 MiB: each page misses once" "2048 1024" "$("$MEMCTL" tlb show sandy -r -n -o ACCESSES,MISSES)"
check "384 entries" "$MEMCTL" tlb add mips l1=128x3 l1large=none l2=none policy=lru
twice 384 | "$MEMCTL" tlb feed mips - >/dev/null
equal "reach 1536 KiB: each page misses once" "768 384" "$("$MEMCTL" tlb show mips -r -n -o ACCESSES,MISSES)"
"$MEMCTL" tlb clear mips
twice 385 | "$MEMCTL" tlb feed mips - >/dev/null
# Page 384 is the fourth of a set of three: those four push each other out.
equal "one page more, and the set of four misses again" "770 389" "$("$MEMCTL" tlb show mips -r -n -o ACCESSES,MISSES)"
check "entries for pages of 2 MiB" "$MEMCTL" tlb add large l1=none l1large=1x4 l2=none page=2M
twice 1024 | "$MEMCTL" tlb feed large - >/dev/null
equal "a large page saves entries: 2 for 4 MiB" "2048 2" "$("$MEMCTL" tlb show large -r -n -o ACCESSES,MISSES)"
for name in sandy mips large; do
	"$MEMCTL" tlb del $name
done

# --- faults: outside, against the rights, delayed allocation, minor and major ---

check "a region" "$MEMCTL" region add heap --size 4M
check "a hole" "$MEMCTL" region unmap heap +3M 4K
refuse "outside of any vma" 2 'no vma' "$MEMCTL" region touch heap +3M
equal "a read maps the frame of zeros" "pages: 0 minor, 0 major, 16 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch heap +0 64K)"
equal "which is nobody's memory" "0 16" "$(row heap RSS) $(row heap ZERO)"
equal "the write gives each page a frame" "pages: 0 minor, 0 major, 0 zero, 16 new, 0 copied" \
	"$("$MEMCTL" region touch heap +0 64K --write)"
equal "they are resident" 65536 "$(row heap RSS)"
equal "again nothing is to be done" "pages: 16 minor, 0 major, 0 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch heap +0 64K --write)"
check "take the right to write" "$MEMCTL" region protect heap +1M 64K r
refuse "a write without the right" 2 'does not allow' "$MEMCTL" region touch heap +1M --write

# --- copy on write at fork, and VSS >= RSS >= PSS >= USS ---

equal "status counts its tables" "$(row heap TABLES)" "$(column TABLES status -a main)"
check "fork" "$MEMCTL" region fork heap child
equal "all is shared: each has half" "$(((4 << 20) - 4096)) 65536 32768 0" "$(column VSS,RSS,PSS,USS smem heap)"
equal "a write copies" "pages: 0 minor, 0 major, 0 zero, 0 new, 4 copied" \
	"$("$MEMCTL" region touch child +0 16K --write)"
equal "VSS, RSS, PSS, USS" "$(((4 << 20) - 4096)) 65536 40960 16384" "$(column VSS,RSS,PSS,USS smem heap)"
equal "those of the child" "$(((4 << 20) - 4096)) 65536 40960 16384" "$(column VSS,RSS,PSS,USS smem child)"
check "verify" "$MEMCTL" verify
check "remove the child" "$MEMCTL" region del child
check "remove the region" "$MEMCTL" region del heap

# --- smaps: the host's keys, and sums that are right; maps: device and inode; minor and major ---

# field REGION KEY: kB of all vmas
field()
{
	"$MEMCTL" smaps "$1" | awk -v key="$2:" '$1 == key { sum += $2 } END { print sum + 0 }'
}

check "a region of pages and leaves of 2 MiB" "$MEMCTL" region add mixed --size 4M --order 9
"$MEMCTL" region touch mixed +0 2M --write >/dev/null
equal "smaps has the host's keys, but those of its own vmas" "" "$(sed -n 's/^\([A-Z][A-Za-z_]*\):.*/\1/p' /proc/self/smaps |
	sort -u | grep -vx 'THPeligible\|KSM\|ProtectionKey\|VmFlags' | while read -r key; do
		"$MEMCTL" smaps mixed | grep -q "^$key: " || echo "$key"
	done)"
if [ "$(large_leaves)" = 1 ]; then
	equal "pages are large where leaves are" "2048 2048 2048" \
		"$(field mixed KernelPageSize) $(field mixed MMUPageSize) $(field mixed AnonHugePages)"
fi
check "remove it" "$MEMCTL" region del mixed
check "a region" "$MEMCTL" region add sums --size 1M
mkdir "$work/files"
mount -t ramfs none "$work/files"
head -c 16384 /dev/urandom >"$work/files/data"
truncate -s 64K "$work/files/data"
check "a file in it" sh -c '"$1" region unmap sums +512K 64K &&
	"$1" region map sums 64K --address 0x100000080000 --file "$2"' - "$MEMCTL" "$work/files/data"
# In mountinfo numbers are decimal.
device=$(awk -v at="$work/files" '$5 == at { split($3, d, ":"); printf "%02x:%02x", d[1], d[2] }' /proc/self/mountinfo)
equal "maps has its device and inode" "$device $(stat -c %i "$work/files/data")" \
	"$("$MEMCTL" maps sums | awk '/data$/ { print $4, $5 }')"
equal "pages that the page cache has are minor" "pages: 4 minor, 0 major, 0 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch sums +512K 16K)"
equal "pages that have to be read are major" "pages: 0 minor, 4 major, 0 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch sums +528K 16K)"
equal "again they are there" "pages: 4 minor, 0 major, 0 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch sums +528K 16K)"
check "another region with the file" "$MEMCTL" region add other --size 64K --empty
check "maps it" "$MEMCTL" region map other 64K --file "$work/files/data"
equal "what the first has read is minor for it" "pages: 8 minor, 0 major, 0 zero, 0 new, 0 copied" \
	"$("$MEMCTL" region touch other +0 32K)"
equal "the region has counted those that were faults" "4 4" "$(row sums MINOR) $(row sums MAJOR)"
check "remove it" "$MEMCTL" region del other
"$MEMCTL" region touch sums +0 64K --write >/dev/null
"$MEMCTL" region touch sums +64K 16K >/dev/null
check "fork" "$MEMCTL" region fork sums half
"$MEMCTL" region touch half +0 16K --write >/dev/null
# 16 pages were written, 4 of which are private since; 8 of the file are shared, and clean.
equal "shared, private, clean, dirty" "32 48 0 16" "$(field sums Shared_Clean) $(field sums Shared_Dirty) \
$(field sums Private_Clean) $(field sums Private_Dirty)"
equal "they are all of Rss" "$(field sums Rss)" "$(($(field sums Shared_Clean) + $(field sums Shared_Dirty) +
	$(field sums Private_Clean) + $(field sums Private_Dirty)))"
equal "Pss and Pss_Dirty: half of what is shared" "56 40" "$(field sums Pss) $(field sums Pss_Dirty)"
check "verify" "$MEMCTL" verify
check "remove the fork" "$MEMCTL" region del half
check "remove the region" "$MEMCTL" region del sums
umount "$work/files"

# --- a range of addresses in the kernel, as vmalloc gives it ---

check "a range of 16 pages" "$MEMCTL" region add range --pages 16
equal "vmallocinfo: ADDRESS-ADDRESS SIZE CALLER" "65536 memctl/main/range pages=16 vmap" \
	"$("$MEMCTL" vmallocinfo | sed -nE 's/^0x[0-9a-f]{16}-0x[0-9a-f]{16} +//p')"
check "remove it" "$MEMCTL" region del range
check "verify" "$MEMCTL" verify

unload
clean_log
finish
