#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Injected faults: each site fails on the right try, filters hold, refusals say
# who made them, and nothing is left behind.

. "$(dirname "$0")/lib.sh"
begin
load size=32M || exit "$KSFT_FAIL"

fault() { "$MEMCTL" fault "$@"; }
counts() { fault list -r -n -o TRIES,FAILED; }
# which() calls it with an order.
# shellcheck disable=SC2120
page() { "$MEMCTL" page alloc --order "${1:-0}"; }

# which NUMBER COMMAND...: a letter for each time, . for done and x for refused
which() {
	nr=$1 letters=
	shift
	while [ "$nr" -gt 0 ]; do
		if "$@" >"$work/which" 2>&1; then letters=$letters.; else letters=${letters}x; fi
		nr=$((nr - 1))
	done
	echo "$letters"
}

"$MEMCTL" cache add own --size 64
"$MEMCTL" region add space --size 4M
# Warm: pages and objects are served from the CPUs' caches.
page >"$work/out" && "$MEMCTL" page free --all --force >"$work/out"
"$MEMCTL" cache free "$("$MEMCTL" cache alloc own)"
"$MEMCTL" kfree "$("$MEMCTL" kmalloc 64)"
"$MEMCTL" region write space 0x100000000000 --data x
"$MEMCTL" page alloc --order 0 --count 200 >"$work/out"
"$MEMCTL" page free --all --force >"$work/out"
shrink_caches
metadata=$("$MEMCTL" arena show main -r -n -b -o METADATA)
start=$(frames)
equal "none at first" "" "$(counts)"

# --- alloc
at_least "the frame caches hold frames" 1 "$("$MEMCTL" arena show main -r -n -o CACHED)"
equal "the first fault is number 1" 1 "$(fault add --site alloc --nth 3)"
equal "they are empty with a fault set" 0 "$("$MEMCTL" arena show main -r -n -o CACHED)"
equal "the third block fails, once" "..x..." "$(which 6 page)"
equal "it is counted" "6 1" "$(counts)"
check "verify" "$MEMCTL" verify
check "remove it" fault del 1
equal "none then" "" "$(counts)"
fault add --site alloc --nth 1 >"$work/out"
refuse "the refusal says it" 2 'ENOMEM.*injected fault 2 (alloc): .*an injected fault' "$MEMCTL" page alloc --order 0
equal "no other is refused" ".." "$(which 2 page)"
fault del --all
fault add --site alloc --nth 1 --order 2 >"$work/out"
equal "with --order, blocks of another order do not count" "..." "$(which 3 page 1)"
equal "but of this one" "x." "$(which 2 page 2)"
equal "are counted" "2 1" "$(counts)"
fault del --all
fault add --site alloc --nth 2 --times 3 >"$work/out"
equal "every second one, three times" ".x.x.x.." "$(which 8 page)"
fault del --all
fault add --site alloc --nth 2 --times 0 >"$work/out"
equal "every second one" ".x.x.x.x" "$(which 8 page)"
fault del --all
# A batch takes blocks by the run, and what a run did not get it tries again.
fault add --site alloc --nth 2 >"$work/out"
check "of a batch none fails" "$MEMCTL" page alloc --order 0 --count 2
equal "which tried once more" "3 1" "$(counts)"
fault del --all
fault add --site alloc --nth 1 --times 2 >"$work/out"
refuse "or is refused" 2 'injected fault .* (alloc)' "$MEMCTL" page alloc --order 0 --count 4
fault del --all
"$MEMCTL" page free --all --force >"$work/out"
equal "the frames are back" "$start" "$(frames)"

# The in-kernel API, whose pages come from the frame caches without a call.
if modprobe memctl_bench 2>"$work/out"; then
	fault add --site alloc --nth 4000000000 >"$work/out"
	check "pages of the in-kernel API" "$MEMCTL" bench pair --rounds 20 --batch 16
	at_least "are tries each" 320 "$(fault list -r -n -o TRIES)"
	fault del --all
	rmmod memctl_bench
fi

# --- probability
fault add --site alloc --probability 0.3 --seed 7 >"$work/out"
one=$(which 40 page)
fault del --all
fault add --site alloc --probability 0.3 --seed 7 >"$work/out"
equal "the same seed, the same choices" "$one" "$(which 40 page)"
equal "the seed is shown" "0.300000 7 0" "$(fault list -r -n -o PROBABILITY,SEED,TIMES)"
fault del --all
fault add --site alloc --probability 0.3 --seed 8 >"$work/out"
two=$(which 40 page)
[ "$one" != "$two" ]
result $? "another seed, others"
failed=$(fault list -r -n -o FAILED)
at_least "a number that chance allows" 4 "$failed"
at_most "a number that chance allows" 22 "$failed"
fault del --all
fault add --site alloc --probability 1 --times 2 >"$work/out"
equal "certain, twice" "xx.." "$(which 4 page)"
fault del --all
"$MEMCTL" page free --all --force >"$work/out"

# --- slab
fault add --site slab --nth 2 --cache own >"$work/out"
equal "other caches do not count" "..." "$(which 3 "$MEMCTL" kmalloc 64)"
equal "the second object fails" ".x." "$(which 3 "$MEMCTL" cache alloc own)"
equal "they are counted" "3 1" "$(counts)"
fault add --site slab --nth 1 >"$work/out"
refuse "any cache" 2 'ENOMEM.*injected fault .* (slab)' "$MEMCTL" kmalloc 64
fault del --all
"$MEMCTL" cache add checked --size 64 --redzone --poison
fault add --site slab --nth 1 --cache checked >"$work/out"
equal "a cache whose objects are checked" "x." "$(which 2 "$MEMCTL" cache alloc checked)"
check "verify" "$MEMCTL" verify
fault del --all
"$MEMCTL" page free --all --force >"$work/out"
"$MEMCTL" cache del checked

# --- table, map, record
fault add --site table --nth 2 >"$work/out"
refuse "the second page table" 2 'ENOMEM.*injected fault .* (table)' "$MEMCTL" region add r --pages 4
check "no other" "$MEMCTL" region add r --pages 4
fault del --all
fault add --site map --nth 1 >"$work/out"
refuse "a mapping in the kernel" 2 'ENOMEM.*injected fault .* (map)' "$MEMCTL" region add s --pages 4
fault del --all
fault add --site map --nth 1 >"$work/out"
refuse "a page of a region for processes" 2 'ENOMEM.*injected fault .* (map)' \
	"$MEMCTL" region write space 0x100000001000 --data x
check "no other" "$MEMCTL" region write space 0x100000001000 --data x
fault del --all
fault add --site map --nth 1 >"$work/out"
refuse "a copy of a region" 2 'ENOMEM.*injected fault .* (map)' "$MEMCTL" region fork space copy
check "no other" "$MEMCTL" region fork space copy
fault del --all
fault add --site map --nth 1 >"$work/out"
refuse "a copy of a page on write" 2 'ENOMEM.*injected fault' "$MEMCTL" region write copy 0x100000000000 --data y
equal "leaves the copy as it was" x "$("$MEMCTL" region read copy 0x100000000000 1 -r)"
check "the next write" "$MEMCTL" region write copy 0x100000000000 --data y
equal "is not seen by the other" x "$("$MEMCTL" region read space 0x100000000000 1 -r)"
check "verify" "$MEMCTL" pt verify
fault del --all
"$MEMCTL" region del copy
"$MEMCTL" region del r
fault add --site record --nth 1 >"$work/out"
refuse "a record" 2 'ENOMEM.*injected fault .* (record)' "$MEMCTL" cache add x --size 8
check "no other" "$MEMCTL" cache add x --size 8
fault del --all
"$MEMCTL" cache del x
fault add --site record --nth 1 >"$work/out"
refuse "a hash that cannot be made" 2 'ENOMEM.*no memory to hash' "$MEMCTL" arena hash
fault del --all
fault add --site record --nth 1 >"$work/out"
refuse "a list of processes that cannot be made" 2 'ENOMEM' \
	"$MEMCTL" region open space -- "$MEMCTL" smem space
fault del --all
"$MEMCTL" region discard space 0x100000001000 4K

# --- events
"$MEMCTL" monitor --timeout 60 --count 1 >"$work/events" &
monitor=$!
wait_until "the monitor listens" listening
fault add --site slab --nth 1 --cache own >"$work/out"
"$MEMCTL" cache alloc own >"$work/out" 2>&1
wait "$monitor"
check "an event" grep -q "injected own value [0-9]*: slab" "$work/events"
fault del --all

# --- two arenas
"$MEMCTL" arena add other --size 4M
"$MEMCTL" -a other fault add --site alloc --nth 1 >"$work/out"
equal "of another arena" ".." "$(which 2 page)"
equal "not this one" "" "$(counts)"
check "an arena goes with its faults" "$MEMCTL" arena del other

# --- refusals
refuse "nth 0" 1 'no number from 1 on' "$MEMCTL" fault add --site alloc --nth 0
refuse "order without alloc" 2 'only site alloc' "$MEMCTL" fault add --site slab --nth 1 --order 1
refuse "cache without slab" 2 'only site slab' "$MEMCTL" fault add --site alloc --nth 1 --cache own
refuse "a cache that is none" 2 'no cache nowhere' "$MEMCTL" fault add --site slab --nth 1 --cache nowhere
refuse "a seed with nth" 1 'seed goes with' "$MEMCTL" fault add --site alloc --nth 1 --seed 1
refuse "an arena that is none" 2 'no arena' "$MEMCTL" -a nowhere fault add --site alloc --nth 1
refuse "remove what is none" 2 'no fault 99' "$MEMCTL" fault del 99
refuse "no site" 1 'site' "$MEMCTL" fault add --nth 1
refuse "neither nth nor probability" 1 'one of' "$MEMCTL" fault add --site alloc
refuse "a probability of 2" 1 'probability' "$MEMCTL" fault add --site alloc --probability 2
nr=0
while [ $nr -lt 64 ]; do
	fault add --site table --nth 1 >"$work/out"
	nr=$((nr + 1))
done
refuse "more than 64" 2 'has 64 faults' "$MEMCTL" fault add --site table --nth 1
check "remove all" fault del --all
check "remove all of none" fault del --all

"$MEMCTL" page free --all --force >"$work/out"
shrink_caches
equal "memory of the records" "$metadata" "$("$MEMCTL" arena show main -r -n -b -o METADATA)"
equal "the frames" "$start" "$(frames)"
check "verify" "$MEMCTL" verify
check "pages again from the frame caches" page
at_least "which are in use" 1 "$("$MEMCTL" arena show main -r -n -o CACHED)"

# --- unloading with faults set
"$MEMCTL" page free --all --force >"$work/out"
"$MEMCTL" region del space
fault add --site alloc --probability 0.5 >"$work/out"
fault add --site slab --probability 0.5 >"$work/out"
fault add --site record --nth 1 >"$work/out"
check "unload with faults set" rmmod memctl
load size=16M
equal "none is there" "" "$(counts)"

unload
clean_log
finish
