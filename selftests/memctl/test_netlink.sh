#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Hostile messages and dumps; the cases are in nl_hostile.c.
# HOST: generic netlink's policies and dumps

. "$(dirname "$0")/lib.sh"
begin
[ -x "$(dirname "$0")/nl_hostile" ] || skip_all "nl_hostile is not built"
load size=32M || exit "$KSFT_FAIL"
# cases NAME [OPTION...]: those of nl_hostile
cases()
{
	name=$1
	shift
	"$(dirname "$0")/nl_hostile" "$@" >"$work/cases" 2>&1
	status=$?
	while read -r line; do
		case $line in
		"ok "*) result 0 "netlink: ${line#ok * }" ;;
		"not ok "*) result 1 "netlink: ${line#not ok * }" ;;
		"# "*) echo "$line" ;;
		esac
	done <"$work/cases"
	equal "nl_hostile's own verdict on $name" 0 "$status"
}

cases messages
cases texts --texts "$(scaled 2000)"
check "verify" "$MEMCTL" verify
unload
clean_log
finish
