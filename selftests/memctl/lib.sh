# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What every test of this directory shares; sourced, not run. A test sources
# it, calls plan, then check/refuse/... for each case, and finish at its end.
#
# Output is KTAP. Exit: 0 all passed, 1 a case failed, 4 not possible here.

KSFT_FAIL=1
KSFT_SKIP=4

nr_cases=0
nr_failed=0
nr_skipped=0
MEMCTL=${MEMCTL:-memctl}
work=$(mktemp -d /tmp/memctl-test.XXXXXX)
trap 'rm -rf "$work"' EXIT

skip_all()
{
	echo "1..0 # SKIP $*"
	exit "$KSFT_SKIP"
}

# result STATUS NAME: one line of the report. With FAIL_FAST set the first that failed is the last.
result()
{
	nr_cases=$((nr_cases + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $nr_cases $2"
	else
		nr_failed=$((nr_failed + 1))
		echo "not ok $nr_cases $2"
		[ -z "${FAIL_FAST:-}" ] || finish
	fi
}

# skip NAME REASON: a part of the test that cannot be run here, told and counted
skip()
{
	nr_cases=$((nr_cases + 1))
	nr_skipped=$((nr_skipped + 1))
	echo "ok $nr_cases $1 # SKIP $2"
}

# why_not FILE...: what a failed case printed
why_not()
{
	for file in "$@"; do
		head -n 20 "$file" | sed 's/^/#   /'
	done
}

# check NAME COMMAND...: passes when the command exits 0
check()
{
	name=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		result 0 "$name"
	else
		status=$?
		result 1 "$name"
		echo "#   exit $status: $*"
		why_not "$work/out"
	fi
}

# reason FILE: why something was refused, by errno and words, without what the
# tool puts before it: its own name, and what was asked for
reason()
{
	sed -E "/^Try 'memctl help/d; s/^memctl: //; s/^.* \\((E[A-Z0-9]+)\\)/\\1/" "$1"
}

# refuse NAME STATUS PATTERN COMMAND...: passes when the command exits with
# STATUS and says PATTERN (a basic regular expression) for a reason, in one
# line. Every refusal has a reason: an empty pattern is a mistake of the test.
refuse()
{
	name=$1
	want=$2
	pattern=$3
	shift 3
	"$@" >"$work/out" 2>&1
	status=$?
	if [ "$status" -eq "$want" ] && [ -n "$pattern" ] && reason "$work/out" | grep -q -- "$pattern" &&
	   [ "$(wc -l <"$work/out")" -le 2 ]; then
		result 0 "$name"
	else
		result 1 "$name"
		echo "#   exit $status, not $want with '$pattern': $*"
		why_not "$work/out"
	fi
}

# equal NAME EXPECTED FOUND
equal()
{
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		echo "#   expected: $2"
		echo "#   found:    $3"
	fi
}

# at_most NAME LIMIT FOUND, at_least NAME LIMIT FOUND: whole numbers
at_most()
{
	if [ -n "$3" ] && [ "$3" -le "$2" ]; then
		result 0 "$1 ($3)"
	else
		result 1 "$1"
		echo "#   expected at most $2, found '$3'"
	fi
}

at_least()
{
	if [ -n "$3" ] && [ "$3" -ge "$2" ]; then
		result 0 "$1 ($3)"
	else
		result 1 "$1"
		echo "#   expected at least $2, found '$3'"
	fi
}

# report PROGRAM TEST: the lines of a program that writes KTAP, each with TEST in front
report()
{
	"$@" >"$work/report" 2>&1
	status=$?
	grep -E '^(not )?ok|^#' "$work/report" | sed "s/^\(not ok\|ok\) [0-9]* /\1 $2: /" >"$work/lines"
	while read -r line; do
		case $line in
		"ok "*" # SKIP"*)
			line=${line#ok }
			skip "${line%% # SKIP*}" "${line##*# SKIP }"
			;;
		"ok "*) result 0 "${line#ok }" ;;
		"not ok "*) result 1 "${line#not ok }" ;;
		*) echo "$line" ;;
		esac
	done <"$work/lines"
	equal "$2 ends well" 0 "$status"
}

# scaled NUMBER: the part of a size that SCALE, in per cent, says; 1 at least.
# Kernels with checkers are slow: scripts/kselftest-vm sets it for them.
scaled()
{
	echo $((($1 * ${SCALE:-100} + 99) / 100))
}

# load [PARAMETER...]: the module, fresh
load()
{
	unload
	modprobe memctl "$@"
}

unload()
{
	if [ -d /sys/module/memctl ]; then
		rmmod memctl_bench 2>/dev/null
		rmmod memctl_test 2>/dev/null
		"$MEMCTL" page free --all --force >/dev/null 2>&1
		rmmod memctl
	fi
}

# frames [ARENA]: free and cached frames of an arena, together
frames()
{
	"$MEMCTL" -a "${1:-main}" zoneinfo -r -n -o FREE,CACHED |
		awk '{ sum += $1 + $2 } END { print sum + 0 }'
}

# shrink_caches [ARENA]: the frames of free slabs go back to the zones
shrink_caches()
{
	for cache in $("$MEMCTL" -a "${1:-main}" cache list -r -n -o NAME); do
		"$MEMCTL" -a "${1:-main}" cache shrink "$cache" >/dev/null
	done
}

# host_free: free pages of the host with those in its per-CPU lists, its
# page cache dropped
host_free()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/pages free/ { sum += $3 } $1 == "count:" { sum += $2 } END { print sum }' /proc/zoneinfo
}

# split_tables: pages in tables of the host's direct mapping, where large pages
# have been split; for the code of modules, and for good (test_lifetime.sh)
split_tables()
{
	awk '/^DirectMap4k:/ { sum += $2 / 2048 } /^DirectMap2M:/ { sum += $2 / 1048576 }
		END { printf "%d\n", sum }' /proc/meminfo
}

# host_pages: host_free with those, when the host's caches have given up empty
# slabs, and what KASAN keeps from being used again
host_pages()
{
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 1 >"$cache/shrink"
	done
	echo $(($(host_free) + $(split_tables)))
}

# large_leaves: 1 where regions have leaves of 2 MiB, 0 on a kernel without transparent huge pages, such as PREEMPT_RT
large_leaves()
{
	if [ -d /sys/kernel/mm/transparent_hugepage ]; then echo 1; else echo 0; fi
}

# wait_until NAME COMMAND...: until it succeeds. A minute: the machine may be emulated, on a busy host.
wait_until()
{
	wait_name=$1
	shift
	for _ in $(seq 600); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	result 1 "$wait_name within a minute"
}

# listening: a generic netlink socket (16) is in a multicast group; in a test there is none but a monitor's
listening()
{
	awk '$2 == 16 && $4 != "00000000" { found = 1 } END { exit !found }' /proc/net/netlink
}

# without_races: a log without the reports of KCSAN that have none of our
# functions in them, or that lib/genalloc.c means to have, which a benchmark
# calls: races of the host's own, which are not ours to mend
without_races()
{
	awk '/BUG: KCSAN:/ { inside = 1; ours = 0; meant = 0; text = "" }
		!inside { print; next }
		{ text = text $0 "\n"; if (/\[memctl/) ours = 1 }
		/ gen_pool_(alloc_algo|free)_owner\+/ { meant = 1 }
		/======/ { if (ours && !meant) printf "%s", text; inside = 0 }
		END { if (inside) printf "%s", text }'
}

# clean_log: no new complaint of the kernel since the last call
clean_log()
{
	dmesg >"$work/dmesg"
	sed "1,${log_lines:-0}d" "$work/dmesg" | without_races |
		grep -E 'BUG|WARNING|Oops|KASAN|UBSAN|KCSAN|INFO: |Call Trace|leak' >"$work/bad"
	log_lines=$(wc -l <"$work/dmesg")
	if [ -s "$work/bad" ]; then
		result 1 "kernel log is clean"
		why_not "$work/bad"
	else
		result 0 "kernel log is clean"
	fi
}

# begin: what a test needs
begin()
{
	echo "TAP version 13"
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	modinfo memctl >/dev/null 2>&1 || [ -d /sys/module/memctl ] ||
		skip_all "no module memctl is installed for this kernel"
	command -v "$MEMCTL" >/dev/null || skip_all "no memctl command"
	log_lines=$(dmesg | wc -l)
}

finish()
{
	echo "1..$nr_cases"
	echo "# Totals: pass:$((nr_cases - nr_failed - nr_skipped)) fail:$nr_failed skip:$nr_skipped"
	[ "$nr_failed" -eq 0 ] || exit "$KSFT_FAIL"
	exit 0
}
