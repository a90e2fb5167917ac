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
	at_least "zones that say to root where they begin" 1 \
		"$("$MEMCTL" zoneinfo -r -n -o START_PFN | grep -c '[1-9]')"
	equal "none says so to anybody" 0 \
		"$(as_user "$MEMCTL" zoneinfo -r -n -o START_PFN | grep -c '[1-9]')"
	pfn='"start_pfn": *"*\(0x\)*0*[1-9a-f]'
	at_least "in JSON they say so to root" 1 "$("$MEMCTL" zoneinfo -J | grep -c "$pfn")"
	equal "and to nobody else" 0 "$(as_user "$MEMCTL" zoneinfo -J | grep -c "$pfn")"
	for command in "arena add x --size 4M" "arena hash" "slabinfo" "page alloc --order 0" \
		"page list" "region add x --size 4K" "region open x true" "smem" "verify" \
		"fault list" "fault add --site alloc --nth 1" "monitor --count 1 --timeout 1"; do
		# shellcheck disable=SC2086
		refuse "nobody: $command" 2 'EPERM\|EACCES\|not permitted\|denied' as_user "$MEMCTL" $command
	done
else
	skip "what anybody may and may not" "no setpriv that can take all rights away"
fi
check "verify" "$MEMCTL" verify

unload
clean_log
finish
