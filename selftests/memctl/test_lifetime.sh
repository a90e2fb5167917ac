#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Loading and unloading over and over, alone and with processes that open the
# device, dump, abandon dumps, map regions and replay at the same time: each
# unload says EBUSY or is clean, and the host loses no page.
# CYCLES: plain cycles (150); RACES: cycles with the others (6)
#
# The host's free pages are sampled some 25 times, and what counts is the slope
# of the line through the samples (least squares), for the host's own caches
# come and go: over all cycles it may fall by 128 pages. With the 150 of a whole
# run that finds a page lost in each, with CYCLES=1000 one in eight; six cycles
# among others show what is lost by the dozen.
#
# The host itself takes a page for nearly each load, and keeps it: the code of a
# module, of any, is made read-only in the host's direct mapping, too. For the
# first such in each 2 MiB of memory the host splits a large page into a table
# of small ones, and never joins them again. Between two loads the arena has
# taken memory and given it back, so that code lands elsewhere each time: 100
# tables in the first 100 cycles, 93 in the sixth 100, and at most one for each
# 2 MiB of memory. (400 loads of lru_cache, which is small, split 14 large pages.)
# /proc/meminfo says how many there are, and these pages are counted as free
# ones: what else is missing is lost.

. "$(dirname "$0")/lib.sh"
begin
unload
cycles=${CYCLES:-$((150 * ${SCALE:-100} / 100))}
races=${RACES:-$((4 * ${SCALE:-100} / 100 + 2))}
kmemleak=/sys/kernel/debug/kmemleak

# sample CYCLE OF: every 25th part of the way; the host's pages, and those of them in split tables
sample()
{
	[ $(($1 * 25 / $2)) -eq $((($1 - 1) * 25 / $2)) ] ||
		echo "$1 $(host_pages) $(split_tables)" >>"$work/samples"
}

# tell: the samples, for whoever wonders about the slope
tell()
{
	echo "# host pages free or in split tables: $(awk '{ print $2 }' "$work/samples" | xargs)"
	echo "# of these in split tables: $(awk '{ print $3 }' "$work/samples" | xargs)"
}

# lost CYCLES: pages that the line through the samples falls in so many cycles
lost()
{
	awk -v cycles="$1" '{ n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
		END { printf "%d\n", -cycles * (n * xy - x * y) / (n * xx - x * x) }' "$work/samples"
}

# forget_leaks, leaks: bytes that kmemleak finds lost since, with the module in
# their stack; what has gone is there without names
forget_leaks()
{
	[ -w $kmemleak ] || mount -t debugfs none /sys/kernel/debug 2>/dev/null
	[ ! -w $kmemleak ] || echo clear >$kmemleak
}

leaks()
{
	sleep 6 # it looks at what is older than 5 seconds
	echo scan >$kmemleak
	echo scan >$kmemleak
	cat $kmemleak >"$work/leaks"
	awk '/^unreferenced object/ { size = $5 + 0; counted = 0 }
	     /\[memctl|^    0xffffffff/ && !counted { sum += size; counted = 1 } END { print sum + 0 }' "$work/leaks"
}

# --- alone ---

modprobe memctl size=64M && rmmod memctl # what a first load leaves with the host
forget_leaks
failures=0
start=$(date +%s)
for cycle in $(seq "$cycles"); do
	modprobe memctl size=32M && rmmod memctl || failures=$((failures + 1))
	sample "$cycle" "$cycles"
done
equal "$cycles load/unload cycles" 0 "$failures"
echo "# $cycles cycles in $(($(date +%s) - start)) s"
tell
at_most "host pages lost in $cycles cycles, by their slope" 128 "$(lost "$cycles")"

# --- with others ---

# The family's name must not load the module behind our back.
loader=$(cat /proc/sys/kernel/modprobe)
echo /bin/false >/proc/sys/kernel/modprobe
"$MEMCTL" record -o "$work/trace" -- sh -c 'ls / >/dev/null' >/dev/null 2>&1

# replays: a trace again and again; it holds handles while it runs
replays()
{
	while [ ! -e "$work/stop" ]; do
		if [ -e "$work/pause" ] || [ ! -d /sys/module/memctl ]; then
			sleep 0.05
		elif "$MEMCTL" replay "$work/trace" >/dev/null 2>&1; then
			echo r >>"$work/replayed"
			sleep 0.5
		fi
	done
}

mkfifo "$work/end"
"$(dirname "$0")/nl_hostile" --race "$work/pause" <"$work/end" >"$work/raced" &
racers=$!
exec 8>"$work/end"
replays 8>&- &
replayer=$!

# unload_raced: until it is clean. Return: whether every refusal was EBUSY.
unload_raced()
{
	for try in $(seq 300); do
		rmmod memctl 2>"$work/rmmod" && break
		grep -qE 'in use|busy|unavailable' "$work/rmmod" || return 1
		echo "$try" >>"$work/refused"
		[ "$try" -ne 20 ] || : >"$work/pause"
		[ "$try" -lt 20 ] || sleep 0.1
		# What a racer that found no module any more could not take back.
		[ "$try" -lt 40 ] || "$MEMCTL" region del rights 2>/dev/null
		[ "$try" -lt 40 ] || "$MEMCTL" page free --all --force >/dev/null 2>&1
	done
	rm -f "$work/pause"
	[ ! -d /sys/module/memctl ]
}

: >"$work/samples"
: >"$work/refused"
failures=0
start=$(date +%s)
modprobe memctl size=16M || failures=$((failures + 1))
wait_until "all of them are at work" test -s "$work/replayed"
unload_raced || failures=$((failures + 1))
for _ in 1 2; do
	modprobe memctl size=16M && unload_raced || failures=$((failures + 1))
done
for cycle in $(seq "$races"); do
	modprobe memctl size=16M && unload_raced || failures=$((failures + 1))
	sample "$cycle" "$races"
done
echo "# $races cycles in $(($(date +%s) - start)) s, $(wc -l <"$work/refused") unloads refused"
equal "$races load/unload cycles among others" 0 "$failures"
at_least "unloads were refused in between" 1 "$(wc -l <"$work/refused")"
: >"$work/stop"
exec 8>&-
wait "$racers"
wait "$replayer"
echo "$loader" >/proc/sys/kernel/modprobe
at_least "kinds of work that the others did" 1 "$(wc -l <"$work/raced")"
while read -r what count; do
	at_least "the others $what" 1 "$count"
done <"$work/raced"
at_least "the others replayed" 1 "$(wc -l <"$work/replayed")"
tell
at_most "host pages lost in $races cycles, by their slope" 128 "$(lost "$races")"
if [ -w $kmemleak ]; then
	equal "bytes that kmemleak found lost" 0 "$(leaks)"
	[ ! -s "$work/leaks" ] || head -n 40 "$work/leaks" | sed 's/^/#   /'
fi

unload
clean_log
finish
