#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Every allocation of every flow fails once; the flows are in fail_nth.c.
# FLOWS=PART runs those whose names have it, FLOWS=netlink|device|arena|load
# those of a kind.

. "$(dirname "$0")/lib.sh"
begin
program=$(dirname "$0")/fail_nth
[ -x "$program" ] || skip_all "fail_nth is not built"
load size=24M || exit "$KSFT_FAIL"
debug=/sys/kernel/debug
[ -d $debug/failslab ] || mount -t debugfs none $debug 2>/dev/null
# Any allocation, also one that may wait, and without a trace of each in the log.
for attr in failslab fail_page_alloc fail_usercopy memctl; do
	[ -d $debug/$attr ] || continue
	echo 0 >$debug/$attr/verbose
	[ ! -e $debug/$attr/ignore-gfp-wait ] || echo N >$debug/$attr/ignore-gfp-wait
	[ ! -e $debug/$attr/min-order ] || echo 0 >$debug/$attr/min-order
done

# cases PREFIX COMMAND...: the cases of a program, as ours, as they come
mkfifo "$work/cases"
cases()
{
	prefix=$1
	shift
	"$@" >"$work/cases" 2>&1 &
	program_pid=$!
	while read -r line; do
		case $line in
		"ok "*) result 0 "$prefix: ${line#ok * - }" ;;
		"not ok "*) result 1 "$prefix: ${line#not ok * - }" ;;
		"# "* | "1..0"*) echo "# ${line#\# }" ;;
		esac
	done <"$work/cases"
	wait "$program_pid"
	status=$?
	[ "$status" -eq "$KSFT_SKIP" ] || equal "$prefix: the verdict" 0 "$status"
}

# no_splat: as clean_log, but the host may tell of an allocation of its own that failed, with a trace
no_splat()
{
	dmesg >"$work/dmesg"
	sed "1,${log_lines:-0}d" "$work/dmesg" |
		grep -E 'BUG|WARNING|Oops|KASAN|UBSAN|KCSAN|INFO: |memory leak' >"$work/bad"
	log_lines=$(wc -l <"$work/dmesg")
	check "the log has no report" [ ! -s "$work/bad" ]
	why_not "$work/bad"
}

if [ -e /proc/self/fail-nth ]; then
	# shellcheck disable=SC2086
	cases "fail-nth" "$program" ${FLOWS:+"$FLOWS"}
	no_splat
fi
if [ ! -e /proc/self/fail-nth ] || [ -n "${OWN:-}" ]; then
	cases "own faults" "$program" --own ${FLOWS:+"$FLOWS"}
	check "no fault is left" [ -z "$("$MEMCTL" fault list -r -n)" ]
fi
check "verify" "$MEMCTL" verify
check "compare the tables" "$MEMCTL" pt verify
path=$(modinfo -F filename memctl 2>/dev/null)
[ -e "$path" ] || path=$(find "/lib/modules/$(uname -r)" -name memctl.ko | head -n 1)
unload
if [ -e /proc/self/fail-nth ] && [ "${FLOWS:-load}" = load ]; then
	cases "load" "$program" --load "$path" "size=8M dma=0 dma32=0"
	check "verify" "$MEMCTL" verify
	unload
fi
no_splat
finish
