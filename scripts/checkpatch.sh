#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# checkpatch.sh - the kernel's checkpatch --strict over our C files
#
# Usage: scripts/checkpatch.sh [FILE...]
#
# Left out: LINUX_VERSION_CODE, because one source serves 6.1 and 6.12; comments beside each lock and reused macro
# arguments, where kernel-doc has the last word; and for programs (cli/, selftests/) what only the kernel has.
set -eu
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
case ${1:-} in -h | --help) usage; exit 0 ;; esac
cd "$MEMCTL_TOP"

need_groups lint
source=$("$MEMCTL_TOP/scripts/kernel-source")
[ $# -gt 0 ] || mapfile -t files < <(scripts/lint --files c)
[ $# -eq 0 ] || files=("$@")
[ ${#files[@]} -gt 0 ] || exit 0

kernel=() program=()
for file in "${files[@]}"; do
	case $file in
	cli/lab/include/*) ;; # stubs, in the shape of the macros that they stand for
	module/nl/generated/* | module/host/generated/* | cli/*_gen.h | include/uapi/linux/memctl*.h | module/host/trace.h) ;; # as lint leaves them out, with its reasons
	module/* | include/*) kernel+=("$file") ;;
	*) program+=("$file") ;;
	esac
done

common=LINUX_VERSION_CODE,FILE_PATH_CHANGES,EMAIL_SUBJECT,UNCOMMENTED_DEFINITION,MACRO_ARG_REUSE
user=$common,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,NAKED_SSCANF,SSCANF_TO_KSTRTO,CONSIDER_KSTRTO,STRCPY,STRLCPY
user+=,PREFER_FALLTHROUGH,AVOID_BUG,SPLIT_STRING,ARRAY_SIZE,MACRO_WITH_FLOW_CONTROL,PREFER_ETHER_ADDR_COPY,EMBEDDED_FUNCTION_NAME,BIT_MACRO,CAMELCASE,VOLATILE,ENOSYS

# check IGNORE FILE...: prints what checkpatch finds; --terse has one line for each finding and a last line of totals.
check() {
	local ignore=$1 out
	shift
	[ $# -gt 0 ] || return 0
	out=$(perl "$source/scripts/checkpatch.pl" --no-tree --strict --no-summary --terse --show-types --file \
		--ignore "$ignore" "$@" 2>&1) && [ -z "$out" ] && return 0
	printf '%s\n' "$out"
	return 1
}

status=0
check "$common" ${kernel[@]+"${kernel[@]}"} || status=1
check "$user" ${program[@]+"${program[@]}"} || status=1
exit $status
