#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Commands of root's that look at processes, while an ordinary user with a
# region's file does all that he can to keep them: tens of thousands of
# mappings, an mmap_lock that is never let go of, children and mappings that
# come and go, a file that never answers. Each command ends, can be killed,
# and stops nobody else. See region_stall.c.

. "$(dirname "$0")/lib.sh"
begin
stall=$(dirname "$0")/region_stall
[ -x "$stall" ] || skip_all "region_stall is not built"
load size=64M || exit "$KSFT_FAIL"
start=$(frames)
# For where a command would not end: a machine that is emulated, on a busy host, has time.
LIMIT=${LIMIT:-300}
USER_ID=1000

# scripts/kselftest-vm puts the modules beside us, if the kernel has them.
module()
{
	modprobe "$1" 2>/dev/null || insmod "$(dirname "$0")/$1.ko" 2>/dev/null
}
[ -e /dev/fuse ] || module fuse
# Everybody's, as udev has it.
[ ! -c /dev/fuse ] || chmod 666 /dev/fuse

# begin_stall REGION WHAT...: a process that maps the region begins; $pid becomes its number
begin_stall()
{
	region=$1
	shift
	rm -f "$work/tell" "$work/told"
	mkfifo "$work/tell" "$work/told"
	STALL_UID=$USER_ID "$MEMCTL" region open "$region" -- "$stall" "$@" <"$work/tell" >"$work/told" &
	exec 7>"$work/tell" 8<"$work/told"
	read -r word pid <&8
	equal "a user's process stalls: $1" ready "$word"
}

end_stall()
{
	exec 7>&- 8<&-
	wait
}

# ends NAME STATUS PATTERN COMMAND...: it ends by itself, with STATUS and what it says matching PATTERN
ends()
{
	ends_name=$1 ends_status=$2 ends_pattern=$3
	shift 3
	timeout -s KILL "$LIMIT" "$@" >"$work/out" 2>&1
	status=$?
	if [ "$status" -eq "$ends_status" ] &&
	   { [ -z "$ends_pattern" ] || grep -q -- "$ends_pattern" "$work/out"; }; then
		result 0 "$ends_name"
	else
		result 1 "$ends_name"
		echo "#   exit $status, not $ends_status with '$ends_pattern': $*"
		why_not "$work/out"
	fi
}

# dies NAME SECONDS COMMAND...: killed after so long it is gone at once, wherever it is
dies()
{
	dies_name=$1 after=$2
	shift 2
	"$@" >/dev/null 2>&1 &
	victim=$!
	sleep "$after"
	kill -9 "$victim" 2>/dev/null
	gone=1
	# Two seconds, for a machine that is emulated.
	for _ in $(seq 20); do
		grep -q '^State:.*[RSD] ' "/proc/$victim/status" 2>/dev/null || { gone=0; break; }
		sleep 0.1
	done
	result "$gone" "$dies_name"
	[ "$gone" -ne 0 ] || wait "$victim" 2>/dev/null
}

# mappings COMMAND...: the last number of mappings that it prints
mappings()
{
	timeout -s KILL "$LIMIT" "$MEMCTL" "$@" -J 2>/dev/null | grep -o '"mappings": *[0-9]*' |
		tail -n 1 | grep -o '[0-9]*$'
}

# --- many mappings ---

nr=$(scaled 40000)
check "add a region" "$MEMCTL" region add many --size 64M
begin_stall many mappings "$nr"
for command in "smem" "pt verify" "region idle many"; do
	# shellcheck disable=SC2086
	dies "$command among $nr mappings is killed" 0.3 "$MEMCTL" $command
done
# Each second one is two.
equal "smem counts them all" $((nr + nr / 2)) "$(mappings smem)"
equal "so does pt verify" $((nr + nr / 2)) "$(mappings pt verify many)"
ends "region idle ends" 0 '' "$MEMCTL" region idle many
ends "region idle --clear ends" 0 '' "$MEMCTL" region idle many --clear
ends "region fork ends" 0 '' "$MEMCTL" region fork many copy
ends "verify ends" 0 '' "$MEMCTL" verify
end_stall
check "remove the copy" "$MEMCTL" region del copy
wait_until "the region is removed" "$MEMCTL" region del many
clean_log

# --- a lock that is held ---

if [ -c /dev/fuse ]; then
	check "add a region" "$MEMCTL" region add held --size 1M
	begin_stall held lock
	held="process $pid does not let go of its address space"
	for command in "smem" "pt verify" "pt verify held --pid $pid" "region idle held" "region idle held --clear"; do
		# shellcheck disable=SC2086
		ends "$command ends, and says who" 2 "$held" "$MEMCTL" $command
		# shellcheck disable=SC2086
		dies "$command is killed while it waits" 0.5 "$MEMCTL" $command
	done

	# All at once, and a family that is registered meanwhile: it has to have the lock of all of them.
	for command in "smem" "pt verify" "region idle held"; do
		# shellcheck disable=SC2086
		timeout -s KILL "$LIMIT" "$MEMCTL" $command >/dev/null 2>&1 &
	done
	sleep 0.2
	if module team; then
		result 0 "another family is registered meanwhile"
		rmmod team
	else
		echo "# no module with a family of generic netlink"
	fi
	ends "status meanwhile" 0 '' "$MEMCTL" status
	ends "the list of arenas" 0 main "$MEMCTL" arena show
	ends "the list of regions" 0 held "$MEMCTL" region list
	ends "its vmas" 0 '' "$MEMCTL" maps held
	ends "its tables" 0 '' "$MEMCTL" pt show held
	ends "an access" 0 '' "$MEMCTL" region touch held 0x100000000000 4K
	ends "the region is held" 2 'held' "$MEMCTL" region del held
	ends "verify" 0 '' "$MEMCTL" verify
	end_stall
	wait_until "the region is removed" "$MEMCTL" region del held
	clean_log
else
	echo "# no FUSE: nobody holds his mmap_lock"
fi

# --- a file whose server does not answer ---

if [ -c /dev/fuse ]; then
	mkdir "$work/fuse"
	rm -f "$work/tell" "$work/told"
	mkfifo "$work/tell" "$work/told"
	"$stall" serve "$work/fuse" <"$work/tell" >"$work/told" &
	exec 7>"$work/tell" 8<"$work/told"
	read -r word pid <&8
	equal "a server begins" ready "$word"
	check "add a region" "$MEMCTL" region add filed --size 1M --empty
	check "with a file that is never read to the end" "$MEMCTL" region map filed 64K --rights rw \
		--file "$work/fuse/page"
	check "and memory" "$MEMCTL" region map filed 64K --address 0x100000080000 --rights rw
	for command in touch read; do
		ends "$command of it ends" 2 'the file does not answer' \
			"$MEMCTL" region "$command" filed 0x100000000000 4K
		dies "$command of it is killed while it waits" 1 \
			"$MEMCTL" region "$command" filed 0x100000000000 4K
	done
	# Without our descriptors, which tell the server to end.
	timeout -s KILL "$LIMIT" "$MEMCTL" region touch filed 0x100000001000 4K >/dev/null 2>&1 7>&- 8<&- &
	# A process waits in a fault.
	echo 'r 0' >"$work/fault"
	"$MEMCTL" region open filed -- "$(dirname "$0")/region_hold" <"$work/fault" >/dev/null 2>&1 7>&- 8<&- &
	sleep 0.5
	ends "an access to its memory meanwhile" 0 '' \
		"$MEMCTL" region touch filed 0x100000080000 4K --write
	ends "smem" 0 filed "$MEMCTL" smem
	ends "pt verify" 0 '' "$MEMCTL" pt verify filed
	ends "region idle" 0 '' "$MEMCTL" region idle filed
	ends "verify" 0 '' "$MEMCTL" verify
	ends "it is unmapped" 0 '' "$MEMCTL" region unmap filed 0x100000000000 64K
	end_stall
	wait_until "the region is removed" "$MEMCTL" region del filed
	clean_log
fi

# --- what changes all the time ---

for what in fork remap; do
	check "add a region" "$MEMCTL" region add busy --size 4M
	begin_stall busy "$what"
	for command in "smem" "pt verify busy" "region idle busy"; do
		timeout -s KILL "$LIMIT" sh -c "$MEMCTL $command" >"$work/out" 2>&1
		status=$?
		equal "$command ends while a user does $what" 1 "$((status == 0 || status == 2))"
	done
	end_stall
	wait_until "the region is removed" "$MEMCTL" region del busy
done
clean_log

unload
load size=64M || exit "$KSFT_FAIL"
equal "no frame is lost" "$start" "$(frames)"
unload
finish
