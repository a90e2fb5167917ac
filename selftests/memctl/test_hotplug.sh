#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# CPUs that go off and come back: what their frame caches and magazines held
# comes back, is counted, and the others can use it; nothing is lost while CPUs
# come and go under load.
# TURNS: how often a CPU goes under load (5)
# HOST: the states that a CPU goes through

. "$(dirname "$0")/lib.sh"
begin
turns=${TURNS:-$((4 * ${SCALE:-100} / 100 + 1))}
switch=/sys/devices/system/cpu/cpu1/online
[ -w "$switch" ] || skip_all "no second CPU that can be switched off"

# turn 0|1: CPU 1 off or on. A reader of cpu_hotplug_lock may be in the way.
turn()
{
	for _ in $(seq 50); do
		echo "$1" >"$switch" 2>/dev/null
		[ "$(cat "$switch")" = "$1" ] && return
		sleep 0.1
	done
	return 1
}

# cached_by CPU: frames in its caches
cached_by()
{
	"$MEMCTL" zoneinfo | awk -v cpu="$1" '$1 == "cpu:" { this = $2 }
		$1 == "count:" && this == cpu { sum += $2 } END { print sum + 0 }'
}

# cpus FILE: the numbers of the CPUs that a zoneinfo has, each once
cpus()
{
	awk '$1 == "cpu:" { print $2 }' "$1" | sort -nu | xargs
}

# same_zoneinfo WHEN: the command, the proc file and the kernel list the same CPUs, and what we say of them agrees
same_zoneinfo()
{
	"$MEMCTL" zoneinfo >"$work/cli"
	cat /proc/memctl/main/zoneinfo >"$work/proc"
	check "zoneinfo, $1: the command and the proc file agree" cmp "$work/cli" "$work/proc"
	equal "and list the CPUs that the kernel's does" "$(cpus /proc/zoneinfo)" "$(cpus "$work/cli")"
	if command -v jq >/dev/null; then
		equal "in JSON as well" "$(cpus "$work/cli")" \
			"$("$MEMCTL" zoneinfo -J | jq '[.. | .cpu? // empty] | unique | .[]' | xargs)"
	else
		skip "in JSON as well" "no jq"
	fi
}

# in_magazines: objects in magazines of all CPUs and caches
in_magazines()
{
	"$MEMCTL" cache list -r -n -o MAGAZINE | awk '{ sum += $1 } END { print sum + 0 }'
}

# fill_caches: what CPU 1 caches, frames and objects, as much as it takes
fill_caches()
{
	for order in 0 0 1 2 3; do
		taskset 2 "$MEMCTL" page alloc --order "$order" --count 100 --owner 7 >/dev/null
		taskset 2 "$MEMCTL" page free --owner 7 --all >/dev/null
	done
	for size in 64 256 1024; do
		taskset 2 "$MEMCTL" kmalloc "$size" --count 1000 --owner 8 >/dev/null
		taskset 2 "$MEMCTL" page free --owner 8 --all >/dev/null
	done
}

# hand_out: every frame of the arena to owner 9
hand_out()
{
	"$MEMCTL" page alloc --order 0 --count 40000 --memalloc --owner 9 2>/dev/null | wc -l
}

load size=64M || exit "$KSFT_FAIL"
shrink_caches
start=$(frames)
fill_caches
at_least "CPU 1 has frames in its caches" 100 "$(cached_by 1)"
at_least "and objects in its magazines" 100 "$(in_magazines)"
same_zoneinfo "all CPUs on"
check "CPU 1 goes off" turn 0
same_zoneinfo "CPU 1 off"
at_most "what it had cached has left it" 0 "$(cached_by 1)"
check "verify" "$MEMCTL" verify
shrink_caches
equal "every frame is back" "$start" "$(frames)"
equal "and can be had from the other CPUs" "$start" "$(hand_out)"
check "free them" "$MEMCTL" page free --owner 9 --all
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify

# The budget of a CPU that is off follows the arena's size.
check "shrink while CPU 1 is off" "$MEMCTL" arena shrink main --size 32M
check "verify" "$MEMCTL" verify
check "CPU 1 comes back" turn 1
check "verify" "$MEMCTL" verify
fill_caches
same_zoneinfo "CPU 1 on again"
at_least "CPU 1 has frames in its caches again" 50 "$(cached_by 1)"
check "verify" "$MEMCTL" verify
check "CPU 1 goes off again" turn 0
check "grow while CPU 1 is off" "$MEMCTL" arena grow main --size 32M
check "an arena made while CPU 1 is off" "$MEMCTL" arena add late --size 4M
check "verify" "$MEMCTL" verify
check "CPU 1 comes back" turn 1
fill_caches
equal "CPU 1 uses the arena made without it" 1 \
	"$(taskset 2 "$MEMCTL" -a late page alloc --order 0 | wc -l)"
check "free it" "$MEMCTL" -a late page free --all --force
check "verify" "$MEMCTL" verify
check "the late arena goes" "$MEMCTL" arena del late
shrink_caches
equal "every frame is back" "$start" "$(frames)"

# storm OWNER: allocates and frees until it is told to end
storm()
{
	while [ ! -e "$work/stop" ]; do
		"$MEMCTL" page alloc --order 0 --count 500 --owner "$1" >/dev/null || break
		"$MEMCTL" kmalloc 128 --count 500 --owner "$1" >/dev/null || break
		"$MEMCTL" page free --owner "$1" --all >/dev/null || break
	done
	[ -e "$work/stop" ] || echo "storm $1" >>"$work/broken"
}

# Kernel threads that stay on their CPU until it goes.
threads()
{
	while [ ! -e "$work/stop" ]; do
		"$MEMCTL" bench burst --threads 2 --rounds "$(scaled 300)" >/dev/null 2>&1
		"$MEMCTL" bench object-burst --threads 2 --rounds "$(scaled 300)" >/dev/null 2>&1
	done
}

pids=
for owner in 21 22 23; do
	storm "$owner" &
	pids="$pids $!"
done
if modprobe memctl_bench 2>/dev/null; then
	threads &
	pids="$pids $!"
fi
failed=0
problems=0
for _ in $(seq "$turns"); do
	turn 0 || failed=$((failed + 1))
	"$MEMCTL" verify >/dev/null || problems=$((problems + 1))
	turn 1 || failed=$((failed + 1))
	"$MEMCTL" verify >/dev/null || problems=$((problems + 1))
done
: >"$work/stop"
# shellcheck disable=SC2086
wait $pids
equal "$turns times off and on under load" 0 "$failed"
equal "verify each time" 0 "$problems"
equal "no allocation was refused" "" "$(cat "$work/broken" 2>/dev/null)"
rmmod memctl_bench 2>/dev/null
shrink_caches
equal "every frame is back" "$start" "$(frames)"
equal "and can be had" "$start" "$(hand_out)"
check "free them" "$MEMCTL" page free --owner 9 --all
check "verify" "$MEMCTL" verify

unload
clean_log
finish
