#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Caches, their objects and kmalloc, by handle.

. "$(dirname "$0")/lib.sh"
begin
load size=32M || exit "$KSFT_FAIL"
start=$(frames)

# active CACHE: objects in use
active()
{
	"$MEMCTL" cache list -r -n -o NAME,ACTIVE | awk -v name="$1" '$1 == name { print $2 }'
}

for size in 1 8 24 64 100 192 500 1024 3000 4096 8192; do
	check "cache of $size bytes" "$MEMCTL" cache add "size-$size" --size "$size"
	"$MEMCTL" cache alloc "size-$size" --count 300 >"$work/handles"
	equal "300 objects of $size bytes" 300 "$(active "size-$size")"
	check "free them" xargs -n 100 "$MEMCTL" cache free <"$work/handles"
	equal "none in use" 0 "$(active "size-$size")"
	check "shrink" "$MEMCTL" cache shrink "size-$size"
	check "remove" "$MEMCTL" cache del "size-$size"
done
equal "every frame is back" "$start" "$(frames)"

for option in --redzone --poison --hwalign "--redzone --poison --hwalign" "--align 64" "--align 4096"; do
	# shellcheck disable=SC2086
	check "cache with $option" "$MEMCTL" cache add special --size 72 $option
	"$MEMCTL" cache alloc special --count 1500 --owner 3 >"$work/handles"
	check "verify" "$MEMCTL" verify
	check "free by owner" "$MEMCTL" page free --owner 3 --all
	check "remove" "$MEMCTL" cache del special
done

refuse "size 0" 2 'size' "$MEMCTL" cache add bad --size 0
refuse "size above the limit" 2 'size' "$MEMCTL" cache add bad --size 8193
refuse "size 8 MiB + 1" 2 'size' "$MEMCTL" cache add bad --size 8388609
refuse "size 2^64 - 1" 1 'size' "$MEMCTL" cache add bad --size 18446744073709551615
refuse "align 3" 2 'align' "$MEMCTL" cache add bad --size 8 --align 3
refuse "align 2^63" 1 'align' "$MEMCTL" cache add bad --size 8 --align 9223372036854775808
refuse "align above a page" 2 'align' "$MEMCTL" cache add bad --size 8 --align 8192
refuse "empty name" 2 'name' "$MEMCTL" cache add '' --size 8
refuse "name of format letters" 2 'name' "$MEMCTL" cache add '%s%n' --size 8
refuse "name with a slash" 2 'name' "$MEMCTL" cache add 'a/b' --size 8
refuse "name of junk bytes" 2 'name' "$MEMCTL" cache add "$(printf 'a\377\033[1m')" --size 8
refuse "name of 1 KiB" 1 'a name has at most 31 bytes, this one 1024' "$MEMCTL" cache add "$(printf '%01024d' 0)" --size 8
check "a cache" "$MEMCTL" cache add twice --size 64
refuse "the same name again" 2 'exists' "$MEMCTL" cache add twice --size 64
refuse "alloc from a cache that is none" 2 'no cache' "$MEMCTL" cache alloc nothing
refuse "remove a cache that is none" 2 'no cache' "$MEMCTL" cache del nothing
refuse "remove a kmalloc class" 2 "the arena's own" "$MEMCTL" cache del kmalloc-64

handle=$("$MEMCTL" cache alloc twice)
refuse "remove with a live object" 2 '1 object' "$MEMCTL" cache del twice
refuse "an object as a page" 2 'object' "$MEMCTL" page free "$handle"
refuse "an object as kmalloc" 2 'object' "$MEMCTL" kfree "$handle"
equal "still in use" 1 "$(active twice)"
check "free it" "$MEMCTL" cache free "$handle"
refuse "free it twice" 2 'handle' "$MEMCTL" cache free "$handle"
check "remove the cache" "$MEMCTL" cache del twice
refuse "its handle is no handle" 2 'handle' "$MEMCTL" cache free "$handle"

for size in 1 8 100 4096 8192 8193 65536 4194304; do
	handle=$("$MEMCTL" kmalloc "$size")
	check "kmalloc of $size bytes is freed" "$MEMCTL" kfree "$handle"
done
refuse "kmalloc of 0 bytes" 2 'size' "$MEMCTL" kmalloc 0
refuse "kmalloc of 4 MiB + 1" 2 'size' "$MEMCTL" kmalloc 4194305
refuse "kmalloc of 2^64 - 1 bytes" 2 'size' "$MEMCTL" kmalloc 18446744073709551615

# Handles are memory of the host's: what is held after this is held by caches alone.
for size in 8 24 96 500 1000 2000 4000 8000; do
	"$MEMCTL" kmalloc "$size" --count 300 --owner 6 >"$work/handles"
	equal "300 times $size bytes" 300 "$(wc -l <"$work/handles")"
done
check "free them all" "$MEMCTL" page free --owner 6 --all
at_least "caches hold frames then" 20 $((start - $(frames)))
equal "whoever may sleep gets every frame nevertheless" "$start" \
	"$("$MEMCTL" page alloc --order 0 --count 20000 --memalloc --owner 7 2>/dev/null | wc -l)"
check "verify, with nothing free" "$MEMCTL" verify
check "free them" "$MEMCTL" page free --owner 7 --all

check "verify" "$MEMCTL" verify
shrink_caches
equal "every frame is back" "$start" "$(frames)"

unload
clean_log
finish
