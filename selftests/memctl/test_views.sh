#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The views agree with each other, and stock tools read them.

. "$(dirname "$0")/lib.sh"
begin
load size=48M || exit "$KSFT_FAIL"
"$MEMCTL" cache add view --size 200 >/dev/null
"$MEMCTL" cache alloc view --count 100 >/dev/null
"$MEMCTL" page alloc --order 4 --count 5 >/dev/null

for view in buddyinfo zoneinfo slabinfo; do
	"$MEMCTL" "$view" >"$work/cli"
	cat "/proc/memctl/main/$view" >"$work/proc"
	check "$view: the command and the proc file agree" cmp "$work/cli" "$work/proc"
done
for view in status buddyinfo zoneinfo slabinfo pagetypeinfo iomem vmallocinfo arena \
	"page list" "cache list" "region list" "why --order 0" verify version; do
	# shellcheck disable=SC2086
	check "$view" "$MEMCTL" $view
	# shellcheck disable=SC2086
	check "$view -J" "$MEMCTL" $view -J
	if command -v jq >/dev/null; then
		# shellcheck disable=SC2086
		check "$view -J is JSON with an output_version" \
			sh -c '"$@" -J | jq -e .output_version' - "$MEMCTL" $view
	else
		skip "$view -J is JSON with an output_version" "no jq"
	fi
done

equal "16 fields in each line of slabinfo" 16 \
	"$(sed 1,2d /proc/memctl/main/slabinfo | awk '{ print NF }' | sort -u)"
equal "as many orders in each line of buddyinfo" 15 \
	"$(awk '{ print NF }' /proc/memctl/main/buddyinfo | sort -u)"
equal "no trailing blank in slabinfo" 0 "$(grep -c ' $' /proc/memctl/main/slabinfo)"
equal "modes of the proc files" "444 444 400" \
	"$(cd /proc/memctl/main && stat -c %a buddyinfo zoneinfo slabinfo | xargs)"
equal "the columns of lines are the kernel's" \
	"$(awk 'NR == 1 { print length($0) }' /proc/buddyinfo)" \
	"$(awk 'NR == 1 { print length($0) }' /proc/memctl/main/buddyinfo)"

if command -v slabtop >/dev/null && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind /proc/memctl/main/slabinfo /proc/slabinfo && slabtop -o' >"$work/slabtop"
	check "slabtop reads our slabinfo" grep -q ' view *$' "$work/slabtop"
else
	skip "slabtop reads our slabinfo" "no slabtop, or no unshare"
fi
if command -v vmstat >/dev/null && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind /proc/memctl/main/slabinfo /proc/slabinfo && vmstat -m' >"$work/vmstat"
	check "vmstat -m reads our slabinfo" grep -q '^view ' "$work/vmstat"
else
	skip "vmstat -m reads our slabinfo" "no vmstat, or no unshare"
fi

check "a column list" "$MEMCTL" buddyinfo -o NODE,ZONE
refuse "a column that is none" 1 "unknown column 'NOTHING'" "$MEMCTL" buddyinfo -o NOTHING
refuse "an object that is none" 1 "no object 'nothing'" "$MEMCTL" nothing
refuse "an option that is none" 1 'unknown option --nothing' "$MEMCTL" status --nothing
refuse "output to a full device" 1 'could not be written: No space left' sh -c '"$1" status >/dev/full' - "$MEMCTL"

"$MEMCTL" monitor -J --count 2 --timeout 120 >"$work/events" &
monitor=$!
wait_until "the monitor listens" listening
"$MEMCTL" cache add event --size 8 && "$MEMCTL" cache del event
wait "$monitor"
equal "monitor printed an object a line" 2 "$(grep -c '^{.*}$' "$work/events")"
check "of the cache" grep -q '"event"' "$work/events"

check "what: a frame" "$MEMCTL" what "pfn:$("$MEMCTL" iomem -r -n -o PFN | head -n 1)"
handle=$("$MEMCTL" cache alloc view)
check "what: a handle" sh -c '"$1" what "handle:$2" | grep -q view' - "$MEMCTL" "$handle"

check "free all" "$MEMCTL" page free --all --force
unload
clean_log
finish
