#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who may do what: anybody may see totals, the rest needs CAP_SYS_ADMIN in
# the initial user namespace.

. "$(dirname "$0")/lib.sh"
begin
load size=16M || exit "$KSFT_FAIL"
chmod 755 "$work"

# By its path: shells of busybox prefer an applet that knows less.
for setpriv in /usr/bin/setpriv /bin/setpriv; do
	[ ! -x "$setpriv" ] || break
done

# as_user COMMAND...: without any right
as_user()
{
	"$setpriv" --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$@"
}
as_user true 2>/dev/null || skip_all "no way to drop rights here"
generation=$("$MEMCTL" arena show main -r -n -o GENERATION)

for command in "status" "buddyinfo" "zoneinfo" "arena show" "why --order 0" "pagetypeinfo" "pt formats"; do
	# shellcheck disable=SC2086
	check "anybody: $command" as_user "$MEMCTL" $command
done
check "anybody: proc buddyinfo" as_user cat /proc/memctl/main/buddyinfo
equal "no physical address for anybody" 0 \
	"$(as_user "$MEMCTL" zoneinfo -J | grep -ic 'start.pfn": *[1-9"]*0x[0-9a-f]*[1-9a-f]')"
refuse "nobody: proc slabinfo" 1 'denied' as_user cat /proc/memctl/main/slabinfo
for command in "arena add x --size 4M" "arena del main" "arena grow main --size 4M" \
	"arena shrink main --size 4M" "arena hash" "slabinfo" "cache list" "cache add x --size 8" \
	"page alloc --order 0" "page list" "kmalloc 8" "region add x --pages 1" "region list" \
	"region add x --size 4K" "region fork x y" "region read x 0" "region trace x" "region open x true" \
	"maps x" "smem" "rmap 1" \
	"pt verify" "tlb show" "tlb add x" "tlb del x" "tlb clear x" "iomem" "vmallocinfo" "what pfn:1" "verify" "plant frame-state --index 0 --bit 0" \
	"monitor --count 1 --timeout 1"; do
	# shellcheck disable=SC2086
	refuse "nobody: $command" 2 '' as_user "$MEMCTL" $command
	if unshare -Urn true 2>/dev/null; then
		# shellcheck disable=SC2086
		unshare -Urn "$MEMCTL" $command >"$work/out" 2>&1
		status=$?
		[ "$status" -ne 0 ]
		result $? "root of a user and net namespace: $command (exit $status)"
	fi
done
equal "nothing changed" "$generation" "$("$MEMCTL" arena show main -r -n -o GENERATION)"
check "verify" "$MEMCTL" verify

unload
clean_log
finish
