#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who may do what: the table of Documentation/rights.rst, each cell of it
# tried (nl_rights.c), and what the command says to those who may not.
# HOST: capabilities, users, namespaces

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

# cached: frames in the CPUs' caches
cached()
{
	"$MEMCTL" zoneinfo -r -n -o CACHED | awk '{ sum += $1 } END { print sum + 0 }'
}

if as_user true 2>/dev/null; then
	# All that anybody may ask, and what it would have an allocation do: nothing is done.
	"$MEMCTL" page alloc --order 0 --count 100 --owner 8 >"$work/handles"
	check "frames to the caches" "$MEMCTL" page free --owner 8 --all
	before=$(cached)
	at_least "the caches hold some" 1 "$before"
	for command in "status" "buddyinfo" "zoneinfo" "arena show" "pagetypeinfo" "pt formats" \
		"why --order 10" "why --order 10 --zone DMA" "why --order 10 --memalloc" \
		"why --order 0 --zone DMA32 --migratetype movable"; do
		# shellcheck disable=SC2086
		as_user "$MEMCTL" $command >"$work/out" 2>&1
		equal "anybody: $command moves no frame" "$before" "$(cached)"
	done
	for file in /proc/memctl/main/*; do
		as_user cat "$file" >"$work/out" 2>&1
		equal "anybody: reading $file moves no frame" "$before" "$(cached)"
	done
	# The hash has the caches drained: it is for the free lists.
	hash=$("$MEMCTL" arena hash)
	as_user "$MEMCTL" why --order 10 >"$work/out" 2>&1
	equal "anybody: the arena is as it was" "$hash" "$("$MEMCTL" arena hash)"
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
if as_user true 2>/dev/null; then
	refuse "nobody: status when the module is not loaded" 3 'not loaded' as_user "$MEMCTL" status
	equal "nobody: asking does not load it" 1 "$([ -d /sys/module/memctl ]; echo $?)"
fi
clean_log
finish
