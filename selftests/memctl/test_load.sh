#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Loading and unloading: parameters that must be refused, unloads that must say
# EBUSY. test_lifetime.sh does it over and over.
# HOST: parameters, sysfs, what holds a module

. "$(dirname "$0")/lib.sh"
begin
unload
module=$(find "/lib/modules/$(uname -r)" -name memctl.ko | head -n 1)
[ -n "$module" ] || skip_all "no file memctl.ko for this kernel"
modprobe memctl && rmmod memctl # the first load says that it taints

# refuse_load NAME PATTERN PARAMETER...: insmod fails, with one line in the
# kernel log that says PATTERN, and takes nothing
refuse_load()
{
	name=$1
	pattern=$2
	shift 2
	before=$(host_free)
	lines=$(dmesg | wc -l)
	if insmod "$module" "$@" >"$work/out" 2>&1; then
		rmmod memctl
		result 1 "load refused: $name"
		echo "#   it was loaded"
		return
	fi
	# Some programs try again by another system call: the same line twice,
	# what the host could give apart.
	dmesg | sed "1,${lines}d" | sed 's/^\[ *[0-9.]*\] //; s/give [0-9]*/give N/' |
		sort -u >"$work/log"
	after=$(host_free)
	if grep -q 'memctl: .*'"$pattern" "$work/log" &&
	   [ "$(grep -c 'memctl: ' "$work/log")" -eq 1 ] &&
	   [ ! -d /sys/module/memctl ] && [ $((before - after)) -lt 2048 ]; then
		result 0 "load refused: $name"
	else
		result 1 "load refused: $name"
		echo "#   host free pages $before, then $after"
		why_not "$work/log"
	fi
}

refuse "a parameter that is none" 1 "did you mean 'size'" "$MEMCTL" load sizee=64M
check "it is not loaded" [ ! -d /sys/module/memctl ]
refuse "an option in the place of a parameter" 1 'PARAMETER=VALUE' "$MEMCTL" load -- --force
refuse "a value that is none" 2 'EINVAL' "$MEMCTL" load size=abc
check "load" "$MEMCTL" load size=32M
refuse "a parameter while it is loaded" 2 'EEXIST' "$MEMCTL" load size=64M
equal "which changed nothing" 32M "$("$MEMCTL" arena show main -r -n -o SIZE)"
check "unload" "$MEMCTL" unload

refuse_load "size of 0" 'size' size=0
refuse_load "negative size" 'size' size=-1
refuse_load "size of 2^63" 'size' size=9223372036854775808
refuse_load "size of 2^64 - 1" 'size' size=18446744073709551615
refuse_load "size beyond 64 bits" 'size' size=99999999999999999999999
refuse_load "size that is no number" 'size' size=abc
refuse_load "size with trailing junk" 'size' size=64Mx
refuse_load "empty size" 'size' size=
refuse_load "more than the host has" 'could give' size=900G
refuse_load "node that does not exist" 'node' nodes=99
refuse_load "nodes that are no list" 'node' nodes=abc
refuse_load "empty list of nodes" 'node' nodes=
refuse_load "node 2^32" 'node' nodes=4294967296
refuse_load "negative node" 'node' nodes=-1
refuse_load "range of nodes that ends before it begins" 'node' nodes=1-0
refuse_load "dma that is no number" 'dma' dma=x
refuse_load "dma above size" 'dma' size=4M dma=8M
refuse_load "dma32 above size" 'dma32' size=4M dma=0 dma32=8M
refuse_load "negative dma" 'dma' dma=-1
refuse_load "dma of 2^64 - 1" 'dma' dma=18446744073709551615
refuse_load "dma32 of 2^64 - 4096, so that the sum wraps" 'dma32' dma=4K dma32=18446744073709547520
refuse_load "more DMA memory than there is" 'could give' size=64M dma=32M
refuse_load "size of one arena frame too small" 'size' size=1

check "load with a size in G" modprobe memctl size=1G
equal "parameters show what was asked" 1G "$(cat /sys/module/memctl/parameters/size)"
refuse "parameters cannot be changed" 1 'denied\|[Ee]rror' sh -c 'echo 1M >/sys/module/memctl/parameters/size'
equal "they are what they were" 1G "$(cat /sys/module/memctl/parameters/size)"
insmod_again()
{
	lines=$(lsmod | grep -c '^memctl ')
	insmod "$module" 2>&1
	[ "$(lsmod | grep -c '^memctl ')" -eq "$lines" ]
}
check "a second load changes nothing" insmod_again
check "unload" rmmod memctl

busy()
{
	for _ in $(seq 20); do
		rmmod memctl 2>"$work/rmmod" && return 1
	done
	[ -d /sys/module/memctl ]
}

modprobe memctl size=16M
check "a region is added" "$MEMCTL" region add busy --pages 8
check "20 unloads are refused while a region is held" busy
refuse "memctl unload names the region" 2 'EBUSY.*region' "$MEMCTL" unload
check "the region is removed" "$MEMCTL" region del busy
handle=$("$MEMCTL" page alloc --order 1)
check "20 unloads are refused while a handle is held" busy
refuse "memctl unload names the handle" 2 'EBUSY.*handle' "$MEMCTL" unload
check "the handle is freed" "$MEMCTL" page free "$handle"
"$(dirname "$0")/nl_hostile" --hold-dump 600 >"$work/holder" &
holder=$!
wait_until "a dump is held" grep -q holding "$work/holder"
check "20 unloads are refused while a dump is held" busy
kill "$holder"
wait "$holder"
check "the module unloads once nobody holds it" rmmod memctl

clean_log
finish
