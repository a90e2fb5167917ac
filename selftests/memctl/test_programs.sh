#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Programs that know nothing of regions, on a region's file: dd, cmp, sha256sum,
# busybox (whose cat uses sendfile, to a pipe and to a socket) and stress-ng.
#
# stress-ng makes the files that it works on itself, so none of its stressors
# can be told to use a region. They run beside traffic on one: their memory
# pressure, faults and TLB flushes are what it must stand.
# HOST: how files are read, written and spliced

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl has no regions for processes"
hold=$(dirname "$0")/region_hold
load size=64M || exit "$KSFT_FAIL"
start=$(frames)
pages=2048
size=$((pages * 4096))

# on REGION COMMAND...: with $MEMCTL_REGION in the command, and descriptor 3
on()
{
	region=$1
	shift
	"$MEMCTL" region open "$region" -- "$@"
}

# sum_of FILE, sum REGION
sum_of()
{
	sha256sum <"$1" | cut -c -64
}

sum()
{
	# shellcheck disable=SC2016
	on "$1" sh -c 'sha256sum "$MEMCTL_REGION"' | cut -c -64
}

# healthy: the tables of all processes, and all records
healthy()
{
	check "pt verify" "$MEMCTL" pt verify
	check "verify" "$MEMCTL" verify
}

check "add" "$MEMCTL" region add files --size "$size"
head -c "$size" /dev/urandom >"$work/plain"
plain=$(sum_of "$work/plain")

# A process that maps it all, so that what programs change has entries to take out.
mkfifo "$work/tell" "$work/told"
on files "$hold" <"$work/tell" >"$work/told" &
exec 7>"$work/tell" 8<"$work/told"

# byte OFFSET: as the process that maps it sees it
byte()
{
	echo "r $1" >&7
	read -r answer <&8
	echo "$answer"
}

# --- dd, cmp, sha256sum ---

equal "it reads as zeros" "$(head -c "$size" /dev/zero | sha256sum | cut -c -64)" "$(sum files)"
equal "zeros take no frame" 0 "$("$MEMCTL" region list -r -n -b -o NAME,RSS | awk '$1 == "files" { print $2 }')"
# shellcheck disable=SC2016
{
	check "dd fills it" on files sh -c 'dd if="$1" of="$MEMCTL_REGION" bs=64k conv=notrunc' - "$work/plain"
	check "cmp finds no difference" on files sh -c 'cmp "$1" "$MEMCTL_REGION"' - "$work/plain"
	equal "sha256sum agrees" "$plain" "$(sum files)"
	equal "so does the mapping" "$(od -An -tu1 -j 1234567 -N 1 "$work/plain" | tr -d ' ')" "$(byte 1234567)"
	for block in 1000 4095 4097 1M; do
		on files sh -c 'dd if="$MEMCTL_REGION" bs=$1 2>/dev/null' - "$block" >"$work/copy"
		equal "dd reads it in blocks of $block" "$plain" "$(sum_of "$work/copy")"
	done
	printf 'in the middle' >"$work/text"
	cp "$work/plain" "$work/copy"
	for file in "$work/copy" /proc/self/fd/3; do
		on files dd if="$work/text" of="$file" bs=1 seek=4093 conv=notrunc 2>/dev/null
	done
	check "dd writes over the edge of a page, and nothing else" \
		on files sh -c 'cmp "$1" "$MEMCTL_REGION"' - "$work/copy"
	on files sh -c 'printf X | dd of="$MEMCTL_REGION" bs=1 seek=7000000 conv=notrunc' 2>/dev/null
	cmp_says=$(on files sh -c 'cmp -l "$1" "$MEMCTL_REGION"' - "$work/copy")
	equal "cmp finds the byte that differs" 7000001 "$(echo "$cmp_says" | awk '{ print $1 }')"
	refuse "dd cannot write behind its end" 1 'No space' \
		on files sh -c 'dd if=/dev/zero of="$MEMCTL_REGION" bs=4096 count=1 seek=2048 conv=notrunc 2>&1 | grep "No space"; exit 1'
	on files sh -c 'dd if=/dev/null of="$MEMCTL_REGION" bs=1 seek=4096' >/dev/null 2>&1
	equal "dd cannot cut it" 1 "$?"
	on files sh -c 'dd if="$1" of="$MEMCTL_REGION" bs=64k conv=notrunc' - "$work/plain" 2>/dev/null
}
equal "it is as it was" "$plain" "$(sum files)"
healthy

# --- sendfile ---

if busybox cat --help >/dev/null 2>&1; then
	on files busybox cat /proc/self/fd/3 | cat >"$work/copy"
	equal "busybox cat, by sendfile to a pipe" "$plain" "$(sum_of "$work/copy")"
	ip link set lo up 2>/dev/null || ifconfig lo 127.0.0.1 up
	for round in 1 2 3; do
		on files busybox nc -l -p 8099 -e busybox cat /proc/self/fd/3 &
		server=$!
		for _ in $(seq 50); do
			busybox nc 127.0.0.1 8099 </dev/null >"$work/copy" 2>/dev/null && break
			sleep 0.1
		done
		wait "$server"
		equal "by sendfile to a socket, $round" "$plain" "$(sum_of "$work/copy")"
	done
	# What is on its way stays as it was sent, or is from after the change: never another's.
	on files busybox nc -l -p 8099 -e busybox cat /proc/self/fd/3 &
	server=$!
	# Port 8099, state LISTEN.
	wait_until "the server listens" grep -q ':1FA3 .* 0A ' /proc/net/tcp /proc/net/tcp6
	busybox nc 127.0.0.1 8099 </dev/null | (sleep 1; cat) >"$work/copy" &
	reader=$!
	sleep 0.5
	check "discard while it is sent" "$MEMCTL" region discard files +0 "$size"
	check "another region takes the frames" "$MEMCTL" region add other --size "$size"
	head -c "$size" /dev/zero | tr '\0' '\356' >"$work/other"
	# shellcheck disable=SC2016
	on other sh -c 'dd if="$1" of="$MEMCTL_REGION" bs=64k conv=notrunc' - "$work/other" 2>/dev/null
	wait "$server" "$reader"
	equal "all bytes arrive" "$size" "$(wc -c <"$work/copy")"
	wrong=0
	i=0
	while [ "$i" -lt "$pages" ]; do
		page=$(dd if="$work/copy" bs=4096 skip="$i" count=1 2>/dev/null | md5sum)
		[ "$page" = "$(dd if="$work/plain" bs=4096 skip="$i" count=1 2>/dev/null | md5sum)" ] ||
			[ "$page" = "620f0b67a91f7f74151bc5be745b7110  -" ] || wrong=$((wrong + 1))
		i=$((i + 64))
	done
	equal "each page is the old one or zeros" 0 "$wrong"
	check "remove the other" "$MEMCTL" region del other
	# shellcheck disable=SC2016
	on files sh -c 'dd if="$1" of="$MEMCTL_REGION" bs=64k conv=notrunc' - "$work/plain" 2>/dev/null
	equal "fill it again" "$plain" "$(sum files)"
	healthy
else
	echo "# no busybox here: sendfile is not tried"
fi

# --- stress-ng ---

# traffic: until $work/stop is there, write, compare, discard, fork; count what is wrong
traffic()
{
	rounds=0
	wrong=0
	while [ ! -e "$work/stop" ]; do
		# shellcheck disable=SC2016
		on files sh -c 'dd if="$1" of="$MEMCTL_REGION" bs=64k conv=notrunc' - "$work/plain" 2>/dev/null
		"$MEMCTL" region fork files copy >/dev/null || wrong=$((wrong + 1))
		"$MEMCTL" region discard files +0 "$size" >/dev/null || wrong=$((wrong + 1))
		[ "$(sum copy)" = "$plain" ] || wrong=$((wrong + 1))
		"$MEMCTL" region del copy >/dev/null || wrong=$((wrong + 1))
		"$MEMCTL" pt verify >/dev/null || wrong=$((wrong + 1))
		[ "$(byte 4096)" = 0 ] || wrong=$((wrong + 1))
		rounds=$((rounds + 1))
	done
	echo "$rounds $wrong" >"$work/traffic"
}

if command -v stress-ng >/dev/null; then
	traffic &
	traffic=$!
	for stressor in mmap vm sendfile fault tlb-shootdown mremap; do
		bytes=
		case $stressor in
		mmap | vm | mremap) bytes="--$stressor-bytes 64M" ;;
		esac
		# shellcheck disable=SC2086
		check "stress-ng --$stressor beside it" stress-ng --quiet --temp-path "$work" \
			--timeout "${STRESS_SECONDS:-3}" --$stressor 2 $bytes --oom-avoid
	done
	touch "$work/stop"
	wait "$traffic"
	at_least "rounds of traffic" 3 "$(cut -d' ' -f1 "$work/traffic")"
	equal "none went wrong" 0 "$(cut -d' ' -f2 "$work/traffic")"
	healthy
else
	echo "# no stress-ng here: nothing runs beside the region"
fi

exec 7>&- 8<&-
wait_until "the process lets go" sh -c '"$1" region del files' - "$MEMCTL"
# The host leaves a buffer that was read on another CPU than it was made on to
# that CPU, which frees it with the next packet that it receives (skb_attempt_defer_free()).
sleep 1
echo "# $((start - $(frames))) frames wait for a packet"
cpu=0
while [ -d /sys/devices/system/cpu/cpu$cpu ]; do
	taskset "$(printf %x $((1 << cpu)))" ping -c 1 127.0.0.1 >"$work/out" 2>&1 || why_not "$work/out"
	cpu=$((cpu + 1))
done

all_back()
{
	[ "$(frames)" -eq "$start" ]
}
wait_until "frames come back" all_back
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify
unload
clean_log
finish
