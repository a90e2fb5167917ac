#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory that the host is given while arenas are there, above every address it
# had and on a node that had none: an arena made before grows into it, is used
# there and gives it back.
# VM: --memoryless --dimm 512M --append memhp_default_state=offline
# HOST: memory that is added and removed

. "$(dirname "$0")/lib.sh"
begin
[ -d /sys/devices/system/memory ] || skip_all "this kernel cannot be given memory"
offline=$(grep -lx offline /sys/devices/system/memory/memory*/state 2>/dev/null)
[ -n "$offline" ] || skip_all "no memory is offline: add memhp_default_state=offline and a DIMM"

# online STATE: all of it, or none
online()
{
	for file in $offline; do
		echo "$1" >"$file" || return 1
	done
}

# node_free: KiB of the node that nobody has
node_free()
{
	awk '$3 == "MemFree:" { print $4 }' "/sys/devices/system/node/node$node/meminfo"
}

load size=32M || exit "$KSFT_FAIL"
start=$(frames)
check "the memory is added" online online
node=$(find "$(dirname "$(echo "$offline" | head -n 1)")" -name 'node[0-9]*' | sed 's/.*node//')
before=$(node_free)
equal "the arena made before has no zone of node $node" 0 \
	"$("$MEMCTL" zoneinfo | grep -c "^Node $node,")"

# So much that the host's other memory is not enough for it alone.
check "it grows by 256 MiB from node $node" "$MEMCTL" arena grow main --size 256M --nodes "$node"
equal "by as much as was asked for" $((start + 65536)) "$(frames)"
check "verify" "$MEMCTL" verify
check "a page of node $node" "$MEMCTL" page alloc --order 0 --node "$node" --this-node --owner 3
equal "it is of that node" "$node" "$("$MEMCTL" page list -r -n -o NODE | head -n 1)"
pfn=$("$MEMCTL" page list -r -n -o PFN | head -n 1)
check "what of it" "$MEMCTL" what "$pfn"
check "kmalloc there" taskset 2 "$MEMCTL" kmalloc 512 --count 2000 --owner 3
at_least "most frames can be had" 65536 \
	"$("$MEMCTL" page alloc --order 0 --count 80000 --owner 3 2>/dev/null | wc -l)"
check "verify with all of it in use" "$MEMCTL" verify
check "free it" "$MEMCTL" page free --owner 3 --all
check "a region of it" "$MEMCTL" region add r --pages 30000
check "verify its tables" "$MEMCTL" pt verify r
check "remove it" "$MEMCTL" region del r
shrink_caches

check "an arena made later has the node" "$MEMCTL" arena add later --size 64M --nodes "$node"
check "verify it" "$MEMCTL" -a later verify
check "delete it" "$MEMCTL" arena del later
check "the arena shrinks again" "$MEMCTL" arena shrink main --size 256M
check "verify" "$MEMCTL" verify
check "and grows from any node" "$MEMCTL" arena grow main --size 128M
check "verify" "$MEMCTL" verify
check "the in-kernel API" modprobe memctl_test
check "verify" "$MEMCTL" verify

unload
at_least "the host has it back" $((before - 16 * 1024)) "$(node_free)"
clean_log
finish
