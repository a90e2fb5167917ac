#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In a machine that selftests/mutants/run has made: each directory below
# /mutants has modules with a mutant, and the names of the tests that are to
# find it in the file tests; "process:fork" is the part fork of process. SCALE
# is the share of the long ones, LIMIT the seconds after which one command of a
# test has no end.
#
# Prints "# mutant: DIRECTORY TEST", what the test prints up to the first case
# that fails, and "# ended: DIRECTORY". Ends early when a module does not go:
# what comes after it needs a new machine.

cd /selftests || exit 1

# away: let go of all that a test may have left behind, and of the module
away()
{
	killall -q -9 region_hold region_stall region_user nl_hostile fail_nth memctl
	umount /tmp/memctl-test.*/disk 2>/dev/null
	rmmod brd 2>/dev/null
	for _ in $(seq 20); do
		rmmod memctl_bench 2>/dev/null
		rmmod memctl_test 2>/dev/null
		rmmod memctl 2>/dev/null
		[ -d /sys/module/memctl ] || return 0
		memctl fault del --all >/dev/null 2>&1
		for region in $(memctl region list -r -n -o NAME 2>/dev/null); do
			memctl region del "$region" >/dev/null 2>&1
		done
		memctl page free --all --force >/dev/null 2>&1
		sleep 0.5
	done
	return 1
}

for mutant in /mutants/*; do
	cp "$mutant"/*.ko "/lib/modules/$(uname -r)/extra/"
	while IFS=: read -r test parts; do
		echo "# mutant: ${mutant##*/} $test"
		PARTS=$parts FAIL_FAST=1 SCALE=${SCALE:-10} LIMIT=${LIMIT:-60} timeout 600 "./test_$test.sh" </dev/null
		status=$?
		[ "$status" -eq 0 ] || echo "not ok 0 - it ends with status $status"
		[ "$status" -eq 0 ] || break
	done <"$mutant/tests"
	echo "# ended: ${mutant##*/}"
	away || exit 1
done
exit 0
