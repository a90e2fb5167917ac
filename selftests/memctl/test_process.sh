#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Regions that processes map: faults, copies, holds, guests, races, contents,
# random steps of four processes, with all tables compared on the way; see
# region_user.c. STEPS, RACE_SECONDS, HOLD_ROUNDS and CONTENT (MiB) make it
# longer or shorter; the long ones are STEPS=100000 HOLD_ROUNDS=10000. PARTS
# are the parts that are run, all by default.
# HOST: everything that spaces/ does with a mapping

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl cannot fork a region"
load size=64M plant=1 || exit "$KSFT_FAIL"
start=$(frames)
STEPS=${STEPS:-$(scaled 10000)} RACE_SECONDS=${RACE_SECONDS:-$(scaled 5)} CONTENT=${CONTENT:-$(scaled 1024)}
HOLD_ROUNDS=${HOLD_ROUNDS:-$(scaled 300)}
export MEMCTL STEPS RACE_SECONDS CONTENT HOLD_ROUNDS

# Disks in memory, for O_DIRECT and for a file system. scripts/kselftest-vm puts the module beside us.
modprobe brd rd_nr=2 rd_size=4096 2>/dev/null ||
	insmod "$(dirname "$0")/brd.ko" rd_nr=2 rd_size=4096 2>/dev/null
[ ! -b /dev/ram0 ] || export DIRECT_FILE=/dev/ram0
mkdir "$work/disk"
if [ -b /dev/ram1 ] && mke2fs /dev/ram1 >/dev/null 2>&1 &&
   mount -t ext2 /dev/ram1 "$work/disk" 2>/dev/null; then
	export BACKING_DIR="$work/disk"
else
	echo "# no disk with a file system: files are on /tmp"
fi

# For a region as a guest's memory. scripts/kselftest-vm puts the modules beside us, if the kernel has them.
inserted=
if [ -e "$(dirname "$0")/kvm.ko" ]; then
	export HAS_KVM=1
	for module in irqbypass ccp kvm kvm-amd kvm-intel; do
		insmod "$(dirname "$0")/$module.ko" 2>/dev/null && inserted="$module $inserted"
	done
	# On PREEMPT_RT KVM asks for a constant TSC, which QEMU's own processor has not.
	! dmesg | grep -q 'kvm: RT requires' || unset HAS_KVM
elif [ ! -e /dev/kvm ]; then
	modprobe kvm-amd 2>/dev/null || modprobe kvm-intel 2>/dev/null
fi

run_part()
{
	part=$1
	report "$(dirname "$0")/region_user" "$part"
	equal "$part gives every frame back" "$start" "$(frames)"
}

for part in ${PARTS:-basic fork vmas mmap life late tasks holds pins kvm large races content random}; do
	run_part "$part"
done

"$MEMCTL" region add held --size 1M >/dev/null
rmmod memctl 2>/dev/null
equal "a region keeps the module" 1 "$?"
check "remove it" "$MEMCTL" region del held
exec 9</dev/memctl
rmmod memctl 2>/dev/null
equal "an open device keeps the module" 1 "$?"
exec 9<&-
check "verify" "$MEMCTL" verify
unload
clean_log

# All entries are compared when they are unmapped, and are right; until one is made wrong. A kernel with KASAN or DEBUG_VM
# does so unasked, and has done so above.
compares=N
! grep -qE ' (kasan_report|dump_vma)$' /proc/kallsyms || compares=Y
check "load it again" load size=64M plant=1
equal "what is unmapped is compared by default" "$compares" "$(cat /sys/module/memctl/parameters/verify_unmap)"
start=$(frames) STEPS=1000
if [ "$compares" = N ]; then
	check "load it with verify_unmap" load size=64M plant=1 verify_unmap=1
	for part in ${PARTS:-basic fork life large random}; do
		run_part "$part"
	done
fi
check "verify what was unmapped" "$MEMCTL" verify
if grep -q " mmu_interval_notifier_remove" /proc/kallsyms; then
	run_part unmap
	equal "the log names it" 1 "$(dmesg | sed "1,${log_lines}d" |
		grep -c 'region wrong: address 0x100000002000, unmapped at')"
else
	echo "# this kernel has no MMU_NOTIFIER"
fi

[ -z "$BACKING_DIR" ] || umount "$work/disk"
rmmod brd 2>/dev/null
for module in $inserted; do
	rmmod "$module"
done
unload
clean_log
finish
