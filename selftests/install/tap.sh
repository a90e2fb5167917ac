# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# tap.sh - what the tests beside it share: TAP, and a directory that is gone at the end
# Usage: . "$(dirname "$0")/tap.sh"
# shellcheck disable=SC2034
# A make that was started by another one says which directories it enters: what is asked here is asked by a user.
unset CDPATH MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/memctl-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
number=0 failed=0

# result STATUS NAME [FILE]: one case; if it failed, with what is in the file, of a long one with how it begins and ends
result() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
		return
	fi
	failed=$((failed + 1))
	[ -z "${3:-}" ] || sed 's/^/# /' "$3" | awk '{ line[NR] = $0 }
		END { for (i = 1; i <= NR; i++) if (i <= 10 || i > NR - 40) print line[i]; else if (i == 11) print "# ..." }'
	echo "not ok $number - $2"
}

# silent NAME COMMAND...: it succeeds and says nothing on either of its outputs
silent() {
	local name=$1 status=0
	shift
	"$@" >"$work/out" 2>&1 || status=1
	[ ! -s "$work/out" ] || status=1
	result $status "$name" "$work/out"
}

# refused NAME PATTERN COMMAND...: it fails with one line, which has the pattern in it
refused() {
	local name=$1 pattern=$2 status=1
	shift 2
	if ! "$@" >"$work/out" 2>&1; then
		grep -v '^make.*Error' "$work/out" >"$work/lines"
		[ "$(wc -l <"$work/lines")" -eq 1 ] && grep -q -- "$pattern" "$work/lines" && status=0
	fi
	result $status "$name" "$work/out"
}

finish() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
}
