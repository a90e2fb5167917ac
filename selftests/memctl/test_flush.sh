#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# No processor uses an entry of a region after it was taken back: see
# region_stale_tlb.c. Each CPU but the first has a thread, so that it says most on
# four of them: VM_OPTIONS="--smp 4" scripts/kselftest-vm flush.
# FLUSH_ROUNDS makes it longer or shorter.
# HOST: who flushes which entries, and when

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl cannot fork a region"
load size=64M || exit "$KSFT_FAIL"
start=$(frames)
export MEMCTL
echo "# $(grep -c ^processor /proc/cpuinfo) CPUs"
report "$(dirname "$0")/region_user" flush
equal "every frame is back" "$start" "$(frames)"

# told CPU: how often it was told to flush
told()
{
	awk -v field=$(($1 + 2)) '$1 == "TLB:" { print $field }' /proc/interrupts
}

# A fork takes the right to write out of entries that stay where they are: the host's zap has nothing
# to take away there, and has to flush all the same, on the CPU that runs the process.
check "add a region" "$MEMCTL" region add heap --size 1M
mkfifo "$work/in" "$work/out1"
taskset 2 "$MEMCTL" region open heap -- "$(dirname "$0")/region_hold" <"$work/in" >"$work/out1" &
holder=$!
exec 7>"$work/in" 8<"$work/out1"
echo 'w 0 1' >&7
read -r word <&8
equal "a process writes on the second CPU" ok "$word"
echo 's 0 600000' >&7
sleep 1
before=$(told 1)
# Without a write in between there is no entry that could be written: one flush for each.
for i in 1 2 3 4 5 6 7 8 9 10; do
	taskset 1 "$MEMCTL" region fork heap "copy$i" || break
done
at_least "each fork has its CPU flush" 10 $(($(told 1) - before))
kill "$holder"
wait "$holder"
exec 7>&- 8<&-
for i in 1 2 3 4 5 6 7 8 9 10; do
	"$MEMCTL" region del "copy$i"
done
wait_until "the region is removed" "$MEMCTL" region del heap
equal "every frame is back" "$start" "$(frames)"
unload
clean_log
finish
