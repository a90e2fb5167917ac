#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Frames of a region that is gone, in a socket that nobody reads: the arena is
# not deleted and the module not removed before they are back, and no frame is
# lost. And what may not back a region.
# HOST: references on pages in pipes and sockets

. "$(dirname "$0")/lib.sh"
begin
user=$(dirname "$0")/region_user
[ -x "$user" ] || skip_all "region_user is not built"
load size=48M || exit "$KSFT_FAIL"

# lend ARENA: a process has four frames of a region in a socket, and the region is removed
lend()
{
	rm -f "$work/tell" "$work/told"
	mkfifo "$work/tell" "$work/told"
	check "add a region" "$MEMCTL" -a "$1" region add lend --size 1M
	ARENA=$1 "$user" lend <"$work/tell" >"$work/told" &
	exec 7>"$work/tell" 8<"$work/told"
	while read -r line <&8; do
		[ "$line" != "# lent" ] || break
	done
	check "remove the region, with its frames in a socket" "$MEMCTL" -a "$1" region del lend
	check "verify" "$MEMCTL" -a "$1" verify
}

# receive: the process reads them, and ends
receive()
{
	echo >&7
	equal "what was sent is as it was" 1 "$(grep -c '^ok .* as it was' <&8)"
	exec 7>&- 8<&-
	wait
}

check "add an arena" "$MEMCTL" arena add lent --size 8M
lend lent
refuse "the arena is not deleted" 2 '4 lent frames' "$MEMCTL" arena del lent
receive
wait_until "they come back" "$MEMCTL" arena del lent
refuse "then it is gone" 2 'lent' "$MEMCTL" -a lent verify

start=$(frames)
lend main
sleep 1
equal "its frames do not come back yet" 4 "$((start - $(frames)))"
rmmod memctl 2>/dev/null
equal "nor does the module go" 1 "$?"
check "it is there" test -d /sys/module/memctl
check "it works as ever" "$MEMCTL" verify
receive
wait_until "it goes when they are back" rmmod memctl
equal "it is gone" 1 "$(test -d /sys/module/memctl; echo $?)"

# --- files that may not back a region ---

load size=8M || exit "$KSFT_FAIL"
start=$(frames)
check "add a region" "$MEMCTL" region add files --size 1M
check "and another" "$MEMCTL" region add other --size 1M
check "a gap" "$MEMCTL" region unmap files +0 64K
mkfifo "$work/fifo"
echo text >"$work/text"
for file in /proc/self/mem /proc/self/maps /proc/memctl /proc/kcore /proc/meminfo /sys/kernel/notes \
	/sys/module/memctl/refcnt /dev/zero /dev/mem /dev/memctl "$work/fifo" "$work"; do
	[ ! -e "$file" ] || refuse "$file" 2 'not a regular file\|cannot be opened' \
		"$MEMCTL" region map files 4K --address 0x100000000000 --file "$file"
done
for region in files other; do
	refuse "the file of region $region" 2 'not a regular file' "$MEMCTL" region open "$region" -- \
		"$MEMCTL" region map files 4K --address 0x100000000000 --file /proc/self/fd/3
done
check "a file of text" "$MEMCTL" region map files 4K --address 0x100000000000 --file "$work/text"
equal "is there" text "$("$MEMCTL" region read files +0 4 -r)"
equal "with zeros behind its end" 4091 "$("$MEMCTL" region read files +5 4091 -r | tr -dc '\000' | wc -c)"
check "verify" "$MEMCTL" verify
check "remove one" "$MEMCTL" region del files
check "remove the other" "$MEMCTL" region del other
equal "every frame is back" "$start" "$(frames)"
unload
clean_log
finish
