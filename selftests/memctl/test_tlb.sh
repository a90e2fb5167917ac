#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Models of TLBs: results that were worked out by hand, refusals, and the
# memory of the paging formats.

. "$(dirname "$0")/lib.sh"
begin
load size=16M || exit "$KSFT_FAIL"
start=$("$MEMCTL" arena show main -r -n -b -o METADATA)

# numbers NAME COLUMN...: cells of a model
numbers() {
	name=$1
	shift
	"$MEMCTL" tlb show "$name" -r -n -o "$1"
}

# trace SPACE KIND PAGE...: lines of a trace
trace() {
	space=$1 kind=$2
	shift 2
	for page; do
		echo "$space $((page * 4096)) $kind"
	done
}

# Belady, Nelson, Shedler 1969: with FIFO, 3 entries miss 9 times and 4 entries 10 times; with LRU 10 and 8.
trace 0 r 1 2 3 4 1 2 5 1 2 3 4 5 >"$work/belady"
for row in "fifo 3 9" "fifo 4 10" "lru 3 10" "lru 4 8"; do
	# shellcheck disable=SC2086
	set -- $row
	check "a model of $2 entries, $1" "$MEMCTL" tlb add "$1$2" l1=1x"$2" l1large=none l2=none policy="$1"
	check "feed it" "$MEMCTL" tlb feed "$1$2" "$work/belady"
	equal "misses of $2 entries with $1" "12 $3 $(($3 * 4))" "$(numbers "$1$2" ACCESSES,MISSES,READS)"
done
# 12 looks into level 1 and 9 walks of 4 reads of 20 cycles.
equal "cycles" "$((12 + 9 * 80))" "$(numbers fifo3 CYCLES)"
check "clear" "$MEMCTL" tlb clear fifo3
equal "nothing is counted then" "0 0 0" "$(numbers fifo3 ACCESSES,VALID,CYCLES)"

# Three spaces take turns on 4 pages, 10 rounds: 12 misses with ASIDs, 120 without; 2M pages: 3 and 30.
round=0
while [ $round -lt 10 ]; do
	for space in 0 1 2; do
		trace $space w 0 1 2 3
	done
	round=$((round + 1))
done >"$work/turns"
"$MEMCTL" tlb compare "$work/turns" -r -n -o PAGE,ASIDS,MISSES,SWITCHES >"$work/compared"
equal "4K, no ASIDs" "4K 0 120 29" "$(sed -n 1p "$work/compared")"
equal "2M, no ASIDs" "2M 0 30 29" "$(sed -n 2p "$work/compared")"
equal "4K, ASIDs" "4K 6 12 29" "$(sed -n 3p "$work/compared")"
equal "2M, ASIDs" "2M 6 3 29" "$(sed -n 4p "$work/compared")"
equal "its models are gone" 4 "$("$MEMCTL" tlb list -r -n -o NAME | wc -l)"

# Told by a region: 256 pages are as many misses once, behind level 1 the second time; one in a leaf of 2 MiB.
for kind in small large; do
	check "a region of $kind pages" "$MEMCTL" region add "$kind" --size 4M --order "$([ $kind = small ] && echo 0 || echo 9)"
	for format in ia32 pae 4level; do
		check "a model of it, $format" "$MEMCTL" tlb add "$kind.$format" region="$kind" format="$format"
	done
	check "write to it" "$MEMCTL" region touch "$kind" +0 1M --write
	check "read it" "$MEMCTL" region touch "$kind" +0 1M
done
cells=ACCESSES,MISSES,L2_HITS,READS
equal "small pages, 2 levels" "512 256 256 512" "$(numbers small.ia32 $cells)"
equal "small pages, 3 levels" "512 256 256 768" "$(numbers small.pae $cells)"
equal "small pages, 4 levels" "512 256 256 1024" "$(numbers small.4level $cells)"
equal "a leaf of 2 MiB, 2 levels have none" "512 256 256 512" "$(numbers large.ia32 $cells)"
if [ "$(large_leaves)" = 1 ]; then
	equal "a leaf of 2 MiB, 3 levels" "512 1 0 2" "$(numbers large.pae $cells)"
	equal "a leaf of 2 MiB, 4 levels" "512 1 0 3" "$(numbers large.4level $cells)"
else
	equal "no leaf of 2 MiB, 3 levels" "512 256 256 768" "$(numbers large.pae $cells)"
	equal "no leaf of 2 MiB, 4 levels" "512 256 256 1024" "$(numbers large.4level $cells)"
fi
refuse "feed a model that a region tells" 2 'region small alone' "$MEMCTL" tlb feed small.pae "$work/belady"
refuse "a model of no region" 2 'no region none' "$MEMCTL" tlb add x region=none
refuse "a region's pages are its own" 2 'how large' "$MEMCTL" tlb add x region=large page=2M
check "discard a page" "$MEMCTL" region discard small +64K 4K
check "read it again" "$MEMCTL" region touch small +64K 8K
equal "it misses, and the next page does not" "514 257 257 1028" "$(numbers small.4level $cells)"
check "fork" "$MEMCTL" region fork small copy
check "read two pages" "$MEMCTL" region touch small +0 8K
equal "both miss" "516 259 257 1036" "$(numbers small.4level $cells)"
check "write one" "$MEMCTL" region touch small +0 4K --write
equal "it is another frame, and misses" "517 260 257 1040" "$(numbers small.4level $cells)"
check "verify with models of regions" "$MEMCTL" verify
for kind in small large; do
	check "remove the region" "$MEMCTL" region del "$kind"
	for format in ia32 pae 4level; do
		check "and its model" "$MEMCTL" tlb del "$kind.$format"
	done
done
check "remove the copy" "$MEMCTL" region del copy

echo "1 0x800000000000 r" >"$work/hole"
check "an address that is not canonical" "$MEMCTL" tlb feed lru4 "$work/hole"
equal "is a fault" 1 "$(numbers lru4 FAULTS)"
check "verify" "$MEMCTL" verify

refuse "a name twice" 2 'exists' "$MEMCTL" tlb add lru3
refuse "a name with a slash" 2 'letters' "$MEMCTL" tlb add a/b
refuse "sets that are no power of two" 2 'power of two' "$MEMCTL" tlb add x l1=3x4
refuse "pages that the format does not have" 2 'format ia32' "$MEMCTL" tlb add x format=ia32 page=2M
refuse "a format that is none" 2 'ia32, pae' "$MEMCTL" tlb add x format=6level
refuse "pages that no array holds" 2 'no array' "$MEMCTL" tlb add x page=2M l1large=none l2=none
refuse "too many entries" 2 'at most' "$MEMCTL" tlb add x l2=4096x64
refuse "feed a model that is none" 2 'no TLB model' "$MEMCTL" tlb feed x "$work/belady"
refuse "remove a model that is none" 2 'no TLB model' "$MEMCTL" tlb del x
nr=4
while "$MEMCTL" tlb add "m$nr" >"$work/out" 2>&1; do
	nr=$((nr + 1))
done
equal "32 models, and no more" 32 "$nr"
for name in $("$MEMCTL" tlb list -r -n -o NAME); do
	"$MEMCTL" tlb del "$name"
done
equal "their memory is back" "$start" "$("$MEMCTL" arena show main -r -n -b -o METADATA)"
check "a model that nobody removes" "$MEMCTL" tlb add left

# Four formats, five maps; one page needs a table of each level.
equal "rows" 20 "$("$MEMCTL" pt formats -r -n -o FORMAT | wc -l)"
equal "the memory of one page" "8192 8224 16384 20480" \
	"$("$MEMCTL" pt formats -r -n -b -o MAP,BYTES | awk '$1 == "one" { printf "%s%s", sep, $2; sep = " " }')"

unload
clean_log
finish
