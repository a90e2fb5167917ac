#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The tracepoint memctl:memctl_event, as programs of others read it: by its
# format alone. The names of values are in it as numbers, not as names of C.
# HOST: how tracepoints are told to others

. "$(dirname "$0")/lib.sh"
begin
tracefs=/sys/kernel/tracing
[ -d "$tracefs/events" ] || mount -t tracefs nodev "$tracefs" 2>/dev/null
[ -d "$tracefs/events" ] || skip_all "no tracefs"
load size=32M || exit "$KSFT_FAIL"
event=$tracefs/events/memctl/memctl_event

sed -n '/print fmt/p' "$event/format" >"$work/print"
sed -n 's/^.field:\(.*\);.offset.*/\1/p' "$event/format" >"$work/fields"
why_not "$work/fields"
equal "the names of C are numbers" 0 "$(grep -c 'MEMCTL_' "$event/format")"
equal "no size is a sum" 0 "$(grep -c '\[[^]]*+' "$work/fields")"
for field in arena name text; do
	equal "$field is as long as it is" "__data_loc char[] $field" "$(grep " $field\$" "$work/fields")"
done
# Every event that monitor knows by name has it here too: the numbers have no gap.
number=0
for name in arena-add arena-del arena-grow arena-shrink cache-add cache-del region-add region-del \
	alloc-failed low high bad-free damage fault injected memory-error lost leak; do
	equal "event $number is $name" 1 "$(grep -c "{ $number, \"$name\" }" "$work/print")"
	number=$((number + 1))
done
equal "and there is none behind" 1 "$(grep -c "{ $((number - 1)), \"leak\" })" "$work/print")"

# A few events, one of them a refusal with all its fields.
cat >"$work/activity" <<END
"$MEMCTL" region add traced --size 4K
"$MEMCTL" region del traced
"$MEMCTL" page alloc --order 10 --count 100
"$MEMCTL" page free --all --force
END

# told FILE WHAT: what both readers must have made of them
told()
{
	equal "$2: a region with its name" 1 "$(grep -c 'arena=main event=region-add name=traced node=-1 zone=none order=-1 reason=none value=4096' "$1")"
	at_least "$2: a refusal with its zone and reason" 1 \
		"$(grep -c 'event=alloc-failed .*zone=\(dma\|dma32\|normal\) order=10 reason=\(watermark\|fragmented\|no-memory\)' "$1")"
}

echo >"$tracefs/trace"
echo 1 >"$event/enable"
sh "$work/activity" >"$work/out" 2>&1
echo 0 >"$event/enable"
told "$tracefs/trace" "the kernel"

if command -v trace-cmd >/dev/null; then
	# The buffers are read when tracing has stopped: a recorder's threads, one for each CPU, may miss the last
	# events of a busy machine.
	echo >"$tracefs/trace"
	{
		trace-cmd start -q -e memctl:memctl_event
		sh "$work/activity"
		trace-cmd stop
		trace-cmd extract -o "$work/trace.dat"
	} >"$work/out" 2>&1
	trace-cmd report -i "$work/trace.dat" >"$work/report" 2>"$work/errors"
	equal "trace-cmd can read every field" "" "$(cat "$work/errors")"
	equal "trace-cmd: nothing failed to parse" 0 "$(grep -c -i 'failed to parse\|unknown' "$work/report")"
	told "$work/report" "trace-cmd"
else
	echo "# no trace-cmd: read by the kernel alone"
fi
check "verify" "$MEMCTL" verify
unload
clean_log
finish
