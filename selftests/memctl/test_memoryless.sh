#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A node with CPUs and no memory: what asks for its memory is refused, what
# runs on its CPUs gets that of the nearest node, and no search goes on for ever.
# VM: --memoryless
# HOST: the order of its nodes

. "$(dirname "$0")/lib.sh"
begin
nodes=/sys/devices/system/node

# members LIST: the numbers of a list such as 0,2-3
members()
{
	echo "$1" | tr ',' '\n' | awk -F- 'NF { for (i = $1; i <= $NF; i++) print i }'
}

node=
for candidate in $(members "$(cat $nodes/has_cpu 2>/dev/null)"); do
	members "$(cat $nodes/has_memory)" | grep -qx "$candidate" || node=$candidate
done
[ -n "$node" ] || skip_all "every node with CPUs has memory here"
cpu=$(members "$(cat "$nodes/node$node/cpulist")" | head -n 1)
mask=$(printf %x $((1 << cpu)))
module=$(find "/lib/modules/$(uname -r)" -name memctl.ko | head -n 1)

# there COMMAND...: on a CPU of the node; it has a minute
there()
{
	taskset "$mask" timeout 60 "$@"
}

insmod "$module" nodes="$node" 2>/dev/null
equal "load from node $node is refused" "" "$(lsmod | grep '^memctl ')"
load size=32M plant=1 || exit "$KSFT_FAIL"
start=$(frames)
at_least "load from all nodes" 8192 "$start"
refuse "an arena of node $node" 2 'node' "$MEMCTL" arena add far --size 4M --nodes "$node"
refuse "grow from node $node" 2 'node' "$MEMCTL" arena grow main --size 4M --nodes "$node"
check "an arena made by its CPU $cpu" there "$MEMCTL" arena add near --size 4M
check "verify it" there "$MEMCTL" -a near verify
check "delete it" there "$MEMCTL" arena del near
refuse "frames of node $node" 2 'node' there "$MEMCTL" page alloc --order 0 --node "$node"
refuse "frames of node $node alone" 2 'node' \
	there "$MEMCTL" page alloc --order 0 --node "$node" --this-node
check "why of node $node" there "$MEMCTL" why --order 0 --node "$node"

for order in 0 3 9; do
	check "order $order on CPU $cpu" there "$MEMCTL" page alloc --order "$order" --owner 3
done
check "kmalloc on CPU $cpu" there "$MEMCTL" kmalloc 100 --count 500 --owner 3
equal "all of it is of nodes with memory" 0 \
	"$("$MEMCTL" page list -r -n -o NODE | grep -cx "$node")"
check "free it on CPU $cpu" there "$MEMCTL" page free --owner 3 --all
shrink_caches
equal "every frame is back" "$start" "$(frames)"

# Nothing left, and nothing of its own node to look for.
equal "all frames go to CPU $cpu" "$start" \
	"$(there "$MEMCTL" page alloc --order 0 --count 20000 --memalloc --owner 9 2>/dev/null | wc -l)"
for order in 0 9; do
	refuse "then order $order is refused, in time" 2 'not enough free frames' \
		there "$MEMCTL" page alloc --order "$order" --memalloc
done
check "why says so, in time" there "$MEMCTL" why --order 0
check "verify" there "$MEMCTL" verify
check "free it" there "$MEMCTL" page free --owner 9 --all
equal "every frame is back" "$start" "$(frames)"

check "a region is used on CPU $cpu" there "$(dirname "$0")/region_user" basic
equal "every frame is back" "$start" "$(frames)"
if [ -w "/sys/devices/system/cpu/cpu$cpu/online" ]; then
	check "the node's CPU goes" sh -c 'echo 0 >"$1"' - "/sys/devices/system/cpu/cpu$cpu/online"
	check "verify" "$MEMCTL" verify
	check "and comes back" sh -c 'echo 1 >"$1"' - "/sys/devices/system/cpu/cpu$cpu/online"
	check "order 0 on CPU $cpu" there "$MEMCTL" page alloc --order 0 --owner 3
	check "free it" there "$MEMCTL" page free --owner 3 --all
else
	skip "the node's CPU goes" "it cannot be switched off"
fi
check "the in-kernel API" modprobe memctl_test
check "verify" "$MEMCTL" verify

unload
clean_log
finish
