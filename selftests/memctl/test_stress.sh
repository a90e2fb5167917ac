#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# stress-ng's stressors of memory, with a region as their memory: they know
# nothing of it. region_preload.so turns what they map into mappings of the
# region's file. STRESS_OPS makes it longer or shorter.

. "$(dirname "$0")/lib.sh"
begin
"$MEMCTL" region help 2>&1 | grep -q fork || skip_all "this memctl has no regions for processes"
command -v stress-ng >/dev/null || skip_all "no stress-ng here"
preload=$(cd "$(dirname "$0")" && pwd)/region_preload.so
[ -e "$preload" ] || skip_all "region_preload.so is not built"
load size=96M || exit "$KSFT_FAIL"
start=$(frames)
ops=${STRESS_OPS:-1}

# number REGION COLUMN
number()
{
	"$MEMCTL" region list -r -n -b -o "NAME,$2" | awk -v name="$1" '$1 == name { print $2 }'
}

# on_region ORDER STRESSOR OPTIONS...: its memory is a region, which has a fault for each page at least
on_region()
{
	order=$1
	stressor=$2
	shift 2
	check "$stressor, order $order: add a region" "$MEMCTL" region add stress --size 64G --order "$order"
	check "$stressor, order $order: its own checks" env LD_PRELOAD="$preload" PRELOAD_REGION=stress \
		stress-ng --quiet --temp-path "$work" --verify --timeout 60 --no-rand-seed "--$stressor" 1 "$@"
	# With order 9 a fault maps 512 pages.
	at_least "$stressor, order $order: faults in the region" "$([ "$order" -eq 0 ] && echo 512 || echo 2)" \
		"$(number stress NEW)"
	check "$stressor, order $order: pt verify" "$MEMCTL" pt verify
	check "$stressor, order $order: verify" "$MEMCTL" verify
	check "$stressor, order $order: remove it" "$MEMCTL" region del stress
	equal "$stressor, order $order: every frame is back" "$start" "$(frames)"
}

for order in 0 9; do
	on_region "$order" vm --vm-bytes 4M --vm-method write64 --vm-ops $((200 * ops))
	on_region "$order" mmap --mmap-bytes 2M --mmap-ops $((6 * ops))
done
for method in galpat-0 rand-set ror; do
	on_region 0 vm --vm-bytes 4M --vm-method "$method" --vm-ops $((100 * ops))
done
unload
clean_log
finish
