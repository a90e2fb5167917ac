#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A process in a cgroup of little memory that faults on a region. The region's
# pages are not the host's to count (VM_PFNMAP): they are not charged, what
# bounds them is the region's --limit. The process's own memory is charged, and
# when it is killed for that all frames come back.
# HOST: what is charged, and whom it kills

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl has no regions for processes"
groups=/sys/fs/cgroup
[ -e $groups/cgroup.controllers ] || mount -t cgroup2 none $groups 2>/dev/null ||
	skip_all "no cgroups here"
echo +memory >$groups/cgroup.subtree_control 2>/dev/null
mkdir -p $groups/memctl
[ -e $groups/memctl/memory.max ] || skip_all "no memory controller here"
load size=64M || exit "$KSFT_FAIL"
start=$(frames)
most=$((16 << 20))
echo $most >$groups/memctl/memory.max
[ ! -e $groups/memctl/memory.swap.max ] || echo 0 >$groups/memctl/memory.swap.max
hold=$(dirname "$0")/region_hold

# grouped REGION: a process of the group that maps it, and does what its input says
grouped()
{
	sh -c 'echo $$ >"$1" && exec "$2" region open "$3" -- "$4"' - \
		$groups/memctl/cgroup.procs "$MEMCTL" "$1" "$hold"
}

# writes PAGES: one to each page
writes()
{
	awk -v pages="$1" 'BEGIN { for (i = 0; i < pages; i++) print "w", i * 4096, 1 }'
}

kills()
{
	awk '$1 == "oom_kill" { print $2 }' $groups/memctl/memory.events
}

check "a region three times as large as the group may be" "$MEMCTL" region add large --size 48M
mkfifo "$work/ask"
grouped large <"$work/ask" >"$work/answers" &
holder=$!
exec 8>"$work/ask"
writes 12288 >&8
wait_until "48M are written" sh -c '[ "$(wc -l <"$1")" -eq 12288 ]' - "$work/answers"
equal "a process may write all of it" 12288 "$(grep -cx ok "$work/answers")"
at_most "what the group is charged for that" $((8 << 20)) "$(cat $groups/memctl/memory.current)"
at_least "frames that the region took" 12288 "$((start - $(frames)))"
equal "nobody was killed" 0 "$(kills)"
check "verify" "$MEMCTL" verify

# The group's own memory is another matter.

# press: takes twice the memory that the group has
press()
{
	sh -c 'echo $$ >"$1" && exec dd if=/dev/zero of=/dev/null bs="$2" count=1' - \
		$groups/memctl/cgroup.procs $((2 * most)) >/dev/null 2>&1
}

# victim: whoever says his pid in a file of answers is to be killed first
victim()
{
	echo 1000 >"/proc/$(tail -n 1 "$1")/oom_score_adj"
}

echo "pid" >&8
wait_until "it says its pid" sh -c '[ "$(wc -l <"$1")" -eq 12289 ]' - "$work/answers"
check "it is to go first" victim "$work/answers"
owner=$(tail -n 1 "$work/answers")
press
exec 8>&-
wait "$holder" 2>/dev/null
at_least "memory ran out, and somebody was killed" 1 "$(kills)"
equal "among them the process that maps the region" "" "$(cat "/proc/$owner/comm" 2>/dev/null)"
check "verify" "$MEMCTL" verify
check "tables are equal" "$MEMCTL" pt verify
check "the region is nobody's then, and removed" "$MEMCTL" region del large
equal "every frame is back" "$start" "$(frames)"

check "a region" "$MEMCTL" region add bound --size 48M
# A table for each 2 MiB, and one of each level above.
levels=$("$MEMCTL" region list -r -n -o NAME,LEVELS | awk '$1 == "bound" { print $2 }')
check "with a limit of 1000 pages and their tables" "$MEMCTL" region set bound --limit $((1000 + levels + 1))
writes 1500 | grouped bound >"$work/answers"
equal "1000 pages are written" 1000 "$(grep -cx ok "$work/answers")"
equal "and the others are refused" 500 "$(grep -cx SIGBUS "$work/answers")"
check "remove it" "$MEMCTL" region del bound
equal "every frame is back" "$start" "$(frames)"

# Eight processes of the group on one region, killed while they write to it.
check "a region for many" "$MEMCTL" region add many --size 16M
pids=
for i in 1 2 3 4 5 6 7 8; do
	{ echo pid; while writes 4096; do :; done; } 2>/dev/null | grouped many 2>/dev/null |
		{ head -n 2 >"$work/many$i"; cat >/dev/null; } &
	pids="$pids $!"
done
for i in 1 2 3 4 5 6 7 8; do
	wait_until "process $i writes" grep -q ok "$work/many$i"
done
# shellcheck disable=SC2046
check "they are killed" kill -9 $(pidof region_hold)
# shellcheck disable=SC2086
wait $pids
check "verify" "$MEMCTL" verify
check "tables are equal" "$MEMCTL" pt verify
check "remove it" "$MEMCTL" region del many
equal "every frame is back" "$start" "$(frames)"

rmdir $groups/memctl
unload
# The host tells of each kill with a trace of its calls.
dmesg | sed "1,${log_lines}d" | grep -E 'BUG|WARNING|Oops|KASAN|UBSAN|KCSAN|INFO: ' >"$work/bad"
equal "nothing else is in the kernel's log" "" "$(head -n 5 "$work/bad")"
finish
