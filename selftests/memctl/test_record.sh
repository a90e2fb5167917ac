#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# How recordings, replays and what they write come to an end: statuses, files that are replaced,
# signals, recorders that are killed; and what is said where it cannot be done. It locks the kernel
# down at its end, which lasts until the next boot: it has a machine of its own.
# VM: --smp 2

. "$(dirname "$0")/lib.sh"
begin
load size=16M || exit "$KSFT_FAIL"
instances=/sys/kernel/tracing/instances
good=$work/good

# status_of COMMAND...: its exit status; what it prints goes to $work/out
status_of()
{
	"$@" >"$work/out" 2>&1
	echo "$?"
}

# mine: the tracefs instances of recordings
mine()
{
	find "$instances" -mindepth 1 -maxdepth 1 -name 'memctl*' | sed 's/.*\///'
}

# unchanged NAME: the good trace is what it was, and nothing stands beside it
unchanged()
{
	equal "$1: the trace that was there is there" "$sum" "$(sha256sum <"$good")"
	equal "$1: nothing is left behind" "" "$(mine)$(find "$(dirname "$good")" -name '.memctl*')"
}

# number FILE KEY: a number of a JSON document, whatever stands between the words of its key
number()
{
	sed -n "s/.*\"$2\": *\([0-9]*\).*/\1/p" "$1" | head -n 1
}

# --- the status of the command ---

equal "exit 7" 7 "$(status_of "$MEMCTL" record -o "$good" -- sh -c 'exit 7')"
# shellcheck disable=SC2016
equal "killed by SIGTERM" 143 "$(status_of "$MEMCTL" record -o "$good" -- sh -c 'kill -TERM $$')"
equal "a command that is not there" 127 "$(status_of "$MEMCTL" record -o "$work/none" -- /nowhere)"
equal "a command that is none" 126 "$(status_of "$MEMCTL" record -o "$work/none" -- /etc)"
equal "neither leaves a file" 1 "$(status_of test -e "$work/none")"

# --- counts ---

"$MEMCTL" -J record -o "$good" -- sh -c 'ls -R /sys/module | wc -l >/dev/null' >"$work/recorded"
"$MEMCTL" -J replay --dry-run "$good" >"$work/planned"
for key in events 'page[-_]allocs' kmallocs 'object[-_]allocs' frees lost foreign implied split; do
	equal "record and replay agree on $key" "$(number "$work/recorded" "$key")" "$(number "$work/planned" "$key")"
done
events=$(number "$work/recorded" events)
at_least "events" 1 "$events"
equal "they are the sum of the four kinds" "$events" "$(($(number "$work/recorded" 'page[-_]allocs') +
	$(number "$work/recorded" kmallocs) + $(number "$work/recorded" 'object[-_]allocs') +
	$(number "$work/recorded" frees)))"
"$MEMCTL" replay "$good" -J >"$work/replayed"
equal "the result names as many" "$events" "$(number "$work/replayed" recorded)"
equal "what is planned is replayed" "$(number "$work/planned" planned)" "$(number "$work/replayed" replayed)"
"$MEMCTL" record -o "$good" -- true >"$work/report" 2>"$work/err"
check "the report explains its numbers" grep -q 'EVENTS .* allocations and frees' "$work/report"
check "and has their units" grep -q 'DURATION .* milliseconds' "$work/report"
equal "no progress without a terminal" "" "$(cat "$work/err")"
script -q -c "$MEMCTL record -o $good -- sleep 2" "$work/typescript" >/dev/null </dev/null
check "progress on a terminal" grep -q 'record: [0-9]* events, [0-9]* s' "$work/typescript"
script -q -c "$MEMCTL record -q -o $good -- sleep 2" "$work/typescript" >/dev/null </dev/null
equal "none with -q" 1 "$(status_of grep -q 'record: [0-9]* events' "$work/typescript")"

# --- the file ---

sum=$(sha256sum <"$good")
status_of "$MEMCTL" record -o "$good" -- /nowhere >/dev/null
unchanged "a command that cannot be run"
mkdir "$work/small" && mount -t tmpfs -o size=128k none "$work/small"
cp "$good" "$work/small/good"
good=$work/small/good
head -c 1000 "$good" >"$good.short" && mv "$good.short" "$good" && sum=$(sha256sum <"$good")
refuse "a full disk" 1 ENOSPC "$MEMCTL" record -o "$good" -- find /sys -name nothing
unchanged "a full disk"
umount "$work/small"
good=$work/good && sum=$(sha256sum <"$good")
refuse "a file at its limit" 1 EFBIG sh -c "ulimit -f 8; exec $MEMCTL record -o $good -- find /sys -name nothing"
unchanged "a file at its limit"
ln -s good "$work/link"
status_of "$MEMCTL" record -o "$work/link" -- /nowhere >/dev/null
unchanged "through a link"
equal "the link is still one" good "$(readlink "$work/link")"
chmod 640 "$good"
check "a recording through a link" "$MEMCTL" record -q -o "$work/link" -- true
equal "goes to its end" "good 640" "$(readlink "$work/link") $(stat -c %a "$good")"
check "and is a trace" "$MEMCTL" replay --dry-run "$good"
"$MEMCTL" record -q -o /dev/stdout -- true | cat >"$work/piped"
check "a trace through a pipe" "$MEMCTL" replay --dry-run "$work/piped"
"$MEMCTL" record -o /dev/stdout -- true >"$work/redirected"
check "a trace to standard output has no report in it" "$MEMCTL" replay --dry-run "$work/redirected"
check "a device" "$MEMCTL" record -q -o /dev/null -- true
check "stays one" test -c /dev/null

# --- captures of answers ---

check "a capture" env MEMCTL_CAPTURE="$work/capture" "$MEMCTL" status
captured=$(sha256sum <"$work/capture")
check "can be replayed" env MEMCTL_REPLAY="$work/capture" "$MEMCTL" status
refuse "a capture that cannot be written" 1 'capture could not be written' \
	sh -c "MEMCTL_CAPTURE=/dev/full $MEMCTL status >/dev/null"

# --- signals ---

# masks COMMAND...: signals that it ignores when HUP and INT are ignored for its caller, and when not
masks()
{
	(trap '' HUP INT; "$@" sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status)
	(trap - HUP INT; "$@" sed -n 's/^SigIgn:[[:space:]]*//p' /proc/self/status)
}
equal "a recorded command has the caller's signals" "$(masks env)" "$(masks "$MEMCTL" record -q -o "$good" --)"

# catches PID SIGNAL-BIT: the process has a handler for it
catches()
{
	mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status")
	[ $((0x${mask:-0} & $2)) -ne 0 ]
}

# asked NAME COMMAND...: it leaves SIGINT (bit 2) ignored, and ends by SIGTERM (bit 0x4000) with 143
asked()
{
	name=$1
	shift
	(trap '' INT; exec "$@" >/dev/null 2>&1) &
	asked=$!
	wait_until "$name catches SIGTERM" catches "$asked" 0x4000
	[ "$name" != record ] || wait_until "the command runs" pidof sleep
	equal "$name does not catch SIGINT" 1 "$(status_of catches "$asked" 2)"
	kill -INT "$asked"
	sleep 1
	equal "$name goes on" 0 "$(status_of kill -0 "$asked")"
	kill -TERM "$asked"
	wait "$asked"
	equal "$name ends by SIGTERM" "$want" "$?"
}
want=143
asked record "$MEMCTL" record -o "$good" -- sleep 100
"$MEMCTL" replay --dry-run -J "$good" >"$work/planned"
check "what was interrupted is a trace that says so" grep -q '"interrupted": *true' "$work/planned"
modprobe memctl_bench
asked bench "$MEMCTL" bench netlink --rounds 100000 --batch 64
asked monitor "$MEMCTL" monitor
"$MEMCTL" region add traced --size 4M
asked "region trace" "$MEMCTL" region trace traced

# stopped NAME WORD...: a document says that it did not come to its end, text says nothing
stopped()
{
	name=$1
	shift
	timeout -s TERM 2 "$MEMCTL" "$@" >/dev/null 2>"$work/err"
	equal "$name is stopped, without a word" "143 " "$? $(cat "$work/err")"
	timeout -s TERM 2 "$MEMCTL" -J "$@" >"$work/out" 2>"$work/err"
	equal "$name is stopped, with -J" "143 1" "$? $(grep -c '"message": *"stopped by SIGTERM"' "$work/out")"
}
mkfifo "$work/fifo"
stopped monitor monitor
stopped "region trace" region trace traced
stopped "bench netlink" bench netlink --rounds 100000 --batch 64
stopped "bench pair" bench pair --rounds 100000 --batch 4096
stopped "record to a pipe that nobody reads" record -o "$work/fifo" -- true
rmmod memctl_bench
"$MEMCTL" region del traced

# --- the CPU of a replay ---

mkdir /sys/fs/cgroup/one && echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control
echo 1 >/sys/fs/cgroup/one/cpuset.cpus
(echo 0 >/sys/fs/cgroup/one/cgroup.procs; exec "$MEMCTL" replay "$good") >"$work/out" 2>&1
equal "a replay where CPU 0 is not ours" 0 "$?"
(echo 0 >/sys/fs/cgroup/one/cgroup.procs; exec "$MEMCTL" replay --cpu 0 "$good") >"$work/out" 2>&1
equal "CPU 0 named there" "1 1" "$? $(grep -c 'cannot run on CPU 0' "$work/out")"
"$MEMCTL" record -q -o "$work/long" -- sh -c 'ls -R /sys >/dev/null'
taskset 2 "$MEMCTL" replay --batch 1 "$work/long" >/dev/null 2>&1 &
replay=$!
wait_until "the replay runs" catches "$replay" 0x4000
equal "a replay stays where taskset put it" 1 "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "/proc/$replay/status")"
kill -TERM "$replay"
wait "$replay"
equal "and ends by SIGTERM" 143 "$?"

# --- a trace without an event ---

base64 -d >"$work/empty" <<'BASE64'
jU1DVA0KGgoBAAAADAACAAAAAAAAAAAAAAAGNi4xMi4wBHRydWUBAAAAAAAAAAAAAAAAACYAAAAA
AAAAAAAAAAAAAACcfwNVQ0VORA==
BASE64
size=$("$MEMCTL" replay --dry-run -J "$work/empty" | sed -n 's/.*"arena_bytes": *"\{0,1\}\([0-9]*\).*/\1/p')
check "the arena that it asks for can be made" "$MEMCTL" arena add empty --size "$size"
check "and it is replayed" "$MEMCTL" replay "$work/empty" --arena empty
check "the arena goes" "$MEMCTL" arena del empty

# --- recorders that are killed ---

# killed: a recorder is killed while its command runs
killed()
{
	"$MEMCTL" record -q -o "$good" -- sleep 1234 &
	recorder=$!
	wait_until "the command runs" pidof sleep
	kill -KILL "$recorder"
	wait "$recorder"
}
sum=$(sha256sum <"$good")
"$MEMCTL" record -q -o "$work/other" -- sleep 1234 &
recorder=$!
wait_until "the command runs" pidof sleep
refuse "two recordings at once" 2 "another recording is running: process $recorder" \
	"$MEMCTL" record -o "$good" -- true
check "status names the one" sh -c "$MEMCTL status | grep '^recording: process $recorder\$'"
kill -TERM "$recorder"
wait "$recorder"
unchanged "two recordings at once"
for tidy in "record -q -o $work/other -- true" load unload; do
	killed
	wait_until "its command goes" sh -c '! pidof sleep'
	equal "before $tidy an instance is left" 1 "$(mine | wc -l)"
	check "status says so" sh -c "$MEMCTL status 2>&1 | grep '^recording: killed (process $recorder)'"
	equal "so does its JSON" 1 "$("$MEMCTL" status -J | grep -c '"running": *false')"
	# shellcheck disable=SC2086
	check "$tidy" "$MEMCTL" $tidy
	unchanged "$tidy"
done
killed
check "status says so without the module" sh -c "$MEMCTL status 2>&1 | grep '^recording: killed'"
equal "the module is not loaded" 3 "$(status_of "$MEMCTL" status)"
left=$(mine)
exec 9<"$instances/$left/trace_pipe"
check "load, while somebody reads what is left" "$MEMCTL" load size=16M
equal "its events are off" 0 "$(cat "$instances/$left/tracing_on")"
exec 9<&-
check "load, when nobody does" "$MEMCTL" load
equal "it is gone" "" "$(mine)"
# The start of another process of the same number does not keep an instance.
mkdir "$instances/memctl-$$-1"
check "load, with an instance of a process long gone" "$MEMCTL" load
equal "that is gone" "" "$(mine)"

# --- the true reason ---

refuse "another network namespace" 4 'network namespace' unshare -n "$MEMCTL" status
# without DIRECTORY... COMMAND: it runs where these are not mounted, in a network namespace of its own
without()
{
	unmount=
	while [ $# -gt 1 ]; do
		unmount="${unmount}umount -l $1; "
		shift
	done
	unshare -n -m sh -c "${unmount}exec $1"
}
refuse "the same without /sys" 4 'network namespace' without /sys "$MEMCTL status"
refuse "without /sys and /proc nobody knows" 3 'nobody can say which' without /sys /proc "$MEMCTL status"
refuse "a recording without /proc" 4 'without /proc/mounts' without /proc "$MEMCTL record -o $work/other true"
refuse "a recording without /sys" 4 '/sys is not mounted' without /sys "$MEMCTL record -o $work/other true"
modprobe memctl_bench
refuse "a benchmark without /proc" 4 'memctl_bench is asked through /proc' without /proc "$MEMCTL bench pair"
refuse "unload without /proc" 2 'without /proc nobody can say by whom' without /proc "$MEMCTL unload"
rmmod memctl_bench
"$MEMCTL" record -J -o "$work/other" -- /nowhere >"$work/document"
check "a command that cannot be run has its errno under -J" grep -q '"exit":127.*"errno":2,"name":"ENOENT"' "$work/document"
"$MEMCTL" region add odd --size 4M >"$work/out"
"$MEMCTL" region open odd -J -- /nowhere >"$work/document"
check "and so has that of region open" grep -q '"exit":127.*"errno":2,"name":"ENOENT"' "$work/document"
"$MEMCTL" region del odd
check "a capture without /proc" unshare -m sh -c "umount -l /proc; MEMCTL_CAPTURE=$work/noproc $MEMCTL arena"
check "is one" env MEMCTL_REPLAY="$work/noproc" "$MEMCTL" arena
equal "and nothing stands beside it" "" "$(find "$work" -name '.memctl*')"
check "its version" sh -c "unshare -n $MEMCTL version | grep 'module: it is loaded'"
check "unload" "$MEMCTL" unload
refuse "no module in another network namespace" 3 'not loaded' unshare -n "$MEMCTL" status
refuse "no module, without /sys" 3 'the module is not loaded' without /sys "$MEMCTL status"
check "a capture without an answer" sh -c "MEMCTL_CAPTURE=$work/capture $MEMCTL status 2>/dev/null; test \$? = 3"
equal "leaves the one that was there" "$captured" "$(sha256sum <"$work/capture")"
load size=16M
"$MEMCTL" region add r --size 4M
mv /dev/memctl /dev/memctl.away
refuse "no device" 4 'loaded, but there is no /dev/memctl' "$MEMCTL" region open r -- true
mv /dev/memctl.away /dev/memctl
check "the region goes" "$MEMCTL" region del r
mkdir -p /sys/kernel/security && mount -t securityfs none /sys/kernel/security
if [ -w /sys/kernel/security/lockdown ]; then
	echo integrity >/sys/kernel/security/lockdown
	check "lockdown for integrity leaves tracepoints" "$MEMCTL" record -q -o "$good" -- true
	echo confidentiality >/sys/kernel/security/lockdown
	refuse "lockdown for confidentiality" 4 'locked down' "$MEMCTL" record -o "$good" -- true
	umount /sys/kernel/security
	refuse "the same without securityfs" 4 'locked down' "$MEMCTL" record -o "$good" -- true
fi

unload
if [ -e /proc/sys/kernel/modules_disabled ]; then
	echo 1 >/proc/sys/kernel/modules_disabled
	refuse "modules are forbidden" 2 'modules_disabled' "$MEMCTL" load
fi
clean_log
finish
