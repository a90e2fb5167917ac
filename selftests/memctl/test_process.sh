#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Regions that processes map: faults, copies, holds, races, contents, and
# random steps of four processes, with all tables compared on the way; see
# region_user.c. STEPS, RACE_SECONDS and CONTENT (MiB) make it longer or shorter.

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl cannot fork a region"
load size=64M plant=1 || exit "$KSFT_FAIL"
start=$(frames)
STEPS=${STEPS:-10000} RACE_SECONDS=${RACE_SECONDS:-5} CONTENT=${CONTENT:-128}
export MEMCTL STEPS RACE_SECONDS CONTENT

for part in basic fork vmas mmap life holds large races content random; do
	"$(dirname "$0")/region_user" "$part" >"$work/report" 2>&1
	status=$?
	grep -E '^(not )?ok|^#' "$work/report" | sed "s/^\(not ok\|ok\) [0-9]* /\1 $part: /" >"$work/lines"
	while read -r line; do
		case $line in
		"ok "*) result 0 "${line#ok }" ;;
		"not ok "*) result 1 "${line#not ok }" ;;
		*) echo "$line" ;;
		esac
	done <"$work/lines"
	equal "$part ends well" 0 "$status"
	equal "$part gives every frame back" "$start" "$(frames)"
done

"$MEMCTL" region add held --size 1M >/dev/null
rmmod memctl 2>/dev/null
equal "a region keeps the module" 1 "$?"
check "remove it" "$MEMCTL" region del held
exec 9</dev/memctl
rmmod memctl 2>/dev/null
equal "an open device keeps the module" 1 "$?"
exec 9<&-
check "verify" "$MEMCTL" verify
unload
clean_log
finish
