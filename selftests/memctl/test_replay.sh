#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The main job: record a real kernel's allocation stream and replay it.
# EVENTS: events that the recording must have at least (100000)
# HOST: the format of its tracepoints

. "$(dirname "$0")/lib.sh"
begin
load size=16M || exit "$KSFT_FAIL"
events=${EVENTS:-$(scaled 100000)}
trace=$work/trace

# A workload of processes, files and pipes, as long as it takes.
cat >"$work/workload" <<'WORK'
#!/bin/sh
for round in $(seq "$1"); do
	find /proc/self /sys/module -type f 2>/dev/null | sort | head -n 200 | xargs cat 2>/dev/null | wc -c >/dev/null
	mkdir -p /tmp/load/$round && cp /bin/busybox /tmp/load/$round/ && rm -rf /tmp/load
done
WORK
chmod +x "$work/workload"

rounds=$(scaled 20)
recorded=0
while [ "$rounds" -le 640 ]; do
	"$MEMCTL" record -o "$trace" -- "$work/workload" "$rounds" >"$work/record" 2>&1 || break
	recorded=$("$MEMCTL" replay --dry-run -J "$trace" | sed -n 's/.*"events": *\([0-9]*\).*/\1/p' | head -n 1)
	[ "${recorded:-0}" -ge "$events" ] && break
	rounds=$((rounds * 2))
done
at_least "events recorded" "$events" "$recorded"
peak=$("$MEMCTL" replay --dry-run -J "$trace" | sed -n 's/.*"peak_bytes": *\([0-9]*\).*/\1/p' | head -n 1)
at_least "bytes at the peak" 1 "$peak"
size=$(((peak + peak / 4 + 4194303) / 4194304 * 4194304))

for round in 1 2 3; do
	check "a fresh arena of the peak and a quarter" "$MEMCTL" arena add "fresh" --size "$size"
	full=$(frames fresh)
	check "replay $round" "$MEMCTL" replay "$trace" --arena fresh -J
	cp "$work/out" "$work/replay.$round"
	check "verify" "$MEMCTL" -a fresh verify
	shrink_caches fresh
	equal "every frame is back" "$full" "$(frames fresh)"
	check "the arena goes" "$MEMCTL" arena del fresh
done
hashes=$(sed -n 's/.*"hash": *"\(0x[0-9a-f]*\)".*/\1/p' "$work"/replay.* | sort | uniq -c | xargs)
equal "one hash, three times" 3 "${hashes%% *}"
granted=$(sed -n 's/.*"granted": *\([0-9]*\).*/\1/p' "$work/replay.1" | head -n 1)
refused=$(sed -n 's/.*"refused": *\([0-9]*\).*/\1/p' "$work/replay.1" | head -n 1)
at_least "allocations granted in thousandths" 990 $((granted * 1000 / (granted + refused + 1)))

head -c 1000 "$trace" >"$work/short"
refuse "a trace cut short" 1 'the file is cut short' "$MEMCTL" replay "$work/short"
head -c 4096 /dev/urandom >"$work/random"
refuse "a file that is no trace" 1 'not a memctl trace' "$MEMCTL" replay "$work/random"
refuse "a trace that is not there" 1 'No such file' "$MEMCTL" replay "$work/nothing"
refuse "an arena that is not there" 2 'no arena' "$MEMCTL" replay "$trace" --arena nothing
check "verify" "$MEMCTL" verify

unload
clean_log
finish
