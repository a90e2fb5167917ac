#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench_check.sh - scripts/bench-check and scripts/bench-table judge as they say: the committed results pass against
# themselves, a count that is 5 % higher fails alone, by name. Nothing is measured. Prints TAP.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
old=$top/bench/results-6.12.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0 failed=0

report() { # report STATUS NAME
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# /' "$work/out"
		failed=$((failed + 1))
	fi
}

# judge NAME STATUS SUMMARY FILTER: what bench-check says of the results changed by a filter of jq's
judge() {
	local name=$1 want=$2 summary=$3 filter=$4 status
	jq "$filter" "$old" >"$work/new.json"
	"$top/scripts/bench-check" --results "$work/new.json" >"$work/out" 2>&1
	status=$?
	[ $status -eq "$want" ] && tail -n 1 "$work/out" | grep -qE "^$summary\$"
	report $? "$name"
}

# The counts that are compared, the ratios of what must not grow beside them, and a filter that scales the first count.
all=$(jq '([.bench[] | select(.unit != "%" and .median != null and .path != "scale, load a GiB") |
	[.path, .order, .size, .threads]] | unique | length) +
	([.bench[] | select((.path | startswith("scale, ")) and .path != "scale, load a GiB" and
		.unit == "insn" and .rival_median != null) | [.path, .order, .size, .rival]] | unique | length)' "$old")
scaled='(.bench[] | select(.path == "page pair" and .order == 0) | .median) *='

judge "the same results pass" 0 "$all passed, 0 failed" .
judge "a count 5 % higher fails" 1 "$((all - 1)) passed, 1 failed" "$scaled 1.05"
grep -q '^not ok [0-9]* - page pair, order 0, threads 1: .* more than 2 % above' "$work/out"
report $? "and is named"
judge "a count 1 % higher passes" 0 "$all passed, 0 failed" "$scaled 1.01"
judge "a count that is halved passes" 0 "$all passed, 0 failed" "$scaled 0.5"
grep -q '^ok [0-9]* - page pair, order 0.* down from' "$work/out"
report $? "and is told"
judge "a path that was not measured fails" 1 "$((all - 1)) passed, 1 failed" 'del(.bench[] | select(.path == "walk"))'
judge "a path that is new passes" 0 "$all passed, 0 failed" '.bench += [.bench[0] | .path = "new path"]'
grep -q '^# new path.* committed results do not have' "$work/out"
report $? "and is told"
judge "what is counted in per cent is not compared" 0 "$all passed, 0 failed" \
	'(.bench[] | select(.unit == "%") | .median) = 1'
ratios=$(jq '[.bench[] | select((.path | startswith("scale, ")) and .path != "scale, load a GiB" and
	.unit == "insn" and .rival_median != null) | [.path, .order, .size, .rival]] | unique | length' "$old")
judge "of another compiler, only what grows is compared" 0 "$ratios passed, 0 failed" ".compiler = \"gcc-99\" | $scaled 2"
grep -q '^# these counts are of gcc-99-qemu-7.2, those of bench/results-6.12.json of gcc-12-qemu-7.2: ' "$work/out"
report $? "and is told"
judge "of another emulator as well" 0 "$ratios passed, 0 failed" ".emulator = \"qemu-99.0\" | $scaled 2"
judge "what grows fails there, too" 1 "$((ratios - 1)) passed, 1 failed" \
	'.compiler = "gcc-99" | (first(.bench[] | select(.path == "scale, page pair" and .order == 0)) | .median) *= 1.2'
for other in "$top"/bench/results-6.12-*.json; do
	"$top/scripts/bench-check" --results "$other" >"$work/out" 2>&1 && tail -n 1 "$work/out" | grep -qxE "[1-9][0-9]* passed, 0 failed"
	report $? "${other##*/} is compared with itself"
done
judge "no counts at all fail" 1 '.* has no counts' '.bench = []'

"$top/scripts/bench-check" --results "$work/none.json" >"$work/out" 2>&1
[ $? -eq 1 ] && [ "$(wc -l <"$work/out")" -eq 1 ]
report $? "results that are not there: one line"
"$top/scripts/bench-check" --nothing >"$work/out" 2>&1
[ $? -eq 1 ] && [ "$(wc -l <"$work/out")" -eq 1 ]
report $? "an option that is none: one line"

jq '(.bench[] | select(.path == "page bulk") | .median) = 1000' "$old" >"$work/new.json"
"$top/scripts/bench-table" "$work/new.json" >"$work/out" 2>&1 && grep -q '^page bulk .* 1000! ' "$work/out"
report $? "the table marks what misses its limit"
jq '(.bench[] | select(.path == "page bulk") | .median) = 1' "$old" >"$work/new.json"
"$top/scripts/bench-table" "$work/new.json" >"$work/out" 2>&1 && grep -qE '^page bulk .* 1 .*<=25' "$work/out"
report $? "and not what keeps it"

echo "1..$number"
[ $failed -eq 0 ]
