#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who may do what: the table of Documentation/rights.rst, each cell of it
# tried (nl_rights.h), and what the command says to those who may not.

. "$(dirname "$0")/lib.sh"
begin
load size=64M plant=1 || exit "$KSFT_FAIL"
chmod 755 "$work"

"$(dirname "$0")/nl_hostile" --rights "$(dirname "$0")/rights.rst" >"$work/report" 2>&1
status=$?
while read -r line; do
	case $line in
	"ok "*) result 0 "${line#ok * - }" ;;
	"not ok "*) result 1 "${line#not ok * - }" ;;
	"#"*) echo "$line" ;;
	esac
done <"$work/report"
equal "the table ends well" 0 "$status"

# By its path: shells of busybox prefer an applet that knows less.
for setpriv in /usr/bin/setpriv /bin/setpriv; do
	[ ! -x "$setpriv" ] || break
done

# as_user COMMAND...: without any right
as_user()
{
	"$setpriv" --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$@"
}

if as_user true 2>/dev/null; then
	for command in "status" "buddyinfo" "zoneinfo" "arena show" "why --order 0" \
		"pagetypeinfo" "pt formats"; do
		# shellcheck disable=SC2086
		check "anybody: $command" as_user "$MEMCTL" $command
	done
	equal "no physical address for anybody" 0 \
		"$(as_user "$MEMCTL" zoneinfo -J | grep -ic 'start.pfn": *[1-9"]*0x[0-9a-f]*[1-9a-f]')"
	for command in "arena add x --size 4M" "arena hash" "slabinfo" "page alloc --order 0" \
		"page list" "region add x --size 4K" "region open x true" "smem" "verify" \
		"fault list" "fault add --site alloc --nth 1" "monitor --count 1 --timeout 1"; do
		# shellcheck disable=SC2086
		refuse "nobody: $command" 2 '' as_user "$MEMCTL" $command
	done
fi
check "verify" "$MEMCTL" verify

unload
clean_log
finish
