#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-rooms.sh - fails when a file of the tool includes or calls what its room must not know
#
# Usage: scripts/check-rooms.sh [--objects DIR]
#
# Rooms of cli/, the ground first; those of one line are one floor:
#
#   base
#   wire
#   trace bench view
#   replay
#   cmd
#   main.c
#
# Included and called is what is in the same room or on a lower floor. The link rule reads the objects in DIR (default:
# build/cli, built first): what a file leaves undefined must be defined no higher, and no files may call each other in a
# circle. A header declares what the .c file of its name defines (NAME_priv.h what NAME.c does), commands.h a function of
# each command; *_priv.h, *_impl.h and *_internal.h stay in their room.
#
# Written as FILE: text or FILE:LINE: text; exit status 1 if there is any.
set -eu
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
objects=
case ${1:-} in
-h | --help) usage; exit 0 ;;
--objects) objects=$(realpath "${2:?--objects needs a directory}") ;;
'') ;;
*) die "unknown argument $1" ;;
esac
cd "$MEMCTL_TOP"

declare -A floor=([base]=0 [wire]=1 [trace]=2 [bench]=2 [view]=2 [replay]=3 [cmd]=4 [.]=5)
bad=0

complain() {
	printf 'cli/%s: %s\n' "$1" "$2"
	bad=1
}

# room FILE: the folder that it is in, "." for main.c.
room() {
	case $1 in
	*/*) echo "${1%%/*}" ;;
	*) echo . ;;
	esac
}

# below ROOM OTHER: may a file of ROOM know one of OTHER?
below() { [ "$1" = "$2" ] || [ "${floor[$1]}" -gt "${floor[$2]}" ]; }

files=()
while read -r file; do
	in=$(room "$file")
	if [ -z "${floor[$in]:-}" ] || { [ "$in" = . ] && [ "$file" != main.c ]; }; then
		complain "$file" "is in no room"
	else
		files+=("$file")
	fi
done < <(cd cli && find . -name '*.[ch]' | sed 's|^\./||' | sort)

# --- includes

check_include() {
	local at=$1 name=$2 in=$3 of
	case $name in
	*/*) of=${name%%/*} ;;
	*) of=$in name=$in/$name ;;
	esac
	if [ -z "${floor[$of]:-}" ] || [ ! -e "cli/$name" ]; then
		complain "$at" "includes \"$2\", which is in no room"
	elif ! below "$in" "$of"; then
		complain "$at" "includes \"$2\": $of is not below $in"
	elif [ "$of" != "$in" ] && [[ $name =~ _(priv|impl|internal)\.h$ ]]; then
		complain "$at" "includes \"$2\", which is private to $of"
	fi
}

while IFS=: read -r file line name; do
	check_include "$file:$line" "$name" "$(room "$file")"
done < <(cd cli && grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "${files[@]}" |
	sed -E 's/^([^:]*:[0-9]+:)[^"]*"([^"]+)".*/\1\2/')

# --- links

if [ -z "$objects" ]; then
	make -s cli
	objects=build/cli
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# FILE SYMBOL for all that is defined, and all that is not.
: >"$work/defines"
: >"$work/uses"
for file in "${files[@]}"; do
	[[ $file == *.c && -e $objects/${file%.c}.o ]] || continue
	nm -g "$objects/${file%.c}.o" | awk -v file="$file" -v work="$work" '
		$1 == "U" { print file, $2 >>(work "/uses") }
		NF == 3 { print file, $3 >>(work "/defines") }'
done
# USER DEFINER SYMBOLS, a line for each pair of files.
awk 'NR == FNR { definer[$2] = $1; next }
	$2 in definer { symbols[$1 " " definer[$2]] = symbols[$1 " " definer[$2]] " " $2 }
	END { for (pair in symbols) print pair symbols[pair] }' "$work/defines" "$work/uses" | sort >"$work/calls"
while read -r user definer symbols; do
	in=$(room "$user") of=$(room "$definer")
	below "$in" "$of" || complain "$user" "uses ${symbols// /, } of cli/$definer: $of is not below $in"
done <"$work/calls"
if ! cut -d ' ' -f 1-2 "$work/calls" | tsort >/dev/null 2>"$work/circle"; then
	complain "$(sed -n '2s/^tsort: //p' "$work/circle")" \
		"calls itself by way of other files: $(sed -n '2,$s/^tsort: //p' "$work/circle" | grep -v ' ' | paste -sd ' ')"
fi

# --- headers

for file in "${files[@]}"; do
	[[ $file == *.h && $file != cmd/commands.h ]] || continue
	own=${file%.h}.c
	[ -e "cli/$own" ] || own=${own/%_priv.c/.c}
	# Names of functions and of extern variables; comments, macros and names of structs do not count.
	perl -0ne 's{/\*.*?\*/}{}gs; s{^[ \t]*#(?:\\\n|[^\n])*}{}gm; s{\b(?:struct|enum|union)\s+\w+}{}g;
		print "$1\n" while /(\w+)\s*\(/g; for (/\bextern\b([^;(]*);/g) { print "$1\n" while /(\w+)/g }' "cli/$file" |
		sort -u >"$work/words"
	while read -r definer symbol; do
		complain "$file" "declares $symbol, which cli/$definer defines and not cli/$own"
	done < <(awk -v own="$own" 'NR == FNR { word[$1] = 1; next } $2 in word && $1 != own' "$work/words" "$work/defines")
done
exit $bad
