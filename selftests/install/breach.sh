#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# breach.sh - plants breaches of a layer rule in a copy of the sources: for layers.sh and rooms.sh, which source it
#
# Usage: . breach.sh FOLDER: module or cli
# shellcheck source=selftests/install/tap.sh
. "$(dirname "$0")/tap.sh"

folder=$1
house=$work/house
mkdir "$house"
cp -r "$top/scripts" "$house/"
mkdir "$work/pristine"
(cd "$top/$folder" && find . -name '*.[ch]' ! -name '*.mod.c' -print0 | tar -c --null -T -) | tar -x -C "$work/pristine"

rebuild() {
	rm -rf "${house:?}/$folder" "$house/objects"
	mkdir "$house/objects"
	cp -r "$work/pristine" "$house/$folder"
}

# keeps: whether the copy keeps the rules
keeps() { "$house/scripts/check-layers.sh" --objects "$house/objects" "$folder"; }

# breach NAME PATTERN: exactly one line is reported, and it matches; then the sources are restored
breach() {
	local status=0
	keeps >"$work/out" 2>&1 && status=1
	[ "$(wc -l <"$work/out")" -eq 1 ] && grep -qE -- "^$folder/$2" "$work/out" || status=1
	result $status "$1" "$work/out"
	rebuild
}

# into FILE TEXT: appends a line to a source
into() { printf '%s\n' "$2" >>"$house/$folder/$1"; }

# object NAME TEXT: adds a source and its object file
object() {
	printf '%s\n' "$2" >"$house/$folder/$1.c"
	mkdir -p "$(dirname "$house/objects/$1")"
	gcc -c -o "$house/objects/$1.o" "$house/$folder/$1.c"
}

rebuild
