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
"$MEMCTL" page free --all >/dev/null

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

unload
clean_log
finish
