#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-layers.sh - fails when a source includes or calls what its wing must not know
#
# Usage: scripts/check-layers.sh
#
# module/ is a house of wings: folders on floors. A wing knows itself and the wings on the floors below it, none above it and
# none beside it. From the ground: core, host, frames, objects and regions, handles and spaces, models, arenas, faults, api
# and dev, observe, nl, main.c. Besides,
#
#   core/             small kernel headers alone, without locks, allocation or time
#   host/host.c       alone calls the host's page allocator and vmalloc
#   host/compat.h     has what kernels differ in: nobody else knows their versions
#   nl/, dev/, api/   alone know netlink, devices and /proc
#   *_impl.h, *_internal.h and *_walk.h of spaces/ are for their own wing
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
declare -A floor=([core]=0 [host]=1 [frames]=2 [objects]=3 [regions]=3 [handles]=4 [spaces]=4 [models]=5 [arenas]=6
	[faults]=7 [api]=8 [dev]=8 [observe]=9 [nl]=10 [main.c]=11)
bad=0

complain() {
	printf 'module/%s: %s\n' "$1" "$2"
	bad=1
}

# file:line kind name for every include of some files; kind is " or <.
includes() {
	[ $# -eq 0 ] || grep -nHE '^[[:space:]]*#[[:space:]]*include' "$@" |
		sed -nE 's/^([^:]*:[0-9]+):[^"<]*(["<])([^">]+)[">].*/\1 \2 \3/p'
}

mapfile -t all < <(find "${!floor[@]}" -name '*.[ch]' | sort)
netlink='^(net/|linux/netlink|linux/genetlink|linux/skbuff)'
device='^linux/(miscdevice|cdev|proc_fs)'
while read -r at kind name; do
	wing=${at%%[/:]*}
	[ "$wing" != main.c ] || wing=main.c
	if [ "$kind" = '"' ]; then
		[[ $name = */* ]] || name=$(dirname "${at%:*}")/$name
		below=${name%%/*}
		case $name in
		core/../* | selftest/*) continue ;;
		esac
		if [ ! -e "$name" ]; then
			complain "$at" "includes \"$name\", which is not there"
		elif [ "$wing" != "$below" ] && [ "${floor[$below]:-99}" -ge "${floor[$wing]}" ]; then
			complain "$at" "$wing/ includes \"$name\": not on a floor below"
		elif [ "$wing" != "$below" ] && [[ $name =~ _(impl|internal|priv)\.h$ ]]; then
			complain "$at" "$wing/ includes \"$name\", which is for $below/ alone"
		fi
		continue
	fi
	base=${name#linux/}
	base=${base%.h}
	case $wing in
	core)
		case " $small " in
		*" $base "*) [ "$name" = "linux/$base.h" ] || complain "$at" "core/ includes <$name>" ;;
		*) complain "$at" "core/ includes <$name>: not one of the small kernel headers" ;;
		esac ;;
	nl) [[ ! $name =~ $device ]] || complain "$at" "nl/ includes <$name>" ;;
	api | dev | main.c) [[ ! $name =~ $netlink ]] || complain "$at" "$wing includes <$name>" ;;
	*) [[ ! $name =~ $netlink|$device ]] || complain "$at" "$wing/ includes <$name>" ;;
	esac
done < <(includes "${all[@]}")

# Calls of the host's page allocator and of vmalloc, outside host/host.c; comments do not count.
host='(__)?alloc_pages?(_node|_exact|_exact_nid|_bulk|_bulk_array)?|__get_free_pages?|get_zeroed_page|__free_pages?'
host+='|free_pages?(_exact)?|folio_alloc|v[mz]alloc(_node|_user|_array|_32)?|__vmalloc(_node)?|vcalloc|kvm?z?alloc_large|vfree'
for file in "${all[@]}"; do
	case $file in host/host.c | host/compat.h) continue ;; esac
	while IFS=: read -r line text; do
		complain "$file:$line" "calls the host's allocator, which only host/host.c may:$text"
	done < <(sed -E 's|//.*||; s|/\*.*\*/||; s|^[[:space:]]*\*.*||; s|"[^"]*"||g' "$file" |
		grep -nE "(^|[^A-Za-z0-9_.>])($host)\(" || true)
done
# Versions: Kbuild asks the headers instead (mctl-have), and compat.h has what comes of it.
mapfile -t every < <(find . -name '*.[ch]' | sed 's|^\./||' | sort)
while IFS=: read -r file line text; do
	complain "$file:$line" "asks for the kernel's version: have Kbuild look for the name, and put the rest into compat.h:$text"
done < <(grep -nHE '^[[:space:]]*#.*(linux/version\.h|LINUX_VERSION_CODE|KERNEL_VERSION)' "${every[@]}" || true)
exit $bad
