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

# Here the clock counts nanoseconds of a machine that others use too: the least of up to five runs is what counts, but
# for what must never be more. Instructions are for make bench-check.
limits() { # limits: path, ours, most and failed of each row
	awk -F '\t' -v OFS='\t' '{
		most = 3 * $3 + 20
		if ($1 ~ /metadata/) most = 16
		if ($1 ~ /locks/) most = 0
		print $1, $2, most, $4
	}' "$work/rows"
}
measure() {
	"$MEMCTL" bench scale --size 1G --rounds 51 -J >"$work/json" &&
		jq -r '.bench[] | [.path + " " + (.order // .size // "" | tostring) + " " + (.rival // ""), .min,
			.rival_min // 0, .failed] | @tsv' <"$work/json" >>"$work/runs" &&
		awk -F '\t' -v OFS='\t' '{
			if (!($1 in ours)) { name[++n] = $1; ours[$1] = $2; theirs[$1] = $3 }
			if ($1 ~ /locks|metadata/ ? $2 > ours[$1] : $2 < ours[$1]) ours[$1] = $2
			if ($3 < theirs[$1]) theirs[$1] = $3
			failed[$1] += $4
		} END { for (i = 1; i <= n; i++) print name[i], ours[name[i]], theirs[name[i]], failed[name[i]] }' \
			"$work/runs" >"$work/rows"
}
check "memctl bench scale, 1 GiB beside 64 MiB" measure
for run in 2 3 4 5; do
	limits | awk -F '\t' '$2 > $3 { above++ } END { exit !above }' || break
	echo "# run $run"
	measure
done
equal "with a row for each path" 21 "$(wc -l <"$work/rows")"
limits >"$work/limits"
tab=$(printf '\t')
while IFS=$tab read -r path ours most failed; do
	check "$path: at most $most" awk "BEGIN { exit !($ours <= $most && $failed == 0) }"
done <"$work/limits"
echo "# $("$MEMCTL" status -r -n -b -o METADATA,PER_FRAME) in $("$MEMCTL" iomem -r -n | wc -l) chunks, $(nproc) CPUs"
check "memctl status tells metadata a frame, at most 16 bytes" sh -c \
	'"$1" status -r -n -b -o PER_FRAME | awk "{ exit !(\$1 > 0 && \$1 <= 16) }"' - "$MEMCTL"

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
	kill -TERM $pid
	wait $pid
	equal "SIGTERM ends it" 143 "$?"
	equal "its arenas are gone" "main" "$("$MEMCTL" status -r -n -o ARENA | tr '\n' ' ' | sed 's/ $//')"
done

shrink_caches
equal "every frame is back" "$start" "$(frames)"
check "verify" "$MEMCTL" verify
check "the module goes" rmmod memctl_bench
unload
clean_log
finish
