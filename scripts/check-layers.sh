#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-layers.sh - fails when a source includes or calls what its layer must not know
#
# Usage: scripts/check-layers.sh
#
#   core/                    its own headers, and small kernel headers without locks, allocation or time
#   mm/                      core/ and mm/; no netlink, no device; pages and vmalloc only in mm/arena.c
#   nl/ dev/ api.c proc.c    core/, mm/ and their own folder
#   compat.h                 what kernels differ in: nobody else knows their versions
# Written as FILE:LINE: text; exit status 1 if there is any.
set -eu
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
case ${1:-} in
-h | --help) usage; exit 0 ;;
'') ;;
*) die "unknown argument $1" ;;
esac
cd "$MEMCTL_TOP/module"

small='types list bits bitops bitmap align minmax errno string build_bug bug compiler compiler_types limits log2 swab'
small+=' math math64 overflow stddef sizes container_of cache prefetch'
bad=0

complain() {
	printf 'module/%s: %s\n' "$1" "$2"
	bad=1
}

# file:line:<name> or file:line:"name" for every include of some files.
includes() {
	[ $# -eq 0 ] || grep -nHE '^[[:space:]]*#[[:space:]]*include' "$@" |
		sed -nE 's/^([^:]*:[0-9]+):[^"<]*(["<])([^">]+)[">].*/\1 \2 \3/p'
}

files() { find "$@" -name '*.[ch]' 2>/dev/null | sort; }

mapfile -t core < <(files core)
while read -r at kind name; do
	if [ "$kind" = '"' ]; then
		case $name in
		core/* | selftest/*) ;;
		*/*) complain "$at" "core/ includes \"$name\": only core/ is below" ;;
		*) [ -e "core/$name" ] || complain "$at" "core/ includes \"$name\", which is not in core/" ;;
		esac
	else
		base=${name#linux/}
		base=${base%.h}
		case " $small " in
		*" $base "*) [ "$name" = "linux/$base.h" ] || complain "$at" "core/ includes <$name>" ;;
		*) complain "$at" "core/ includes <$name>: not one of the small kernel headers" ;;
		esac
	fi
done < <(includes ${core[@]+"${core[@]}"})

# upper LAYER ALLOWED-FOLDERS FORBIDDEN-PATTERN FILE...: quoted includes from certain folders, and no such <header>.
upper() {
	local layer=$1 allowed=$2 forbidden=$3 at kind name
	shift 3
	while read -r at kind name; do
		if [ "$kind" = '"' ]; then
			case $name in
			*/*) case " $allowed " in
				*" ${name%%/*} "*) ;;
				*) complain "$at" "$layer includes \"$name\": allowed are $allowed" ;;
				esac ;;
			trace.h | compat.h) ;;
			*) [ -e "$(dirname "${at%:*}")/$name" ] || [ -e "$layer$name" ] || complain "$at" "$layer includes \"$name\", which is not in $layer" ;;
			esac
		elif [[ $name =~ $forbidden ]]; then
			complain "$at" "$layer includes <$name>"
		fi
	done < <(includes "$@")
}

mapfile -t mm < <(files mm)
mapfile -t nl < <(files nl)
mapfile -t dev < <(files dev)
netlink='^(net/|linux/netlink|linux/genetlink|linux/skbuff)'
device='^linux/(miscdevice|cdev|proc_fs)'
upper mm/ 'core mm' "$netlink|$device" ${mm[@]+"${mm[@]}"}
upper nl/ 'core mm nl generated' "$device" ${nl[@]+"${nl[@]}"}
upper dev/ 'core mm dev' "$netlink" ${dev[@]+"${dev[@]}"}
for file in api.c proc.c; do
	[ ! -e "$file" ] || upper "" 'core mm' "$netlink" "$file"
done

# Calls of the host's page allocator and of vmalloc, outside mm/arena.c; comments do not count.
host='(__)?alloc_pages?(_node|_exact|_exact_nid|_bulk|_bulk_array)?|__get_free_pages?|get_zeroed_page|__free_pages?'
host+='|free_pages?(_exact)?|folio_alloc|v[mz]alloc(_node|_user|_array|_32)?|__vmalloc(_node)?|vcalloc|kvm?z?alloc_large|vfree'
mapfile -t all < <(files core mm nl dev; ls api.c proc.c main.c 2>/dev/null)
for file in ${all[@]+"${all[@]}"}; do
	[ "$file" != mm/arena.c ] || continue
	while IFS=: read -r line text; do
		complain "$file:$line" "calls the host's allocator, which only mm/arena.c may:$text"
	done < <(sed -E 's|//.*||; s|/\*.*\*/||; s|^[[:space:]]*\*.*||; s|"[^"]*"||g' "$file" |
		grep -nE "(^|[^A-Za-z0-9_.>])($host)\(" || true)
done
# Versions: Kbuild asks the headers instead (mctl-have), and compat.h has what comes of it.
mapfile -t every < <(files . | sed 's|^\./||')
while IFS=: read -r file line text; do
	complain "$file:$line" "asks for the kernel's version: have Kbuild look for the name, and put the rest into compat.h:$text"
done < <(grep -nHE '^[[:space:]]*#.*(linux/version\.h|LINUX_VERSION_CODE|KERNEL_VERSION)' "${every[@]}" || true)
exit $bad
