#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Events reach who listens: what one user can cause at will pushes out neither
# root's nor another user's, what is left out is told to the last one, and the
# generations that they carry never go back.

. "$(dirname "$0")/lib.sh"
begin
tests=$(cd "$(dirname "$0")" && pwd)
[ -x "$tests/region_flood" ] || skip_all "region_flood is not built"
for setpriv in /usr/bin/setpriv /bin/setpriv; do
	[ ! -x "$setpriv" ] || break
done
"$setpriv" --reuid 1000 --clear-groups true 2>/dev/null || skip_all "no setpriv"
load size=32M || exit "$KSFT_FAIL"

# as_uid UID COMMAND...: without rights
as_uid()
{
	uid=$1
	shift
	"$setpriv" --reuid "$uid" --regid "$uid" --clear-groups --bounding-set -all "$@"
}

# listen: events from now on, to $work/events, one a line
listen()
{
	: >"$work/events"
	"$MEMCTL" monitor -J >"$work/events" 2>&1 &
	monitor=$!
	wait_until "the monitor listens" listening
}

deafen()
{
	kill "$monitor"
	wait "$monitor"
}

# nr_events PATTERN: how many there are that match
nr_events()
{
	grep -c -- "$1" "$work/events"
}

# sum_lost UID: events of that user that were left out, as told
sum_lost()
{
	grep '"event":"lost"' "$work/events" | grep "\"uid\":$1[,}]" |
		sed 's/.*"value":\([0-9]*\).*/\1/' | awk '{ sum += $1 } END { print sum + 0 }'
}

# nr_told UID: refused accesses of that user that were sent or counted
nr_told()
{
	echo $(($(grep '"event":"fault"' "$work/events" | grep -c "\"uid\":$1[,}]") + $(sum_lost "$1")))
}

all_told()
{
	[ "$(nr_told "$1")" -eq "$2" ]
}

# flood UID COUNT: in the background, so many refused reads
flood()
{
	"$MEMCTL" region open flood -- "$setpriv" --reuid "$1" --regid "$1" --clear-groups \
		--bounding-set -all "$tests/region_flood" "$2" >>"$work/refused.$1" 2>&1 &
}

"$MEMCTL" region add flood --size 1M --empty >"$work/out"
nr=$(scaled 20000)
listen
flood 1000 "$nr"
flood 1000 "$nr"
wait_until "the flood has begun" grep -q '"event":"fault"' "$work/events"
flood 1001 50
for i in $(seq 40); do
	"$MEMCTL" region add "few-$i" --size 4K >"$work/out" &&
		"$MEMCTL" region del "few-$i" >"$work/out"
done
# Not the monitor, which is a child as well.
wait_until "the floods end" sh -c '[ "$(cat "$1".* | wc -l)" = 3 ]' - "$work/refused"
equal "every read of the flood was refused" $((2 * nr)) "$(awk '{ sum += $1 } END { print sum }' "$work/refused.1000")"
wait_until "the last of the flood is told" all_told 1000 $((2 * nr))
equal "the flood: as many were sent or counted as there were" $((2 * nr)) "$(nr_told 1000)"
at_least "the flood: most were left out" "$nr" "$(sum_lost 1000)"
equal "root's events are all there" "40 40" \
	"$(nr_events '"event":"region-add".*"name":"few-') $(nr_events '"event":"region-del".*"name":"few-')"
equal "another user's, who causes few, are" "50 0" "$(nr_told 1001) $(sum_lost 1001)"
equal "the ring lost none" 0 "$(nr_events '"lost":[1-9]')"

# Events of all parts, with allocations in between, which count as well.
for i in $(seq 5); do
	"$MEMCTL" page alloc --order 0 --count 50 --owner 3 >"$work/out"
	"$MEMCTL" cache add "cache-$i" --size 64 >"$work/out"
	"$MEMCTL" page alloc --order 0 --count 20000 --owner 3 >"$work/out" 2>&1
	"$MEMCTL" page free --owner 3 --all >"$work/out"
	"$MEMCTL" region add "region-$i" --size 4K >"$work/out"
	"$MEMCTL" region del "region-$i" >"$work/out"
	"$MEMCTL" region add "space-$i" --size 1M >"$work/out"
	"$MEMCTL" cache del "cache-$i" >"$work/out"
	"$MEMCTL" region del "space-$i" >"$work/out"
	flood 1000 3
done
wait_until "the last event is there" grep -q '"event":"region-del".*"name":"space-5"' "$work/events"
deafen
for event in cache-add cache-del region-add region-del alloc-failed low high fault; do
	at_least "there are events: $event" 1 "$(nr_events "\"event\":\"$event\"")"
done
equal "the generation never goes back" 0 "$(sed -n 's/.*"generation":\([0-9][0-9]*\).*/\1/p' "$work/events" |
	awk '$1 < last { nr++ } { last = $1 } END { print nr + 0 }')"
"$MEMCTL" page free --all --force >"$work/out" 2>&1

# One who has many uids: root's refused allocations are heard beside his.
listen
"$MEMCTL" region open flood -- "$tests/region_flood" 1000000000 2000 64 >"$work/out.many" 2>&1 &
many=$!
wait_until "the flood of many has begun" grep -q '"event":"fault"' "$work/events"
# Time for more than each of them may cause.
sleep 2
refused=0
for i in $(seq 10); do
	"$MEMCTL" page alloc --order 10 --count 100 --owner 3 >"$work/out" 2>&1 || refused=$((refused + 1))
done
equal "root is refused" 10 "$refused"
kill "$many"
wait "$many" 2>/dev/null
sleep 3
deafen
at_least "root's refused allocations are all heard" "$refused" \
	"$(grep '"event":"alloc-failed"' "$work/events" | grep -c '"uid":0[,}]')"
equal "root lost none" 0 "$(sum_lost 0)"
"$MEMCTL" page free --all --force >"$work/out" 2>&1

# The buffers of a trace are shared as well.
tracefs=/sys/kernel/tracing
[ -d "$tracefs/events" ] || mount -t tracefs nodev "$tracefs" 2>/dev/null
if [ -d "$tracefs/events/memctl" ]; then
	traced=$tracefs/instances/test-events
	mkdir "$traced"
	echo 16384 >"$traced/buffer_size_kb"
	echo 1 >"$traced/events/memctl/memctl_event/enable"
	rm -f "$work"/refused.1000
	flood 1000 "$nr"
	wait_until "the flood ends" test -s "$work/refused.1000"
	sleep 3
	grep -h 'event=fault\|event=lost' "$traced/trace" >"$work/traced"
	at_least "a trace has the first refused reads" 100 "$(grep -c event=fault "$work/traced")"
	at_most "and not all" $((nr / 2)) "$(grep -c event=fault "$work/traced")"
	equal "those left out are told there" "$nr" "$(($(grep -c event=fault "$work/traced") +
		$(sed -n 's/.*event=lost.* value=\([0-9]*\) .*text=uid 1000$/\1/p' "$work/traced" |
			awk '{ sum += $1 } END { print sum + 0 }')))"
	echo 0 >"$traced/events/memctl/memctl_event/enable"
	rmdir "$traced"
else
	skip "a trace is not flooded" "no tracefs"
fi
wait_until "the region is let go of" "$MEMCTL" region del flood
check "verify" "$MEMCTL" verify

# A refusal is counted for a zone that there is: where the nearest ones have no frame, and where none that it may have has.
unload
load size=16M dma=0 dma32=16M || exit "$KSFT_FAIL"
# nr_failed: refusals, as the zones that are shown count them
nr_failed()
{
	"$MEMCTL" zoneinfo -r -n -o FAILED | awk '{ sum += $1 } END { print sum + 0 }'
}

"$MEMCTL" page alloc --order 0 --count 20000 >"$work/out" 2>&1
before=$(nr_failed)
at_least "zoneinfo shows refusals" 1 "$before"
refuse "no frame of DMA" 2 'DMA' "$MEMCTL" page alloc --order 0 --zone DMA
equal "zoneinfo shows that one, too" $((before + 1)) "$(nr_failed)"
"$MEMCTL" page free --all --force >"$work/out" 2>&1
check "verify" "$MEMCTL" verify
unload
clean_log
finish
