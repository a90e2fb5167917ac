#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The in-kernel API, used by a test module in threads, timers, irq_work and
# tasklets at once, on every CPU.
# HOST: contexts, interrupts, softirqs and timers

. "$(dirname "$0")/lib.sh"
begin
modinfo memctl_test >/dev/null 2>&1 || skip_all "no module memctl_test for this kernel"
load size=64M || exit "$KSFT_FAIL"
start=$(frames)
# The module looks for this text in the pages that it is given.
check "a region" "$MEMCTL" region add text --size 4M
yes 'memctl!' | head -c 4194304 >"$work/text"
check "with a text in each page" sh -c '"$1" region write text +0 <"$2"' - "$MEMCTL" "$work/text"
check "is removed" "$MEMCTL" region del text
lines=$(dmesg | wc -l)
check "the test module loads" modprobe memctl_test scale="${SCALE:-100}"
dmesg | sed "1,${lines}d" >"$work/log"
check "its verdict is pass" grep -q 'memctl_test: pass' "$work/log"
grep -E '(^| )(not )?ok [0-9]+' "$work/log" | sed 's/.*memctl_test: //' >"$work/cases"
while read -r line; do
	case $line in
	ok*) result 0 "api: ${line#ok * }" ;;
	*) result 1 "api: ${line#not ok * }" ;;
	esac
done <"$work/cases"
check "the test module goes" rmmod memctl_test
shrink_caches
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify
unload
clean_log
finish
