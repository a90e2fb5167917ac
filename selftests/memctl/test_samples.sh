#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The drivers of samples/, built outside of the tree against what memctl-dev
# has: loaded, looked at, refused their memory, and unloaded.
# HOST: what a module of others links to

. "$(dirname "$0")/lib.sh"
begin
driver=$(dirname "$0")/minimal.ko
[ -e "$driver" ] || skip_all "no $driver: scripts/kselftest-vm brings it"

# refused_with NAME ERRNO-TEXT: insmod fails with it, and nothing of the driver stays
refused_with()
{
	if insmod "$driver" >"$work/said" 2>&1; then result 1 "$1: not loaded"; else result 0 "$1: not loaded"; fi
	check "$1: $2" grep -q "$2" "$work/said"
	check "$1: nothing stays" test ! -e /sys/module/minimal
}

caches() { "$MEMCTL" cache list -r -n -o NAME | grep -c '^minimal_jobs$'; }

unload
refused_with "without memctl" "nknown symbol"
load size=32M || exit "$KSFT_FAIL"
start=$(frames)
check "it loads" insmod "$driver"
equal "its cache is listed" 1 "$(caches)"
equal "with one object" 1 "$("$MEMCTL" slabinfo -r -n -o NAME,ACTIVE | awk '$1 == "minimal_jobs" { print $2 }')"
check "status names who holds memctl" sh -c '"$1" status | grep -q minimal' - "$MEMCTL"
refuse "memctl cannot go before it" 2 'minimal' "$MEMCTL" unload
check "verify: what it took while it was initialised is no leak" "$MEMCTL" verify
check "it unloads" rmmod minimal
equal "its cache is gone" 0 "$(caches)"
shrink_caches
equal "every frame is back" "$start" "$(frames)"

# An arena that is not there, an object that is not to be had.
check "arena main is deleted" "$MEMCTL" arena del main
refused_with "no arena main" "No such device"
load size=32M || exit "$KSFT_FAIL"
check "a fault is set" "$MEMCTL" fault add --site slab --nth 1 --times 0
refused_with "no object" "annot allocate memory"
check "the fault is removed" "$MEMCTL" fault del --all
equal "no cache of it stays" 0 "$(caches)"
check "it loads again" insmod "$driver"
check "it unloads again" rmmod minimal
check "verify at the end" "$MEMCTL" verify
unload
clean_log
finish
