#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What must not grow with the size of the arena and its fill. Times on an emulated machine are coarse: what is looked for here is
# growth, not a per cent; scripts/bench-check counts instructions, among ten
# thousand caches as well.

. "$(dirname "$0")/lib.sh"
begin
modinfo memctl_bench >/dev/null 2>&1 || skip_all "no module memctl_bench for this kernel"
[ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 3072 ] || skip_all "less than 3 GiB are available"
load size=64M || exit "$KSFT_FAIL"
modprobe memctl_bench || exit "$KSFT_FAIL"
start=$(frames)

check "memctl bench scale, 1 GiB beside 64 MiB" sh -c '"$1" bench scale --size 1G --rounds 51 -J >"$2"' - "$MEMCTL" "$work/json"
check "the document is JSON" sh -c 'jq -r ".bench[] | [.path, .min, .\"rival-min\" // 0, .failed] | @tsv" <"$1" >"$2"' - \
	"$work/json" "$work/rows"
equal "with a row for each path" 21 "$(wc -l <"$work/rows")"
tab=$(printf '\t')
while IFS=$tab read -r path ours theirs failed; do
	case $path in
	*metadata*) most=16 ;;
	*locks*) most=0 ;;
	*) most=$(awk "BEGIN { print 3 * $theirs + 20 }") ;;
	esac
	check "$path: at most $most" awk "BEGIN { exit !($ours <= $most && $failed == 0) }"
done <"$work/rows"
check "memctl status tells metadata a frame, at most 16 bytes" sh -c \
	'"$1" status -r -n -b -o PERFRAME | awk "{ exit !(\$1 > 0 && \$1 <= 16) }"' - "$MEMCTL"

refuse "an arena that is too small" 1 'at least' "$MEMCTL" bench scale --size 64M
refuse "more than the host has" 2 'could give' "$MEMCTL" bench scale --size 1T
check "an arena of the same name" "$MEMCTL" arena add memctl_bench_small --size 8M
refuse "is refused, and stays" 2 'exists' "$MEMCTL" bench scale
check "and goes" "$MEMCTL" arena del memctl_bench_small

# In the midst of it: while ten thousand caches are made, while arenas are measured.
for after in 0 2; do
	"$MEMCTL" bench scale --size 1G >"$work/out" 2>&1 &
	pid=$!
	wait_until "the large arena is there" [ -d /proc/memctl/memctl_bench_large ]
	sleep $after
	kill -INT $pid
	wait $pid
	equal "SIGINT ends it" 130 "$?"
	equal "its arenas are gone" "main" "$("$MEMCTL" status -r -n -o ARENA | tr '\n' ' ' | sed 's/ $//')"
done

shrink_caches
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify
check "the module goes" rmmod memctl_bench
unload
clean_log
finish
