#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Arenas at run time: several side by side, growing, shrinking, going.

. "$(dirname "$0")/lib.sh"
begin
load size=32M || exit "$KSFT_FAIL"
# For the first arenas the host's per-CPU allocator may make a chunk, whose records (4 MiB on kcsan) it keeps.
check "a first arena" "$MEMCTL" arena add second --size 16M
check "and a second" "$MEMCTL" arena add third --size 8M --dma 1M --dma32 4M
check "delete the first" "$MEMCTL" arena del second
check "and the second" "$MEMCTL" arena del third
before=$(host_pages)
main=$(frames)

check "add a second arena" "$MEMCTL" arena add second --size 16M
check "add a third arena" "$MEMCTL" arena add third --size 8M --dma 1M --dma32 4M
equal "frames of the second" 4096 "$(frames second)"
equal "frames of the third" 2048 "$(frames third)"
check "proc files of the second" test -r /proc/memctl/second/buddyinfo
"$MEMCTL" -a second page alloc --order 3 --count 10 >"$work/handles"
equal "an allocation in one leaves the others alone" "$main" "$(frames)"
equal "80 frames fewer in the second" 4016 "$(frames second)"
refuse "an arena in use is not deleted" 2 'handle' "$MEMCTL" arena del second
# shellcheck disable=SC2046
check "free them" "$MEMCTL" -a second page free $(cat "$work/handles")

check "grow" "$MEMCTL" arena grow second --size 8M
equal "frames after growing" 6144 "$(frames second)"
check "shrink" "$MEMCTL" arena shrink second --size 4M
equal "frames after shrinking" 5120 "$(frames second)"
check "allocate after resizing" "$MEMCTL" -a second page alloc --order 10 --owner 7
check "verify after resizing" "$MEMCTL" -a second verify
check "free by owner" "$MEMCTL" -a second page free --owner 7 --all

done=0
for _ in 1 2 3 4 5; do
	"$MEMCTL" arena grow third --size 4M >"$work/out" 2>&1 &&
		"$MEMCTL" arena shrink third --size 4M >>"$work/out" 2>&1 || break
	done=$((done + 1))
done
equal "grow and shrink 5 times" 5 "$done"
check "verify" "$MEMCTL" -a third verify

refuse "a name twice" 2 'exists' "$MEMCTL" arena add second --size 8M
refuse "empty name" 2 'name' "$MEMCTL" arena add '' --size 8M
refuse "name with a slash" 2 'name' "$MEMCTL" arena add 'a/b' --size 8M
refuse "name of format letters" 2 'name' "$MEMCTL" arena add '%s%n' --size 8M
refuse "name of dots" 2 'name' "$MEMCTL" arena add '..' --size 8M
refuse "name of 1 KiB" 1 'a name has at most 31 bytes, this one 1024' "$MEMCTL" arena add "$(printf '%01024d' 0)" --size 8M
refuse "size of 0" 2 'size' "$MEMCTL" arena add zero --size 0
refuse "size of 2^64 - 1" 2 'size' "$MEMCTL" arena add huge --size 18446744073709551615
refuse "more than the host has" 2 'could give' "$MEMCTL" arena add huge --size 500G
refuse "node that does not exist" 2 'node' "$MEMCTL" arena add far --size 8M --nodes 63
refuse "delete what is not there" 2 'no arena' "$MEMCTL" arena del nothing
refuse "grow what is not there" 2 'no arena' "$MEMCTL" arena grow nothing --size 4M
refuse "shrink by more than is free" 2 'bytes in all\|wholly free' "$MEMCTL" arena shrink third --size 1G
equal "the refusals left no arena behind" 3 "$("$MEMCTL" arena show -r -n -o ARENA | wc -l)"

# The zone DMA has few blocks of 4 MiB: what goes back is one again at once, on whichever CPU.
for round in 0 1 2 3 4 5; do
	taskset $((1 + round % 2)) "$MEMCTL" arena add second-dma --size 8M --dma 4M
	"$MEMCTL" -a second-dma iomem | grep -c ' DMA$' >>"$work/dma"
	taskset $((1 + round / 2 % 2)) "$MEMCTL" arena del second-dma
done
equal "chunks of zone DMA, six times" "1 1 1 1 1 1" "$(xargs <"$work/dma")"

# What the host got back last it gives first: chunks that lie apart, one of ours between any two of them.
for chunk in 0 1 2 3 4 5 6 7 8 9 10 11; do
	check "add an arena of one chunk" "$MEMCTL" arena add chunk$chunk --size 4M --nodes 0
done
for chunk in 0 2 4 6 8 10; do
	check "delete every other one" "$MEMCTL" arena del chunk$chunk
done
check "add an arena of two chunks" "$MEMCTL" arena add two --size 8M --nodes 0
equal "they follow each other" 1024 "$("$MEMCTL" -a two iomem -J | jq '[.. | .pfn? // empty] | max - min')"
check "delete it" "$MEMCTL" arena del two
for chunk in 1 3 5 7 9 11; do
	check "delete the others" "$MEMCTL" arena del chunk$chunk
done

check "delete the second" "$MEMCTL" arena del second
check "delete the third" "$MEMCTL" arena del third
check "its proc files are gone" test ! -e /proc/memctl/third
at_most "host pages that did not come back" 512 $((before - $(host_pages)))
check "verify" "$MEMCTL" verify

unload
clean_log
finish
